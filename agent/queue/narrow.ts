/** A bulk change with some of its rows left out: statements for the rows that remain, from the preview alone. Pure. */
import { canonical } from "@/db-service/contract/digest.ts";
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
    if (!known.has(row)) throw new Refusal("invalid", "exclude names a row that does not change.");
  }
  const rest = changes.filter((change) => !out.has(name(change)));
  if (rest.length === 0) throw new Refusal("invalid", "No row remains. Reject the change instead.");
  return rest;
}

/** Statements that make exactly these changes. Rows that change alike share a statement. */
export function statementsFor(changes: readonly Change[], tables: readonly Table[]): Required<Statement>[] {
  const groups = new Map<string, { head: Part; rows: Part[] }>();
  for (const change of changes) {
    const table = tables.find(({ name }) => name === change.table);
    if (!table) throw new Refusal("not_found", `There is no table "${change.table}" any more.`);
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

function headOf({ op, table, before, after }: Change, { columns }: Table): Part {
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

function rowOf({ op, key, before, after }: Change, { columns }: Table): Part {
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

function isKeyMark(cell: Cell | undefined): boolean {
  return typeof cell === "object" && cell !== null && "$key" in cell;
}

function name({ table, key }: RowName): string {
  return canonical([table, key]);
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
