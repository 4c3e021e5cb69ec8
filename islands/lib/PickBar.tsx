import { Icon } from "@/components/Icon.tsx";
import { number } from "./format.ts";
import { kindWords, like, mixWords } from "./kinds.ts";
import { clearPicks, picked } from "./pick.ts";
import { listed } from "./queue.ts";
import { openReview } from "./Review.tsx";
import { Shown } from "./Shown.tsx";
import type { AppState } from "./state.ts";

/** More at once nobody reads with care. */
const MOST = 50;

/** What is selected, and what can be done with it. Only what is alike is decided together. */
export function PickBar({ state }: { state: AppState }) {
  const picks = picked(state);
  // What was selected first says what this is about.
  const first = picks.find(({ id }) => id === state.picks.value[0]) ?? picks[0];
  const alike = like(first, picks);
  const isMixed = alike.length < picks.length;
  const isTooMany = picks.length > MOST;
  const others = like(first, listed(state).filter((entry) => entry.state === "pending")).reverse();
  const mayDecideNow = first !== undefined && !isMixed && !isTooMany && state.deciding.value === null;
  const decide = (decision: "approve" | "reject") => {
    if (mayDecideNow) void openReview(state, decision, picks.map(({ id }) => id));
  };
  const choose = (entries: { id: number }[]) =>
    state.picks.value = entries.slice(0, MOST).map(({ id }) => id);
  return (
    <div class="pick-bar" role="group" aria-label="Selection" data-testid="pick-bar">
      <strong role="status" data-testid="pick-count">{number(picks.length)} selected</strong>
      <button
        type="button"
        class="button small primary"
        data-key="a"
        data-testid="pick-approve"
        aria-disabled={!mayDecideNow}
        onClick={() => decide("approve")}
      >
        <Icon name="done" />Approve…
      </button>
      <button
        type="button"
        class="button small"
        data-key="r"
        data-testid="pick-reject"
        aria-disabled={!mayDecideNow}
        onClick={() => decide("reject")}
      >
        Reject…
      </button>
      <button
        type="button"
        class="button small quiet"
        data-testid="pick-clear"
        onClick={() => clearPicks(state)}
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
            {`Keep the oldest ${MOST}`}
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
              others.length > MOST ? `the oldest ${MOST}` : `all ${number(others.length)}`
            } that ${kindWords(first, true)}`}
            kind="sentence"
          />
        </button>
      )}
    </div>
  );
}
