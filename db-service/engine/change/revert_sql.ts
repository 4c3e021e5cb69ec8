/** A revert as SQL, for a person to read: derived from captured rows, never run. */
import type { NetRow } from "../capture/capture.ts";
import { literal, quote } from "../capture/names.ts";
import type { TableFacts } from "../capture/table_facts.ts";
import type { SqlValue } from "../types.ts";

/** Longest text of this kind, in UTF-16 code units. */
export const MAX_REVERT_SQL = 20_000;

/** Statements that would undo the changes of these rows; cut with a comment beyond {@link MAX_REVERT_SQL}. */
export function revertSql(rows: readonly NetRow[]): string {
  const inverse = new Map<string, { table: TableFacts; condition: string[] }>();
  const lines: string[] = [];
  for (const row of rows) {
    const { table, before, after } = row;
    const head = before === null
      ? `DELETE FROM ${quote(table.name)}`
      : after === null
      ? null
      : `UPDATE ${quote(table.name)} SET ${assignments(table, before, after)}`;
    if (head === null) lines.push(insertion(table, row.identity, before ?? []));
    else {
      const group = inverse.get(head) ?? { table, condition: [] };
      inverse.set(head, group);
      group.condition.push(condition(row));
    }
  }
  for (const [head, { table, condition }] of inverse) {
    for (let i = 0; i < condition.length; i += ROWS_PER_STATEMENT) {
      lines.push(`${head} WHERE ${anyOf(table, condition.slice(i, i + ROWS_PER_STATEMENT))};`);
    }
  }
  return cut(lines);
}

/** Keys in one statement's condition: more are hard to read. */
const ROWS_PER_STATEMENT = 50;
/** Longest blob that is spelled out. */
const MAX_BLOB = 256;

function assignments(table: TableFacts, before: SqlValue[], after: SqlValue[]): string {
  return table.columns
    .map((column, i) => ({ column, old: before[i], changed: !same(before[i], after[i]) }))
    .filter(({ column, changed }) => changed && !column.generated)
    .map(({ column, old }) => `${quote(column.name)} = ${sqlLiteral(old)}`)
    .join(", ");
}

function insertion(table: TableFacts, identity: SqlValue[], before: SqlValue[]): string {
  const cells = table.columns
    .map((column, i) => ({ column, name: quote(column.name), value: before[i] }))
    .filter(({ column }) => !column.generated);
  if (table.identity.by === "rowid" && table.identity.column === null) {
    cells.unshift({ column: table.columns[0], name: table.identity.alias, value: identity[0] });
  }
  return `INSERT INTO ${quote(table.name)}(${cells.map(({ name }) => name).join(", ")}) VALUES (${
    cells.map(({ value }) => sqlLiteral(value)).join(", ")
  });`;
}

/** The value of a one-column key, or the whole condition for others. */
function condition({ table, identity, before, after }: NetRow): string {
  if (table.identity.by === "rowid") return sqlLiteral(identity[0]);
  const row = after ?? before ?? [];
  const parts = table.identity.columns.map(({ name }) => ({
    name,
    value: row[table.columns.findIndex((column) => column.name === name)],
  }));
  return parts.length === 1
    ? sqlLiteral(parts[0].value)
    : `(${
      parts.map(({ name, value }) => `${quote(name)} = ${sqlLiteral(value)}`)
        .join(" AND ")
    })`;
}

function anyOf({ identity }: TableFacts, conditions: string[]): string {
  if (identity.by === "key" && identity.columns.length > 1) {
    return conditions.join(" OR ");
  }
  const name = identity.by === "key"
    ? quote(identity.columns[0].name)
    : identity.column === null
    ? identity.alias
    : quote(identity.column);
  return conditions.length === 1 ? `${name} = ${conditions[0]}` : `${name} IN (${conditions.join(", ")})`;
}

function sqlLiteral(value: SqlValue | undefined): string {
  switch (typeof value) {
    case "bigint":
      return value.toString();
    case "number":
      if (!Number.isFinite(value)) return value > 0 ? "9e999" : "-9e999";
      // A real stays one: 2 would be an integer.
      return Number.isInteger(value) && !/e/.test(String(value)) ? `${value}.0` : String(value);
    case "string":
      return literal(value);
    default:
      if (value === null || value === undefined) return "NULL";
      return value.length > MAX_BLOB
        ? `/* ${value.length} bytes */ x'…'`
        : `x'${[...value].map((byte) => byte.toString(16).padStart(2, "0")).join("")}'`;
  }
}

function same(a: SqlValue | undefined, b: SqlValue | undefined): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return a.length === b.length && a.every((byte, i) => byte === b[i]);
  }
  return a === b;
}

function cut(lines: string[]): string {
  const kept: string[] = [];
  let length = 0;
  for (const [i, line] of lines.entries()) {
    length += line.length + 1;
    if (length > MAX_REVERT_SQL - 60) {
      return [
        ...kept,
        `-- and ${lines.length - i} more statements, too long to show`,
      ].join("\n");
    }
    kept.push(line);
  }
  return kept.join("\n");
}
