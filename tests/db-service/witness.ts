/**
 * A second pair of eyes: SQLite as Node ships it, in a process of its own (two SQLite libraries must never open one
 * file in one process). It says what a database file really holds, and what EXPLAIN says that statements would write.
 */
import { DatabaseSync } from "node:sqlite";
import type { Value } from "../../db-service/contract/schemas.ts";
import { serve } from "../../db-service/engine/child_loop.ts";
import type { Inspection } from "../../db-service/engine/types.ts";
import { toWire } from "../../db-service/engine/values.ts";

/** Everything in a database: the text of its schema, and each table's rows by key. */
export interface Dump {
  schema: string[];
  tables: Record<string, Record<string, Row>>;
}

/** A row's values as JSON shows them, and what JSON can't tell: each value as SQL with its storage class. */
export interface Row {
  values: Value[];
  exact: string;
}

/** What the witness can be asked. */
export interface WitnessQuestion {
  dump: { keys?: Record<string, string> };
  inspect: { statements: { sql: string }[] };
  run: { sql: string };
}

if (import.meta.main) {
  const [file] = Deno.args;
  const open = () => new DatabaseSync(file);
  await serve({
    dump: ({ keys }: WitnessQuestion["dump"]) => using(open(), (database) => dump(database, keys ?? {})),
    inspect: ({ statements }: WitnessQuestion["inspect"]) =>
      using(open(), (database) => inspect(database, statements)),
    run: ({ sql }: WitnessQuestion["run"]) => using(open(), (database) => (database.exec(sql), null)),
  });
}

function using<T>(database: DatabaseSync, work: (database: DatabaseSync) => T): T {
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** `keys` names the SQL of a table's key where that is not the rowid. */
function dump(database: DatabaseSync, keys: Record<string, string>): Dump {
  const schema = database.prepare(
    "SELECT name, sql FROM sqlite_schema WHERE tbl_name NOT LIKE '\\_gk\\_%' ESCAPE '\\' ORDER BY name",
  ).all().map((row) => `${row.name}: ${row.sql}`);
  const tables: Dump["tables"] = {};
  for (const name of userTables(database)) {
    const columns = database.prepare("SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1").all(name)
      .map((row) => `"${row.name}"`);
    const exact = columns.map((column) => `quote(${column}) || ' ' || typeof(${column})`).join(
      " || ', ' || ",
    );
    const rows = database.prepare(
      `SELECT ${keys[name] ?? "rowid"} key, ${exact} exact, ${columns.join(", ")} FROM "${name}"`,
    );
    rows.setReadBigInts(true);
    rows.setReturnArrays(true);
    tables[name] = {};
    for (const row of rows.all()) {
      const [key, text, ...values] = Object.values(row);
      tables[name][String(key)] = { values: values.map(toWire), exact: String(text) };
    }
  }
  return { schema, tables };
}

function userTables(database: DatabaseSync): string[] {
  return database.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_gk\\_%' ESCAPE '\\' " +
      "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
  ).all().map((row) => String(row.name));
}

function inspect(database: DatabaseSync, statements: { sql: string }[]): Inspection {
  const roots = new Map(
    database.prepare("SELECT rootpage, tbl_name FROM sqlite_schema WHERE rootpage > 0").all()
      .map((row) => [row.rootpage, String(row.tbl_name)]),
  );
  const tables = new Set<string>();
  let usesClock = false;
  for (const { sql } of statements) {
    for (const { opcode, p1, p2, p4 } of database.prepare(`EXPLAIN ${sql}`).all()) {
      const root = opcode === "OpenWrite" ? p2 : opcode === "Clear" ? p1 : undefined;
      const table = root === undefined ? undefined : roots.get(root);
      if (table !== undefined && !/^sqlite_/.test(table)) tables.add(table);
      if (/^(current_|date|time|datetime|unixepoch|strftime)/.test(String(p4))) usesClock = true;
    }
  }
  const version = database.prepare("PRAGMA schema_version").get();
  return {
    tables: [...tables].sort(),
    direct: [...tables].sort(),
    effects: [],
    mayReplace: true,
    usesClock,
    schemaVersion: Number(version?.schema_version),
  };
}
