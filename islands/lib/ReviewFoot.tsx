/** What can be done in a review: approve or reject all of it, and stop in between. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "@/components/Icon.tsx";
import { countsOf, number, rows, totalRows } from "./format.ts";
import { isLetter } from "./keyboard.ts";
import type { Item } from "./review.ts";
import { useSeen } from "./seen.ts";
import type { AppState } from "./state.ts";
import { isDangerous, TypeCount } from "./TypeCount.tsx";
import { isCount } from "./typed.ts";

interface ApproveProps {
  state: AppState;
  /** What will be signed. */
  ready: readonly Item[];
  /** All that is in the review. */
  count: number;
  isLoading: boolean;
  approve: () => void;
  close: () => void;
}

export function ApproveAll({ state, ready, count, isLoading, approve, close }: ApproveProps) {
  const typed = useSignal("");
  const button = useRef<HTMLButtonElement>(null);
  const actions = ready.flatMap(({ action }) => action ? [action] : []);
  const isSeen = useSeen(actions.map(({ id, digest }) => `${id} ${digest}`).join());
  const total = actions.reduce((sum, action) => sum + totalRows(countsOf(action)), 0);
  const isRed = actions.some(isDangerous);
  const isReady = !isLoading && ready.length > 0 && (!isRed || isCount(typed.value, total));
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!state.keysOn.peek() || !isLetter(event) || event.key.toLowerCase() !== "a") return;
      event.preventDefault();
      if (button.current?.disabled) document.getElementById("review-count")?.focus();
      else button.current?.click();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return (
    <form
      class="buttons"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady && isSeen) approve();
      }}
    >
      {isRed && <TypeCount id="review-count" total={total} typed={typed} />}
      <button
        type="submit"
        ref={button}
        class={isRed ? "button danger" : "button primary"}
        data-testid="review-approve"
        disabled={!isReady}
        aria-disabled={!isSeen}
      >
        <Icon name="done" />
        {ready.length === count
          ? `Approve all ${number(count)}`
          : `Approve ${number(ready.length)} of ${number(count)}`}
      </button>
      <button type="button" class="button" onClick={close}>Cancel</button>
      <span class="muted review-total" data-testid="review-total">
        {isLoading ? "Loading…" : `${rows(total)} in all, one signature each`}
      </span>
    </form>
  );
}

export function RejectAll(
  { count, reject, close }: { count: number; reject: (reason: string) => void; close: () => void },
) {
  const reason = useSignal("");
  const isSeen = useSeen("reject");
  return (
    <form
      class="buttons"
      onSubmit={(event) => {
        event.preventDefault();
        if (isSeen) reject(reason.value.trim());
      }}
    >
      <label class="reason">
        <span>One reason for all, told to the agent (may stay empty)</span>
        <input
          autofocus
          data-testid="review-reason"
          maxLength={500}
          autocomplete="off"
          value={reason.value}
          onInput={(event) => reason.value = event.currentTarget.value}
        />
      </label>
      <button type="submit" class="button danger" data-testid="review-reject" aria-disabled={!isSeen}>
        {`Reject ${count === 1 ? "it" : `all ${number(count)}`}`}
      </button>
      <button type="button" class="button" onClick={close}>Cancel</button>
    </form>
  );
}

/** One button for all of it, once it has been on screen for a moment. */
export function Plain(
  { label, words, isReady = true, act, close }: {
    label: string;
    words: string;
    isReady?: boolean;
    act: () => void;
    close: () => void;
  },
) {
  const isSeen = useSeen(label);
  return (
    <form
      class="buttons"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady && isSeen) act();
      }}
    >
      <button
        type="submit"
        class="button primary"
        data-testid="review-do"
        disabled={!isReady}
        aria-disabled={!isSeen}
      >
        {label}
      </button>
      <button type="button" class="button" onClick={close}>Cancel</button>
      <span class="muted review-total">{words}</span>
    </form>
  );
}

/** While it goes on; what is under way is finished, the rest can wait. */
export function Working({ words, isStopping }: { words: string; isStopping: Signal<boolean> }) {
  return (
    <div class="buttons">
      <span class="muted" data-testid="review-progress">{words}</span>
      <button
        type="button"
        class="button"
        data-testid="review-stop"
        aria-disabled={isStopping.value}
        onClick={() => isStopping.value = true}
      >
        Stop
      </button>
    </div>
  );
}
