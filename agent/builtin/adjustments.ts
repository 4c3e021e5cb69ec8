/** Changes by calculation ("increase price by 10%"), and finding the column that is to change. */
import type { Table } from "@/agent/types.ts";
import { affinity, matchColumns, matchTable, matchValue } from "./lexicon.ts";
import type { Column } from "./query.ts";
import { name } from "./sql.ts";
import type { Token } from "./tokens.ts";
import { saysAt } from "./words.ts";

export interface Assignment {
  column: Column;
  sql: string;
  words: string;
  /** Why the column can't hold it. */
  problem?: string | null;
}

export interface Parts {
  assignments: Assignment[];
  rest: Token[];
}

/** The column to change: at the start ("the tier of …") or at the end ("Bob Martinez's email"). */
export function targetOf(table: Table, tokens: Token[]): { column: Column; rest: Token[] } | null {
  const lead = saysAt(tokens, 0, "the|a|all|their|its|all the|every|each|of the|of");
  const pronoun = tokens.slice(0, lead).filter((t) => t.low === "their" || t.low === "its");
  const owner = matchTable([table], tokens, lead);
  const from = lead + (owner && matchColumns([table], tokens, lead + owner.length).length ? owner.length : 0);
  const start = from > lead ? [] : matchColumns([table], tokens, from);
  const [match] = start;
  if (match) {
    const after = from + match.length;
    // "change region East to North": the rows that have the value now.
    if (matchValue(match.column, tokens, after)) {
      return { column: match.column, rest: [...pronoun, ...tokens.slice(from)] };
    }
    if (after === tokens.length || saysAt(tokens, after, "of|for|in|on|at|from|where|with|;")) {
      return { column: match.column, rest: [...pronoun, ...tokens.slice(after)] };
    }
  }
  for (let at = 1; at < tokens.length; at++) {
    const [end] = matchColumns([table], tokens, at);
    // "products without stock": what the rows lack is not what is to change.
    if (end && saysAt(tokens, at - 1, "with|without|no|lacking|missing")) continue;
    if (end && at + end.length === tokens.length) return { column: end.column, rest: tokens.slice(0, at) };
  }
  return null;
}

/** "increase price of … by 10%", "double the price of …". */
export function adjustment(verb: string, tokens: Token[], table: Table): Parts[] {
  const by = tokens.findLastIndex((t) => t.low === "by");
  const amount = by >= 0 ? tokens[by + 1] : undefined;
  const factor = verb === "double" ? "2" : verb === "halve" ? "0.5" : null;
  if (!factor && (amount?.kind !== "number" || amount.text.startsWith("-"))) return [];
  const words = factor ? tokens : [...tokens.slice(0, by), separator, ...tokens.slice(by + 2)];
  const target = targetOf(table, factor ? words : tokens.slice(0, by));
  if (!target || affinity(target.column) !== "number") return [];
  const { column } = target;
  const of = name(column.name);
  const up = /^(increase|raise|bump)$/.test(verb);
  const percent = amount?.percent || (amount !== undefined && saysAt(tokens, by + 2, "percent|%") > 0);
  const used = percent && !amount?.percent ? 1 : 0;
  const product = (by: string) =>
    column.type.toUpperCase().includes("INT")
      ? `CAST(ROUND(${of} * ${by}) AS INTEGER)`
      : `ROUND(${of} * ${by}, 2)`;
  const n = Number(amount?.text);
  const sql = factor
    ? product(factor)
    : percent
    ? product(String(Number(((up ? 100 + n : 100 - n) / 100).toFixed(6))))
    : `${of} ${up ? "+" : "-"} ${amount?.text}`;
  const step = `${up ? "plus" : "minus"} ${amount?.text}${percent ? "%" : ""}`;
  const change = factor ? `${verb === "double" ? "twice" : "half"} its value` : `its value ${step}`;
  const rest = factor ? target.rest : [...target.rest, separator, ...tokens.slice(by + 2 + used)];
  return [{ assignments: [{ column, sql, words: change }], rest }];
}

/** Ends what came before, so that words from both sides of the value never read as one name. */
export const separator: Token = {
  kind: "sign",
  text: ";",
  low: ";",
  start: 0,
  end: 0,
  possessive: false,
  percent: false,
};
