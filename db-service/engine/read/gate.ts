/** The reader's own gate: what may be compiled, decided by SQLite's authorizer while it compiles. */
import { READ_FUNCTIONS } from "../../sql/functions.ts";
import { hiddenColumn, hiddenTable } from "../../sql/hidden.ts";
import { internalTable, isInternal, VIRTUAL_TABLE } from "../../sql/judge.ts";
import { ServiceError } from "../types.ts";
import { ACTION, ALLOW, type Connection, DENY, query } from "./connection.ts";
import type { Facts } from "./catalog.ts";
import type { Denials } from "./denials.ts";

/** A refusal because a statement reads what READ_DENY or the system hides. */
export class HiddenError extends ServiceError {
  constructor(reason: string) {
    super("refused_sql", reason);
  }
}

/** What may be compiled: nothing but reading, or a write too, which the reader could not run anyway. */
export type Mode = "read" | {
  /** Whether a name belongs to a trigger and to nothing that the statement could have called so itself. */
  isTrigger: (name: string) => boolean;
};

export interface Authorized<T> {
  made: T;
  /** Tables that were named, in lower case. */
  tables: ReadonlySet<string>;
  /** A trigger reads something hidden. */
  triggersReadHidden: boolean;
}

/** Runs `compile` under the authorizer. Throws `refused_sql` with the authorizer's reason. */
export function authorized<T>(
  db: Connection,
  { denials, mode }: { denials: Denials; mode: Mode },
  compile: () => T,
): Authorized<T> {
  const tables = new Set<string>();
  let refusal: ServiceError | null = null;
  let triggersReadHidden = false;
  const deny = (reason: ServiceError) => {
    refusal ??= reason;
    return DENY;
  };
  db.setAuthorizer((action, first, second, _database, inner) => {
    if (action === ACTION.SELECT || action === ACTION.RECURSIVE) return ALLOW;
    if (action === ACTION.FUNCTION) {
      // A write's functions are judged from EXPLAIN, which knows the reason to give.
      const isKnown = mode !== "read" || READ_FUNCTIONS.has((second ?? "").toLowerCase());
      return isKnown ? ALLOW : deny(refused(`The function ${second}() is not available.`));
    }
    if (action === ACTION.READ) {
      const table = first ?? "", column = second ?? "";
      tables.add(table.toLowerCase());
      const reason = hiddenReason(denials, table, column);
      if (reason === null) return ALLOW;
      // `inner` is the innermost trigger, view, subquery or common table expression. What a trigger reads on its own is
      // the schema's business; everything else is the statement's, whatever name stands around it.
      if (mode === "read" || inner === null || !mode.isTrigger(inner)) return deny(new HiddenError(reason));
      triggersReadHidden = true;
      return ALLOW;
    }
    if (mode !== "read" && WRITES.has(action)) return ALLOW;
    return deny(refused("A query may only read rows."));
  });
  try {
    return { made: compile(), tables, triggersReadHidden };
  } catch (error) {
    throw refusal ?? error;
  } finally {
    db.setAuthorizer(null);
  }
}

function hiddenReason(denials: Denials, table: string, column: string): string | null {
  if (isInternal(table)) return internalTable(table);
  if (denials.table(table)) return hiddenTable(table);
  return denials.column(table, column) ? hiddenColumn(table, column) : null;
}

function refused(reason: string): ServiceError {
  return new ServiceError("refused_sql", reason);
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

/** A virtual table keeps its content in ordinary ones, its shadows: they would show what it hides. */
export function refuseVirtual(facts: Facts, tables: ReadonlySet<string>): void {
  for (const table of tables) {
    if (facts.tables.get(table)?.kind === "virtual") throw refused(VIRTUAL_TABLE);
  }
}

/** Names of common table expressions and subqueries are unknown too; those of modules are listed by SQLite. */
function isTableFunction(db: Connection, name: string): boolean {
  return name.startsWith("pragma_") ||
    query(db, "SELECT 1 FROM pragma_module_list WHERE lower(name) = ?", name).length > 0;
}
