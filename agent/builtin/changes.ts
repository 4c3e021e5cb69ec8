/** Updates and deletions: what they change, of which rows, and the refusal of whatever was not understood. */
import type { Table } from "@/agent/types.ts";
import { whereWords } from "./describe.ts";
import { categories, singularName, spoken } from "./lexicon.ts";
import type { Condition, Read } from "./query.ts";
import { chooseTable, conclude, type Reading } from "./reads.ts";
import { ask } from "./scan.ts";
import { scanSentence } from "./sentence.ts";
import { name, where } from "./sql.ts";
import type { Token } from "./tokens.ts";
import { saysAt } from "./words.ts";

export type Change =
  | {
    ok: true;
    verb: "insert" | "update" | "delete";
    table: Table;
    title: string;
    description: string;
    sql: string;
  }
  | { ok: false; say: string; unknown: string[]; table: Table | null };

const PRONOUNS =
  "them|those|these|it|they|those rows|these rows|those ones|these ones|that one|this one|all of them";

/** The rows that a change is about. `previous` is what "them" means; `only`: the table is settled already. */
export function readTarget(
  schema: Table[],
  text: string,
  tokens: Token[],
  previous: Read | null,
  only?: Table,
): Reading {
  const spoken = pronounAt(tokens);
  if (spoken >= 0) return previousRows(schema, text, tokens, previous, spoken);
  const scanAs = (main: Table) => {
    const scan = scanSentence(schema, text, tokens, main, false);
    if (main.kind === "view") ask(scan, `${main.name} is a view: its rows can't be changed.`);
    return scan;
  };
  return only ? conclude(text, [scanAs(only)]) : chooseTable(schema, text, tokens, scanAs);
}

/** Tables that a change may speak of: "open orders" is a view only if its name is written as it is. */
export function changeable(schema: Table[], text: string): Table[] {
  return schema.filter((t) => t.kind === "table" || text.includes(t.name));
}

/** Whether "them", "it" or the like stands in for rows. */
export function hasPronoun(tokens: Token[]): boolean {
  return pronounAt(tokens) >= 0;
}

/** What to ask when a change names no rows. */
export function whichRows(table: Table, verb: string): string {
  const one = singularName(table.name);
  const category = categories(table)[0];
  const example = category?.values?.[0]
    ? `"${spoken(category.name)} is ${category.values[0]}"`
    : "a condition";
  return `Which ${table.name} should I ${verb}? Name one ("${one} 3"), give ${example}, or say "all ${table.name}".`;
}

/** A deletion; without any condition only if "all" was said. */
export function readDelete(schema: Table[], text: string, tokens: Token[], previous: Read | null): Change {
  const target = readTarget(schema, text, tokens.slice(saysAt(tokens, 0, "from")), previous);
  if (!target.ok) return target;
  const { table, conditions } = target.read;
  if (!conditions.length && !target.all) {
    return { ok: false, say: whichRows(table, "delete"), unknown: [], table };
  }
  const words = whereWords(target.read);
  return {
    ok: true,
    verb: "delete",
    table,
    title: conditions.length ? `Delete ${table.name}${words}` : `Delete all ${table.name}`,
    description: conditions.length
      ? `Deletes every row of ${table.name}${words}.`
      : `Deletes every row of ${table.name}.`,
    sql: `DELETE FROM ${name(table.name)}${where(schema, table, conditions)}`,
  };
}

function pronounAt(tokens: Token[]): number {
  return tokens.findIndex((_, i) => saysAt(tokens, i, PRONOUNS) > 0 || saysAt(tokens, i, "their|its") > 0);
}

/** "them" are the rows of the query before, where that is a plain list of one table's rows. */
function previousRows(
  schema: Table[],
  text: string,
  tokens: Token[],
  previous: Read | null,
  at: number,
): Reading {
  const word = tokens[at]?.text ?? "them";
  if (!previous) {
    const say = `I don't know which rows "${word}" means here. Please name the table and a condition.`;
    return { ok: false, say, unknown: [], table: null };
  }
  const simple = previous.limit === null && !previous.groups.length && !previous.beside.length &&
    !previous.distinct;
  if (!simple || previous.table.kind === "view") {
    const say = `"${word}" would be the rows of a cut or grouped list, which I can't change safely. ` +
      "Please name the table and a condition.";
    return { ok: false, say, unknown: [], table: previous.table };
  }
  const rest = [...tokens.slice(0, at), ...tokens.slice(at + Math.max(1, saysAt(tokens, at, PRONOUNS)))];
  const scan = scanSentence(schema, text, rest, previous.table, false);
  if (scan.unknown.length || scan.question !== null) {
    const unknown = scan.unknown.map((t) => t.text);
    const say = unknown.length ? `I did not understand "${unknown.join(" ")}".` : scan.question ?? "";
    return { ok: false, say, unknown, table: previous.table };
  }
  const conditions: Condition[] = [...previous.conditions, ...scan.read.conditions];
  return { ok: true, read: { ...scan.read, conditions }, all: scan.all };
}
