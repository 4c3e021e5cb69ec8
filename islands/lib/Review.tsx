/** The review of several actions: nothing is signed that did not stand here with its rows. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Action, Change } from "@/agent/types.ts";
import { Strip } from "@/components/Strip.tsx";
import { navigate } from "./address.ts";
import { focusDetail } from "./focus.ts";
import { openDialog } from "./dialog.tsx";
import { number, sentence } from "./format.ts";
import { like, mixWords } from "./kinds.ts";
import { clearPicks } from "./pick.ts";
import { nextWaiting } from "./queue.ts";
import {
  approveItem,
  blank,
  fetchAll,
  type Item,
  leftOver,
  load,
  type Outcome,
  rejectItem,
  revertItem,
  standingOf,
  sumCounts,
  summaryOf,
  withdrawItem,
} from "./review.ts";
import { ApproveAll, Plain, RejectAll, Working } from "./ReviewFoot.tsx";
import { ReviewItem } from "./ReviewItem.tsx";
import { Shown } from "./Shown.tsx";
import { type AppState, home } from "./state.ts";

export type Decision = "approve" | "reject" | "withdraw" | "revert";

/** What stands on the heading, and while one is worked on. */
const WORDS: Record<Decision, [verb: string, progress: string]> = {
  approve: ["Approve", "Approving"],
  reject: ["Reject", "Rejecting"],
  withdraw: ["Withdraw", "Withdrawing"],
  revert: ["Revert", "Reverting"],
};

/** How a review went: what became of each, whether it is still at work, and which one to open next. */
interface Course {
  outcomes: Map<number, Outcome>;
  work: Promise<void>;
  open: number | null;
}

/** Outcomes after which nothing is left to read in the review. */
const DONE: ReadonlySet<Outcome["kind"]> = new Set(["approved", "rejected", "withdrawn", "reverted"]);

/**
 * Opens the review of these actions, in their order, and afterwards goes on to what waits next. Resolves with whether
 * any of them was decided on.
 */
export async function openReview(state: AppState, decision: Decision, ids: number[]): Promise<boolean> {
  const course: Course = { outcomes: new Map(), work: Promise.resolve(), open: null };
  await openDialog<void>({
    labelledBy: "review-title",
    closed: undefined,
    draw: (close) => (
      <Review
        state={state}
        decision={decision}
        ids={ids}
        course={course}
        close={() => close()}
      />
    ),
  });
  await course.work;
  const outcomes = [...course.outcomes.values()];
  if (outcomes.length > 0) {
    const message = summaryOf(outcomes).replace(/^./, (first) => first.toUpperCase());
    const done = [...course.outcomes].filter(([, { kind }]) => kind === "approved").map(([id]) => id);
    state.notice.value = {
      message: `${message}.`,
      undo: done.length > 0 ? done.reverse() : null,
      decided: true,
    };
    clearPicks(state);
  }
  const isDecided = outcomes.length > 0;
  if (course.open === null && (decision === "revert" || !isDecided)) {
    // Where the focus was before may be gone, as the line with its Undo is.
    if (isDecided || document.activeElement === document.body) focusDetail(state);
    return isDecided;
  }
  // Whoever asked here to look again is not asked to ask once more.
  if (course.open !== null && course.outcomes.get(course.open)?.kind === "drift") {
    await load(state, course.open, true);
  }
  const next = course.open ?? nextWaiting(state, Math.min(...ids));
  if (next !== null) navigate(state, `${home(state)}/actions/${next}`);
  focusDetail(state);
  return isDecided;
}

interface Props {
  state: AppState;
  decision: Decision;
  ids: number[];
  course: Course;
  close: () => void;
}

function Review({ state, decision, ids, course, close }: Props) {
  const items = useSignal<Item[]>(ids.map(blank));
  const working = useSignal<number | null>(null);
  const isOver = useSignal(false);
  const isStopping = useSignal(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const group = decision === "revert" ? "revert" : "decide";
  const standing = (item: Item) =>
    standingOf(item, state.entries.value.find(({ id }) => id === item.id), group);
  const replace = (item: Item) => items.value = items.peek().map((one) => one.id === item.id ? item : one);
  useEffect(() => {
    if (decision !== "reject") heading.current?.focus();
    void fetchAll(state, ids, (item) => replace(item));
    return () => {
      isStopping.value = true;
    };
  }, []);

  // A button that was pressed for what is shown to change goes with it.
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus();
  }, [items.value]);

  /** Decides on one after another; whatever happens to one, the next has its turn, unless it would meet the same. */
  const run = async (chosen: Item[], decideOn: (item: Item) => Promise<Outcome>) => {
    // The button that was pressed goes, and Stop must not get a key that is still held down.
    heading.current?.focus();
    const waiting = [...chosen];
    for (let item = waiting.shift(); item && !isStopping.peek(); item = waiting.shift()) {
      working.value = item.id;
      const outcome = await decideOn(item);
      settle(item, outcome);
      if (outcome.stops) break;
    }
    for (const item of items.peek()) if (!item.outcome) settle(item, leftOver(standing(item)));
    working.value = null;
    isOver.value = true;
    if ([...course.outcomes.values()].every(({ kind }) => DONE.has(kind))) close();
    else heading.current?.focus();
  };
  const settle = (item: Item, outcome: Outcome) => {
    course.outcomes.set(item.id, outcome);
    replace({ ...item, outcome });
  };

  const ready = items.value.filter((item) => standing(item) === "ready");
  const isWorking = working.value !== null;
  const shown = items.value.flatMap(({ action }) => action ? [action] : []);
  const alike = like(shown[0], shown);
  const isMixed = (decision === "approve" || decision === "revert") && alike.length < shown.length;
  const [verb, progress] = WORDS[decision];
  const isLoading = items.value.some((item) => standing(item) === "loading" && !item.trouble);
  const count = items.value.length;
  return (
    <div
      class="review"
      data-testid="review"
      data-over={isOver.value}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isWorking) return;
        event.preventDefault();
        isStopping.value = true;
      }}
    >
      <header class="review-head">
        <h2 id="review-title" ref={heading} tabIndex={-1}>
          {isOver.value ? summaryOf([...course.outcomes.values()]) : `${verb} ${changes(count)}`}
        </h2>
        {!isOver.value && !isWorking && shown.length === count && (
          <p class="effect">
            <Shown
              text={sentence(
                sumCounts(shown),
                decision === "revert" ? "done" : "will",
                shown.flatMap(changesOf),
                columnsOf(shown),
              )}
              kind="sentence"
            />
          </p>
        )}
        {isMixed && !isWorking && !isOver.value && (
          <Strip tone="amber" alert>
            <Shown
              text={`Only changes of one kind are decided together: ${mixWords(shown)}.`}
              kind="sentence"
            />
            <button
              type="button"
              class="button small"
              onClick={() =>
                items.value = items.peek().filter(({ id }) => alike.some((one) => one.id === id))}
            >
              {`Keep ${number(alike.length)} like #${alike[0]?.id}`}
            </button>
          </Strip>
        )}
      </header>
      <ol class={isWorking || isOver.value ? "review-list is-short" : "review-list"}>
        {items.value.map((item) => (
          <ReviewItem
            key={item.id}
            state={state}
            item={item}
            standing={standing(item)}
            isShort={decision === "reject" || decision === "withdraw" || isWorking || isOver.value}
            progress={working.value === item.id ? `${progress}…` : null}
            replace={replace}
            open={() => {
              course.open = item.id;
              close();
            }}
          />
        ))}
      </ol>
      {isOver.value ? <Over close={close} /> : isWorking
        ? (
          <Working
            words={isStopping.value
              ? `Stopping after #${working.value}…`
              : `${progress} #${working.value}: ${
                number(items.value.filter(({ outcome }) => outcome).length + 1)
              } of ${number(count)}…`}
            isStopping={isStopping}
          />
        )
        : decision === "reject"
        ? (
          <RejectAll
            count={count}
            reject={(reason) => course.work = run(items.peek(), ({ id }) => rejectItem(state, id, reason))}
            close={close}
          />
        )
        : decision === "withdraw"
        ? (
          <Plain
            label={`Withdraw ${count === 1 ? "it" : `all ${number(count)}`}`}
            words="Nobody decides on them then. Nothing changes."
            act={() => course.work = run(items.peek(), ({ id }) => withdrawItem(state, id))}
            close={close}
          />
        )
        : decision === "revert"
        ? (
          <Plain
            label={ready.length === count
              ? `Revert all ${number(count)}`
              : `Revert ${number(ready.length)} of ${number(count)}`}
            words={isLoading
              ? "Loading…"
              : "Rows go back exactly as before, newest change first. Rows that moved since stop theirs."}
            isReady={!isLoading && !isMixed && ready.length > 0}
            act={() => course.work = run(ready, (item) => revertItem(state, item))}
            close={close}
          />
        )
        : (
          <ApproveAll
            state={state}
            ready={isMixed ? [] : ready}
            count={count}
            isLoading={isLoading}
            approve={() => course.work = run(ready, (item) => approveItem(state, item))}
            close={close}
          />
        )}
    </div>
  );
}

function Over({ close }: { close: () => void }) {
  return (
    <div class="buttons">
      <button type="button" class="button primary" data-testid="review-close" onClick={close}>Close</button>
    </div>
  );
}

function changes(count: number): string {
  return `${number(count)} ${count === 1 ? "change" : "changes"}`;
}

function changesOf({ preview }: Action): Change[] {
  return preview?.changes ?? [];
}

function columnsOf(actions: readonly Action[]): Record<string, string[]> {
  return Object.assign({}, ...actions.map(({ preview }) => preview?.columns));
}
