import type { ComponentChildren } from "preact";
import type { Cell } from "@/agent/types.ts";
import { CellView, isNumeric } from "./CellView.tsx";
import { cellText, number } from "./format.ts";
import { Shown } from "./Shown.tsx";
import { useSignal } from "@preact/signals";
import type { Span } from "./visible.ts";

/** Rows drawn before one asks for the rest. */
const FIRST = 50;

export interface Props {
  columns: string[];
  rows: Cell[][];
  label: string;
  /** What stands in a column's header instead of its name. */
  head?: (name: string, column: number) => ComponentChildren;
  sorted?: (column: number) => "ascending" | "descending" | undefined;
  /** The part of a text that was looked for. */
  mark?: (text: string) => Span | undefined;
  /** One more column, made from each row. */
  beside?: { head: ComponentChildren; cell(row: Cell[]): ComponentChildren };
}

/** What a query answered, compact. */
export function ResultTable({ columns, rows, label, head, sorted, mark, beside }: Props) {
  const all = useSignal(false);
  const drawn = all.value ? rows : rows.slice(0, FIRST);
  const numeric = columns.map((_, i) => isNumeric(drawn.map((row) => row[i])));
  return (
    <div class="table-wrap" tabIndex={0} role="group" aria-label={label}>
      <table class="rows">
        <thead>
          <tr>
            {columns.map((name, i) => (
              <th key={i} scope="col" class={numeric[i] ? "right" : undefined} aria-sort={sorted?.(i)}>
                {head ? head(name, i) : <Shown text={name} />}
              </th>
            ))}
            {beside && <th scope="col">{beside.head}</th>}
          </tr>
        </thead>
        <tbody>
          {drawn.map((row, r) => (
            <tr key={r}>
              {columns.map((_, i) => (
                <td key={i} class={numeric[i] ? "right" : undefined}>
                  <CellView cell={row[i] ?? null} differs={mark?.(cellText(row[i] ?? null))} />
                </td>
              ))}
              {beside && <td>{beside.cell(row)}</td>}
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
