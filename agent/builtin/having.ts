/** What rows have or lack: a value in a column, or rows in another table. */
import type { Table } from "@/agent/types.ts";
import { affinity, isFlag, labelColumn, matchColumns, matchTable, spoken } from "./lexicon.ts";
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
    return withTable(scan, table.table, at + table.length, absent > 0, their > 0);
  }
  if (!column) return false;
  const end = at + column.length;
  const bare = !absent && !article && saysAt(tokens, start, "with") > 0;
  if (isCompared(scan, end, column.column)) return false;
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
  const label = labelColumn(table);
  if (!column.notNull && column.primaryKey === 0 && !their && !scan.read.columns.length) {
    const words = spoken(column.name), a = /^[aeiou]/i.test(words) ? "an" : "a";
    const say = `Say "with ${a} ${words}"; to see what is in it, say "with their ${words}".`;
    ask(scan, `Only the ${table.name} where it is not empty? ${say}`);
  }
  const isPlain = !scan.read.columns.length && !scan.read.aggregates.length && table === scan.read.table;
  if (label && label !== column && isPlain) scan.read.columns.push({ table, column: label });
  return false;
}

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

export function emptiness(column: Column, op: Op): Op {
  const text = affinity(column) === "text";
  if (op === "blank") return text ? "blank" : "null";
  if (op === "filled") return text ? "filled" : "notNull";
  return op;
}
