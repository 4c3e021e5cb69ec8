/** What of a schema may be seen at all. */
import type { ForeignKey } from "../../contract/schemas.ts";
import { isInternal } from "../../sql/judge.ts";
import type { ColumnFacts, Facts, TableFacts } from "./catalog.ts";
import type { Denials } from "./denials.ts";

/** Tables and views that are neither internal nor denied nor virtual, nor show anything of such. */
export function visibleTables(facts: Facts, denials: Denials): TableFacts[] {
  return [...facts.tables.values()]
    .filter(({ name, kind }) => kind !== "virtual" && !isInternal(name) && !denials.view(name))
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Columns of a table that may be read. */
export function visibleColumns(table: TableFacts, denials: Denials): ColumnFacts[] {
  return table.columns.filter(({ name }) => !denials.column(table.name, name));
}

/** The visible table of this name, in any case of letters. */
export function findVisible(facts: Facts, denials: Denials, name: string): TableFacts | undefined {
  return visibleTables(facts, denials).find((table) => table.name.toLowerCase() === name.toLowerCase());
}

/** The column whose value SQLite assigns, unless it may not be read. */
export function visibleAutoKey({ name, autoKey }: TableFacts, denials: Denials): string | null {
  return autoKey !== null && denials.column(name, autoKey) ? null : autoKey;
}

/** Whether some column of a table may not be read. */
export function isPartial({ name, columns }: TableFacts, denials: Denials): boolean {
  return columns.some((column) => denials.column(name, column.name));
}

/** Whether a foreign key names nothing that may not be read, on either side. */
export function isVisibleKey(table: string, key: ForeignKey, denials: Denials): boolean {
  return !key.columns.some((column) => denials.column(table, column)) &&
    !denials.table(key.table) && !key.to.some((column) => denials.column(key.table, column));
}
