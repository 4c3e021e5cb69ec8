/** A bulk change with some of its rows left out: statements for the rows that remain, from the preview alone. Pure. */
import { canonical, sortChanges } from "@/db-service/contract/digest.ts";
import { MAX_STATEMENTS } from "@/db-service/contract/schemas.ts";
import type { Cell, Change, Statement, Table, Value } from "../types.ts";
import { Refusal } from "../errors.ts";

export interface RowName {
  table: string;
  key: Change["key"];
}

/** SQLite binds at most 32,766 values; far fewer keep a statement readable. */
const MAX_ARGS = 900;

/** Which changes remain when `exclude` is left out. Throws `invalid` for a row that is not among them, or when none remains. */
export function remaining(changes: readonly Change[], exclude: readonly RowName[]): Change[] {
  const out = new Set(exclude.map(name));
  const known = new Set(changes.map(name));
  for (const row of out) {
    if (row === null || !known.has(row)) {
      throw new Refusal("invalid", "exclude names a row that does not change.");
    }
  }
  const rest = changes.filter((change) => !out.has(name(change)));
  if (rest.length === 0) throw new Refusal("invalid", "No row remains. Reject the change instead.");
  return rest;
}

/** Changes with the keys that SQLite will assign counted anew, as a preview of these rows alone counts them. */
export function renumbered(changes: readonly Change[]): Change[] {
  const numbers = new Map<string, Map<number, number>>();
  for (const change of inOrder(changes)) {
    const number = assigned(change);
    if (number === null) continue;
    const table = numbers.get(change.table) ?? new Map<number, number>();
    numbers.set(change.table, table.set(number, table.size + 1));
  }
  return sortChanges(changes.map((change) => {
    const number = assigned(change);
    const mark = { $key: number === null ? 0 : numbers.get(change.table)?.get(number) ?? number };
    if (number === null) return change;
    return {
      ...change,
      key: Object.fromEntries(Object.keys(change.key).map((column) => [column, mark])),
      after: change.after?.map((cell) => isKeyMark(cell) ? mark : cell) ?? null,
    };
  }));
}

/**
 * Statements that make exactly these changes. Rows that change alike share a statement. `names` are the columns that the
 * cells of each table stand under; `tables` says which of them SQLite computes, and lacks what may not be read.
 */
export function statementsFor(
  changes: readonly Change[],
  names: Readonly<Record<string, readonly string[]>>,
  tables: readonly Table[],
): Required<Statement>[] {
  const groups = new Map<string, { head: Part; rows: Part[] }>();
  for (const change of inOrder(changes)) {
    const table = shapeOf(change.table, names, tables);
    const head = headOf(change, table);
    const group = canonical([change.op, change.table, head.sql, head.args]);
    const entry = groups.get(group) ?? { head, rows: [] };
    entry.rows.push(rowOf(change, table));
    groups.set(group, entry);
  }
  const statements = [...groups.values()].flatMap(({ head, rows }) => join(head, rows));
  if (statements.length > MAX_STATEMENTS) {
    throw new Refusal("limit", "These rows change in too many different ways to leave some of them out.");
  }
  return statements;
}

interface Part {
  sql: string;
  args: Value[];
}

/** The columns of a table, in the order of a change's cells. */
interface Shape {
  columns: Pick<Table["columns"][number], "name" | "generated">[];
}

function shapeOf(
  table: string,
  names: Readonly<Record<string, readonly string[]>>,
  tables: readonly Table[],
): Shape {
  if (!Object.hasOwn(names, table)) throw new Refusal("not_found", `There is no table "${table}" any more.`);
  const known = tables.find(({ name }) => name === table)?.columns ?? [];
  return {
    columns: names[table].map((name) =>
      known.find((column) => column.name === name) ?? { name, generated: false }
    ),
  };
}

function headOf({ op, table, before, after }: Change, { columns }: Shape): Part {
  if (op === "delete") return { sql: `DELETE FROM ${quote(table)} WHERE`, args: [] };
  if (op === "insert") {
    const filled = columns.filter(({ generated }, i) => !generated && !isKeyMark(after?.[i]));
    return {
      sql: `INSERT INTO ${quote(table)} (${filled.map(({ name }) => quote(name)).join(", ")}) VALUES`,
      args: [],
    };
  }
  const sets = columns.flatMap(({ name, generated }, i) => {
    const cell = after?.[i];
    if (generated || cell === undefined || canonical(before?.[i] ?? null) === canonical(cell)) return [];
    const { sql, args } = valueOf(cell);
    return [{ sql: `${quote(name)} = ${sql}`, args }];
  });
  return {
    sql: `UPDATE ${quote(table)} SET ${sets.map(({ sql }) => sql).join(", ")} WHERE`,
    args: sets.flatMap(({ args }) => args),
  };
}

function rowOf({ op, key, before, after }: Change, { columns }: Shape): Part {
  if (op === "insert") {
    const cells = columns.flatMap(({ generated }, i) => {
      const cell = after?.[i];
      return generated || cell === undefined || isKeyMark(cell) ? [] : [valueOf(cell)];
    });
    return { sql: `(${cells.map(({ sql }) => sql).join(", ")})`, args: cells.flatMap(({ args }) => args) };
  }
  // A change of the key itself is found by the key as it was.
  const parts = Object.entries(key).map(([column, cell]) => {
    const i = columns.findIndex(({ name }) => name === column);
    const { sql, args } = valueOf(before?.[i] ?? cell);
    return { sql: `${i === -1 ? "rowid" : quote(column)} IS ${sql}`, args };
  });
  return { sql: `(${parts.map(({ sql }) => sql).join(" AND ")})`, args: parts.flatMap(({ args }) => args) };
}

/** One head with as many rows as fit: `… WHERE a OR b` or `… VALUES (…), (…)`. */
function join(head: Part, rows: readonly Part[]): Required<Statement>[] {
  const statements: Required<Statement>[] = [];
  const by = head.sql.endsWith("VALUES") ? ", " : " OR ";
  let batch: Part[] = [];
  const close = () => {
    if (batch.length === 0) return;
    const sql = `${head.sql} ${batch.map((row) => row.sql).join(by)}`;
    statements.push({ sql, args: [...head.args, ...batch.flatMap(({ args }) => args)] });
    batch = [];
  };
  let size = 0;
  for (const row of rows) {
    size += row.args.length;
    if (size + head.args.length > MAX_ARGS || batch.length >= 400) {
      close();
      size = row.args.length;
    }
    batch.push(row);
  }
  close();
  return statements;
}

function valueOf(cell: Cell): Part {
  if (typeof cell === "object" && cell !== null) {
    if ("$now" in cell) {
      if (!/^CURRENT_(TIMESTAMP|DATE|TIME)$/.test(cell.$now)) {
        throw new Refusal("invalid", "An unknown clock.");
      }
      return { sql: cell.$now, args: [] };
    }
    if ("$key" in cell) throw new Refusal("invalid", "A key that is not assigned yet can't be named.");
    return { sql: "?", args: [cell] };
  }
  return { sql: "?", args: [cell] };
}

/** Rows in the order in which they get their keys; the others stay as they are sorted. */
function inOrder(changes: readonly Change[]): Change[] {
  const numbered = changes.filter((change) => assigned(change) !== null);
  const others = changes.filter((change) => assigned(change) === null);
  return [...others, ...numbered.sort((a, b) => (assigned(a) ?? 0) - (assigned(b) ?? 0))];
}

/** The number of the key that SQLite will assign to a row; null for any other key. */
function assigned({ key }: Change): number | null {
  const [cell] = Object.values(key);
  return typeof cell === "object" && cell !== null && "$key" in cell ? cell.$key : null;
}

function isKeyMark(cell: Cell | undefined): boolean {
  return typeof cell === "object" && cell !== null && "$key" in cell;
}

/** Null for what can be no row's: half of a character has no canonical JSON. */
function name({ table, key }: RowName): string | null {
  try {
    return canonical([table, key]);
  } catch {
    return null;
  }
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
