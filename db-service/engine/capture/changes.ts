/** Net rows as the contract shows them: keys by name, values for JSON, and marks for what is only known on approval. */
import type { Cell, Change, Count, Key } from "../../contract/schemas.ts";
import { hash, sortChanges } from "../../contract/digest.ts";
import type { SqlValue } from "../types.ts";
import { toWire } from "../values.ts";
import type { NetRow } from "./capture.ts";
import type { ForeignKeyFacts } from "./foreign_keys.ts";
import type { TableFacts } from "./table_facts.ts";

/** What tells an assigned or clock-filled cell from any other. */
export interface Marking {
  /** The clock value that a new cell holds, if any. */
  clock: (cell: SqlValue) => string | null;
  foreignKeys: readonly ForeignKeyFacts[];
}

/** Net rows as sorted changes. Keys that SQLite assigned are numbered by table in the order of their rowids. */
export async function describe(rows: readonly NetRow[], marking: Marking): Promise<Change[]> {
  const assigned = numberAssigned(rows);
  const columns = await hashColumns(rows);
  return sortChanges(rows.map((row): Change => ({
    table: row.table.name,
    op: row.before === null ? "insert" : row.after === null ? "delete" : "update",
    key: keyOf(row, assigned),
    before: row.before?.map(toWire) ?? null,
    after: row.after?.map((_, i) => afterCell(row, i, assigned, marking)) ??
      null,
    columnsSha256: columns.get(row.table.name) ?? "",
  })));
}

/** Counts of changes by table, sorted by its name; tables without changes are not listed. */
export function countRows(rows: readonly NetRow[]): Count[] {
  const counts = new Map<string, Count>();
  for (const { table: { name: table }, before, after } of rows) {
    const count = counts.get(table) ??
      { table, inserted: 0, updated: 0, deleted: 0 };
    counts.set(table, count);
    if (before === null) count.inserted++;
    else if (after === null) count.deleted++;
    else count.updated++;
  }
  return [...counts.values()].sort((a, b) => a.table < b.table ? -1 : 1);
}

/** A row's key as the contract names it: its INTEGER PRIMARY KEY or primary key columns, or `rowid`. */
export function wireKey(
  table: TableFacts,
  identity: readonly SqlValue[],
  row: readonly SqlValue[] | null,
): Key {
  if (table.identity.by === "rowid") {
    return { [table.identity.column ?? "rowid"]: toWire(identity[0] ?? null) };
  }
  // The row's own spelling of the key, which a collation may hold equal to the stored one.
  return Object.fromEntries(table.identity.columns.map(({ name }, i) => {
    const at = table.columns.findIndex((column) => column.name === name);
    return [name, toWire((row === null ? identity[i] : row[at]) ?? null)];
  }));
}

/** By table: the hash of its column names. */
async function hashColumns(rows: readonly NetRow[]): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for (const { table } of rows) {
    if (!hashes.has(table.name)) hashes.set(table.name, await hash(table.columns.map(({ name }) => name)));
  }
  return hashes;
}

/** By table: the number of each assigned rowid, and the column that holds it, if one does. */
type Assigned = ReadonlyMap<
  string,
  { column: string | null; numbers: ReadonlyMap<SqlValue, number> }
>;

function numberAssigned(rows: readonly NetRow[]): Assigned {
  const assigned = new Map<
    string,
    { column: string | null; numbers: Map<SqlValue, number> }
  >();
  for (const { table, identity } of rows.filter((row) => row.assigned)) {
    const column = table.identity.by === "rowid" ? table.identity.column : null;
    const entry = assigned.get(table.name) ??
      { column, numbers: new Map<SqlValue, number>() };
    assigned.set(table.name, entry);
    entry.numbers.set(identity[0], entry.numbers.size + 1);
  }
  return assigned;
}

function keyOf(row: NetRow, assigned: Assigned): Key {
  const { table } = row;
  const number = row.assigned ? assigned.get(table.name)?.numbers.get(row.identity[0]) : undefined;
  return number !== undefined && table.identity.by === "rowid"
    ? { [table.identity.column ?? "rowid"]: { $key: number } }
    : wireKey(table, row.identity, row.before ?? row.after);
}

function afterCell(row: NetRow, i: number, assigned: Assigned, { clock, foreignKeys }: Marking): Cell {
  const value = row.after?.[i] ?? null;
  const isNew = row.before === null || row.before[i] !== value;
  if (!isNew || value === null) return toWire(value);
  const number = keyNumber(row, i, value, assigned, foreignKeys);
  if (number !== undefined) return { $key: number };
  const now = clock(value);
  return now === null ? toWire(value) : { $now: now };
}

/** The number of the assigned key that a cell holds: as the row's own key, or as a reference to one. */
function keyNumber(
  row: NetRow,
  i: number,
  value: SqlValue,
  assigned: Assigned,
  foreignKeys: readonly ForeignKeyFacts[],
): number | undefined {
  const { table } = row;
  const column = table.columns[i].name;
  if (table.identity.by === "rowid" && table.identity.column === column) {
    return row.assigned ? assigned.get(table.name)?.numbers.get(value) : undefined;
  }
  if (assigned.size === 0) return undefined;
  const references = foreignKeys.filter((key) =>
    key.child === table.name && key.from.length === 1 &&
    sameName(key.from[0], column)
  );
  // A column that refers to two tables could mean a key of either.
  if (references.length !== 1) return undefined;
  const [{ parent, to: [to] }] = references;
  const keys = assigned.get(parent);
  if (keys === undefined || keys.column === null) return undefined;
  return to === null || sameName(to, keys.column) ? keys.numbers.get(value) : undefined;
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
