/** The foreign keys of a table from what SQLite lists of them, a row for each column. */
import type { ForeignKey } from "../../contract/schemas.ts";

/** What {@link foreignKeys} reads, of `pragma_foreign_key_list`; to be ordered by `id, seq`. */
export const FOREIGN_KEY = ["id", "table", "from", "to", "on_update", "on_delete"] as const;

/** Rows of {@link FOREIGN_KEY} as keys of one column or several. A key that names no columns means the primary key. */
export function foreignKeys(rows: readonly (readonly unknown[])[]): ForeignKey[] {
  const keys = new Map<number, ForeignKey>();
  for (const [id, table, from, to, onUpdate, onDelete] of rows) {
    const key = keys.get(Number(id)) ?? {
      columns: [],
      table: String(table),
      to: [],
      onDelete: String(onDelete),
      onUpdate: String(onUpdate),
    };
    key.columns.push(String(from));
    if (to !== null && to !== undefined) key.to.push(String(to));
    keys.set(Number(id), key);
  }
  return [...keys.values()];
}
