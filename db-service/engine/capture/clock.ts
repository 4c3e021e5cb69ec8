/** Cells that the clock fills: they can't be the same at preview and at execution, so a digest speaks of the clock. */
import type { SqlValue } from "../types.ts";

/** The seconds in which statements ran, by SQLite's clock, both ends included. */
export interface ClockWindow {
  from: number;
  to: number;
}

/** Names the clock value that a cell holds, as SQL spells it, by the text or number it had in those seconds. */
export function clockMarks({ from, to }: ClockWindow): (cell: SqlValue) => string | null {
  const marks = new Map<SqlValue, string>();
  for (let second = from; second <= to; second++) {
    const [date, time] = new Date(second * 1000).toISOString().slice(0, 19)
      .split("T");
    marks.set(`${date} ${time}`, "CURRENT_TIMESTAMP");
    marks.set(date, "CURRENT_DATE");
    marks.set(time, "CURRENT_TIME");
    marks.set(BigInt(second), "unixepoch()");
  }
  return (cell) => marks.get(cell) ?? null;
}
