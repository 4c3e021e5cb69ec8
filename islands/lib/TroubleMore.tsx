import type { Cell, Conflict } from "@/agent/types.ts";
import { CellView } from "./CellView.tsx";
import { keyText } from "./format.ts";
import { deciding } from "./later.ts";
import { Shown } from "./Shown.tsx";
import type { AppState, Trouble } from "./state.ts";

/** What can be done about what went wrong: a new key, or to see which rows are in the way. */
export function TroubleMore({ state, trouble }: { state: AppState; trouble: Trouble }) {
  return (
    <>
      {trouble.keyRevoked && (
        <button
          type="button"
          class="button small"
          data-testid="new-key"
          onClick={() => void deciding(state, ({ newKey }) => newKey(state))}
        >
          Make a new key
        </button>
      )}
      {trouble.conflicts && <Conflicts conflicts={trouble.conflicts} columns={trouble.columns ?? {}} />}
    </>
  );
}

/** Why a revert changed nothing: each row as it was, as the action left it, as it is now. */
function Conflicts(
  { conflicts, columns }: { conflicts: Conflict[]; columns: Record<string, string[]> },
) {
  return (
    <>
      <div class="table-wrap" tabIndex={0} role="group" aria-label="Rows that moved since">
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">Row</th>
              <th scope="col">Column</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
              <th scope="col">Now</th>
            </tr>
          </thead>
          <tbody>
            {conflicts.flatMap((conflict) =>
              differing(conflict, columns[conflict.table] ?? []).map(({ name, cells }) => (
                <tr key={`${conflict.table} ${keyText(conflict.key)} ${name}`}>
                  <td>
                    <Shown text={conflict.table} /> · <Shown text={keyText(conflict.key)} kind="sentence" />
                  </td>
                  <td>
                    <Shown text={name} />
                  </td>
                  {cells.map((cell, i) => (
                    <td key={i}>
                      {cell === undefined ? <span class="null">no row</span> : <CellView cell={cell} />}
                    </td>
                  ))}
                </tr>
              ))
            )}
          </tbody>
        </table>
      </div>
      <p>To bring back what was before anyway, ask for a change that does it.</p>
    </>
  );
}

/** The columns in which the three differ; all of them for a row that is gone or new. */
function differing({ before, after, current }: Conflict, columns: readonly string[]) {
  const width = Math.max(before?.length ?? 0, after?.length ?? 0, current?.length ?? 0);
  return Array.from({ length: width }, (_, i) => {
    const cells: (Cell | undefined)[] = [before?.[i], after?.[i], current?.[i]];
    return { name: columns[i] ?? `column ${i + 1}`, cells };
  }).filter(({ cells }) => new Set(cells.map((cell) => JSON.stringify(cell))).size > 1);
}
