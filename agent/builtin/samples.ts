/** Values that a table would take, for examples. */
import type { Table } from "@/agent/types.ts";
import { affinity, isFlag, isForeign, labelColumn, spoken } from "./lexicon.ts";
import type { Column } from "./query.ts";

/** "name Ada Lovelace, price 10": values that this table would take. */
export function example(table: Table, but: Column[]): string {
  const wanted = table.columns.filter((c) =>
    !c.generated && c.name !== table.autoKey && !but.includes(c) && (c.notNull || c === labelColumn(table))
  );
  const shown = wanted.filter((c) => c.default === null);
  const columns = shown.length ? shown : wanted.slice(0, 1);
  return columns.map((c) => `${spoken(c.name)} ${sampleValue(table, c)}`).join(", ");
}

export function sampleValue(table: Table, column: Column): string {
  if (/mail/i.test(column.name)) return "ada@example.com";
  if (/date|time/i.test(column.type) || /date|_at$/i.test(column.name)) return "2030-01-31";
  if (isFlag(column)) return "yes";
  if (affinity(column) === "number") return isForeign(table, column) ? "1" : "10";
  const repeated = column.values?.length && (table.rows === null || column.values.length < table.rows);
  if (repeated && column.values) return column.values[0] ?? "Example";
  return column === labelColumn(table) && /name/i.test(column.name) &&
      table.columns.some((c) => /mail/i.test(c.name))
    ? "Ada Lovelace"
    : "Example";
}
