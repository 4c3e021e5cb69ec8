import type { Cell } from "@/agent/types.ts";
import { CUT, windowOf } from "./cut.ts";
import { cellText, number } from "./format.ts";
import { Shown } from "./Shown.tsx";
import type { Span } from "./visible.ts";

/**
 * One value of a row: NULL and marks as muted words, blobs by size, long text cut. `differs`: where it differs from the
 * value it is compared with; the cut is made around that.
 */
export function CellView({ cell, differs }: { cell: Cell; differs?: Span }) {
  const text = cellText(cell);
  if (typeof cell === "number") return <span class="num">{text}</span>;
  if (cell === null || (typeof cell === "object" && !("$int" in cell || "$real" in cell))) {
    return <span class="null">{text}</span>;
  }
  if (text === "") return <span class="null">empty</span>;
  if (text.length <= CUT) return <Shown text={text} differs={differs} />;
  const { from, to, hidden } = windowOf(text, differs);
  const moved = differs && { from: differs.from - from, to: differs.to - from };
  return (
    <details class="long">
      <summary>
        {from > 0 && "…"}
        <Shown text={text.slice(from, to)} differs={moved} />
        {to < text.length && "…"}
        {hidden > 0 && <span class="hidden-rest">{`${number(hidden)} more differ`}</span>}
      </summary>
      <div class="long-whole">
        <Shown text={text} kind="lines" differs={differs} />
      </div>
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
