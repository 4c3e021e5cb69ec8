/** Queries and conditions in words, for titles, descriptions and answers. */
import { singularName, spoken } from "./lexicon.ts";
import type { Aggregate, Column, Compare, Condition, Literal, Read } from "./query.ts";

/** " where region is 'East' and total is over 10", or nothing. */
export function whereWords(read: Pick<Read, "table" | "conditions">): string {
  if (!read.conditions.length) return "";
  return " where " + read.conditions.map((c) => conditionWords(c, read.table.name)).join(" and ");
}

/** "customers where …, sorted by …": what a read asks for. */
export function readWords(read: Read): string {
  const by = read.groups.map((g) =>
    g.by === "table" ? singularName(g.table.name) : spoken(g.ref.column.name)
  );
  const what = read.aggregates.map((a) => aggregateWords(a, read)).join(" and ");
  const columns = read.columns.map((c) => spoken(c.column.name)).join(", ");
  const table = spoken(read.table.name);
  const subject = what || (columns ? `${read.distinct ? "distinct " : ""}${columns} of ${table}` : table);
  const sort = read.sort.map((s) =>
    (s.by === "aggregate" ? "result" : spoken(s.by.column.name)) + (s.descending ? " descending" : "")
  );
  const text = subject +
    (read.beside.length ? ` with ${read.beside.map((t) => spoken(t.name)).join(", ")}` : "") +
    (by.length ? ` per ${by.join(" and ")}` : "") + whereWords(read) +
    (sort.length ? `, sorted by ${sort.join(", ")}` : "") +
    (read.limit === null ? "" : `, first ${read.limit}`);
  return text[0]?.toUpperCase() + text.slice(1);
}

export function aggregateWords(a: Aggregate, read: Read): string {
  if (!a.of) return `number of ${spoken(read.table.name)}`;
  const words = { count: "number of different", sum: "total", avg: "average", min: "lowest", max: "highest" };
  return `${words[a.name]} ${spoken(a.of.column.name)}`;
}

export function literalWords(value: Literal): string {
  return value.kind === "number" ? value.raw : `'${value.text}'`;
}

export function columnWords(column: Column): string {
  return spoken(column.name);
}

function conditionWords(c: Condition, main: string): string {
  if (c.kind === "either") return `(${c.any.map((a) => conditionWords(a, main)).join(" or ")})`;
  if (c.kind === "related") {
    if (!c.count) return `there ${c.without ? "are no" : "are"} ${spoken(c.table.name)}`;
    const words = {
      eq: "exactly",
      ne: "not",
      gt: "more than",
      ge: "at least",
      lt: "fewer than",
      le: "at most",
    };
    return `there are ${words[c.count.op]} ${c.count.n} ${spoken(c.table.name)}`;
  }
  return compareWords(c, c.table.name === main ? "" : `${singularName(c.table.name)} `);
}

function compareWords(c: Compare, owner: string): string {
  const of = owner + spoken(c.column.name);
  const values = c.values.map(literalWords);
  const words = {
    eq: `is ${values.join(" or ")}`,
    ne: `is not ${values.join(" or ")}`,
    gt: `is over ${values[0]}`,
    ge: `is at least ${values[0]}`,
    lt: `is under ${values[0]}`,
    le: `is at most ${values[0]}`,
    between: `is between ${values[0]} and ${values[1]}`,
    outside: `is not between ${values[0]} and ${values[1]}`,
    contains: `contains ${values[0]}`,
    lacks: `does not contain ${values[0]}`,
    starts: `starts with ${values[0]}`,
    notStarts: `does not start with ${values[0]}`,
    ends: `ends with ${values[0]}`,
    notEnds: `does not end with ${values[0]}`,
    null: "is null",
    notNull: "is not null",
    blank: "is missing",
    filled: "is set",
  };
  return `${of} ${words[c.op]}`;
}
