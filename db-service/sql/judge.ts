/**
 * What EXPLAIN's rows say that a statement would do. Pure: rows and a catalog in, a verdict out, so that a local file
 * and a remote server are judged by the same rules. Opcodes: https://sqlite.org/opcode.html.
 */
import { CLOCK, READ_FUNCTIONS, VOLATILE, WRITE_FUNCTIONS } from "./functions.ts";
import { hiddenTable } from "./hidden.ts";

/** One row of EXPLAIN. */
export interface Opcode {
  opcode: string;
  p1: number;
  p2: number;
  p3: number;
  p4: string | null;
}

/** What the judge must know of the schema. Keys of `roots` are root pages of tables and indexes in `main`. */
export interface Catalog {
  /** Root page → the table that it belongs to, in the schema's spelling. */
  roots: ReadonlyMap<number, string>;
  /** Trigger → the table or view that it is on. */
  triggers: ReadonlyMap<string, string>;
  /** Root page → the columns in the order in which they are stored there; null for a rowid or an expression. */
  columns?: ReadonlyMap<number, readonly (string | null)[]>;
}

export type Verdict<T> = { ok: true; value: T } | {
  ok: false;
  code: "refused_sql" | "uninspectable";
  reason: string;
};

/** `virtual`: a virtual table may be opened; `denied`: whether READ_DENY names a table. */
export interface Options {
  virtual: boolean;
  denied: (table: string) => boolean;
}

/** What a write would touch. */
export interface WriteFindings {
  tables: Set<string>;
  triggers: Map<string, string>;
  cascades: Set<string>;
  usesClock: boolean;
}

/** Tables that belong to Gatekeeper or to SQLite: invisible to statements. */
export function isInternal(table: string): boolean {
  return /^(_gk_|sqlite_)/i.test(table);
}

/**
 * Judges a query. `virtual` says whether a virtual table may be opened: EXPLAIN does not name the module of a `VOpen`,
 * so the caller must have made sure by other means (the authorizer) that it is `json_each` or `json_tree`, which only
 * take a text apart. Without that assurance every virtual table is refused.
 */
export function judgeRead(
  rows: readonly Opcode[],
  catalog: Catalog,
  options: Options,
): Verdict<null> {
  for (const row of rows) {
    const refusal = functionRefusal(row, READ_FUNCTIONS) ??
      readRefusal(row, catalog, options);
    if (refusal !== null) return refused(refusal);
  }
  return { ok: true, value: null };
}

/** Judges one DML statement and says which tables it may write, by which triggers and cascades. */
export function judgeWrite(
  rows: readonly Opcode[],
  catalog: Catalog,
  options: Options,
): Verdict<WriteFindings> {
  const found: WriteFindings = {
    tables: new Set(),
    triggers: new Map(),
    cascades: new Set(),
    usesClock: false,
  };
  // EXPLAIN lists the statement's program first, then one program for each trigger and foreign key action.
  let program = -1;
  let trigger: string | null = null;
  for (const row of rows) {
    if (row.opcode === "Init") {
      program++;
      trigger = row.p4?.startsWith(TRIGGER_MARK) === true ? row.p4.slice(TRIGGER_MARK.length) : null;
      if (trigger !== null) {
        found.triggers.set(trigger, catalog.triggers.get(trigger) ?? "");
      }
      continue;
    }
    const refusal = functionRefusal(row, WRITE_FUNCTIONS) ??
      commonRefusal(row, catalog, options, isSequence);
    if (refusal !== null) return refused(refusal);
    if (CLOCK.has(functionName(row) ?? "")) found.usesClock = true;
    const root = writtenRoot(row);
    if (root === null) continue;
    const table = tableAt(root, catalog);
    if (table === undefined) {
      return {
        ok: false,
        code: "uninspectable",
        reason: "It is not clear which table this statement writes.",
      };
    }
    if (isSequence(table)) continue;
    if (isInternal(table)) {
      return refused(
        `The table ${table} belongs to the system and can't be written.`,
      );
    }
    found.tables.add(table);
    if (program > 0 && trigger === null) found.cascades.add(table);
  }
  return { ok: true, value: found };
}

/**
 * AUTOINCREMENT reads and writes its counters on its own. A statement that names this table is refused by that name:
 * as a target by the inspection, as a source by the authorizer.
 */
function isSequence(table: string): boolean {
  return table.toLowerCase() === "sqlite_sequence";
}

const TRIGGER_MARK = "-- TRIGGER ";

/** Opcodes that no query and no DML statement has. */
const STRUCTURAL = new Set(
  ("Vacuum IncrVacuum JournalMode Checkpoint AutoCommit Savepoint ParseSchema CreateBtree Destroy DropTable DropIndex " +
    "DropTrigger SetCookie ReadCookie SqlExec LoadAnalysis MaxPgcnt Pagecount Expire IntegrityCk TableLock CursorLock " +
    "VBegin VCreate VDestroy VRename VUpdate VCheck").split(" "),
);
const WRITING = new Set([
  "OpenWrite",
  "Clear",
  "Program",
  "FkCounter",
  "FkIfZero",
]);

function readRefusal(
  row: Opcode,
  catalog: Catalog,
  options: Options,
): string | null {
  if (row.opcode === "Transaction" && row.p2 !== 0) {
    return "This would write, and a query may only read.";
  }
  if (WRITING.has(row.opcode)) {
    return "This would write, and a query may only read.";
  }
  return commonRefusal(row, catalog, options);
}

function commonRefusal(
  row: Opcode,
  catalog: Catalog,
  { virtual, denied }: Options,
  isExempt: (table: string) => boolean = () => false,
): string | null {
  if (STRUCTURAL.has(row.opcode)) {
    return "Only rows can be read and changed here, not the database itself.";
  }
  if (row.opcode === "VOpen" && !virtual) return VIRTUAL_TABLE;
  if (row.opcode === "OpenRead" || row.opcode === "ReopenIdx") {
    if (row.p3 !== 0) return "Only the main database can be read.";
    const table = tableAt(row.p2, catalog);
    if (table !== undefined && isInternal(table) && !isExempt(table)) return internalTable(table);
    if (table !== undefined && denied(table)) {
      return hiddenTable(table);
    }
  }
  return null;
}

/** The schema itself lies at page 1 and does not list itself. */
function tableAt(root: number, catalog: Catalog): string | undefined {
  return root === 1 ? "sqlite_schema" : catalog.roots.get(root);
}

/** Why a virtual table is refused. */
export const VIRTUAL_TABLE =
  "Virtual tables and table-valued functions can't be used, except json_each and json_tree.";

/** Why a table of ours or SQLite's is refused. */
export function internalTable(table: string): string {
  return `The table ${table} belongs to the system. Use describeSchema to see tables and columns.`;
}

function functionRefusal(
  row: Opcode,
  allowed: ReadonlySet<string>,
): string | null {
  if (!/^(Function|PureFunc|Agg)/.test(row.opcode)) return null;
  const name = functionName(row);
  if (name === null) {
    return row.opcode.startsWith("Agg") ? null : "This calls a function that can't be identified.";
  }
  if (allowed.has(name)) return null;
  if (VOLATILE.has(name)) {
    return `The function ${name}() gives another value each time. Write the value itself.`;
  }
  return `The function ${name}() is not available.`;
}

/** `p4` of a call is `name(number of arguments)`. */
function functionName(row: Opcode): string | null {
  if (!/^(Function|PureFunc|Agg)/.test(row.opcode)) return null;
  return /^(.+)\(-?\d+\)$/s.exec(row.p4 ?? "")?.[1]?.toLowerCase() ?? null;
}

function writtenRoot(row: Opcode): number | null {
  // A cursor on the temporary database (p3 = 1) holds intermediate rows of the statement itself.
  if (row.opcode === "OpenWrite" && row.p3 === 0) return row.p2;
  // DELETE without WHERE clears the tree by its root page.
  if (row.opcode === "Clear" && row.p2 === 0) return row.p1;
  return null;
}

function refused(
  reason: string,
): { ok: false; code: "refused_sql"; reason: string } {
  return { ok: false, code: "refused_sql", reason };
}
