import type { ComponentChildren } from "preact";
import { type Signal, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "@/components/Icon.tsx";
import type { Action } from "@/agent/types.ts";
import { approve, lookAgain, reject, revert, withdraw } from "./decide.ts";
import { number, rows, totalRows } from "./format.ts";
import { mayDecide } from "./roles.ts";
import { SqlText } from "./SqlBlock.tsx";
import type { AppState } from "./state.ts";

interface Props {
  state: AppState;
  action: Action;
}

/** What a person can do about the open action. While the database works there is nothing to press. */
export function Buttons({ state, action, isBusy }: Props & { isBusy: boolean }) {
  if (isBusy) return <p class="buttons muted" role="status">Waiting for the database to confirm.</p>;
  if (!mayDecide(state)) {
    return action.state === "pending" ? <p class="buttons muted">An approver decides on this.</p> : null;
  }
  switch (action.state) {
    case "pending":
      return <Pending state={state} action={action} />;
    case "stale":
      return <Stale state={state} action={action} />;
    case "failed":
      return (
        <div class="buttons">
          <Again state={state} label="Preview again" />
          <Withdraw state={state} />
        </div>
      );
    case "approved":
      return <Approved state={state} action={action} />;
    default:
      return null;
  }
}

function Pending({ state, action }: Props) {
  const rejecting = useSignal(false);
  const typed = useSignal("");
  const total = totalRows(action.affected);
  // Badges are the app's word; what is deleted is part of what is verified and signed.
  const isDangerous = action.badges.some(({ level }) => level === "danger") ||
    action.affected.some(({ deleted }) => deleted > 0);
  const isReady = !isDangerous || typed.value.replace(/[\s,.]/g, "") === String(total);
  if (rejecting.value) return <Reject state={state} open={rejecting} />;
  return (
    <form
      class="buttons"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) void approve(state);
      }}
    >
      {isDangerous && (
        <label class="type-count">
          <span>
            Type <strong>{number(total)}</strong> to approve {rows(total)}
          </span>
          <input
            id="approve-count"
            data-testid="approve-count"
            inputMode="numeric"
            autocomplete="off"
            value={typed.value}
            onInput={(event) => typed.value = event.currentTarget.value}
          />
        </label>
      )}
      <button
        type="submit"
        class={isDangerous ? "button danger" : action.maybeStale ? "button" : "button primary"}
        data-key="a"
        data-testid="approve"
        disabled={!isReady || !action.preview}
      >
        <Icon name="done" />Approve
      </button>
      <button
        type="button"
        class="button"
        data-key="r"
        data-testid="reject"
        onClick={() => rejecting.value = true}
      >
        Reject
      </button>
      <More>
        <Again state={state} label="Preview again" />
        <Withdraw state={state} />
      </More>
    </form>
  );
}

function Stale({ state }: Props) {
  const rejecting = useSignal(false);
  if (rejecting.value) return <Reject state={state} open={rejecting} />;
  return (
    <div class="buttons">
      <button
        type="button"
        class="button"
        data-key="r"
        data-testid="reject"
        onClick={() => rejecting.value = true}
      >
        Reject
      </button>
      <Withdraw state={state} />
    </div>
  );
}

function Reject({ state, open }: { state: AppState; open: Signal<boolean> }) {
  const reason = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  // Before the next key press: someone who types R and a reason at once must not steer the list with it.
  useLayoutEffect(() => field.current?.focus(), []);
  return (
    <form
      class="buttons"
      onSubmit={(event) => {
        event.preventDefault();
        void reject(state, reason.value);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        open.value = false;
      }}
    >
      <label class="reason">
        <span>Reason, told to the agent (may stay empty)</span>
        <input
          ref={field}
          data-testid="reject-reason"
          maxLength={500}
          autocomplete="off"
          value={reason.value}
          onInput={(event) => reason.value = event.currentTarget.value}
        />
      </label>
      <button type="submit" class="button danger" data-testid="reject-send">Reject</button>
      <button type="button" class="button" onClick={() => open.value = false}>Back</button>
    </form>
  );
}

function Approved({ state, action }: Props) {
  const asks = useSignal(false);
  if (!action.canRevert) return <p class="buttons muted">This can't be reverted any more.</p>;
  if (!asks.value) {
    return (
      <div class="buttons">
        <button type="button" class="button" data-testid="revert" onClick={() => asks.value = true}>
          <Icon name="back" />Revert
        </button>
      </div>
    );
  }
  return (
    <div class="buttons">
      <p>
        Put {rows(totalRows(action.affected))} back exactly as before? Rows that moved since stop it.
      </p>
      {action.revertSql && (
        <details class="tool">
          <summary>
            <Icon name="open" />What the revert does, as SQL
          </summary>
          <SqlText text={action.revertSql} label="SQL of the revert" />
        </details>
      )}
      <button
        type="button"
        class="button primary"
        data-testid="revert-confirm"
        onClick={() => {
          asks.value = false;
          void revert(state, action.id);
        }}
      >
        <Icon name="back" />Revert now
      </button>
      <button type="button" class="button" onClick={() => asks.value = false}>Keep it</button>
    </div>
  );
}

function More({ children }: { children: ComponentChildren }) {
  return (
    <details class="more-menu">
      <summary class="button">More</summary>
      <div class="menu">{children}</div>
    </details>
  );
}

function Again({ state, label }: { state: AppState; label: string }) {
  return (
    <button
      type="button"
      class="button"
      data-testid="preview-again"
      onClick={() => void lookAgain(state)}
    >
      <Icon name="refresh" />
      {label}
    </button>
  );
}

function Withdraw({ state }: { state: AppState }) {
  return (
    <button type="button" class="button" data-testid="withdraw" onClick={() => void withdraw(state)}>
      <Icon name="minus" />Withdraw
    </button>
  );
}
