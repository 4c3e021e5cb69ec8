/** Which values a small text column holds, so that a model can write correct SQL: what is asked and what is told. */
import { quote } from "../capture/names.ts";
import type { SqlValue } from "../types.ts";
import type { ColumnFacts } from "./catalog.ts";

/** Rows are counted up to here. */
export const COUNTED = 100_000;
/** Values are listed for columns of tables up to this size … */
const SURVEYED = 20_000;
/** … that hold at most this many different ones … */
const VALUES = 20;
/** … of at most this length. */
const VALUE_LENGTH = 40;

/** Whether a column's values are worth a question; `rows` is null where they were not counted. */
export function isSurveyed({ type }: ColumnFacts, rows: number | null): boolean {
  return /CHAR|CLOB|TEXT/i.test(type) && rows !== null && rows <= SURVEYED;
}

/**
 * Selects the first different values, cut a little beyond the length that is told, and beside each how many rows have
 * one and whether a unique index is on the column alone. Texts leave as bytes, with their encoding: what is stored as a
 * text may be none, which ends the answer of a remote server.
 */
export function surveySql(table: string, column: string): string {
  const name = quote(column);
  const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const unique = `EXISTS (SELECT 1 FROM pragma_index_list(${literal(table)}) l WHERE l."unique" ` +
    `AND (SELECT count(*) FROM pragma_index_info(l.name)) = 1 AND (SELECT i.name FROM pragma_index_info(l.name) i) ` +
    `= ${literal(column)} COLLATE NOCASE)`;
  return `SELECT iif(typeof(v) = 'text', CAST(substr(v, 1, ${
    VALUE_LENGTH + 1
  }) AS BLOB), NULL), (SELECT encoding FROM pragma_encoding), ` +
    `(SELECT count(${name}) FROM ${quote(table)}), ${unique} FROM ` +
    `(SELECT DISTINCT ${name} AS v FROM ${quote(table)} WHERE ${name} IS NOT NULL LIMIT ${VALUES + 1})`;
}

/**
 * The values, if the column has few of them and holds a kind of thing (a tier, a region, a status); else null. Where
 * every value has two rows on average, that is proof enough. In a small table it can't be: eight customers have eight
 * names, and after some edits perhaps six tiers. There a column counts that has a text for its default or repeats a
 * value, unless its name, a key or a unique index says that it tells rows apart.
 */
export function surveyed(
  found: readonly SqlValue[][],
  column: Pick<ColumnFacts, "name" | "default" | "primaryKey">,
  rows: number,
): string[] | null {
  if (found.length === 0 || found.length > VALUES) return null;
  if (found.length * 2 > rows && !isKind(found, column)) return null;
  const values: string[] = [];
  for (const [bytes, encoding] of found) {
    const text = bytes instanceof Uint8Array ? decode(bytes, String(encoding)) : null;
    if (text === null || text.length > VALUE_LENGTH) return null;
    values.push(text);
  }
  return values.sort();
}

/** What tells rows apart or describes one, in any compound: "first_name", "homeAddress". */
const OF_ONE_ROW = new RegExp(
  "name|title|label|mail|phone|mobile|address|street|url|link|path|file|note|comment|remark|descri|text|body|message|" +
    "content|subject|summary|bio|code|sku|isbn|slug|key|token|hash|secret|passw|uuid|guid|date|time|(^|_)(id|at|on)$",
  "i",
);

function isKind(
  found: readonly SqlValue[][],
  column: Pick<ColumnFacts, "name" | "default" | "primaryKey">,
): boolean {
  const [, , filled, unique] = found[0] ?? [];
  if (column.primaryKey > 0 || OF_ONE_ROW.test(column.name) || Number(unique) === 1) return false;
  return /^'.*[^\s'].*'$/s.test(column.default ?? "") || found.length < Number(filled);
}

function decode(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
