/** The reader's own gate: what may be compiled, decided by SQLite's authorizer while it compiles. */
import { READ_FUNCTIONS } from "../../sql/functions.ts";
import { internalTable, isInternal } from "../../sql/judge.ts";
import { ServiceError } from "../types.ts";
import { ACTION, ALLOW, type Connection, DENY, query } from "./connection.ts";

/** READ_DENY: tables and `table.column` that may never be read. */
export class Denials {
  #names: Set<string>;
  constructor(names: readonly string[]) {
    this.#names = new Set(names.map((name) => name.toLowerCase()));
  }

  table(table: string): boolean {
    return this.#names.has(table.toLowerCase());
  }

  column(table: string, column: string): boolean {
    return this.table(table) || this.#names.has(`${table}.${column}`.toLowerCase());
  }
}

/**
 * Runs `compile` under the authorizer and returns what it made and the tables that it named, in lower case. `mode` `"read"` allows nothing but
 * reading; `"explain"` also lets a write be compiled, which the reader could not run anyway.
 */
export function authorized<T>(
  db: Connection,
  { denials, mode }: { denials: Denials; mode: "read" | "explain" },
  compile: () => T,
): { made: T; tables: ReadonlySet<string> } {
  const tables = new Set<string>();
  let refusal: string | null = null;
  const deny = (reason: string) => {
    refusal ??= reason;
    return DENY;
  };
  db.setAuthorizer((action, first, second, _database, inner) => {
    if (action === ACTION.SELECT || action === ACTION.RECURSIVE) return ALLOW;
    if (action === ACTION.FUNCTION) {
      // A write's functions are judged from EXPLAIN, which knows the reason to give.
      const isKnown = mode === "explain" || READ_FUNCTIONS.has((second ?? "").toLowerCase());
      return isKnown ? ALLOW : deny(`The function ${second}() is not available.`);
    }
    if (action === ACTION.READ) {
      const table = first ?? "", column = second ?? "";
      tables.add(table.toLowerCase());
      // What a trigger or a foreign key reads on its own is the schema's business, not the statement's.
      if (mode === "explain" && inner !== null) return ALLOW;
      if (isInternal(table)) return deny(internalTable(table));
      if (denials.table(table)) return deny(`The table ${table} may not be read (READ_DENY).`);
      if (denials.column(table, column)) {
        return deny(`The column ${table}.${column} may not be read (READ_DENY).`);
      }
      return ALLOW;
    }
    if (mode === "explain" && WRITES.has(action)) return ALLOW;
    return deny("A query may only read rows.");
  });
  try {
    return { made: compile(), tables };
  } catch (error) {
    throw refusal === null ? error : new ServiceError("refused_sql", refusal);
  } finally {
    db.setAuthorizer(null);
  }
}

const WRITES: ReadonlySet<number> = new Set([ACTION.INSERT, ACTION.UPDATE, ACTION.DELETE]);

/**
 * SQLite's built-in table-valued functions that compute from their argument alone. The schema must not define tables
 * of these names, or they would not be the built-in ones.
 */
const JSON_TABLES = ["json_each", "json_tree"];

/** Whether every virtual table among `tables` is one that only takes a JSON text apart. */
export function onlyJsonTables(db: Connection, tables: ReadonlySet<string>): boolean {
  const defined = new Map(
    query(
      db,
      "SELECT lower(name), type = 'view' OR (type = 'table' AND rootpage > 0) FROM sqlite_schema " +
        "WHERE type IN ('table', 'view')",
    ).map(([name, ordinary]) => [String(name), ordinary === 1n]),
  );
  for (const table of tables) {
    const isJson = JSON_TABLES.includes(table);
    if (isJson ? defined.has(table) : defined.get(table) === false) return false;
    if (!isJson && !defined.has(table) && isTableFunction(db, table)) return false;
  }
  return true;
}

/** Names of common table expressions and subqueries are unknown too; those of modules are listed by SQLite. */
function isTableFunction(db: Connection, name: string): boolean {
  return name.startsWith("pragma_") ||
    query(db, "SELECT 1 FROM pragma_module_list WHERE lower(name) = ?", name).length > 0;
}
