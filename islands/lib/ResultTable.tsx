import type { Cell } from "@/agent/types.ts";
import { CellView, isNumeric } from "./CellView.tsx";
import { number } from "./format.ts";
import { Shown } from "./Shown.tsx";
import { useSignal } from "@preact/signals";

/** Rows drawn before one asks for the rest. */
const FIRST = 50;

/** What a query answered, compact. */
export function ResultTable({ columns, rows, label }: { columns: string[]; rows: Cell[][]; label: string }) {
  const all = useSignal(false);
  const drawn = all.value ? rows : rows.slice(0, FIRST);
  const numeric = columns.map((_, i) => isNumeric(drawn.map((row) => row[i])));
  return (
    <div class="table-wrap" tabIndex={0} role="group" aria-label={label}>
      <table class="rows">
        <thead>
          <tr>
            {columns.map((name, i) => (
              <th key={i} scope="col" class={numeric[i] ? "right" : undefined}>
                <Shown text={name} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {drawn.map((row, r) => (
            <tr key={r}>
              {columns.map((_, i) => (
                <td key={i} class={numeric[i] ? "right" : undefined}>
                  <CellView cell={row[i] ?? null} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {drawn.length < rows.length && (
        <button type="button" class="link more" onClick={() => all.value = true}>
          {`and ${number(rows.length - drawn.length)} more`}
        </button>
      )}
    </div>
  );
}
