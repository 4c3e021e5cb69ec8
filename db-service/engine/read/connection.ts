/** The reader's connection: SQLite as shut as it gets, opened for reading alone. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { SqlValue } from "../types.ts";

/** What this module needs of `node:sqlite` beyond what every version of its types knows. */
interface Guards {
  setAuthorizer(callback: Authorizer | null): void;
  limits: Record<
    "length" | "sqlLength" | "exprDepth" | "compoundSelect" | "attach" | "likePatternLength",
    number
  >;
}
export type Connection = DatabaseSync & Guards;
type ArrayStatement = StatementSync & { setReturnArrays(enabled: boolean): void };

/** Called while a statement is compiled: what it would do, and in which view or trigger. */
export type Authorizer = (
  action: number,
  first: string | null,
  second: string | null,
  database: string | null,
  inner: string | null,
) => number;

/** Authorizer actions and answers (https://sqlite.org/c3ref/c_alter_table.html). */
export const ACTION = {
  READ: 20,
  SELECT: 21,
  FUNCTION: 31,
  RECURSIVE: 33,
  INSERT: 18,
  UPDATE: 23,
  DELETE: 9,
};
export const ALLOW = 0;
export const DENY = 1;

/** Longest single value, in bytes; more than the answer's own limit, so that large rows can still be cut with substr. */
const VALUE = 16_000_000;

/** Opens a database file for reading alone. Throws where it does not exist or is no database. */
export function openForReading(file: string): Connection {
  const options = {
    readOnly: true,
    allowExtension: false,
    defensive: true,
    enableDoubleQuotedStringLiterals: false,
    timeout: 1_000,
  };
  const db = new DatabaseSync(file, options);
  if (!hasGuards(db)) {
    throw new Error("This version of Deno lacks the authorizer of node:sqlite; use 2.9 or later.");
  }
  db.exec(`PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;
    PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON`);
  db.limits.length = VALUE;
  db.limits.sqlLength = 100_000;
  db.limits.exprDepth = 500;
  db.limits.compoundSelect = 50;
  db.limits.attach = 0;
  db.limits.likePatternLength = 1_000;
  // Touches the file, so that a missing or foreign one shows now.
  db.prepare("SELECT 1 FROM sqlite_schema").get();
  return db;
}

/** A statement of our own or an agent's, its rows as arrays with exact integers. */
export function prepare(db: Connection, sql: string): ArrayStatement {
  const statement = db.prepare(sql);
  if (!returnsArrays(statement)) {
    throw new Error("This version of Deno can't return rows as arrays; use 2.9 or later.");
  }
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  return statement;
}

/** Rows of a statement of our own. */
export function query(db: Connection, sql: string, ...args: SqlValue[]): SqlValue[][] {
  return prepare(db, sql).all(...args).map(asRow);
}

/** Runs `work` on one snapshot of the database. */
export function onSnapshot<T>(db: Connection, work: () => T): T {
  db.exec("BEGIN");
  try {
    return work();
  } finally {
    db.exec("COMMIT");
  }
}

/** A row as `setReturnArrays` hands it out, which the types do not know. */
export function asRow(row: unknown): SqlValue[] {
  if (!Array.isArray(row)) throw new TypeError("A row was not an array.");
  return row;
}

/** A name as an identifier in SQL text. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function hasGuards(db: DatabaseSync): db is Connection {
  return "setAuthorizer" in db && "limits" in db;
}

function returnsArrays(statement: StatementSync): statement is ArrayStatement {
  return "setReturnArrays" in statement;
}
