import type { Signal } from "@preact/signals";
import type { Action } from "@/agent/types.ts";
import { countsOf, number, rows, totalRows } from "./format.ts";

/**
 * Whether approving takes more than a click. Badges are the app's word; what is deleted is part of what is verified and
 * signed. What changes no row can do no harm: if it would change one by then, it is not executed.
 */
export function isDangerous(action: Action): boolean {
  const counts = countsOf(action);
  return totalRows(counts) > 0 &&
    (action.badges.some(({ level }) => level === "danger") || counts.some(({ deleted }) => deleted > 0));
}

/** The field for the row count, which shows that it was read. */
export function TypeCount({ id, total, typed }: { id: string; total: number; typed: Signal<string> }) {
  return (
    <label class="type-count">
      <span>
        Type <strong>{number(total)}</strong> to approve {rows(total)}
      </span>
      <input
        id={id}
        data-testid={id}
        inputMode="numeric"
        autocomplete="off"
        value={typed.value}
        onInput={(event) => typed.value = event.currentTarget.value}
      />
    </label>
  );
}
