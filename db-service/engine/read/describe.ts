/** The schema as people and models see it: tables, columns, keys, counts and what small text columns hold. */
import type { Column, ForeignKey, Table } from "../../contract/schemas.ts";
import { isInternal } from "../../sql/judge.ts";
import type { ColumnFacts, Facts, TableFacts } from "./catalog.ts";
import { type Connection, query, quoteName } from "./connection.ts";
import type { Denials } from "./gate.ts";

/** Rows are counted up to here. */
const COUNTED = 100_000;
/** Values are listed for columns of tables up to this size … */
const SURVEYED = 20_000;
/** … that hold at most this many different ones … */
const VALUES = 12;
/** … of at most this length. */
const VALUE_LENGTH = 40;

/** Describes every table and view that may be seen, in the order of their names. */
export function describe(db: Connection, facts: Facts, denials: Denials): Table[] {
  return visibleTables(facts, denials).map((table) => {
    const rows = countRows(db, table);
    return {
      name: table.name,
      kind: table.kind === "view" ? "view" : "table",
      rows,
      autoKey: table.autoKey,
      columns: visibleColumns(table, denials).map((column) => describeColumn(db, table, column, rows)),
      foreignKeys: table.kind === "view" ? [] : foreignKeys(db, table.name, denials),
      triggers: table.triggers.filter((name) => !isInternal(name)).sort(),
    };
  });
}

/** Tables and views that are neither internal nor denied nor virtual. */
export function visibleTables(facts: Facts, denials: Denials): TableFacts[] {
  return [...facts.tables.values()]
    .filter(({ name, kind }) => kind !== "virtual" && !isInternal(name) && !denials.table(name))
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Columns of a table that may be read. */
export function visibleColumns(table: TableFacts, denials: Denials): ColumnFacts[] {
  return table.columns.filter(({ name }) => !denials.column(table.name, name));
}

function countRows(db: Connection, { name, kind }: TableFacts): number | null {
  // A view may cost anything to count.
  if (kind !== "table") return null;
  const sql = `SELECT count(*) FROM (SELECT 1 FROM ${quoteName(name)} LIMIT ${COUNTED + 1})`;
  const count = Number(query(db, sql)[0]?.[0] ?? 0);
  return count > COUNTED ? null : count;
}

function describeColumn(
  db: Connection,
  table: TableFacts,
  column: ColumnFacts,
  rows: number | null,
): Column {
  const isText = /CHAR|CLOB|TEXT/i.test(column.type);
  const values = isText && rows !== null && rows <= SURVEYED
    ? survey(db, table.name, column.name, rows)
    : null;
  return values === null ? column : { ...column, values };
}

/** All values of a column that has few of them, most rows sharing theirs; null for any other. */
function survey(db: Connection, table: string, column: string, rows: number): string[] | null {
  const name = quoteName(column);
  const found = query(
    db,
    `SELECT DISTINCT ${name} FROM ${quoteName(table)} WHERE ${name} IS NOT NULL LIMIT ${VALUES + 1}`,
  );
  if (found.length === 0 || found.length > VALUES || found.length * 2 > rows) return null;
  const values: string[] = [];
  for (const [value] of found) {
    if (typeof value !== "string" || value.length > VALUE_LENGTH) return null;
    values.push(value);
  }
  return values.sort();
}

function foreignKeys(db: Connection, table: string, denials: Denials): ForeignKey[] {
  const keys = new Map<number, ForeignKey>();
  const rows = query(
    db,
    `SELECT id, "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list(?) ORDER BY id, seq`,
    table,
  );
  for (const [id, target, from, to, onUpdate, onDelete] of rows) {
    const key = keys.get(Number(id)) ?? {
      columns: [],
      table: String(target),
      to: [],
      onDelete: String(onDelete),
      onUpdate: String(onUpdate),
    };
    key.columns.push(String(from));
    if (to !== null && to !== undefined) key.to.push(String(to));
    keys.set(Number(id), key);
  }
  return [...keys.values()].filter((key) => !denials.table(key.table));
}
