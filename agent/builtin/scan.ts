/**
 * The state of reading one sentence. Every token must end up understood: as part of a clause, as a filler, or in
 * `unknown`. Nothing else may move `at`, so that no condition is ever dropped silently.
 */
import type { Table } from "@/agent/types.ts";
import { isDate, matchTable, type TableMatch } from "./lexicon.ts";
import {
  type Column,
  type ColumnRef,
  type Compare,
  type Condition,
  emptyRead,
  type Literal,
  type Op,
  type Read,
  type Sort,
} from "./query.ts";
import { parents, wayTo } from "./relations.ts";
import type { Token } from "./tokens.ts";
import { negated } from "./words.ts";

export interface Spot extends TableMatch {
  at: number;
}

export interface Scan {
  schema: Table[];
  text: string;
  tokens: Token[];
  at: number;
  read: Read;
  /** The tables named in the sentence, with their places. */
  spots: Spot[];
  unknown: Token[];
  /** What has to be asked before anything can be done; the first one counts. */
  question: string | null;
  /** The token that negates the next condition. */
  negation: Token | null;
  /** The "and" or "or" before the next condition. */
  joint: { word: "and" | "or"; token: Token } | null;
  /** Places of the conditions joined by "or" so far; an "and" after them would be ambiguous. */
  chained: "and" | "or" | null;
  lastColumn: ColumnRef | null;
  /** Whether the values of the next condition were joined by "and". */
  both: boolean;
  /** How many conditions stood before "except". */
  exceptFrom: number | null;
  /** "all", "every", "everything" was said. */
  all: boolean;
  /** Whether order, groups, limits and columns to show may be asked for. */
  shapes: boolean;
  /** "top" was said: what follows "by" counts from the highest. */
  top: boolean;
  /** The order that "first 3" or "newest 3" brings with it. */
  implied: { sort: Sort; any: boolean } | null;
  /** The table whose rows are counted, where it is not the main one. */
  counted: Table | null;
}

export function startScan(
  schema: Table[],
  text: string,
  tokens: Token[],
  main: Table,
  shapes: boolean,
): Scan {
  return {
    schema,
    text,
    tokens,
    at: 0,
    read: emptyRead(main),
    spots: tableSpots(schema, tokens),
    unknown: [],
    question: null,
    negation: null,
    joint: null,
    chained: null,
    lastColumn: null,
    both: false,
    exceptFrom: null,
    all: false,
    shapes,
    top: false,
    implied: null,
    counted: null,
  };
}

/** Every table that is named, in order. */
export function tableSpots(schema: Table[], tokens: Token[]): Spot[] {
  const spots: Spot[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const match = tokens[at]?.kind === "string" ? null : matchTable(schema, tokens, at);
    if (!match) continue;
    spots.push({ ...match, at });
    at += match.length - 1;
  }
  return spots;
}

/** Main and named tables, without repetition. */
export function namedTables(scan: Scan): Table[] {
  return [...new Set([scan.read.table, ...scan.spots.map((s) => s.table)])];
}

/**
 * The table that a word at this place most likely speaks of: the one named right after it, else the last
 * before.
 */
export function nearTable(scan: Scan, from: number, to: number): Table {
  const after = scan.spots.find((s) => s.at === to);
  const before = scan.spots.filter((s) => s.at < from).at(-1);
  return (after ?? before)?.table ?? scan.read.table;
}

/**
 * One column among several tables' candidates: of the table before it, then the main one, then its parents.
 */
export function chooseColumn<T extends { table: Table; column: Column }>(
  scan: Scan,
  candidates: T[],
): T | null {
  const before = scan.spots.filter((s) => s.at < scan.at).reverse().map((s) => s.table);
  for (
    const table of [
      ...before,
      scan.read.table,
      ...namedTables(scan),
      ...parents(scan.schema, scan.read.table),
    ]
  ) {
    const found = candidates.find((c) => c.table === table);
    if (found) return found;
  }
  return null;
}

/** Tables in which an unqualified column or value may live. */
export function reachableTables(scan: Scan): Table[] {
  return [...new Set([...namedTables(scan), ...parents(scan.schema, scan.read.table)])];
}

export function ask(scan: Scan, question: string): void {
  scan.question ??= question;
}

/** The pending "not" applied to an operator. */
export function withNegation(scan: Scan, op: Op): Op {
  if (!scan.negation) return op;
  scan.negation = null;
  return negated(op);
}

/** Adds a condition, joined as "and", "or" and lists of values of one column are meant in English. */
export function addCondition(scan: Scan, given: Exclude<Condition, { kind: "either" }>): void {
  const [condition, second] = given.kind === "compare" ? wholeDays(given) : [given];
  add(scan, condition);
  if (second) add(scan, second);
}

/** A day without a time means all of it, in columns that hold times too: "after" begins with the next day. */
function wholeDays(c: Compare): [Compare, Compare?] {
  const days = c.values.map((v) => v.kind === "text" && /^\d{4}-\d{2}-\d{2}$/.test(v.text) ? v.text : null);
  const [first, last] = days;
  if (!isDate(c.column) || !first || days.includes(null)) return [c];
  const day = (text: string): Literal => ({ kind: "text", text });
  if (c.op === "gt") return [{ ...c, op: "ge", values: [day(nextDay(first))] }];
  if (c.op === "le") return [{ ...c, op: "lt", values: [day(nextDay(first))] }];
  if (c.op === "between" && last) {
    return [{ ...c, op: "ge", values: [day(first)] }, { ...c, op: "lt", values: [day(nextDay(last))] }];
  }
  if (c.values.length > 1) return [c];
  if (c.op === "eq") return [{ ...c, op: "starts" }];
  return [c.op === "ne" ? { ...c, op: "notStarts" } : c];
}

function nextDay(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return day;
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}

function add(scan: Scan, condition: Exclude<Condition, { kind: "either" }>): void {
  const joint = scan.joint?.word ?? null;
  const both = scan.both;
  scan.both = false;
  const last = scan.read.conditions.at(-1);
  scan.joint = null;
  if (condition.kind === "compare") scan.lastColumn = { table: condition.table, column: condition.column };
  const sameColumn = condition.kind === "compare" && last?.kind === "compare" &&
    last.table === condition.table &&
    last.column === condition.column;
  const joined = both || (sameColumn && joint === "and" && last.op === "eq");
  if (joined && condition.kind === "compare" && condition.op === "eq" && isMany(scan, condition.table)) {
    // One of their orders may be open and another shipped.
    ask(scan, BOTH);
  }
  if (sameColumn && last.op === condition.op && (last.op === "eq" || last.op === "ne")) {
    // "East and West customers" are customers of either; without a joint the sentence contradicts itself.
    if (!joint && last.op === "eq") {
      return ask(
        scan,
        `Both values are given for ${last.column.name}. Join them with "or" if either will do.`,
      );
    }
    // "not open or not shipped" is true of every row.
    if (last.op === "ne" && joint === "or") return ask(scan, mixed);
    last.values.push(...condition.values);
    return;
  }
  // "book 2 to 5 and book 3": a row that is one of these and another has none.
  const isRange = (op: Op) => op === "between";
  const crossed = sameColumn && ((isRange(last.op) && condition.op === "eq") ||
    (last.op === "eq" && isRange(condition.op)));
  if (crossed && joint !== "or") return ask(scan, apart);
  if (joint === "or") {
    if (!last) return ask(scan, 'I did not understand what stands before "or".');
    if (scan.chained === "and") return ask(scan, mixed);
    scan.chained = "or";
    const any = last.kind === "either" ? last.any : [last];
    scan.read.conditions[scan.read.conditions.length - 1] = { kind: "either", any: [...any, condition] };
    return;
  }
  if (joint === "and") {
    if (scan.chained === "or") return ask(scan, mixed);
    scan.chained = "and";
  }
  scan.read.conditions.push(condition);
}

/** "albums Homogenic and Wish" are two, though each is found by a part of its name. */
export function joinNames(scan: Scan, { table, column }: ColumnRef): void {
  const last = scan.read.conditions.at(-1);
  const before = last?.kind === "either" ? last.any : last ? [last] : [];
  const same = before.length > 0 &&
    before.every((c) =>
      c.kind === "compare" && c.column === column && (c.op === "contains" || c.op === "eq")
    );
  if (scan.joint?.word !== "and" || !same) return;
  if (isMany(scan, table)) ask(scan, BOTH);
  else if (scan.chained !== "and") scan.joint = { ...scan.joint, word: "or" };
}

/** Whether a row of the main table can have several rows there. */
export function isMany(scan: Scan, table: Table): boolean {
  const way = table === scan.read.table ? [] : wayTo(scan.schema, scan.read.table, table);
  return typeof way !== "string" && way.some((s) => !s.forward);
}

const BOTH = 'Must they have both? I can only tell who has one or the other. Join them with "or" for that.';
const apart = "I can't tell how those rows belong together. Please ask it in two steps.";
const mixed = 'I can\'t tell how "and" and "or" belong together there. Please ask it in two steps.';
