/** Questions: which table they are about, and the query that answers them. */
import type { Table } from "@/agent/types.ts";
import { readWords } from "./describe.ts";
import { affinity, categories, keyColumn, matchColumns, quantities } from "./lexicon.ts";
import type { Read } from "./query.ts";
import { repeats, wayTo } from "./relations.ts";
import { ask, type Scan, type Spot, tableSpots } from "./scan.ts";
import { scanSentence } from "./sentence.ts";
import { select } from "./sql.ts";
import { type Token, written } from "./tokens.ts";
import { saysAt } from "./words.ts";

/** Understood, or what has to be said instead. `table` is the one it seems to be about. */
export type Reading =
  | { ok: true; read: Read; all: boolean }
  | { ok: false; say: string; unknown: string[]; table: Table | null };

/** Reads the tokens as a question, trying every table that it could be about. */
export function readQuestion(schema: Table[], text: string, tokens: Token[]): Reading {
  return chooseTable(schema, text, tokens, (main) => shape(scanSentence(schema, text, tokens, main, true)));
}

/** Before a table's name these say that it is not the one the sentence is about. */
const BEHIND = "with|without|no|and|or|nor|not|except|but|have|has|having|than";

/**
 * Tries the tables that could be meant until exactly one leaves nothing open. A change is of the first that is named,
 * or of what belongs to it.
 */
export function chooseTable(
  schema: Table[],
  text: string,
  tokens: Token[],
  scanAs: (main: Table) => Scan,
  isChange = false,
): Reading {
  const spots = tableSpots(schema, tokens);
  const after = (at: number) => ["per", "each", "every", "by"].includes(tokens[at - 1]?.low ?? "");
  const owner = (at: number, length: number) => tokens[at + length - 1]?.possessive ?? false;
  // "customer name of orders": the first table only says whose name.
  const qualifies = (s: Spot) =>
    spots.length > 1 && matchColumns([s.table], tokens, s.at + s.length).length > 0;
  const rank = (s: Spot) => owner(s.at, s.length) ? 2 : qualifies(s) ? 1 : 0;
  const named = spots.filter((s) => !after(s.at)).sort((a, b) => rank(a) - rank(b));
  // "members without email and loans" is not about loans.
  const behind = (s: Spot) =>
    saysAt(tokens, s.at - 1 - saysAt(tokens, s.at - 1, "the|their|a|an|any|all"), BEHIND) > 0;
  const may = (s: Spot) => (!isChange || tokens[s.at - 1]?.possessive) && !behind(s);
  const firsts = [...new Set(named.filter((s, i) => i === 0 || may(s)).map((s) => s.table))];
  const tries = firsts.map(scanAs);
  if (firsts.length) return conclude(text, tries);
  const scans = schema.map(scanAs);
  const possible = scans.filter((s) => isClean(s) && hasContent(s.read));
  const tables = possible.filter((s) => s.read.table.kind === "table");
  // A table that only refers to what was named is not what was meant.
  const own = tables.filter((s) => usesOwn(s.read));
  const best = own.length ? own : tables.length ? tables : possible;
  if (best.length > 1) {
    const say = `Which table do you mean: ${best.map((s) => s.read.table.name).join(", ")}?`;
    return { ok: false, say, unknown: [], table: null };
  }
  return conclude(text, best.length ? best : scans.filter((s) => hasContent(s.read)));
}

/** The first try that leaves nothing open, else what the nearest one lacks. */
export function conclude(text: string, tries: Scan[]): Reading {
  const clean = tries.find(isClean);
  if (clean) return { ok: true, read: clean.read, all: clean.all };
  const best = tries.sort((a, b) => a.unknown.length - b.unknown.length)[0];
  if (!best) return { ok: false, say: "", unknown: [], table: null };
  const unknown = pieces(text, best.unknown);
  const say = unknown.length
    ? `I did not understand ${unknown.map((u) => `"${u}"`).join(" and ")}.`
    : best.question ?? "";
  return { ok: false, say, unknown, table: best.read.table };
}

export function readSql(schema: Table[], read: Read): { sql: string; description: string } {
  return { sql: select(schema, read), description: readWords(read) };
}

export function isClean(scan: Scan): boolean {
  return !scan.unknown.length && scan.question === null;
}

/** Neighbouring tokens as the pieces of text they were. */
export function pieces(text: string, tokens: Token[]): string[] {
  const found: Token[][] = [];
  for (const token of tokens) {
    const run = found.at(-1), last = run?.at(-1);
    if (run && last && text.slice(last.end, token.start).trim() === "") run.push(token);
    else found.push([token]);
  }
  return [...new Set(found.map((run) => written(text, run)))];
}

function hasContent(read: Read): boolean {
  return read.conditions.length + read.columns.length + read.groups.length +
      read.aggregates.filter((a) => a.of).length > 0;
}

function usesOwn(read: Read): boolean {
  return [
    ...read.conditions.flatMap((c) => c.kind === "either" ? c.any : [c]),
    ...read.columns,
    ...read.aggregates.flatMap((a) => a.of ? [a.of] : []),
    ...read.groups.flatMap((g) => g.by === "column" ? [g.ref] : []),
  ].some((part) => part.table === read.table);
}

/**
 * Makes the clauses agree: aggregates of other tables, groups without an aggregate, "top" without an order.
 */
export function shape(scan: Scan): Scan {
  const { read } = scan;
  const away = scan.counted ?? read.aggregates.find((a) => a.of && a.of.table !== read.table)?.of?.table ??
    null;
  if (away) {
    const way = wayTo(scan.schema, read.table, away);
    if (typeof way !== "string" && way.some((s) => !s.forward)) {
      // "customers by total amount" sums the other table's rows, one group for each customer.
      if (!read.groups.length) read.groups.push({ by: "table", table: read.table });
      read.table = away;
    }
  }
  if (read.groups.length && !read.aggregates.length) {
    const sums = read.columns.filter((c) => quantities(c.table).includes(c.column));
    if (sums.length === read.columns.length) {
      read.aggregates = sums.length ? sums.map((of) => ({ name: "sum", of })) : [{ name: "count", of: null }];
      read.columns = [];
    } else ask(scan, "I can only count or calculate for each group. Please ask for the rows, sorted by it.");
  }
  if (read.aggregates.length && read.columns.length) {
    const same = read.columns.filter((c) =>
      !read.groups.some((g) => g.by === "column" ? g.ref.column === c.column : g.table === c.table)
    );
    if (same.length) {
      ask(
        scan,
        `I can't show ${same.map((c) => c.column.name).join(", ")} beside a calculation over many rows.`,
      );
    }
    read.columns = [];
  }
  if (read.aggregates.length) {
    for (const sort of read.sort) {
      if (sort.by === "aggregate") continue;
      const { column } = sort.by;
      if (read.aggregates.some((a) => a.of?.column === column)) sort.by = "aggregate";
      else if (
        !read.groups.some((g) =>
          g.by === "column" ? g.ref.column === column : g.table.columns.includes(column)
        )
      ) {
        ask(scan, `I can't sort groups by ${column.name}.`);
      }
    }
    if (!read.groups.length && (read.limit !== null || read.sort.length)) {
      ask(scan, "A single number can't be sorted or limited. Please ask for the rows, or for groups.");
    }
    if (read.beside.length) ask(scan, "I can't show rows of two tables beside a calculation.");
  }
  const adds = read.aggregates.some((a) => a.name === "sum" || a.name === "avg");
  const uncounted = read.aggregates.some((a) => !a.of) && !keyColumn(read.table);
  if ((adds || uncounted) && repeats(scan.schema, read)) {
    ask(
      scan,
      `One row of ${read.table.name} may count several times in such a group, so I can't add that up.`,
    );
  }
  const above = read.aggregates.find((a) =>
    (a.name === "sum" || a.name === "avg") && a.of && a.of.table !== read.table
  );
  if (above?.of) {
    const { table, column } = above.of;
    ask(scan, `Each of the ${table.name} may count several times there, so I can't add up ${column.name}.`);
  }
  const same = read.aggregates.some((a, i) =>
    read.aggregates.slice(0, i).some((b) => a.name === b.name && a.of?.column === b.of?.column)
  );
  if (same) ask(scan, "I can count or add up one thing at a time. Please ask it in two steps.");
  const [kind] = read.columns;
  const [by] = read.sort.map((s) => s.by === "aggregate" ? null : s.by.column);
  if (scan.top && kind && by && read.columns.length === 1 && categories(kind.table).includes(kind.column)) {
    ask(scan, `By the sum or the average? Say "total ${by.name} per ${kind.column.name}".`);
  }
  if (scan.implied && read.sort.length > 1) {
    const { sort, any } = scan.implied;
    if (!any) ask(scan, "I can't take those rows and then sort them in another way.");
    // "first 3 products sorted by price" are the first in that order.
    read.sort = read.sort.filter((s) => s !== sort);
  }
  const ordered = read.sort.length > 0 || read.groups.length > 0;
  if (scan.top && !ordered) {
    const numbers = read.table.columns.filter((c) => affinity(c) === "number" && c.primaryKey === 0);
    const example = numbers[0] ?? read.table.columns[0];
    ask(scan, `Top by which column? For example "top ${read.limit} ${read.table.name} by ${example?.name}".`);
  }
  if (scan.top && read.groups.length && !read.sort.length) {
    read.sort.push({ by: "aggregate", descending: true });
  }
  return scan;
}
