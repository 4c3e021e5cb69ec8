import { Badge } from "@/components/Badge.tsx";
import { Icon } from "@/components/Icon.tsx";
import { StateWord } from "@/components/StateWord.tsx";
import { Strip } from "@/components/Strip.tsx";
import type { Action } from "@/agent/types.ts";
import { Buttons } from "./Buttons.tsx";
import { Conflicts } from "./Conflicts.tsx";
import { lookAgain, newKey } from "./decide.ts";
import { DiffTable } from "./DiffTable.tsx";
import {
  actorText,
  aftermath,
  countsOf,
  duration,
  number,
  rows,
  sentence,
  STATE_WORDS,
  totalRows,
} from "./format.ts";
import { showMoreChanges } from "./queue.ts";
import { mayDecide } from "./roles.ts";
import { Shown } from "./Shown.tsx";
import { SqlBlock } from "./SqlBlock.tsx";
import { type AppState, home, tenseOf } from "./state.ts";
import { Time } from "./time.tsx";

/** The open entry, from what it is to what can be done about it. */
export function Detail({ state }: { state: AppState }) {
  const action = state.selected.value;
  const id = state.selectedId.value;
  const trouble = state.trouble.value;
  const mine = trouble?.at === "queue" && trouble.id === id ? trouble : null;
  const isBusy = action !== null && (state.deciding.value === action.id || isWorking(action));
  const word = busyWord(state, action);
  return (
    <article
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
              <h3 id="action-heading" tabIndex={-1}>
                <span class="mono">#{action.id}</span>{" "}
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
            {action.type === "observation"
              ? <Read action={action} />
              : <Effect state={state} action={action} isTold={mine !== null} />}
            {mine && (
              <Strip tone="red" alert>
                <Shown text={mine.message} kind="sentence" />
                {mine.keyRevoked && (
                  <button
                    type="button"
                    class="button small"
                    data-testid="new-key"
                    onClick={() => void newKey(state)}
                  >
                    Make a new key
                  </button>
                )}
                {mine.conflicts && <Conflicts conflicts={mine.conflicts} columns={mine.columns ?? {}} />}
              </Strip>
            )}
            <SqlBlock key={action.id} action={action} />
            <Origin state={state} action={action} />
            {action.type === "action" && (
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

/** `isTold`: what went wrong stands below already, with more to it. */
function Effect({ state, action, isTold }: { state: AppState; action: Action; isTold: boolean }) {
  const { preview } = action;
  const changes = preview ? [...preview.changes, ...state.moreChanges.value] : [];
  const counts = countsOf(action);
  const left = totalRows(counts) - changes.length;
  const over = aftermath(action.state);
  const isOpen = action.state === "pending" || action.state === "stale";
  return (
    <>
      <p class="effect">
        <Shown text={sentence(counts, tenseOf(action), changes, preview?.columns)} kind="sentence" />
      </p>
      {over && <p class="muted">{over}</p>}
      {action.badges.length > 0 && (
        <ul class="badges">
          {action.badges.map((badge) => (
            <Badge key={badge.code} level={badge.level}>
              <Shown text={badge.reason} kind="sentence" />
            </Badge>
          ))}
        </ul>
      )}
      {isOpen && (action.maybeStale || action.state === "stale") && (
        <Strip tone="amber" alert>
          <p>The data moved since this preview. Look again before you approve.</p>
          {mayDecide(state) && (
            <button
              type="button"
              class="button small"
              data-testid="look-again"
              disabled={state.deciding.value !== null}
              onClick={() => void lookAgain(state)}
            >
              <Icon name="refresh" />Look again
            </button>
          )}
        </Strip>
      )}
      {action.error && !isTold && (
        <Strip tone="red">
          <Shown text={action.error} kind="sentence" />
        </Strip>
      )}
      {action.reason && action.state === "rejected" && (
        <p class="muted">
          Reason: <Shown text={action.reason} />
        </p>
      )}
      {preview && <DiffTable key={action.digest} changes={changes} columns={preview.columns} />}
      {preview && left > 0 && (
        <button
          type="button"
          class="link more"
          onClick={() => void showMoreChanges(state)}
        >
          {`and ${number(left)} more`}
        </button>
      )}
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
        <p class="words-block">
          <Shown text={action.description} kind="lines" />
        </p>
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
