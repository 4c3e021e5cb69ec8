import type { ComponentChildren } from "preact";
import { type Signal, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "@/components/Icon.tsx";
import type { Action } from "@/agent/types.ts";
import { approve, lookAgain, reject, revert, withdraw } from "./decide.ts";
import { focusDetail } from "./focus.ts";
import { countsOf, number, rows, totalRows } from "./format.ts";
import { mayDecide } from "./roles.ts";
import { useSeen } from "./seen.ts";
import { SqlText } from "./SqlBlock.tsx";
import type { AppState } from "./state.ts";
import { isDangerous, TypeCount } from "./TypeCount.tsx";
import { isCount } from "./typed.ts";

interface Props {
  state: AppState;
  action: Action;
}

interface Deciding extends Props {
  isSeen: boolean;
}

/** What a person can do about the open action. While the database works there is nothing to press. */
export function Buttons({ state, action, isBusy }: Props & { isBusy: boolean }) {
  const isSeen = useSeen(`${action.id} ${action.digest} ${action.state}`);
  if (isBusy) return <Busy state={state} />;
  if (!mayDecide(state)) {
    return action.state === "pending" ? <p class="buttons muted">An approver decides on this.</p> : null;
  }
  switch (action.state) {
    case "pending":
      return <Pending state={state} action={action} isSeen={isSeen} />;
    case "stale":
      return <Stale state={state} action={action} isSeen={isSeen} />;
    case "failed":
      return (
        <div class="buttons">
          <Again state={state} label="Preview again" />
          <Withdraw state={state} />
        </div>
      );
    case "approved":
      return <Approved state={state} action={action} isSeen={isSeen} />;
    default:
      return null;
  }
}

function Busy({ state }: { state: AppState }) {
  const checking = state.checking.value;
  if (checking) {
    return (
      <p class="buttons muted">
        {`Checking ${number(checking.done)} of ${rows(checking.total)}…`}
      </p>
    );
  }
  return <p class="buttons muted" role="status">Executing… Waiting for the database to confirm.</p>;
}

function Pending({ state, action, isSeen }: Deciding) {
  const rejecting = useSignal(false);
  const typed = useSignal("");
  const total = totalRows(countsOf(action));
  const isRed = isDangerous(action);
  const isReady = !isRed || isCount(typed.value, total);
  if (rejecting.value) return <Reject state={state} id={action.id} open={rejecting} isSeen={isSeen} />;
  return (
    <form
      class="buttons"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady && isSeen) void approve(state, action.digest);
      }}
    >
      {isRed && <TypeCount id="approve-count" total={total} typed={typed} />}
      <button
        type="submit"
        class={isRed ? "button danger" : action.maybeStale ? "button" : "button primary"}
        data-key="a"
        data-testid="approve"
        disabled={!isReady || !action.preview}
        aria-disabled={!isSeen}
      >
        <Icon name="done" />Approve
      </button>
      <RejectButton rejecting={rejecting} isSeen={isSeen} />
      <More>
        <Again state={state} label="Preview again" />
        <Leave state={state} action={action} />
        <Withdraw state={state} />
      </More>
    </form>
  );
}

/** Asks for the reason, once what it is about has been seen. */
function RejectButton({ rejecting, isSeen }: { rejecting: Signal<boolean>; isSeen: boolean }) {
  return (
    <button
      type="button"
      class="button"
      data-key="r"
      data-testid="reject"
      aria-disabled={!isSeen}
      onClick={() => rejecting.value = isSeen}
    >
      Reject
    </button>
  );
}

function Stale({ state, action, isSeen }: Deciding) {
  const rejecting = useSignal(false);
  if (rejecting.value) return <Reject state={state} id={action.id} open={rejecting} isSeen={isSeen} />;
  return (
    <div class="buttons">
      <RejectButton rejecting={rejecting} isSeen={isSeen} />
      <Withdraw state={state} />
    </div>
  );
}

function Reject(
  { state, id, open, isSeen }: { state: AppState; id: number; open: Signal<boolean>; isSeen: boolean },
) {
  const reason = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  // Before the next key press: someone who types R and a reason at once must not steer the list with it.
  useLayoutEffect(() => field.current?.focus(), []);
  const leave = () => {
    // The focus is on the page again: what is typed next is no reason any more.
    field.current?.blur();
    open.value = false;
    focusDetail(state);
  };
  return (
    <form
      class="buttons"
      onSubmit={(event) => {
        event.preventDefault();
        if (isSeen) void reject(state, id, reason.value);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        leave();
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
      <button type="submit" class="button danger" data-testid="reject-send" aria-disabled={!isSeen}>
        Reject
      </button>
      <button type="button" class="button" onClick={leave}>Back</button>
    </form>
  );
}

function Approved({ state, action, isSeen }: Deciding) {
  const asks = useSignal(false);
  if (!action.canRevert) return <p class="buttons muted">This can't be reverted any more.</p>;
  if (!asks.value) {
    return (
      <div class="buttons">
        <button
          type="button"
          class="button"
          data-testid="revert"
          aria-disabled={!isSeen}
          onClick={() => asks.value = isSeen}
        >
          <Icon name="back" />Revert
        </button>
      </div>
    );
  }
  return <ConfirmRevert state={state} action={action} asks={asks} />;
}

function ConfirmRevert({ state, action, asks }: Props & { asks: Signal<boolean> }) {
  const isSeen = useSeen("question");
  const question = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => question.current?.focus(), []);
  return (
    <div class="buttons">
      <p ref={question} tabIndex={-1}>
        Put {rows(totalRows(countsOf(action)))} back exactly as before? Rows that moved since stop it.
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
        aria-disabled={!isSeen}
        onClick={() => {
          if (!isSeen) return;
          asks.value = false;
          void revert(state, action.id);
        }}
      >
        <Icon name="back" />Revert now
      </button>
      <button
        type="button"
        class="button"
        onClick={() => {
          asks.value = false;
          focusDetail(state);
        }}
      >
        Keep it
      </button>
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

/** Leads to the boxes in the diff; where no row can be left out, says why. */
function Leave({ state, action }: Props) {
  const why = whyWhole(action);
  return (
    <>
      <button
        type="button"
        class="button"
        data-key="l"
        data-testid="leave-rows"
        aria-disabled={why !== ""}
        aria-describedby={why && "leave-why"}
        onClick={() => {
          if (!why) state.leaving.value = action.id;
        }}
      >
        <Icon name="queue" />Leave rows out
      </button>
      {why && <p class="menu-why muted" id="leave-why">{why}</p>}
    </>
  );
}

/** Why all rows of an action are decided together; empty when some of them can be left out. */
function whyWhole(action: Action): string {
  if (!action.preview || totalRows(countsOf(action)) < 2) return "It changes no more than one row.";
  return action.preview.effects.length > 0 ? "Triggers, cascades or replacements act: all or nothing." : "";
}

function Withdraw({ state }: { state: AppState }) {
  return (
    <button type="button" class="button" data-testid="withdraw" onClick={() => void withdraw(state)}>
      <Icon name="minus" />Withdraw
    </button>
  );
}
