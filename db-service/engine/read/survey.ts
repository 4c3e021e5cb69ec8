/** Which values a small text column holds, so that a model can write correct SQL: what is asked and what is told. */
import { quote } from "../capture/names.ts";
import type { SqlValue } from "../types.ts";
import type { ColumnFacts } from "./catalog.ts";

/** Rows are counted up to here. */
export const COUNTED = 100_000;
/** Values are listed for columns of tables up to this size … */
const SURVEYED = 20_000;
/** … that hold at most this many different ones … */
const VALUES = 12;
/** … of at most this length. */
const VALUE_LENGTH = 40;

/** Whether a column's values are worth a question; `rows` is null where they were not counted. */
export function isSurveyed({ type }: ColumnFacts, rows: number | null): boolean {
  return /CHAR|CLOB|TEXT/i.test(type) && rows !== null && rows <= SURVEYED;
}

/**
 * Selects the first different values, cut a little beyond the length that is told. Texts leave as bytes, with their
 * encoding: what is stored as a text may be none, which ends the answer of a remote server.
 */
export function surveySql(table: string, column: string): string {
  const name = quote(column);
  return `SELECT iif(typeof(v) = 'text', CAST(substr(v, 1, ${
    VALUE_LENGTH + 1
  }) AS BLOB), NULL), (SELECT encoding FROM pragma_encoding) FROM ` +
    `(SELECT DISTINCT ${name} AS v FROM ${quote(table)} WHERE ${name} IS NOT NULL LIMIT ${VALUES + 1})`;
}

/** The values, if the column has few of them, most rows sharing theirs; null for any other. */
export function surveyed(found: readonly SqlValue[][], rows: number): string[] | null {
  if (found.length === 0 || found.length > VALUES || found.length * 2 > rows) return null;
  const values: string[] = [];
  for (const [bytes, encoding] of found) {
    const text = bytes instanceof Uint8Array ? decode(bytes, String(encoding)) : null;
    if (text === null || text.length > VALUE_LENGTH) return null;
    values.push(text);
  }
  return values.sort();
}

function decode(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
