/** What rows have or lack: a value in a column, or rows in another table. */
import type { Table } from "@/agent/types.ts";
import {
  affinity,
  isFlag,
  keyColumn,
  labelColumn,
  matchColumns,
  matchTable,
  quantities,
  spoken,
} from "./lexicon.ts";
import { operandsAt } from "./operands.ts";
import type { Column, Literal, Op } from "./query.ts";
import { wayTo } from "./relations.ts";
import { addCondition, ask, chooseColumn, reachableTables, type Scan, withNegation } from "./scan.ts";
import { comparatorAt, saysAt } from "./words.ts";

/**
 * "without email", "no orders", "without orders", "has an email", "with a phone number", "with their
 * orders".
 */
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
    return withTable(scan, table.table, at + table.length, absent > 0, their > 0, article > 0);
  }
  if (!column) return false;
  const end = at + column.length;
  const bare = !absent && !article && saysAt(tokens, start, "with") > 0;
  if (isCompared(scan, end, column.column)) return false;
  const noun = absent ? matchTable(scan.schema, tokens, end) : null;
  if (noun && noun.table !== scan.read.table) {
    // "users with no public playlists" are not those that have one that is not public.
    ask(scan, `I can't combine "without ${noun.table.name}" with conditions on ${noun.table.name}.`);
  }
  if (isFlag(column.column) && !their) {
    scan.at = end;
    const values: Literal[] = [{ kind: "number", raw: "1" }];
    const { table, column: flag } = column;
    addCondition(scan, {
      kind: "compare",
      table,
      column: flag,
      op: withNegation(scan, absent ? "ne" : "eq"),
      values,
    });
    return true;
  }
  if (bare) return beside(scan, column, their > 0);
  scan.at = end;
  if (column.column.notNull && quantities(column.table).includes(column.column)) {
    // "products without stock": a number that is never empty is none at 0.
    const values: Literal[] = [{ kind: "number", raw: "0" }];
    const op = withNegation(scan, absent ? "eq" : "gt");
    addCondition(scan, { kind: "compare", table: column.table, column: column.column, op, values });
    return true;
  }
  const op = withNegation(scan, emptiness(column.column, absent ? "blank" : "filled"));
  addCondition(scan, { kind: "compare", table: column.table, column: column.column, op, values: [] });
  return true;
}

/**
 * "books with price" shows it, beside what names the row. Where rows may have none, "members with email" could as well
 * be those that have one. Moves nothing: the column's own clause takes it from here.
 */
function beside(scan: Scan, { table, column }: { table: Table; column: Column }, their: boolean): false {
  if (!scan.shapes) return false;
  const main = scan.read.table;
  if (!column.notNull && column.primaryKey === 0 && !their && !scan.read.columns.length) {
    const words = spoken(column.name), a = /^[aeiou]/i.test(words) ? "an" : "a";
    const say = `Say "with ${a} ${words}"; to see what is in it, say "with their ${words}".`;
    ask(scan, `Only the ${table.name} where it is not empty? ${say}`);
  }
  const way = wayTo(scan.schema, main, table);
  const named = scan.spots.some((s) => s.table === main);
  const single = table === main || (named && typeof way !== "string" && way.every((s) => s.forward));
  if (single && labelColumn(main) !== column) showMain(scan);
  return false;
}

/** What tells the rows apart, beside what is to be shown of them. */
function showMain({ read, shapes }: Scan): void {
  const column = labelColumn(read.table) ?? keyColumn(read.table);
  const isPlain = shapes && !read.columns.length && !read.aggregates.length;
  if (column && isPlain) read.columns.push({ table: read.table, column });
}

/** Where a value follows the column, its name alone is not what is asked for. */
function isCompared(scan: Scan, at: number, column: Column): boolean {
  return comparatorAt(scan.tokens, at) !== null || saysAt(scan.tokens, at, "is|are|:|not|of|in") > 0 ||
    operandsAt(scan, at, column, false) !== null;
}

function withTable(
  scan: Scan,
  table: Table,
  next: number,
  without: boolean,
  shown: boolean,
  some: boolean,
): boolean {
  const way = wayTo(scan.schema, scan.read.table, table);
  if (typeof way === "string") {
    ask(scan, noWay(scan.read.table, table, way));
    return false;
  }
  const single = way.every((s) => s.forward);
  const rest = scan.tokens[next];
  const named = rest?.kind === "string" || saysAt(scan.tokens, next, "named|called|titled") > 0;
  if (without && named) {
    ask(scan, `I can't combine "without ${table.name}" with conditions on ${table.name}.`);
  }
  if (named || (!without && !single && /^\p{Lu}/u.test(rest?.text ?? ""))) return false;
  const described = rest !== undefined && (rest.kind === "number" || rest.kind === "string" ||
    matchColumns([table], scan.tokens, next).length > 0 || /^\p{Lu}/u.test(rest.text));
  if (without || (!shown && (!single || (some && !described)))) {
    scan.at = next;
    const negate = scan.negation !== null;
    scan.negation = null;
    addCondition(scan, { kind: "related", table, without: without !== negate, count: null });
    return true;
  }
  if (described && single) {
    const [named] = matchColumns([table], scan.tokens, next);
    if (named && !isCompared(scan, next + named.length, named.column)) showMain(scan);
    return false;
  }
  scan.at = next;
  scan.read.beside.push(table);
  return true;
}

export function noWay(from: Table, to: Table, way: "none" | "many"): string {
  return way === "none"
    ? `${from.name} and ${to.name} are not linked by a foreign key.`
    : `${from.name} and ${to.name} are linked in more than one way, so I can't tell which one is meant.`;
}

export function emptiness(column: Column, op: Op): Op {
  const text = affinity(column) === "text";
  if (op === "blank") return text ? "blank" : "null";
  if (op === "filled") return text ? "filled" : "notNull";
  return op;
}
