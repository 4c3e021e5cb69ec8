/** Which column lies where in a tree of the file: what an opcode `Column` with a number takes out. */

/**
 * Queries whose rows are a root page and a column's name, null for a rowid or an expression, in the order in which they
 * are stored. What a later query says of a page replaces what an earlier one said.
 */
export const STORED_COLUMNS: readonly string[] = [
  // A virtual generated column is computed, not stored; the numbers of the others count without it.
  `SELECT m.rootpage, x.name FROM sqlite_schema m, pragma_table_xinfo(m.name) x
    WHERE m.type = 'table' AND m.rootpage > 0 AND x.hidden <> 2 ORDER BY m.rootpage, x.cid`,
  `SELECT m.rootpage, x.name FROM sqlite_schema m, pragma_index_xinfo(m.name) x
    WHERE m.type = 'index' AND m.rootpage > 0 ORDER BY m.rootpage, x.seqno`,
  // A table WITHOUT ROWID is the index of its primary key.
  `SELECT m.rootpage, x.name FROM pragma_table_list t JOIN sqlite_schema m ON m.type = 'table' AND m.name = t.name,
      pragma_index_list(m.name) i, pragma_index_xinfo(i.name) x
    WHERE t.schema = 'main' AND t.wr AND i.origin = 'pk' ORDER BY m.rootpage, x.seqno`,
];

/** Root page of a table or index → names of its stored columns in order, from the rows of {@link STORED_COLUMNS}. */
export function storedColumns(results: readonly unknown[][][]): Map<number, (string | null)[]> {
  const stored = new Map<number, (string | null)[]>();
  for (const rows of results) {
    const found = new Map<number, (string | null)[]>();
    for (const [root, name] of rows) {
      const names = found.get(Number(root)) ?? [];
      names.push(typeof name === "string" ? name : null);
      found.set(Number(root), names);
    }
    for (const [root, names] of found) stored.set(root, names);
  }
  return stored;
}
