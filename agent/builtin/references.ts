/** References to rows of other tables in a new row, by key or by label. */
import type { Table } from "@/agent/types.ts";
import { codeColumn, isForeign, labelColumn } from "./lexicon.ts";
import type { Column, Literal } from "./query.ts";
import { literal, name } from "./sql.ts";
import { type Token, written } from "./tokens.ts";
import { saysAt } from "./words.ts";
import { assign } from "./inserts.ts";

export interface Row {
  schema: Table[];
  text: string;
  table: Table;
  cells: Map<Column, Literal>;
  /** A reference given by the other row's label: looked up when the row is inserted. */
  lookups: { column: Column; table: Table; key: string; label: Column; text: Literal }[];
  unknown: string[];
  question: string | null;
}

/** "for customer 3", "customer Alice Chen": the reference to a row of another table. */
export function refer(row: Row, parent: Table, tokens: Token[]): boolean {
  const found = reference(row.table, parent);
  const value = tokens.slice(saysAt(tokens, 0, "is|#|number|id|:|=|named|called"));
  const [first] = value;
  if (!found || !first) return false;
  if (value.length === 1 && first.kind === "number") {
    assign(row, found.column, value);
    return true;
  }
  if (first.kind === "number") return false;
  if (codeColumn(parent, value)?.name === found.key) {
    assign(row, found.column, value);
    return true;
  }
  const label = labelColumn(parent);
  if (!label) return false;
  const text: Literal = { kind: "text", text: written(row.text, value) };
  row.lookups.push({ column: found.column, table: parent, key: found.key, label, text });
  row.cells.set(found.column, text);
  return true;
}

export function reference(table: Table, parent: Table): { column: Column; key: string } | null {
  const keys = table.foreignKeys.filter((f) => f.table === parent.name && f.columns.length === 1);
  const [key, other] = keys;
  const column = table.columns.find((c) => c.name === key?.columns[0]);
  const to = key?.to[0] ?? parent.columns.find((c) => c.primaryKey > 0)?.name;
  return key && !other && column && to && isForeign(table, column) ? { column, key: to } : null;
}

/**
 * VALUES, or a SELECT where a reference is given by its label: a label that no row has inserts nothing, one that
 * two rows have inserts two, and both are seen in the preview. A scalar subquery would pick one silently.
 */
export function source(row: Row): string {
  const cell = (column: Column, value: Literal) => {
    const found = row.lookups.find((l) => l.column === column);
    return found ? `${name(found.table.name)}.${name(found.key)}` : literal(value);
  };
  const cells = [...row.cells].map(([column, value]) => cell(column, value)).join(", ");
  if (!row.lookups.length) return `VALUES (${cells})`;
  const tables = row.lookups.map((l) => name(l.table.name)).join(", ");
  const conditions = row.lookups.map((l) =>
    `${name(l.table.name)}.${name(l.label.name)} = ${literal(l.text)} COLLATE NOCASE`
  );
  return `SELECT ${cells} FROM ${tables} WHERE ${conditions.join(" AND ")}`;
}
