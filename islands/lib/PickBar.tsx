import { useEffect, useRef } from "preact/hooks";
import { Icon } from "@/components/Icon.tsx";
import { focusDetail } from "./focus.ts";
import { number } from "./format.ts";
import { kindWords, like, mixWords } from "./kinds.ts";
import { clearPicks, type Group, groupOf, inOrder, mayPick, picked } from "./pick.ts";
import { listed } from "./queue.ts";
import { type Decision, openReview } from "./Review.tsx";
import { Shown } from "./Shown.tsx";
import type { AppState } from "./state.ts";

/** More at once nobody reads with care. */
const MOST = 50;

/** What can be done with what is selected, by its group; the last is the key that presses it. */
const VERBS: Record<Group, [decision: Decision, label: string, key?: string][]> = {
  decide: [["approve", "Approve…", "a"], ["reject", "Reject…", "r"], ["withdraw", "Withdraw…"]],
  revert: [["revert", "Revert…"]],
};

/** What is selected, and what can be done with it. Only what is alike is decided together. */
export function PickBar({ state }: { state: AppState }) {
  const picks = picked(state);
  // What was selected first says what this is about.
  const first = picks.find(({ id }) => id === state.picks.value[0]) ?? picks[0];
  const alike = like(first, picks);
  const isMixed = alike.length < picks.length;
  const isTooMany = picks.length > MOST;
  // Before the first is selected, the list shows what it will be about.
  const group = groupOf(first ?? listed(state).find((entry) => mayPick(state, entry)));
  const others = inOrder(
    state,
    like(first, listed(state).filter((entry) => entry.state !== "stale" && groupOf(entry) === group)),
  );
  const verbs = VERBS[group ?? "decide"];
  const end = group === "revert" ? "newest" : "oldest";
  const mayDecideNow = first !== undefined && !isMixed && !isTooMany && state.deciding.value === null;
  const decide = (decision: Decision) => {
    if (mayDecideNow) void openReview(state, decision, picks.map(({ id }) => id));
  };
  const choose = (entries: { id: number }[]) => {
    state.picks.value = entries.slice(0, MOST).map(({ id }) => id);
    // The link that was pressed goes.
    bar.current?.querySelector("button")?.focus();
  };
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // So did "Select several".
    if (state.picking.peek() && document.activeElement === document.body) {
      bar.current?.querySelector("button")?.focus();
    }
  }, []);
  return (
    <div ref={bar} class="pick-bar" role="group" aria-label="Selection" data-testid="pick-bar">
      <strong role="status" data-testid="pick-count">{number(picks.length)} selected</strong>
      {verbs.map(([decision, label, key]) => (
        <button
          key={decision}
          type="button"
          class={decision === "approve" ? "button small primary" : "button small"}
          data-key={key}
          data-testid={`pick-${decision}`}
          aria-disabled={!mayDecideNow}
          onClick={() => decide(decision)}
        >
          {decision === "approve" && <Icon name="done" />}
          {decision === "revert" && <Icon name="back" />}
          {label}
        </button>
      ))}
      <button
        type="button"
        class="button small quiet"
        data-testid="pick-clear"
        onClick={() => {
          clearPicks(state);
          focusDetail(state);
        }}
      >
        {first ? "Clear" : "Done"}
      </button>
      {!first && <p class="muted">Tap what you want to decide on together.</p>}
      {isMixed && first && (
        <p class="pick-mixed" role="status">
          <Shown
            text={`Only changes of one kind are decided together. Selected: ${mixWords(picks)}.`}
            kind="sentence"
          />{" "}
          <button type="button" class="link" data-testid="pick-keep" onClick={() => choose(alike)}>
            {`Keep ${alike.length === 1 ? "only" : `the ${number(alike.length)} like`} #${first.id}`}
          </button>
        </p>
      )}
      {isTooMany && !isMixed && (
        <p class="pick-mixed" role="status">
          {`At most ${MOST} at once. `}
          <button type="button" class="link" onClick={() => choose(picks)}>
            {`Keep the ${end} ${MOST}`}
          </button>
        </p>
      )}
      {first && !isMixed && others.length > picks.length && picks.length < MOST && (
        <button
          type="button"
          class="link"
          data-testid="pick-all"
          onClick={() => choose(others)}
        >
          <Shown
            text={`Select ${
              others.length > MOST ? `the ${end} ${MOST}` : `all ${number(others.length)}`
            } that ${kindWords(first, true)}`}
            kind="sentence"
          />
        </button>
      )}
    </div>
  );
}
