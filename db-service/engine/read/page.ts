/** One page of a table as SQL, and its rows as the contract shows them: the same on every engine. */
import type { RowsQuery, RowsResult, Value } from "../../contract/schemas.ts";
import { quote } from "../capture/names.ts";
import { ServiceError, type SqlValue } from "../types.ts";
import type { ColumnFacts, Facts, TableFacts } from "./catalog.ts";
import type { Denials } from "./denials.ts";
import { COUNTED } from "./survey.ts";
import { findVisible, visibleColumns } from "./visible.ts";

const DEFAULT_LIMIT = 50;

/** How to read one page. */
export interface PagePlan {
  /** Selects the page and, for want of a limit, everything after it. */
  sql: string;
  args: SqlValue[];
  width: number;
  maxRows: number;
  /** Counts the rows up to a bound; null for a view, which may cost anything to count. */
  count: { sql: string; args: SqlValue[] } | null;
  /** The contract's answer to rows of this plan. */
  result(page: { rows: Value[][]; truncated: boolean }, counted: number | null): RowsResult;
}

/** Plans a page. Throws `not_found` for a table that cannot be seen, `invalid` for a bad sort or cursor. */
export function planPage(
  facts: Facts,
  denials: Denials,
  name: string,
  { limit = DEFAULT_LIMIT, cursor, sort = "", q = "" }: RowsQuery,
): PagePlan {
  const table = findVisible(facts, denials, name);
  if (table === undefined) throw new ServiceError("not_found", `There is no table ${name}.`);
  const columns = visibleColumns(table, denials);
  if (columns.length === 0) {
    throw new ServiceError("not_found", `The table ${name} has no columns that can be read.`);
  }
  const offset = cursor === undefined ? 0 : openCursor(cursor, { sort, q });
  const keys = keyColumns(table, denials);
  const filter = containsFilter(columns, q);
  const order = [...parseSort(sort, columns), ...keys.map(({ sql }) => sql)];
  const from = `FROM ${quote(table.name)}${filter.sql}`;
  const selected = [...columns.map(({ name }) => quote(name)), ...keys.map(({ sql }) => sql)];
  const ordered = order.length > 0 ? ` ORDER BY ${order.join(", ")}` : "";
  return {
    sql: `SELECT ${selected.join(", ")} ${from}${ordered} LIMIT -1 OFFSET ?`,
    args: [...filter.args, BigInt(offset)],
    width: selected.length,
    maxRows: limit,
    count: table.kind === "view"
      ? null
      : { sql: `SELECT count(*) FROM (SELECT 1 ${from} LIMIT ${COUNTED + 1})`, args: filter.args },
    result: (page, counted) => ({
      columns: columns.map(({ name, type }) => ({ name, type })),
      rows: page.rows.map((row) => row.slice(0, columns.length)),
      keys: keys.length === 0
        ? null
        : page.rows.map((row) =>
          Object.fromEntries(keys.map(({ name }, i) => [name, row[columns.length + i] ?? null]))
        ),
      cursor: page.truncated ? sealCursor({ offset: offset + page.rows.length, sort, q }) : null,
      total: counted === null || counted > COUNTED ? null : counted,
    }),
  };
}

/**
 * A row's key as a preview names it: the primary key, else the rowid, which a view does not have. None where it is
 * hidden; the rows then come in no order of ours.
 */
function keyColumns(table: TableFacts, denials: Denials): { name: string; sql: string }[] {
  if (table.kind === "view" || table.key.some((name) => denials.column(table.name, name))) return [];
  if (table.key.length > 0) return table.key.map((name) => ({ name, sql: quote(name) }));
  const taken = new Set(table.columns.map(({ name }) => name.toLowerCase()));
  const rowid = ["rowid", "_rowid_", "oid"].find((alias) => !taken.has(alias));
  return rowid === undefined ? [] : [{ name: "rowid", sql: rowid }];
}

function containsFilter(columns: ColumnFacts[], q: string): { sql: string; args: SqlValue[] } {
  if (q === "") return { sql: "", args: [] };
  const pattern = `%${q.replaceAll(/[\\%_]/g, "\\$&")}%`;
  const tests = columns.map(({ name }) => `CAST(${quote(name)} AS TEXT) LIKE ?1 ESCAPE '\\'`);
  return { sql: ` WHERE (${tests.join(" OR ")})`, args: [pattern] };
}

/** `-tier,name` → ORDER BY terms. Names are matched with real columns, never written into SQL as they came. */
function parseSort(sort: string, columns: ColumnFacts[]): string[] {
  if (sort === "") return [];
  return sort.split(",").map((term) => {
    const find = (name: string) => columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
    const exact = find(term);
    const descending = exact === undefined && term.startsWith("-");
    const column = exact ?? (descending ? find(term.slice(1)) : undefined);
    if (column !== undefined) return `${quote(column.name)}${descending ? " DESC" : ""}`;
    throw invalid("sort", `There is no column ${term} to sort by.`);
  });
}

interface Position {
  offset: number;
  sort: string;
  q: string;
}

function sealCursor({ offset, sort, q }: Position): string {
  return btoa(encodeURIComponent(JSON.stringify([offset, sort, q]))).replaceAll("+", "-").replaceAll(
    "/",
    "_",
  );
}

/** A cursor goes on only where it came from: with another sort or filter its offset would mean nothing. */
function openCursor(cursor: string, { sort, q }: Omit<Position, "offset">): number {
  try {
    const position: unknown = JSON.parse(
      decodeURIComponent(atob(cursor.replaceAll("-", "+").replaceAll("_", "/"))),
    );
    if (Array.isArray(position) && position[1] === sort && position[2] === q) {
      const offset: unknown = position[0];
      if (typeof offset === "number" && Number.isSafeInteger(offset) && offset >= 0) return offset;
    }
  } catch {
    // Not a cursor of ours.
  }
  throw invalid(
    "cursor",
    "The cursor does not belong to this table, sort and filter. Start again without it.",
  );
}

function invalid(path: string, message: string): ServiceError {
  return new ServiceError("invalid", message, { errors: [{ path, message }] });
}
