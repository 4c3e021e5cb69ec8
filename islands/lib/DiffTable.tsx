import { useSignal } from "@preact/signals";
import type { Change } from "@/agent/types.ts";
import { CellView } from "./CellView.tsx";
import { marksOf } from "./cut.ts";
import { type DiffCell, diffTables, isWide, type TableDiff } from "./diff.ts";
import { cellText, keyText, rows } from "./format.ts";
import { Shown } from "./Shown.tsx";
import { visibleText } from "./visible.ts";

const WORDS = { insert: "added", update: "changed", delete: "deleted" } as const;
/** Longer pairs of values stand above each other: what comes must not begin outside of the view. */
const SIDE_BY_SIDE = 24;
const SIGNS = { insert: "+", update: "~", delete: "−" } as const;

/** Which rows stay part of the change, while a person chooses. */
export interface RowChoice {
  out: ReadonlySet<Change>;
  leave(rows: readonly Change[], isOut: boolean): void;
}

interface Props {
  changes: readonly Change[];
  columns: Record<string, string[]>;
  choice?: RowChoice;
}

/** The row diff: one table per database table. */
export function DiffTable({ changes, columns, choice }: Props) {
  return (
    <>
      {diffTables(changes, columns).map((diff) => <OneTable key={diff.table} diff={diff} choice={choice} />)}
    </>
  );
}

function OneTable({ diff, choice }: { diff: TableDiff; choice?: RowChoice }) {
  const whole = useSignal(false);
  const columns = whole.value ? [...diff.shown, ...diff.folded] : diff.shown;
  return (
    <div
      class={isWide(diff, columns) || diff.rows.some((row) => columns.some((name) => isLong(row.cells[name])))
        ? "diff diff-tall"
        : "diff"}
    >
      <div class="diff-head">
        <span class="mono">
          <Shown text={diff.table} kind="name" />
        </span>
        {diff.folded.length > 0 && (
          <button
            type="button"
            class="link"
            aria-expanded={whole.value}
            onClick={() => whole.value = !whole.value}
          >
            {whole.value
              ? "Fold unchanged columns"
              : `${diff.folded.length} more ${diff.folded.length === 1 ? "column" : "columns"}, unchanged`}
          </button>
        )}
      </div>
      <div class="table-wrap" tabIndex={0} role="group" aria-label={`Changes in ${visibleText(diff.table)}`}>
        <table class="rows diff-table">
          <thead>
            <tr>
              <th scope="col" class="diff-op">
                <span class="sr">Change</span>
                {choice && (
                  <Keep
                    choice={choice}
                    rows={diff.rows.map(({ change }) => change)}
                    label="Keep all rows"
                  />
                )}
              </th>
              {[...diff.keyColumns, ...columns].map((name, i) => (
                <th key={i} scope="col">
                  <Shown text={name} kind="name" />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {diff.rows.map((row) => (
              <tr
                key={row.id}
                class={`diff-${row.op}${choice?.out.has(row.change) ? " is-out" : ""}`}
                data-testid="diff-row"
                data-op={row.op}
              >
                <td class="diff-op">
                  {choice && (
                    <Keep
                      choice={choice}
                      rows={[row.change]}
                      label={`Keep ${visibleText(keyText(row.change.key))}`}
                    />
                  )}
                  <span aria-hidden="true">{SIGNS[row.op]}</span>
                  <span class="sr">{WORDS[row.op]}</span>
                </td>
                {row.key.map((cell, i) => (
                  <td key={i} class="diff-key" data-name={visibleText(diff.keyColumns[i] ?? "")}>
                    <CellView cell={cell} />
                  </td>
                ))}
                {columns.map((name) => (
                  <td key={name} data-name={visibleText(name)}>
                    <Compared cell={row.cells[name]} op={row.op} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <span class="sr">{rows(diff.rows.length)} shown</span>
    </div>
  );
}

/** A ticked row stays. */
function Keep({ choice, rows, label }: { choice: RowChoice; rows: Change[]; label: string }) {
  const kept = rows.filter((row) => !choice.out.has(row)).length;
  return (
    <input
      type="checkbox"
      aria-label={label}
      checked={kept === rows.length}
      indeterminate={kept > 0 && kept < rows.length}
      onChange={(event) => choice.leave(rows, !event.currentTarget.checked)}
    />
  );
}

function Compared({ cell, op }: { cell: DiffCell | undefined; op: Change["op"] }) {
  if (!cell) return null;
  const { before = null, after = null } = cell;
  if (op === "insert") {
    return (
      <ins>
        <CellView cell={after} />
      </ins>
    );
  }
  if (op === "delete") {
    return (
      <del>
        <CellView cell={before} />
      </del>
    );
  }
  if (!cell.changed) {
    return (
      <span class="muted">
        <CellView cell={cell.after === undefined ? before : after} />
      </span>
    );
  }
  const [was, becomes] = typeof before === "string" && typeof after === "string"
    ? marksOf(before, after)
    : [undefined, undefined];
  return (
    <div class={isLong(cell) ? "compared compared-long" : "compared"}>
      <del>
        <span class="sr">was</span>
        <CellView cell={before} differs={was} />
      </del>{" "}
      <ins>
        <span class="sr">becomes</span>
        <CellView cell={after} differs={becomes} />
      </ins>
    </div>
  );
}

function isLong(cell: DiffCell | undefined): boolean {
  if (!cell?.changed) return false;
  const { before = null, after = null } = cell;
  return cellText(before).length + cellText(after).length > SIDE_BY_SIDE;
}
