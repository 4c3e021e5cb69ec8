/** Clauses that restrict rows. Each looks ahead first and moves `scan.at` only past what it understood. */
import type { Table } from "@/agent/types.ts";
import {
  affinity,
  dates,
  keyColumn,
  labelColumn,
  matchColumns,
  matchStart,
  matchTable,
  matchValue,
  matchValues,
  quantities,
  spoken,
} from "./lexicon.ts";
import { operandsAt, quantityAt } from "./operands.ts";
import type { Column, Literal, Op } from "./query.ts";
import { wayTo } from "./relations.ts";
import {
  addCondition,
  ask,
  chooseColumn,
  namedTables,
  nearTable,
  reachableTables,
  type Scan,
  withNegation,
} from "./scan.ts";
import { comparatorAt, isOrder, needsValue, negated, saysAt } from "./words.ts";

/** "price over 10", "tier is not Gold", "region in East or West", "email missing", "tier Gold". */
export function columnCondition(scan: Scan): boolean {
  const found = chooseColumn(scan, matchColumns(reachableTables(scan), scan.tokens, scan.at));
  if (!found) return false;
  const { table, column } = found;
  const { tokens } = scan;
  let at = scan.at + found.length;
  const named = at;
  at += saysAt(tokens, at, "that|which");
  const copula = saysAt(tokens, at, "is|are|was|were|be|being|:|does|do|has|have");
  at += copula;
  const not = saysAt(tokens, at, "not|no longer|never");
  at += not;
  const say = (op: Op, values: Literal[], next: number) => {
    scan.at = next;
    addCondition(scan, {
      kind: "compare",
      table,
      column,
      op: withNegation(scan, not ? negated(op) : op),
      values,
    });
    return true;
  };
  const known = matchValue(column, tokens, at);
  const comparator = known ? null : comparatorAt(tokens, at);
  if (comparator && !needsValue(comparator.value)) {
    // "set" alone is a word of commands: it needs its "is".
    if (comparator.value === "filled" && !copula) return false;
    return say(emptiness(column, comparator.value), [], at + comparator.length);
  }
  if (comparator) {
    const after = at + comparator.length;
    if (comparator.value === "between") {
      return betweenAt(scan, after, (values, next) => say("between", values, next));
    }
    if (isOrder(comparator.value)) {
      const quantity = quantityAt(scan, after) ?? textQuantity(scan, after, column);
      if (!quantity) return false;
      return say(comparator.value, [quantity.value], quantity.next);
    }
    const operands = operandsAt(
      scan,
      after + saysAt(tokens, after, LETTER),
      column,
      true,
    );
    if (!operands || (operands.values.length > 1 && !["eq", "ne"].includes(comparator.value))) return false;
    return say(comparator.value, operands.values, operands.next);
  }
  const list = saysAt(tokens, at, "in|one of|any of|either|among|either in|of");
  const explicit = copula > 0 || not > 0;
  const operands = operandsAt(scan, at + list, column, explicit && !list);
  if (!operands) return false;
  if (explicit && !known && !list && column.values && !isQuoted(scan, at)) {
    const word = tokens.slice(at, operands.next).map((t) => t.text).join(" ");
    ask(scan, `No ${spoken(column.name)} is "${word}". Known: ${column.values.join(", ")}.`);
  }
  const more = suffix(scan, operands.next);
  if (more && operands.values.length === 1) return say(more.op, operands.values, more.next);
  return named === at && list > 0 && !known && operands.values[0]?.kind === "text" && !column.values
    ? false
    : say("eq", operands.values, operands.next);
}

/** "over 100", "after 2024-01-01", "more than 300 pages", "more than 2 orders", "between 5 and 10". */
export function bareComparator(scan: Scan): boolean {
  const comparator = comparatorAt(scan.tokens, scan.at);
  if (!comparator) return bareCount(scan);
  const after = scan.at + comparator.length;
  const op = comparator.value;
  if (op === "starts" || op === "ends" || op === "contains") return labelText(scan, op, after);
  if (op === "ne") return notValue(scan, after);
  if (!isOrder(op) && op !== "eq") return false;
  const add = (values: Literal[], next: number, isDate: boolean): boolean => {
    if (values.length === 1 && relatedCount(scan, op, values[0], next)) return true;
    const column = columnFor(scan, next, isDate);
    if (!column) return false;
    scan.at = column.next;
    addCondition(scan, { kind: "compare", ...column.ref, op: withNegation(scan, op), values });
    return true;
  };
  if (op === "between") {
    return betweenAt(scan, after, (values, next) => add(values, next, values[0]?.kind === "text"));
  }
  const quantity = quantityAt(scan, after);
  return quantity ? add([quantity.value], quantity.next, quantity.isDate) : false;
}

/** Known values without their column: "East", "Gold tier", "not East or West". */
export function bareValue(scan: Scan): boolean {
  const { tokens } = scan;
  let matches = matchValues(namedTables(scan), tokens, scan.at);
  if (!matches.length) matches = matchValues(reachableTables(scan), tokens, scan.at);
  const [first] = matches;
  if (!first) return false;
  const end = scan.at + first.length;
  const words = tokens.slice(scan.at, end).map((t) => t.text).join(" ");
  if (matches.length > 1) {
    const named = matchColumns(reachableTables(scan), tokens, end);
    const byName = matches.filter((m) => named.some((n) => n.column === m.column));
    const near = nearTable(scan, scan.at, end);
    const byTable = matches.filter((m) => m.table === near);
    matches = byName.length ? byName : byTable.length ? byTable : matches;
  }
  const [match] = matches;
  if (!match) return false;
  if (matches.length > 1) {
    const places = matches.map((m) => `${spoken(m.column.name)} of ${m.table.name}`).join(" and of ");
    ask(
      scan,
      `"${words}" is a value of ${places}. Which one? For example "${spoken(match.column.name)} ${words}".`,
    );
  }
  const operands = operandsAt(scan, scan.at, match.column, false);
  if (!operands) return false;
  const name = matchColumns([match.table], tokens, operands.next).find((n) => n.column === match.column);
  scan.at = operands.next + (name && !comparatorAt(tokens, operands.next + name.length) ? name.length : 0);
  addCondition(scan, {
    kind: "compare",
    table: match.table,
    column: match.column,
    op: withNegation(scan, "eq"),
    values: operands.values,
  });
  return true;
}

/** The first words of a known label: "Bob" where there is one Bob Martinez. Only as a name is written. */
export function bareLabel(scan: Scan): boolean {
  const token = scan.tokens[scan.at];
  if (token?.kind !== "word" || !/^\p{Lu}/u.test(token.text)) return false;
  const found = reachableTables(scan).flatMap((table) => {
    const column = labelColumn(table);
    return column ? matchStart(column, [token]).map((value) => ({ table, column, value })) : [];
  });
  const [one] = found;
  if (!one) return false;
  if (found.length > 1) {
    ask(scan, `"${token.text}" could be ${found.map((f) => f.value).join(" or ")}. Which one?`);
  }
  scan.at++;
  const values: Literal[] = [{ kind: "text", text: one.value }];
  addCondition(scan, {
    kind: "compare",
    table: one.table,
    column: one.column,
    op: withNegation(scan, "eq"),
    values,
  });
  return true;
}

/** "without email", "no orders", "without orders", "has an email", "with a phone number", "with their orders". */
export function havingCondition(scan: Scan): boolean {
  const { tokens } = scan;
  const start = scan.at;
  const absent = saysAt(
    tokens,
    start,
    "without|no|lacking|missing|have no|has no|with no|not having|having no",
  );
  const present = absent ? 0 : saysAt(tokens, start, "has|have|having|with|that have|who have");
  if (!absent && !present) return false;
  let at = start + (absent || present);
  const article = saysAt(tokens, at, "a|an|any");
  const their = saysAt(tokens, at, "their|its|the");
  at += article || their;
  const column = chooseColumn(scan, matchColumns(reachableTables(scan), tokens, at));
  const table = matchTable(scan.schema, tokens, at);
  if (table && table.table !== scan.read.table && table.length >= (column?.length ?? 0)) {
    return withTable(scan, table.table, at + table.length, absent > 0, their > 0);
  }
  if (!column) return false;
  const end = at + column.length;
  const bare = !absent && !article && saysAt(tokens, start, "with") > 0;
  if (bare || isCompared(scan, end, column.column)) return false;
  scan.at = end;
  const op = withNegation(scan, emptiness(column.column, absent ? "blank" : "filled"));
  addCondition(scan, { kind: "compare", table: column.table, column: column.column, op, values: [] });
  return true;
}

/** What may stand before the text after "contains" or "starts with"; "a" may be the text itself. */
const LETTER = "the word|the text|the letter|the letters|letter|word|text|an|the";

/** Where a value follows the column, its name alone is not what is asked for. */
function isCompared(scan: Scan, at: number, column: Column): boolean {
  return comparatorAt(scan.tokens, at) !== null || saysAt(scan.tokens, at, "is|are|:|not|of|in") > 0 ||
    operandsAt(scan, at, column, false) !== null;
}

function withTable(scan: Scan, table: Table, next: number, without: boolean, shown: boolean): boolean {
  const way = wayTo(scan.schema, scan.read.table, table);
  if (typeof way === "string") {
    ask(scan, noWay(scan.read.table, table, way));
    return false;
  }
  const single = way.every((s) => s.forward);
  if (without || (!shown && !single)) {
    scan.at = next;
    const negate = scan.negation !== null;
    scan.negation = null;
    addCondition(scan, { kind: "related", table, without: without !== negate, count: null });
    return true;
  }
  const rest = scan.tokens[next];
  const described = rest !== undefined && (rest.kind === "number" || rest.kind === "string" ||
    matchColumns([table], scan.tokens, next).length > 0 || /^\p{Lu}/u.test(rest.text));
  if (described && single) return false;
  scan.at = next;
  scan.read.beside.push(table);
  return true;
}

export function noWay(from: Table, to: Table, way: "none" | "many"): string {
  return way === "none"
    ? `${from.name} and ${to.name} are not linked by a foreign key.`
    : `${from.name} and ${to.name} are linked in more than one way, so I can't tell which one is meant.`;
}

/** "with 2 orders". */
function bareCount(scan: Scan): boolean {
  const quantity = quantityAt(scan, scan.at);
  return quantity !== null && relatedCount(scan, "eq", quantity.value, quantity.next);
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
  const none = applied === "eq" && Number(value.raw) === 0;
  const counted =
    applied === "eq" || applied === "ne" || applied === "gt" || applied === "ge" || applied === "lt" ||
      applied === "le"
      ? { op: applied, n: value.raw }
      : null;
  addCondition(scan, { kind: "related", table: match.table, without: none, count: none ? null : counted });
  return true;
}

/** The column that a number without one speaks of: named after it, the one before, or the only one it can be. */
function columnFor(
  scan: Scan,
  next: number,
  isDate: boolean,
): { ref: { table: Table; column: Column }; next: number } | null {
  const after = chooseColumn(scan, matchColumns(reachableTables(scan), scan.tokens, next));
  const fits = after &&
    (isDate ? dates(after.table).includes(after.column) : affinity(after.column) !== "text");
  if (after && fits) return { ref: { table: after.table, column: after.column }, next: next + after.length };
  if (scan.joint && scan.lastColumn) return { ref: scan.lastColumn, next };
  const near = nearTable(scan, scan.at, next);
  for (const table of new Set([near, scan.read.table])) {
    const columns = isDate ? dates(table) : quantities(table);
    const [column] = columns;
    if (columns.length === 1 && column) return { ref: { table, column }, next };
    if (columns.length > 1) {
      const said = scan.tokens.slice(scan.at, next).map((t) => t.text).join(" ");
      ask(scan, `Which column should be "${said}": ${columns.map((c) => c.name).join(", ")}?`);
      return null;
    }
  }
  return null;
}

function labelText(scan: Scan, op: Op, after: number): boolean {
  const table = nearTable(scan, scan.at, after);
  const column = labelColumn(table);
  if (!column) return false;
  const operands = operandsAt(scan, after + saysAt(scan.tokens, after, LETTER), column, true);
  if (!operands || operands.values.length !== 1) return false;
  scan.at = operands.next;
  addCondition(scan, { kind: "compare", table, column, op: withNegation(scan, op), values: operands.values });
  return true;
}

function notValue(scan: Scan, after: number): boolean {
  const token = scan.tokens[scan.at];
  if (!token || !matchValues(reachableTables(scan), scan.tokens, after).length) return false;
  scan.at = after;
  scan.negation = token;
  return bareValue(scan);
}

function betweenAt(scan: Scan, at: number, add: (values: Literal[], next: number) => boolean): boolean {
  const low = quantityAt(scan, at);
  const and = low ? saysAt(scan.tokens, low.next, "and|to") : 0;
  const high = low && and ? quantityAt(scan, low.next + and) : null;
  return low && high ? add([low.value, high.value], high.next) : false;
}

/** "10 or more", "10 or less". */
function suffix(scan: Scan, at: number): { op: Op; next: number } | null {
  const more = saysAt(scan.tokens, at, "or more|or above|or higher|and above|or later|and more");
  if (more) return { op: "ge", next: at + more };
  const less = saysAt(scan.tokens, at, "or less|or fewer|or below|or lower|and below|or earlier");
  return less ? { op: "le", next: at + less } : null;
}

/** Text columns can be ordered too ("name after M"), where the value is quoted. */
function textQuantity(scan: Scan, at: number, column: Column): { value: Literal; next: number } | null {
  const token = scan.tokens[at];
  if (token?.kind !== "string" || affinity(column) === "number") return null;
  return { value: { kind: "text", text: token.text }, next: at + 1 };
}

function emptiness(column: Column, op: Op): Op {
  const text = affinity(column) === "text";
  if (op === "blank") return text ? "blank" : "null";
  if (op === "filled") return text ? "filled" : "notNull";
  return op;
}

function isQuoted(scan: Scan, at: number): boolean {
  return scan.tokens[at]?.kind === "string";
}

/** The column that identifies one row when only a number is said. */
export function idColumn(table: Table): Column | null {
  const key = keyColumn(table);
  return key && affinity(key) === "number" ? key : null;
}
