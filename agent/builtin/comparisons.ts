/** Comparators: after a column's name, or without one where only one column can be meant. */
import type { Table } from "@/agent/types.ts";
import {
  affinity,
  dates,
  isDate,
  matchColumns,
  matchTable,
  matchValues,
  ownLabel,
  quantities,
} from "./lexicon.ts";
import { operandsAt, quantityAt } from "./operands.ts";
import type { Column, Literal, Op } from "./query.ts";
import { wayTo } from "./relations.ts";
import {
  addCondition,
  ask,
  chooseColumn,
  nearTable,
  reachableTables,
  type Scan,
  withNegation,
} from "./scan.ts";
import type { Token } from "./tokens.ts";
import { comparatorAt, isOrder, isTemporal, saysAt } from "./words.ts";
import { bareValue } from "./conditions.ts";

/** "over 100", "after 2024-01-01", "more than 300 pages", "more than 2 orders", "between 5 and 10". */
export function bareComparator(scan: Scan): boolean {
  const comparator = comparatorAt(scan.tokens, scan.at);
  if (!comparator) return bareCount(scan);
  const after = scan.at + comparator.length;
  const op = comparator.value;
  if (op === "starts" || op === "ends" || op === "contains") return labelText(scan, op, after);
  if (op === "ne") return notValue(scan, after);
  if (!isOrder(op) && op !== "eq") return false;
  const add = (values: Literal[], next: number, isDay: boolean): boolean => {
    if (values.length === 1 && relatedCount(scan, op, values[0], next)) return true;
    // "at most 2 orders" says how many rows, not of which column.
    if (matchTable(scan.schema, scan.tokens, next)?.table === scan.read.table) return false;
    const column = columnFor(scan, next, isDay);
    if (!column) return false;
    const days = column.next === next ? dates(column.ref.table) : [];
    const isYear = (v: Literal) => v.kind === "number" && /^[12]\d{3}$/.test(v.raw);
    if (op === "between" && days.length && values.every(isYear)) {
      const names = [...days, column.ref.column].map((c) => c.name);
      ask(scan, `Which column should be between them: ${names.join(", ")}?`);
    }
    scan.at = column.next;
    addCondition(scan, { kind: "compare", ...column.ref, op: withNegation(scan, op), values });
    return true;
  };
  if (op === "between") {
    return betweenAt(scan, after, (values, next) => add(values, next, values[0]?.kind === "text"));
  }
  const temporal = isTemporal(scan.tokens, scan.at);
  const year = temporal ? yearAt(scan.tokens, scan.at, op, after) : null;
  if (year) {
    const column = columnFor(scan, after + 1, true);
    if (!column) return false;
    // "published before 1960 or after 2000": where years are kept as numbers, the number is what is compared.
    const raw = scan.tokens[after]?.text ?? "";
    const said = isDate(column.ref.column) ? year : { op, value: { kind: "number" as const, raw } };
    scan.at = column.next;
    addCondition(scan, {
      kind: "compare",
      ...column.ref,
      op: withNegation(scan, said.op),
      values: [said.value],
    });
    return true;
  }
  const quantity = quantityAt(scan, after);
  if (!quantity || (temporal && !quantity.isDate)) return false;
  return add([quantity.value], quantity.next, quantity.isDate);
}

/** What may stand before the text after "contains" or "starts with"; "a" may be the text itself. */
export const LETTER = "the word|the text|the letter|the letters|letter|word|text|an|the";

/** "before 2024" and "since 2024" mean its first day; "after 2024" begins with the next year. */
export function yearAt(
  tokens: Token[],
  at: number,
  op: Op,
  after: number,
): { op: Op; value: Literal } | null {
  const token = tokens[after];
  if (token?.kind !== "number" || !/^[12]\d{3}$/.test(token.text) || !isTemporal(tokens, at)) return null;
  const year = Number(token.text) + (op === "gt" ? 1 : 0);
  return { op: op === "gt" ? "ge" : op, value: { kind: "text", text: `${year}-01-01` } };
}

/** "with 2 orders", "with 2 beds". */
function bareCount(scan: Scan): boolean {
  const quantity = quantityAt(scan, scan.at);
  if (!quantity) return false;
  return relatedCount(scan, "eq", quantity.value, quantity.next) || measured(scan, quantity);
}

/** "with 2 beds", "with 300 pages or more": a column of numbers is named after its number. */
function measured(
  scan: Scan,
  { value, isDate, next }: { value: Literal; isDate: boolean; next: number },
): boolean {
  if (isDate || !saysAt(scan.tokens, scan.at - 1, "with|having|has|have")) return false;
  const found = chooseColumn(scan, matchColumns(reachableTables(scan), scan.tokens, next));
  if (!found || !quantities(found.table).includes(found.column)) return false;
  const more = suffix(scan, next + found.length);
  scan.at = more?.next ?? next + found.length;
  addCondition(scan, {
    kind: "compare",
    table: found.table,
    column: found.column,
    op: withNegation(scan, more?.op ?? "eq"),
    values: [value],
  });
  return true;
}

function relatedCount(scan: Scan, op: Op, value: Literal | undefined, next: number): boolean {
  const match = matchTable(scan.schema, scan.tokens, next);
  if (!match || match.table === scan.read.table || value?.kind !== "number" || !/^\d+$/.test(value.raw)) {
    return false;
  }
  const way = wayTo(scan.schema, scan.read.table, match.table);
  if (typeof way === "string" || way.every((s) => s.forward)) return false;
  const applied = withNegation(scan, op);
  if (!["eq", "ne", "gt", "ge", "lt", "le"].includes(applied)) return false;
  scan.at = next + match.length;
  if (way.some((s) => s.forward) && (way.at(-1)?.to.length ?? 0) > 1) {
    ask(scan, `I can't count the ${match.table.name} of each one, because their key has several columns.`);
  }
  const none = applied === "eq" && Number(value.raw) === 0;
  const counted =
    applied === "eq" || applied === "ne" || applied === "gt" || applied === "ge" || applied === "lt" ||
      applied === "le"
      ? { op: applied, n: value.raw }
      : null;
  addCondition(scan, { kind: "related", table: match.table, without: none, count: none ? null : counted });
  return true;
}

/**
 * The column that a number without one speaks of: named after it, the one before, or the only one it can
 * be.
 */
function columnFor(
  scan: Scan,
  next: number,
  isDay: boolean,
): { ref: { table: Table; column: Column }; next: number } | null {
  const lead = saysAt(scan.tokens, next, "in|of");
  const after = chooseColumn(scan, matchColumns(reachableTables(scan), scan.tokens, next + lead));
  const fits = after &&
    (isDay ? dates(after.table).includes(after.column) : affinity(after.column) !== "text");
  if (after && fits) {
    return { ref: { table: after.table, column: after.column }, next: next + lead + after.length };
  }
  const last = scan.joint ? scan.lastColumn : null;
  if (last && ((isDay && isDate(last.column)) || affinity(last.column) !== "text")) {
    return { ref: last, next };
  }
  const near = nearTable(scan, scan.at, next);
  for (const table of new Set([near, scan.read.table])) {
    const columns = isDay ? dates(table) : quantities(table);
    const [column] = columns;
    if (columns.length === 1 && column) return { ref: { table, column }, next };
    if (columns.length > 1 && column) {
      const said = scan.tokens.slice(scan.at, next).map((t) => t.text).join(" ");
      ask(scan, `Which column should be "${said}": ${columns.map((c) => c.name).join(", ")}?`);
      return { ref: { table, column }, next };
    }
  }
  return null;
}

function labelText(scan: Scan, op: Op, after: number): boolean {
  const table = nearTable(scan, scan.at, after);
  const from = after + saysAt(scan.tokens, after, LETTER);
  const texts = table.columns.filter((c) => affinity(c) === "text" && !isDate(c));
  const column = ownLabel(table) ?? texts[0];
  // "playlists containing track 3" speaks of rows, not of text.
  // "I would like a list": without its column "like" compares nothing.
  if (saysAt(scan.tokens, scan.at, "like")) return false;
  if (!column || (scan.tokens[from]?.kind !== "string" && matchTable(scan.schema, scan.tokens, from))) {
    return false;
  }
  if (!ownLabel(table)) ask(scan, `In which column: ${texts.map((c) => c.name).join(", ")}?`);
  const operands = operandsAt(scan, from, column, true);
  if (!operands || operands.values.length !== 1) return false;
  scan.at = operands.next;
  addCondition(scan, { kind: "compare", table, column, op: withNegation(scan, op), values: operands.values });
  return true;
}

function notValue(scan: Scan, after: number): boolean {
  const token = scan.tokens[scan.at];
  if (!token || scan.negation || !matchValues(reachableTables(scan), scan.tokens, after).length) return false;
  scan.at = after;
  scan.negation = token;
  return bareValue(scan);
}

export function betweenAt(
  scan: Scan,
  at: number,
  add: (values: Literal[], next: number) => boolean,
): boolean {
  const low = quantityAt(scan, at);
  const and = low ? saysAt(scan.tokens, low.next, "and|to") : 0;
  const high = low && and ? quantityAt(scan, low.next + and) : null;
  return low && high ? add([low.value, high.value], high.next) : false;
}

/** "10 or more", "10 or less". */
export function suffix(scan: Scan, at: number): { op: Op; next: number } | null {
  const more = saysAt(scan.tokens, at, "or more|or above|or higher|and above|or later|and more");
  if (more) return { op: "ge", next: at + more };
  const less = saysAt(scan.tokens, at, "or less|or fewer|or below|or lower|and below|or earlier");
  return less ? { op: "le", next: at + less } : null;
}

/** Text columns can be ordered too ("name after M"), where the value is quoted. */
export function textQuantity(
  scan: Scan,
  at: number,
  column: Column,
): { value: Literal; next: number } | null {
  const token = scan.tokens[at];
  if (token?.kind !== "string" || affinity(column) === "number") return null;
  return { value: { kind: "text", text: token.text }, next: at + 1 };
}
