/** What rows can be shown as: sorted, as a chart, as one number, as CSV. Pure. */
import type { Cell } from "@/agent/types.ts";
import { cellText } from "./format.ts";
import type { Span } from "./visible.ts";

/** Which column rows are sorted by. */
export interface Order {
  column: number;
  isDown: boolean;
}

/** The order after a click on a column's header: up, down, as it was answered. */
export function nextOrder(order: Order | null, column: number): Order | null {
  if (order?.column !== column) return { column, isDown: false };
  return order.isDown ? null : { column, isDown: true };
}

/** Rows in an order: numbers by size, before texts by their letters; what has no value is last either way. */
export function sortRows(rows: readonly Cell[][], order: Order | null): Cell[][] {
  if (!order) return [...rows];
  const { column, isDown } = order;
  return rows.toSorted((one, other) => {
    const a = one[column] ?? null, b = other[column] ?? null;
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return isDown ? compare(b, a) : compare(a, b);
  });
}

/** Bars for a small group-by: a share of the longest for each row, and of the whole where the rows are counts of it. */
export interface Chart {
  bars: number[];
  shares: number[] | null;
}

const MAX_BARS = 20;

/** A chart of the rows, when they are a group-by of a name and a number; null otherwise. */
export function chartOf(sql: string, columns: readonly string[], rows: readonly Cell[][]): Chart | null {
  const code = withoutLiterals(sql);
  if (columns.length !== 2 || rows.length < 2 || rows.length > MAX_BARS || !/\bgroup\s+by\b/i.test(code)) {
    return null;
  }
  const at = [0, 1].find((i) => rows.every((row) => numberOf(row[i]) !== null));
  const names = at === 0 ? 1 : 0;
  if (at === undefined || !rows.every((row) => row[names] === null || typeof row[names] === "string")) {
    return null;
  }
  const values = rows.map((row) => numberOf(row[at]) ?? 0);
  const most = Math.max(...values);
  if (most <= 0 || Math.min(...values) < 0) return null;
  const sum = values.reduce((total, value) => total + value, 0);
  return {
    bars: values.map((value) => value / most),
    shares: isWholeCount(code) ? values.map((value) => value / sum) : null,
  };
}

/** `37.5%`, `<0.1%`: a share of the whole. */
export function percent(share: number): string {
  const rounded = Math.round(share * 1_000) / 10;
  return rounded === 0 && share > 0 ? "<0.1%" : `${rounded}%`;
}

/** The number that a result of one row and one column is; null when it is anything else. */
export function singleNumber(rows: readonly Cell[][]): Cell | null {
  const [row] = rows;
  const cell = rows.length === 1 && row?.length === 1 ? row[0] ?? null : null;
  return numberOf(cell) === null ? null : cell;
}

/** Where a text holds the first of the terms that it holds. */
export function found(text: string, terms: readonly string[]): Span | undefined {
  const small = text.toLowerCase();
  // Letters that grow when they are made small would move the mark.
  if (small.length !== text.length) return undefined;
  for (const term of terms) {
    const from = small.indexOf(term);
    if (from >= 0) return { from, to: from + term.length };
  }
  return undefined;
}

/**
 * The rows as CSV (RFC 4180). A text that a spreadsheet would take for a formula begins with an apostrophe, which makes
 * it a text there.
 */
export function csv(columns: readonly string[], rows: readonly Cell[][]): string {
  const lines = [columns.map(quoted), ...rows.map((row) => columns.map((_, i) => csvCell(row[i] ?? null)))];
  return lines.map((cells) => `${cells.join(",")}\r\n`).join("");
}

function csvCell(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "string") return quoted(cell);
  return typeof cell === "object" && "$blob" in cell ? quoted(cell.$blob) : cellText(cell);
}

function quoted(text: string): string {
  const safe = /^\s*[=+\-@]|^[\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$|^'/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** All rows are counted, and each in one group: no part of them was left out. */
function isWholeCount(code: string): boolean {
  return /\bcount\s*\(/i.test(code) && !/\b(sum|avg|min|max|total|having|limit|distinct)\b/i.test(code);
}

function withoutLiterals(sql: string): string {
  return sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g, " ");
}

function numberOf(cell: Cell | undefined): number | null {
  if (typeof cell === "number") return cell;
  return typeof cell === "object" && cell !== null && "$int" in cell ? Number(cell.$int) : null;
}

const LETTERS = new Intl.Collator("en", { numeric: true });

function compare(a: Exclude<Cell, null>, b: Exclude<Cell, null>): number {
  if (typeof a === "object" && typeof b === "object" && "$int" in a && "$int" in b) {
    const [one, other] = [BigInt(a.$int), BigInt(b.$int)];
    return one < other ? -1 : one > other ? 1 : 0;
  }
  const [one, other] = [numberOf(a), numberOf(b)];
  if (one !== null && other !== null) return one - other;
  if (one !== null || other !== null) return one !== null ? -1 : 1;
  return LETTERS.compare(cellText(a), cellText(b));
}
