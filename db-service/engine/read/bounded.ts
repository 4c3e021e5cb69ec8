/** Rows of one statement up to a number and a size, with errors in the middle noticed. */
import type { Value } from "../../contract/schemas.ts";
import type { SqlValue } from "../types.ts";
import { toWire } from "../values.ts";
import { asRow, type Connection, prepare } from "./connection.ts";
import { MAX_BYTES, rowSize, rowTooLarge } from "./size.ts";

export interface Bounded {
  rows: Value[][];
  /** More rows would have come. */
  truncated: boolean;
}

/**
 * SQL that runs `inner` as a subquery, where anything but a query is a syntax error, and marks the end of its rows.
 * `iterate()` of `node:sqlite` ends silently when a row fails: without the mark that would look like fewer rows. And
 * `all()` would hold a thousand rows of any size in memory before the first could be measured.
 */
export function wrap(inner: string, width: number, limit: number): string {
  const mark = `${"NULL, ".repeat(width)}1`;
  return `SELECT * FROM (SELECT *, 0 FROM (\n${inner}\n) LIMIT ${limit}) UNION ALL SELECT ${mark}`;
}

/** Runs `inner`, a query of `width` columns, for up to `maxRows` rows and {@link MAX_BYTES}. */
export function readBounded(
  db: Connection,
  inner: string,
  { args, width, maxRows }: { args: SqlValue[]; width: number; maxRows: number },
): Bounded {
  const statement = prepare(db, wrap(inner, width, maxRows + 1));
  const rows: Value[][] = [];
  let bytes = 0;
  for (const raw of statement.iterate(...args)) {
    const row = asRow(raw);
    if (row.pop() === 1n) return { rows, truncated: false };
    if (rows.length === maxRows) return { rows, truncated: true };
    bytes += rowSize(row);
    if (bytes > MAX_BYTES) {
      if (rows.length > 0) return { rows, truncated: true };
      throw rowTooLarge();
    }
    rows.push(row.map(toWire));
  }
  // The mark never came: a row failed. all() stops at the same row and says why.
  statement.all(...args);
  throw new Error("A query ended before its mark without an error.");
}
