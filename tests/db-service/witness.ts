/**
 * A second pair of eyes: SQLite as Node ships it, in a process of its own (two SQLite libraries must never open one
 * file in one process). It says what a database file really holds, and what EXPLAIN says that statements would write.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Value } from "../../db-service/contract/schemas.ts";
import { serve } from "../../db-service/engine/child_loop.ts";
import type { Inspection } from "../../db-service/engine/types.ts";
import { toWire } from "../../db-service/engine/values.ts";
import { openBeside } from "../sqlite.ts";

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
  query: { sql: string };
}

if (import.meta.main) {
  const [file, mode] = Deno.args;
  // A server keeps account of its own log: whoever else closes the file must not tidy that up.
  const open = () => openBeside(file, { readOnly: mode === "read-only" });
  await serve({
    dump: ({ keys }: WitnessQuestion["dump"]) => using(open(), (database) => dump(database, keys ?? {})),
    inspect: ({ statements }: WitnessQuestion["inspect"]) =>
      using(open(), (database) => inspect(database, statements)),
    run: ({ sql }: WitnessQuestion["run"]) => using(open(), (database) => (database.exec(sql), null)),
    query: ({ sql }: WitnessQuestion["query"]) =>
      using(open(), (database) => {
        const rows = database.prepare(sql);
        rows.setReadBigInts(true);
        rows.setReturnArrays(true);
        return rows.all().map((row) => Object.values(row).map(toWire));
      }),
  });
}

function using<T>(database: DatabaseSync, work: (database: DatabaseSync) => T): T {
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** `keys` names the SQL of a table's key where it is neither the rowid nor all of the primary key. */
function dump(database: DatabaseSync, keys: Record<string, string>): Dump {
  const schema = database.prepare(
    "SELECT name, sql FROM sqlite_schema WHERE tbl_name NOT LIKE '\\_gk\\_%' ESCAPE '\\' ORDER BY name",
  ).all().map((row) => `${row.name}: ${row.sql}`);
  const encoding = String(database.prepare("PRAGMA encoding").get()?.encoding);
  const tables: Dump["tables"] = {};
  for (const name of userTables(database)) {
    const info = database.prepare("SELECT name, pk FROM pragma_table_xinfo(?) WHERE hidden <> 1").all(name)
      .map(({ name: column, pk }) => ({ column: quote(String(column)), name: String(column), pk: pk !== 0 }));
    const columns = info.map(({ column }) => column);
    const rows = database.prepare(
      `SELECT ${keys[name] ?? keyOf(database, name, info)} key, ${
        [
          // Node's SQLite ends a text at its first NUL: bytes don't lie.
          ...columns.map((column) => `iif(typeof(${column}) = 'text', CAST(${column} AS BLOB), ${column})`),
          ...columns.map((column) => exactly(column)),
        ].join(", ")
      } FROM ${quote(name)}`,
    );
    rows.setReadBigInts(true);
    rows.setReturnArrays(true);
    tables[name] = {};
    for (const row of rows.all()) {
      const [key, ...cells] = Object.values(row);
      const texts = cells.slice(columns.length).map(String);
      const values = cells.slice(0, columns.length).map((cell, i) =>
        texts[i].endsWith(" text") && cell instanceof Uint8Array
          ? new TextDecoder(encoding, { ignoreBOM: true }).decode(cell)
          : cell
      );
      tables[name][String(key)] = { values: values.map(toWire), exact: texts.join(", ") };
    }
  }
  return { schema, tables };
}

/** SQL that tells every value from every other. */
function exactly(column: string): string {
  const value = `iif(typeof(${column}) IN ('text', 'blob'), hex(CAST(${column} AS BLOB)), quote(${column}))`;
  return `${value} || ' ' || typeof(${column})`;
}

/** SQL of what tells a table's rows apart: its key where that can't be NULL, or else the rowid. */
function keyOf(
  database: DatabaseSync,
  table: string,
  columns: { column: string; name: string; pk: boolean }[],
): string {
  const declared = database.prepare(
    `SELECT wr OR EXISTS (SELECT 1 FROM pragma_index_list(?1) WHERE origin = 'pk')
              AND NOT EXISTS (SELECT 1 FROM pragma_table_info(?1) WHERE pk > 0 AND "notnull" = 0) AS declared
       FROM pragma_table_list WHERE schema = 'main' AND name = ?1`,
  ).get(table);
  const taken = columns.map(({ name }) => name.toLowerCase());
  const rowid = ["rowid", "_rowid_", "oid"].find((alias) => !taken.includes(alias)) ?? "'?'";
  if (declared?.declared !== 1) return rowid;
  return columns.filter(({ pk }) => pk).map(({ column }) => exactly(column)).join(" || ' ' || ");
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
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
