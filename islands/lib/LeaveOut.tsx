/** Leaving rows out of a bulk change: the rest is previewed anew, as statements for the rows that remain. */
import { batch, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "@/components/Icon.tsx";
import type { Action, Change } from "@/agent/types.ts";
import { post, troubleOf } from "./decide.ts";
import { DiffTable } from "./DiffTable.tsx";
import { focusDetail } from "./focus.ts";
import { countsOf, number, rows, totalRows } from "./format.ts";
import { adopt } from "./queue.ts";
import type { AppState } from "./state.ts";

interface Props {
  state: AppState;
  action: Action;
  /** The rows that are on screen so far. */
  changes: Change[];
}

/** The diff with a box for each row: one that is unticked is left out. */
export function LeaveOut({ state, action, changes }: Props) {
  const out = useSignal<ReadonlySet<Change>>(new Set());
  const first = useRef<HTMLDivElement>(null);
  useEffect(() => {
    first.current?.querySelector("input")?.focus();
    // Another action, or other rows: whoever chose from these has to begin anew.
    return () => {
      if (state.leaving.peek() === action.id) state.leaving.value = null;
    };
  }, []);
  const total = totalRows(countsOf(action));
  const left = out.value.size;
  const isBusy = state.deciding.value !== null;
  const close = () => {
    state.leaving.value = null;
    focusDetail(state);
  };
  const choice = {
    out: out.value,
    leave(these: readonly Change[], isOut: boolean) {
      const kept = [...out.peek()].filter((one) => !these.includes(one));
      out.value = new Set(isOut ? [...kept, ...these] : kept);
    },
  };
  return (
    <form
      class="leave"
      data-testid="leave-out"
      onSubmit={(event) => {
        event.preventDefault();
        if (left > 0 && left < total && !isBusy) void preview(state, action, [...out.peek()]);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        close();
      }}
    >
      <div ref={first}>
        <DiffTable changes={changes} columns={action.preview?.columns ?? {}} choice={choice} />
      </div>
      <div class="leave-foot">
        <span role="status" data-testid="leave-count">
          {left === 0
            ? "Untick the rows to leave out."
            : left === total
            ? "No row would remain. Reject the change instead."
            : `${rows(left)} left out, ${rows(total - left)} ${total - left === 1 ? "remains" : "remain"}.`}
        </span>
        <button
          type="submit"
          class="button primary"
          data-testid="leave-preview"
          aria-disabled={left === 0 || left === total || isBusy}
        >
          <Icon name="refresh" />Preview the rest
        </button>
        <button type="button" class="button" onClick={close}>Cancel</button>
      </div>
    </form>
  );
}

/** What was left out of what was proposed: no part of what is approved, and for the record alone. */
export function LeftOutRows({ action: { leftOut } }: { action: Action }) {
  if (!leftOut) return null;
  const more = leftOut.rows - leftOut.changes.length;
  return (
    <details class="tool left-out" data-testid="left-out">
      <summary>
        <Icon name="open" />
        {`${rows(leftOut.rows)} ${leftOut.rows === 1 ? "was" : "were"} left out: no part of this change`}
      </summary>
      <DiffTable changes={leftOut.changes} columns={leftOut.columns} />
      {more > 0 && <p class="muted">{`and ${number(more)} more`}</p>}
    </details>
  );
}

async function preview(state: AppState, action: Action, out: readonly Change[]): Promise<void> {
  if (state.deciding.peek() !== null) return;
  state.deciding.value = action.id;
  const exclude = out.map(({ table, key }) => ({ table, key }));
  const answer = await post(state, action.id, "preview", { digest: action.digest, exclude });
  batch(() => {
    state.deciding.value = null;
    state.trouble.value = answer.ok ? null : troubleOf(action, answer);
    if (!answer.ok) return;
    state.leaving.value = null;
    adopt(state, answer.data);
    const message = `${rows(out.length)} left out of #${action.id}: this is the rest, previewed anew.`;
    state.notice.value = { message, undo: null };
  });
  if (answer.ok) focusDetail(state);
}
