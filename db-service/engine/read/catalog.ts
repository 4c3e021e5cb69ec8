/** The schema as the judge and the row pages need it, read once per schema version. */
import type { Catalog } from "../../sql/judge.ts";
import { type Connection, query } from "./connection.ts";
import { STORED_COLUMNS, storedColumns } from "./stored_columns.ts";

export interface ColumnFacts {
  name: string;
  type: string;
  notNull: boolean;
  default: string | null;
  /** Position in the primary key from 1, or 0. */
  primaryKey: number;
  generated: boolean;
}

export interface TableFacts {
  name: string;
  kind: "table" | "view" | "virtual";
  withoutRowid: boolean;
  columns: ColumnFacts[];
  /** The columns of the primary key in its order; empty where there is none. */
  key: string[];
  /** Another name for the rowid: a value that SQLite assigns. */
  autoKey: string | null;
  triggers: string[];
  sql: string;
}

export interface Facts extends Catalog {
  schemaVersion: number;
  columns: ReadonlyMap<number, readonly (string | null)[]>;
  /** By name in lower case; SQLite's own and Gatekeeper's tables included. */
  tables: ReadonlyMap<string, TableFacts>;
  /** Trigger → its SQL. */
  triggerSql: ReadonlyMap<string, string>;
}

/** Reads facts and keeps them until the schema's version changes. */
export class FactsCache {
  #facts: Facts | null = null;

  get(db: Connection): Facts {
    const schemaVersion = Number(query(db, "PRAGMA schema_version")[0]?.[0] ?? 0);
    if (this.#facts?.schemaVersion !== schemaVersion) this.#facts = readFacts(db, schemaVersion);
    return this.#facts;
  }
}

function readFacts(db: Connection, schemaVersion: number): Facts {
  const roots = new Map<number, string>();
  const triggers = new Map<string, string>();
  const triggerSql = new Map<string, string>();
  const sqlOf = new Map<string, string>();
  const master = query(db, "SELECT type, name, tbl_name, rootpage, coalesce(sql, '') FROM sqlite_schema");
  for (const [type, name, table, root, sql] of master) {
    if (Number(root) > 0) roots.set(Number(root), String(table));
    if (type === "table" || type === "view") sqlOf.set(String(name), String(sql));
    if (type === "trigger") {
      triggers.set(String(name), String(table));
      triggerSql.set(String(name), String(sql));
    }
  }
  const tables = new Map<string, TableFacts>();
  for (
    const [name, type, wr] of query(
      db,
      "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' AND name <> 'sqlite_schema'",
    )
  ) {
    const table = String(name);
    const kind = type === "view" || type === "virtual" ? type : type === "shadow" ? "virtual" : "table";
    const on = [...triggers].filter(([, target]) => target.toLowerCase() === table.toLowerCase());
    tables.set(table.toLowerCase(), {
      ...tableFacts(db, table, kind, wr === 1n),
      triggers: on.map(([trigger]) => trigger),
      sql: sqlOf.get(table) ?? "",
    });
  }
  const columns = storedColumns(STORED_COLUMNS.map((sql) => query(db, sql)));
  return { schemaVersion, roots, triggers, triggerSql, tables, columns };
}

function tableFacts(db: Connection, name: string, kind: TableFacts["kind"], withoutRowid: boolean) {
  const columns = readColumns(db, name, kind);
  const key = columns.filter(({ primaryKey }) => primaryKey > 0)
    .sort((a, b) => a.primaryKey - b.primaryKey)
    .map((column) => column.name);
  return {
    name,
    kind,
    withoutRowid,
    columns,
    key,
    autoKey: autoKey(db, { name, withoutRowid, columns, key }),
  };
}

function readColumns(db: Connection, table: string, kind: TableFacts["kind"]): ColumnFacts[] {
  // The columns of a virtual table would need its module; nothing here reads one.
  if (kind === "virtual") return [];
  let rows;
  try {
    rows = query(
      db,
      `SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)`,
      table,
    );
  } catch {
    // A view over a table that is gone has no columns any more; the rest of the schema is still good.
    return [];
  }
  return rows.filter(([, , , , , hidden]) => hidden !== 1n).map((
    [name, type, notNull, value, pk, hidden],
  ) => ({
    name: String(name),
    type: String(type),
    notNull: notNull === 1n,
    default: value === null || value === undefined ? null : String(value),
    primaryKey: Number(pk),
    generated: hidden === 2n || hidden === 3n,
  }));
}

/** `INTEGER PRIMARY KEY` is the rowid itself unless SQLite had to make an index for it (as for `… DESC`). */
function autoKey(
  db: Connection,
  { name, withoutRowid, columns, key }: Pick<TableFacts, "name" | "withoutRowid" | "columns" | "key">,
): string | null {
  const [only] = key;
  if (withoutRowid || only === undefined || key.length !== 1) return null;
  const column = columns.find((column) => column.name === only);
  if (column?.type.toUpperCase() !== "INTEGER") return null;
  const own = query(db, "SELECT 1 FROM pragma_index_list(?) WHERE origin = 'pk'", name);
  return own.length === 0 ? only : null;
}
