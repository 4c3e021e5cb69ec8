/**
 * Requests made from a schema: what an empty chat offers and what is named when a sentence was not
 * understood.
 */
import type { Table } from "@/agent/types.ts";
import { example } from "./samples.ts";
import { categories, quantities, singularName, spoken } from "./lexicon.ts";

/**
 * Four requests that the built-in model understands on this schema; fewer where the schema has too little.
 */
export function examplesFor(schema: Table[]): string[] {
  const main = mainTable(schema);
  if (!main) return [];
  const many = spoken(main.name);
  const group = categories(main)[0];
  const quantity = quantities(main)[0];
  const found = [`Show me all ${many}`];
  found.push(group ? `How many ${many} per ${spoken(group.name)}` : `How many ${many} are there`);
  const change = changeExample(main);
  if (change) found.push(change);
  else if (quantity) found.push(`Show ${many} sorted by ${spoken(quantity.name)} descending`);
  if (main.kind === "table") found.push(`Add a new ${singularName(main.name)}: ${example(main, [])}`);
  const other = schema.find((t) => t !== main && t.kind === "table");
  if (found.length < 4) found.push(other ? `Show me all ${spoken(other.name)}` : `Show the first 5 ${many}`);
  return found.slice(0, 4);
}

/** "Try …": examples of this schema. */
export function offer(schema: Table[]): string {
  const examples = examplesFor(schema).slice(0, 3).map((e) => `"${e}"`);
  if (!examples.length) return "This database has no tables yet.";
  return `Try for example: ${examples.join(", ")}.`;
}

/** Where two columns are categories: the most valuable of one for the last of another. */
function changeExample(table: Table): string | null {
  if (table.kind === "view") return null;
  const [to, by] = categories(table);
  if (!to || !by) return null;
  const value = to.values?.includes("Gold") ? "Gold" : to.values?.[0];
  const rows = by.values?.includes("East") ? "East" : by.values?.at(-1);
  if (!value || !rows) return null;
  const ranked = /tier|level|plan|rank|grade|class/i.test(to.name);
  return ranked && isWord(value) && isWord(rows) && unique(table, value) && unique(table, rows)
    ? `Upgrade all ${rows} ${spoken(table.name)} to ${value}`
    : `Set ${spoken(to.name)} to "${value}" for all ${spoken(table.name)} where ${
      spoken(by.name)
    } is "${rows}"`;
}

/** The table that says most about the database: not a link between others, preferably with a category. */
function mainTable(schema: Table[]): Table | undefined {
  const tables = schema.filter((t) => t.kind === "table");
  const score = (t: Table) =>
    categories(t).length * 2 - t.foreignKeys.length * 2 + (t.rows === 0 ? -2 : 0) + (t.autoKey ? 1 : 0);
  return [...tables].sort((a, b) => score(b) - score(a))[0] ?? schema[0];
}

function isWord(value: string): boolean {
  return /^\p{Lu}[\p{L}]+$/u.test(value);
}

function unique(table: Table, value: string): boolean {
  return table.columns.filter((c) => c.values?.some((v) => v.toLowerCase() === value.toLowerCase()))
    .length === 1;
}
