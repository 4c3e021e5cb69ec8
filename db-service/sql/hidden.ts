/**
 * What READ_DENY hides, found in a statement's words and in EXPLAIN's rows. SQLite's authorizer is asked first, but it
 * does not see everything: `USING` and `NATURAL` compare columns without a word to it, and `INSERT … SELECT *` may copy
 * whole rows. Pure, for every engine.
 */
import type { Catalog, Opcode } from "./judge.ts";
import type { Token } from "./tokenizer.ts";

/** What is hidden, as the rules of READ_DENY say for one schema. */
export interface Hidden {
  /** Any column at all. */
  readonly hasColumns: boolean;
  /** The whole table. */
  table(table: string): boolean;
  column(table: string, column: string): boolean;
  /** Some column of the table, or all of it. */
  any(table: string): boolean;
  /** A column of that name in whichever table. */
  name(column: string): boolean;
}

/** Why a column may not be read. */
export function hiddenColumn(table: string, column: string): string {
  return `The column ${table}.${column} may not be read (READ_DENY). ` +
    "Name the columns that you need instead of *, and leave this one out.";
}

/** Why a table may not be read. */
export function hiddenTable(table: string): string {
  return `The table ${table} may not be read (READ_DENY).`;
}

/** Words that would compare or order by a hidden column without naming it as one; null where there are none. */
export function hiddenWords(tokens: readonly Token[], hidden: Hidden): string | null {
  if (!hidden.hasColumns) return null;
  for (const [i, token] of tokens.entries()) {
    const word = keyword(token), next = tokens[i + 1];
    if (word === "NATURAL" && JOINS.has(keyword(next))) {
      return "NATURAL joins are not available while READ_DENY hides columns. Write ON and the columns.";
    }
    if (word === "INDEXED" && keyword(next) === "BY") {
      return "INDEXED BY is not available while READ_DENY hides columns: rows would come in an index's order.";
    }
    if (word !== "USING" || next?.text !== "(" || next.kind !== "symbol") continue;
    for (const { kind, text } of tokens.slice(i + 2)) {
      if (kind === "symbol" && text === ")") break;
      if (kind !== "symbol" && hidden.name(text)) {
        return `The column ${text} may not be joined by: READ_DENY hides a column of this name.`;
      }
    }
  }
  return null;
}

/**
 * Why a statement's own program may not run: it takes a hidden column out of a row, looks one up in an index, or copies
 * rows whole. In a write only cursors that never write count: a changed row has to be read to be written again.
 */
export function hiddenOpcode(
  rows: readonly Opcode[],
  catalog: Catalog,
  hidden: Hidden,
  kind: "read" | "write",
): string | null {
  if (!hidden.hasColumns) return null;
  const program = ownProgram(rows);
  const roots = readCursors(program);
  for (const { opcode, p1, p2, p4 } of program) {
    const root = roots.get(p1);
    const table = root === undefined ? undefined : catalog.roots.get(root);
    if (root === undefined || table === undefined || !hidden.any(table)) continue;
    if (opcode === "RowData" || opcode === "RowCell") return hiddenTableColumns(table);
    const stored = catalog.columns?.get(root);
    const isSeek = kind === "read" && SEEKS.has(opcode);
    if (opcode !== "Column" && !isSeek) continue;
    // Without knowing which column lies where, none of the table's may be read.
    if (stored === undefined) return hiddenTableColumns(table);
    const touched = isSeek ? stored.slice(0, Number(p4) || 0) : [stored[p2]];
    const column = touched.find((name) => typeof name === "string" && hidden.column(table, name));
    if (typeof column === "string") return hiddenColumn(table, column);
  }
  return null;
}

const JOINS = new Set(["JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "OUTER"]);

/** Opcodes that compare the first `p4` columns of an index with values. On a table's own tree they compare the rowid. */
const SEEKS = new Set(
  "SeekGE SeekGT SeekLE SeekLT IdxGE IdxGT IdxLE IdxLT Found NotFound NoConflict IfNoHope".split(" "),
);

function hiddenTableColumns(table: string): string {
  return `Columns of ${table} may not be read (READ_DENY). Name the columns that you need instead of *.`;
}

/** EXPLAIN lists the statement's own program first; further ones, of triggers and foreign keys, begin with `Init`. */
function ownProgram(rows: readonly Opcode[]): readonly Opcode[] {
  const second = rows.findIndex(({ opcode }, i) => i > 0 && opcode === "Init");
  return second < 0 ? rows : rows.slice(0, second);
}

/** Cursor → root page, of cursors on `main` that are opened for reading and never for writing. */
function readCursors(rows: readonly Opcode[]): Map<number, number> {
  const roots = new Map<number, number>();
  for (const { opcode, p1, p2, p3 } of rows) {
    if ((opcode === "OpenRead" || opcode === "ReopenIdx") && p3 === 0) roots.set(p1, p2);
  }
  for (const { opcode, p1 } of rows) if (opcode === "OpenWrite") roots.delete(p1);
  return roots;
}

function keyword(token: Token | undefined): string {
  return token?.kind === "word" ? token.text.toUpperCase() : "";
}
