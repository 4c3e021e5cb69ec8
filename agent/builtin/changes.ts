/** Updates and deletions: what they change, of which rows, and the refusal of whatever was not understood. */
import type { Table } from "@/agent/types.ts";
import { whereWords } from "./describe.ts";
import { categories, nameColumn, singularName, spoken } from "./lexicon.ts";
import type { Condition, Read } from "./query.ts";
import { chooseTable, conclude, type Reading } from "./reads.ts";
import { ask, tableSpots } from "./scan.ts";
import { wayTo } from "./relations.ts";
import { scanSentence } from "./sentence.ts";
import { name, where } from "./sql.ts";
import type { Token } from "./tokens.ts";
import { isCode, saysAt } from "./words.ts";

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
  // "delete the Gold ones": of the rows before.
  const ones = tableSpots(schema, tokens).length ? -1 : onesAt(tokens);
  if (ones >= 0) return previousRows(schema, text, tokens, previous, ones);
  const scanAs = (main: Table) => {
    const scan = scanSentence(schema, text, tokens, main, false);
    if (main.kind === "view") ask(scan, `${main.name} is a view: its rows can't be changed.`);
    return scan;
  };
  return only ? conclude(text, [scanAs(only)]) : chooseTable(schema, text, tokens, scanAs, true);
}

/** Tables that a change may speak of: "open orders" is a view only if its name is written as it is. */
export function changeable(schema: Table[], text: string): Table[] {
  return schema.filter((t) => t.kind === "table" || text.includes(t.name));
}

/** Whether "them", "it" or the like stands in for rows. */
export function hasPronoun(tokens: Token[]): boolean {
  return pronounAt(tokens) >= 0;
}

/** Whether a condition names its rows by a key, a name or a mail address. */
export function namesRow(c: Condition): boolean {
  return c.kind === "compare" &&
    (c.column.primaryKey > 0 || /mail/i.test(c.column.name) || nameColumn(c.table) === c.column);
}

/** "mark all as shipped" after a list of some orders: those, or every order? What to ask; null where it is clear. */
export function whose(schema: Table[], said: Token[], read: Read, previous: Read | null): string | null {
  const open = previous !== null && previous.table === read.table && previous.conditions.length > 0 &&
    !tableSpots(schema, said).length && !hasPronoun(said) && onesAt(said) < 0;
  // "upgrade West to Gold" after the customers in East says itself which.
  const restated = previous?.conditions.every((p) =>
    p.kind === "compare" && read.conditions.some((c) => c.kind === "compare" && c.column === p.column)
  );
  if (!open || restated || read.conditions.some(namesRow)) return null;
  const name = spoken(read.table.name);
  return open
    ? `Only those ${name}, or of all ${name}? Say "them" or "the … ones", or name "${name}".`
    : null;
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
  const unclear = whose(schema, tokens, target.read, previous);
  if (unclear) return { ok: false, say: unclear, unknown: [], table };
  const other = linkedFrom(schema, tokens, table);
  if (other === table) {
    const say = `I can't tell what of ${table.name} to delete. Please name the rows of the other table.`;
    return { ok: false, say, unknown: [], table };
  }
  if (other) {
    const say = `That would delete ${table.name}, not take them out of ${other.name}. ` +
      `To do so, delete the rows that link ${table.name} and ${other.name}.`;
    return { ok: false, say, unknown: [], table };
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

/** "remove track 3 from playlist 1": the other table, where rows of both are only linked by those of a third. */
function linkedFrom(schema: Table[], tokens: Token[], table: Table): Table | null {
  const found = tableSpots(schema, tokens).find((s) => {
    const next = tokens[s.at + s.length];
    const named = next?.kind === "number" || next?.kind === "string" || /^[#\p{Lu}]/u.test(next?.text ?? "");
    if (s.table === table) return s.at > 1 && named && saysAt(tokens, s.at - 1, "from") > 0;
    const way = wayTo(schema, table, s.table);
    return saysAt(tokens, s.at - 1 - saysAt(tokens, s.at - 1, "the|all"), "from") > 0 &&
      typeof way !== "string" && way.some((step) => step.forward) && way.some((step) => !step.forward);
  });
  return found?.table ?? null;
}

/** Where "the Gold ones" leaves it to what was said before which table's rows they are. */
export function onesAt(tokens: Token[]): number {
  return tokens.findIndex((t) => t.kind === "word" && t.low === "ones");
}

function pronounAt(tokens: Token[]): number {
  return tokens.findIndex((_, i) => !isCode(tokens, i) && saysAt(tokens, i, `${PRONOUNS}|their|its`) > 0);
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
  const length = at === onesAt(tokens) ? 0 : Math.max(1, saysAt(tokens, at, PRONOUNS));
  const rest = [...tokens.slice(0, at), ...tokens.slice(at + length)];
  const scan = scanSentence(schema, text, rest, previous.table, false);
  if (scan.unknown.length || scan.question !== null) {
    const unknown = scan.unknown.map((t) => t.text);
    const say = unknown.length ? `I did not understand "${unknown.join(" ")}".` : scan.question ?? "";
    return { ok: false, say, unknown, table: previous.table };
  }
  const conditions: Condition[] = [...previous.conditions, ...scan.read.conditions];
  return { ok: true, read: { ...scan.read, conditions }, all: scan.all };
}
