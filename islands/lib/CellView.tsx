import type { Cell } from "@/agent/types.ts";
import { cellText } from "./format.ts";

/** Longer texts are cut and open on request. */
const CUT = 56;

/** One value of a row: NULL and marks as muted words, blobs by size, long text cut. */
export function CellView({ cell }: { cell: Cell }) {
  const text = cellText(cell);
  if (typeof cell === "number") return <span class="num">{text}</span>;
  if (cell === null || (typeof cell === "object" && !("$int" in cell || "$real" in cell))) {
    return <span class="null">{text}</span>;
  }
  if (text === "") return <span class="null">empty</span>;
  if (text.length <= CUT) return <>{text}</>;
  return (
    <details class="long">
      <summary>{text.slice(0, CUT)}…</summary>
      <div class="long-whole">{text}</div>
    </details>
  );
}

/** Whether a column's values are numbers, which stand to the right. */
export function isNumeric(cells: readonly (Cell | undefined)[]): boolean {
  const some = cells.filter((cell) => cell !== null && cell !== undefined);
  return some.length > 0 &&
    some.every((cell) =>
      typeof cell === "number" || (typeof cell === "object" && cell !== null && "$int" in cell)
    );
}
