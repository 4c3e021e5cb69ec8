/**
 * The inverse of a recorded change as SQL over its captured rows: set-based, so that no value leaves the database.
 * Every statement takes the number of the change as ?1. Conflict clauses are spelled out, or a table's own would hold.
 */
import { differs, identityParts, isPresent, sameRow } from "../capture/capture_sql.ts";
import { selectCells } from "../capture/cells.ts";
import { quote } from "../capture/names.ts";
import type { ColumnFacts, TableFacts } from "../capture/table_facts.ts";

/**
 * Steps of a revert. `park` moves values that must be unique out of the way, so that rows can swap them;
 * `replaceOut` and `replaceIn` delete updated rows and insert them anew; `rehome` gives hidden rowids back, which a row
 * that comes back under its old key can't have as long as the same row is there under its new one.
 */
export type Step =
  | "insert"
  | "update"
  | "delete"
  | "park"
  | "replaceOut"
  | "replaceIn"
  | "rehome";

export interface Inverse {
  table: TableFacts;
  log: string;
  /** Rows that are not as the change left them. Cells: existed, present, here, identity, before, after, current. */
  conflicts: string;
  /** Number of rows that the change touched. */
  size: string;
  /** Number of rows that are not as they were before the change. */
  missed: string;
  steps: Record<Step, string[]>;
}

/** Makes the inverse of what `log` holds for a table. */
export function inverseOf(table: TableFacts, log: string): Inverse {
  const { columns, identity } = table;
  const captured = `main.${quote(log)} l`;
  const here = `(${isPresent(identity, "t")})`;
  const joined = `FROM ${captured} LEFT JOIN main.${quote(table.name)} t ON ${sameRow(identity, "t", "l")}`;
  const cells = (prefix: string) => columns.map((_, i) => `l.${prefix}${i}`);
  const shown = [
    "l.existed",
    "l.present",
    here,
    ...identityParts(identity).map((part) => `l.${part.stored}`),
    ...cells("o"),
    ...cells("n"),
    ...columns.map((column) => `t.${quote(column.name)}`),
  ];
  return {
    table,
    log,
    conflicts: `SELECT ${selectCells(shown)} ${joined} WHERE l.change = ?1 AND (` +
      `(l.present = 1 AND (NOT ${here} OR ${
        differs(table, "l", "n", "t")
      })) OR (l.present = 0 AND ${here})) LIMIT ?2`,
    size: `SELECT count(*) FROM ${captured} WHERE l.change = ?1`,
    missed: `SELECT count(*) ${joined} WHERE l.change = ?1 AND (` +
      `(l.existed = 0 AND ${here}) OR (l.existed = 1 AND (NOT ${here} OR ${differs(table, "l", "o", "t")})))`,
    steps: {
      insert: [insertion(table, captured, WAS_DELETED)],
      update: updates(table, captured, WAS_UPDATED),
      delete: [deletion(table, captured, WAS_INSERTED)],
      park: parking(table, captured),
      replaceOut: [deletion(table, captured, WAS_UPDATED)],
      replaceIn: [insertion(table, captured, WAS_UPDATED)],
      rehome: rehoming(table, captured),
    },
  };
}

/**
 * Brings back what foreign key actions of the revert itself did to rows that the change never touched, from what was
 * kept of them since the revert began. `log` is null for a table that the change did not touch at all.
 */
export function mending(table: TableFacts, store: string, log: string | null): string[] {
  const kept = `${store} l`;
  const absent = `NOT EXISTS (SELECT 1 FROM main.${quote(table.name)} x WHERE ${
    sameRow(table.identity, "x", "l")
  })`;
  const logged = identityParts(table.identity).map(({ stored }) => `o.${stored} = l.${stored}`).join(" AND ");
  const untouched = log === null
    ? "l.existed = 1 AND ?1 IS NOT NULL"
    : `l.existed = 1 AND NOT EXISTS (SELECT 1 FROM main.${quote(log)} o WHERE o.change = ?1 AND ${logged})`;
  return [
    ...updates(table, kept, `${untouched} AND (${differs(table, "l", "o", "t")})`),
    insertion(table, kept, `${untouched} AND ${absent}`),
  ];
}

const WAS_INSERTED = "l.change = ?1 AND l.existed = 0 AND l.present = 1";
const WAS_UPDATED = "l.change = ?1 AND l.existed = 1 AND l.present = 1";
const IS_PRESENT = "l.change = ?1 AND l.present = 1";
const WAS_DELETED = "l.change = ?1 AND l.existed = 1 AND l.present = 0";

function deletion(table: TableFacts, captured: string, which: string): string {
  const { identity } = table;
  const target = `main.${quote(table.name)}`;
  if (identity.by === "rowid") {
    return `DELETE FROM ${target} WHERE ${identity.alias} IN (SELECT l.k0 FROM ${captured} WHERE ${which})`;
  }
  return identity.rowid === null
    ? `DELETE FROM ${target} AS t WHERE EXISTS (SELECT 1 FROM ${captured} WHERE ${which} AND ${
      sameRow(identity, "t", "l")
    })`
    : `DELETE FROM ${target} WHERE ${identity.rowid} IN (SELECT t.${identity.rowid} FROM ${captured} ` +
      `CROSS JOIN ${target} t WHERE ${which} AND ${sameRow(identity, "t", "l")})`;
}

function insertion(table: TableFacts, captured: string, which: string): string {
  const { identity } = table;
  const cells = writable(table).map(({ column, i }) => ({ name: quote(column.name), value: `l.o${i}` }));
  let order = "";
  if (identity.by === "rowid") {
    cells.unshift({ name: identity.alias, value: "l.k0" });
  } else if (identity.rowid !== null) {
    // The row's key is what counts; its hidden rowid comes back where no other row took it. Those rows go first.
    const free = `CASE WHEN EXISTS (SELECT 1 FROM main.${quote(table.name)} x ` +
      `WHERE x.${identity.rowid} = l.had_rowid) THEN NULL ELSE l.had_rowid END`;
    cells.unshift({ name: identity.rowid, value: free });
    order = " ORDER BY 1 IS NULL, 1";
  }
  return `INSERT OR ABORT INTO main.${quote(table.name)}(${cells.map(({ name }) => name).join(", ")}) ` +
    `SELECT ${cells.map(({ value }) => value).join(", ")} FROM ${captured} WHERE ${which}${order}`;
}

function updates(table: TableFacts, captured: string, which: string): string[] {
  const assignments = writable(table).map(({ column, i }) => `${quote(column.name)} = l.o${i}`);
  return assignments.length === 0 ? [] : [updateFrom(table, captured, assignments, which)];
}

/**
 * One column of each unique constraint gets a value that no other row has: in rows that get another value there, and in
 * rows that go, whose values returning rows may need while others still refer to them.
 */
function parking(table: TableFacts, captured: string): string[] {
  const free = writable(table).filter(({ column }) => !isKeyColumn(table, column.name));
  const statements: string[] = [];
  for (const unique of table.uniques) {
    const candidates = free.filter(({ column }) => unique.some(({ name }) => name === column.name));
    const chosen = candidates.find(({ column }) => !column.notNull) ??
      candidates[0];
    if (chosen === undefined) continue;
    const changed = candidates.map(({ i }) => `l.o${i} IS NOT l.n${i}`).join(" OR ");
    const assignment = `${quote(chosen.column.name)} = ${parkedValue(table, chosen.column)}`;
    statements.push(
      updateFrom(table, captured, [assignment], `${IS_PRESENT} AND (l.existed = 0 OR ${changed})`),
    );
  }
  return statements;
}

/** Rows whose hidden rowid another row has now keep the one that they got: their key is what counts. */
function rehoming({ name, identity }: TableFacts, captured: string): string[] {
  if (identity.by === "rowid" || identity.rowid === null) return [];
  return [
    `UPDATE OR IGNORE main.${quote(name)} AS t SET ${identity.rowid} = l.had_rowid FROM ${captured} ` +
    `WHERE l.change = ?1 AND l.existed = 1 AND t.${identity.rowid} <> l.had_rowid AND ${
      sameRow(identity, "t", "l")
    }`,
  ];
}

function updateFrom(table: TableFacts, captured: string, assignments: string[], condition: string): string {
  return `UPDATE OR ABORT main.${quote(table.name)} AS t SET ${assignments.join(", ")} FROM ${captured} ` +
    `WHERE ${condition} AND ${sameRow(table.identity, "t", "l")}`;
}

function parkedValue({ strict }: TableFacts, { notNull, type }: ColumnFacts): string {
  if (!notNull) return "NULL";
  if (/INT|REAL/i.test(type)) {
    return "-4611686018427387904 - abs(random() % 4611686018427387904)";
  }
  return strict && /BLOB/i.test(type) ? "randomblob(16)" : "'_gk_' || hex(randomblob(16))";
}

/** Columns that a revert writes, with their place: none that SQLite computes, and not the rowid under its name. */
function writable({ columns, identity }: TableFacts): { column: ColumnFacts; i: number }[] {
  return columns
    .map((column, i) => ({ column, i }))
    .filter(({ column }) =>
      !column.generated &&
      !(identity.by === "rowid" && identity.column === column.name)
    );
}

function isKeyColumn({ identity }: TableFacts, name: string): boolean {
  return identity.by === "key" &&
    identity.columns.some((column) => column.name === name);
}
