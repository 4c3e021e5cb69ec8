/** What the conversation keeps of a read: it goes to every tab at every visit, and every answer may hold many. Pure. */
import type { Value } from "../types.ts";

/** Rows of one read. */
export const MAX_ROWS = 200;
/** Characters of one cell. */
const MAX_CELL = 2_000;
/** Characters of all rows of one read, as JSON. */
const MAX_UNITS = 400_000;

/** A result with no more than that, and at least its first row; `truncated` says that there is more. */
export function kept<T extends { rows: Value[][]; truncated: boolean }>(result: T): T {
  const rows: Value[][] = [];
  let left = MAX_UNITS;
  for (const row of result.rows) {
    const short = row.map(shortCell);
    left -= JSON.stringify(short).length;
    if (left < 0 && rows.length > 0) break;
    rows.push(short);
  }
  return { ...result, rows, truncated: result.truncated || rows.length < result.rows.length };
}

/** A long cell stands there by its beginning. */
function shortCell(cell: Value): Value {
  if (typeof cell === "string" && cell.length > MAX_CELL) {
    return `${cell.slice(0, MAX_CELL).toWellFormed()}… (${cell.length} characters)`;
  }
  if (typeof cell === "object" && cell !== null && "$blob" in cell && cell.$blob.length > MAX_CELL) {
    return `(a blob of ${Math.floor(cell.$blob.length * 3 / 4)} bytes)`;
  }
  return cell;
}
