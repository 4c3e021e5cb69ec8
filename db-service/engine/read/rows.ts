/** One page of a table for the data panel: sorted, filtered, each row with its key. */
import type { RowsQuery, RowsResult } from "../../contract/schemas.ts";
import { ServiceError, type SqlValue } from "../types.ts";
import { readBounded } from "./bounded.ts";
import type { ColumnFacts, Facts, TableFacts } from "./catalog.ts";
import { type Connection, query, quoteName } from "./connection.ts";
import { visibleColumns, visibleTables } from "./describe.ts";
import type { Denials } from "./gate.ts";

const DEFAULT_LIMIT = 50;
/** Rows are counted up to here. */
const COUNTED = 100_000;

/** Reads a page. Throws `not_found` for a table that cannot be seen, `invalid` for a bad sort or cursor. */
export function readRows(
  db: Connection,
  facts: Facts,
  denials: Denials,
  { table: name, query: { limit = DEFAULT_LIMIT, cursor, sort = "", q = "" } }: {
    table: string;
    query: RowsQuery;
  },
): RowsResult {
  const table = visibleTables(facts, denials).find((table) =>
    table.name.toLowerCase() === name.toLowerCase()
  );
  if (table === undefined) throw new ServiceError("not_found", `There is no table ${name}.`);
  const columns = visibleColumns(table, denials);
  if (columns.length === 0) {
    throw new ServiceError("not_found", `The table ${name} has no columns that can be read.`);
  }
  const offset = cursor === undefined ? 0 : openCursor(cursor, { sort, q });
  const keys = keyColumns(table);
  const filter = containsFilter(columns, q);
  const order = [...parseSort(sort, columns), ...keys.map(({ sql }) => sql)];
  const from = `FROM ${quoteName(table.name)}${filter.sql}`;
  const selected = [...columns.map(({ name }) => quoteName(name)), ...keys.map(({ sql }) => sql)];
  const page = readBounded(
    db,
    `SELECT ${selected.join(", ")} ${from}${
      order.length > 0 ? ` ORDER BY ${order.join(", ")}` : ""
    } LIMIT -1 OFFSET ?`,
    { args: [...filter.args, BigInt(offset)], width: selected.length, maxRows: limit },
  );
  const rows = page.rows.map((row) => row.slice(0, columns.length));
  return {
    columns: columns.map(({ name, type }) => ({ name, type })),
    rows,
    keys: keys.length === 0
      ? null
      : page.rows.map((row) =>
        Object.fromEntries(keys.map(({ name }, i) => [name, row[columns.length + i] ?? null]))
      ),
    cursor: page.truncated ? sealCursor({ offset: offset + rows.length, sort, q }) : null,
    total: countRows(db, table, from, filter.args),
  };
}

/** A row's key as a preview names it: the primary key, else the rowid, which a view does not have. */
function keyColumns(table: TableFacts): { name: string; sql: string }[] {
  if (table.kind === "view") return [];
  if (table.key.length > 0) return table.key.map((name) => ({ name, sql: quoteName(name) }));
  const taken = new Set(table.columns.map(({ name }) => name.toLowerCase()));
  const rowid = ["rowid", "_rowid_", "oid"].find((alias) => !taken.has(alias));
  return rowid === undefined ? [] : [{ name: "rowid", sql: rowid }];
}

function containsFilter(columns: ColumnFacts[], q: string): { sql: string; args: SqlValue[] } {
  if (q === "") return { sql: "", args: [] };
  const pattern = `%${q.replaceAll(/[\\%_]/g, "\\$&")}%`;
  const tests = columns.map(({ name }) => `CAST(${quoteName(name)} AS TEXT) LIKE ?1 ESCAPE '\\'`);
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
    if (column !== undefined) return `${quoteName(column.name)}${descending ? " DESC" : ""}`;
    throw invalid("sort", `There is no column ${term} to sort by.`);
  });
}

function countRows(db: Connection, table: TableFacts, from: string, args: SqlValue[]): number | null {
  if (table.kind === "view") return null;
  const count = Number(
    query(db, `SELECT count(*) FROM (SELECT 1 ${from} LIMIT ${COUNTED + 1})`, ...args)[0]?.[0] ?? 0,
  );
  return count > COUNTED ? null : count;
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
