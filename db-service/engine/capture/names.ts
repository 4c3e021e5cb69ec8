/** Names and texts as SQL. */

/** A name as a quoted identifier; any text is a valid one. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as a string literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Whether a name belongs to SQLite or to us: no statement may write such a table. */
export function isInternal(table: string): boolean {
  return /^(_gk_|sqlite_|libsql_)/i.test(table);
}

/** Expressions joined by an operator as a shallow tree: SQLite limits the depth of an expression, not its width. */
export function balanced(expressions: readonly string[], operator: "||" | "OR"): string {
  if (expressions.length <= 2) return expressions.join(` ${operator} `);
  const half = expressions.length >> 1;
  const [left, right] = [expressions.slice(0, half), expressions.slice(half)];
  return `(${balanced(left, operator)}) ${operator} (${balanced(right, operator)})`;
}
