import { useEffect, useRef } from "preact/hooks";
import { Icon } from "@/components/Icon.tsx";
import { StateWord } from "@/components/StateWord.tsx";
import { Strip } from "@/components/Strip.tsx";
import type { Action, Change } from "@/agent/types.ts";
import { Badges } from "./Badges.tsx";
import { DiffTable } from "./DiffTable.tsx";
import {
  actorText,
  aftermath,
  countsOf,
  duration,
  rows,
  sentence,
  STATE_WORDS,
  totalRows,
} from "./format.ts";
import { deciding } from "./later.ts";
import { lazy } from "./lazy.tsx";
import { showMoreChanges } from "./queue.ts";
import { MoreRows } from "./MoreRows.tsx";
import { mayDecide } from "./roles.ts";
import { Shown } from "./Shown.tsx";
import { SqlBlock } from "./SqlBlock.tsx";
import { type AppState, home, tenseOf, type Trouble } from "./state.ts";
import { Time } from "./time.tsx";

/** A longer title may need to be scrolled, also by keyboard: it never pushes what was computed out of sight. */
const LONG_TITLE = 80;
const Nothing = () => null;
const Buttons = lazy(async () => (await import("./acting.ts")).Buttons, () => <div class="buttons" />);
const TroubleMore = lazy(async () => (await import("./rare.ts")).TroubleMore, Nothing);
const LeftOutRows = lazy(async () => (await import("./rare.ts")).LeftOutRows, Nothing);
const LeaveOut = lazy(
  async () => (await import("./rare.ts")).LeaveOut,
  ({ action, changes }: { state: AppState; action: Action; changes: Change[] }) => (
    <DiffTable changes={changes} columns={action.preview?.columns ?? {}} />
  ),
);

/** The open entry, from what it is to what can be done about it. */
export function Detail({ state }: { state: AppState }) {
  const action = state.selected.value;
  const id = state.selectedId.value;
  const trouble = state.trouble.value;
  const mine = trouble?.at === "queue" && trouble.id === id ? trouble : null;
  const isBusy = action !== null && (state.deciding.value === action.id || isWorking(action));
  const word = busyWord(state, action);
  const box = useRef<HTMLElement>(null);
  // Whoever decides far down in many rows sees what came of it.
  useEffect(() => void box.current?.scrollTo(0, 0), [mine, action?.state]);
  return (
    <article
      ref={box}
      class="detail"
      data-testid="action-detail"
      data-state={action?.state}
      data-id={id}
      aria-busy={isBusy}
    >
      <a class="detail-back" href={`${home(state)}?panel=queue`}>
        <Icon name="left" />Queue
      </a>
      {!action
        ? mine
          ? (
            <Strip tone="red" alert>
              <Shown text={mine.message} kind="sentence" />
            </Strip>
          )
          : <p class="muted">Loading #{id}…</p>
        : (
          <>
            <header class="detail-head">
              <h3 id="action-heading" tabIndex={action.title.length > LONG_TITLE ? 0 : -1}>
                <span class="mono">#{action.id}</span> <span class="sr">in the proposer's words:</span>
                <q class="words" title="In the proposer's words">
                  <Shown text={action.title} />
                </q>
              </h3>
              {action.type === "observation" && action.state !== "failed"
                ? <StateWord state="read" word="Read" />
                : (
                  <StateWord
                    state={isBusy ? "executing" : action.state}
                    word={isBusy ? `${word}…` : STATE_WORDS[action.state]}
                  />
                )}
            </header>
            {action.narrowedBy && (
              <p class="words-outdated">
                {`The proposer's words, from before ${rows(action.narrowedBy)} ${
                  action.narrowedBy === 1 ? "was" : "were"
                } left out.`}
              </p>
            )}
            {action.type === "observation"
              ? <Read action={action} />
              : <Effect state={state} action={action} trouble={mine} />}
            <SqlBlock key={action.id} action={action} />
            <Origin state={state} action={action} />
            {action.type === "action" && state.leaving.value !== action.id && (
              <Buttons key={action.id} state={state} action={action} isBusy={isBusy} />
            )}
          </>
        )}
    </article>
  );
}

function Read({ action }: { action: Action }) {
  if (action.error) {
    return (
      <Strip tone="red">
        <Shown text={action.error} kind="sentence" />
      </Strip>
    );
  }
  return (
    <p class="effect">
      {`${rows(action.rowCount ?? 0)} read${
        action.ms === null ? "" : ` in ${duration(action.ms)}`
      }. Nothing changed.`}
    </p>
  );
}

/** What it does, and above its rows, however many they are, what went wrong with it. */
function Effect({ state, action, trouble }: { state: AppState; action: Action; trouble: Trouble | null }) {
  const { preview } = action;
  const changes = preview ? [...preview.changes, ...state.moreChanges.value] : [];
  const counts = countsOf(action);
  const left = totalRows(counts) - changes.length;
  const over = aftermath(action.state);
  const isOpen = action.state === "pending" || action.state === "stale";
  const isLeaving = state.leaving.value === action.id && action.state === "pending";
  return (
    <>
      <p class="effect">
        <Shown text={sentence(counts, tenseOf(action), changes, preview?.columns)} kind="sentence" />
      </p>
      {over && <p class="muted">{over}</p>}
      <Badges badges={action.badges} />
      {isOpen && (action.maybeStale || action.state === "stale") && (
        <Strip tone="amber" alert>
          <p>
            {action.maybeStale
              ? "The data moved since this preview. Look again before you approve."
              : "Nothing was executed: the data had moved. These rows would change now. Look again before you approve."}
          </p>
          {mayDecide(state) && (
            <button
              type="button"
              class="button small"
              data-testid="look-again"
              disabled={state.deciding.value !== null}
              onClick={() => void deciding(state, ({ lookAgain }) => lookAgain(state))}
            >
              <Icon name="refresh" />Look again
            </button>
          )}
        </Strip>
      )}
      {trouble && (
        <Strip tone="red" alert>
          <Shown text={trouble.message} kind="sentence" />
          {(trouble.keyRevoked || trouble.conflicts) && <TroubleMore state={state} trouble={trouble} />}
        </Strip>
      )}
      {action.error && !trouble && (
        <Strip tone="red">
          <Shown text={action.error} kind="sentence" />
        </Strip>
      )}
      {action.reason && action.state === "rejected" && (
        <p class="muted">
          Reason: <Shown text={action.reason} />
        </p>
      )}
      {preview && (isLeaving
        ? <LeaveOut key={action.digest} state={state} action={action} changes={changes} />
        : <DiffTable key={action.digest} changes={changes} columns={preview.columns} />)}
      {preview && left > 0 && (
        <MoreRows
          left={left}
          action={action}
          show={() => void showMoreChanges(state)}
        />
      )}
      {action.leftOut && <LeftOutRows action={action} />}
    </>
  );
}

/** Who, when, from which message. */
function Origin({ state, action }: { state: AppState; action: Action }) {
  const { proposedBy, decidedBy, resolvedAt, expiresAt, messageId } = action;
  const isRead = action.type === "observation";
  return (
    <div class="origin">
      {action.description && (
        <div class="words-block" tabIndex={0} role="group" aria-label="In the proposer's words">
          <Shown text={action.description} kind="lines" />
        </div>
      )}
      <p>
        {isRead ? "Read by " : "Proposed by "}
        <Shown text={actorText(proposedBy)} kind="sentence" />, <Time state={state} iso={action.createdAt} />
        {messageId && (
          <>
            {" · "}
            <a href={`${home(state)}#m-${messageId}`}>from this message</a>
          </>
        )}
      </p>
      {decidedBy && resolvedAt && !isRead && (
        <p>
          {STATE_WORDS[action.state]}
          {action.state === "failed" && " after approval"} by <Shown text={decidedBy.name} />,{" "}
          <Time state={state} iso={resolvedAt} />
        </p>
      )}
      {action.state === "pending" && expiresAt && (
        <p>
          Expires <Time state={state} iso={expiresAt} />
        </p>
      )}
    </div>
  );
}

function isWorking({ state }: Action): boolean {
  return state === "executing" || state === "reverting";
}

function busyWord(state: AppState, action: Action | null): string {
  if (state.checking.value) return "Checking";
  return action?.state === "approved" || action?.state === "reverting" ? "Reverting" : "Executing";
}
