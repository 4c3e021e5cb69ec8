/**
 * Values that no row has yet: "upgrade all East customers to Platinum", "move Bob Martinez to the North region". They
 * are taken only where the sentence leaves one column that can be meant; otherwise the columns are named.
 */
import type { Table } from "@/agent/types.ts";
import { isDay } from "./calendar.ts";
import { SHAPE_WORDS } from "./names.ts";
import {
  affinity,
  categories,
  isDate,
  isForeign,
  labelColumn,
  matchColumns,
  matchTable,
  matchValues,
  singularName,
  spoken,
} from "./lexicon.ts";
import type { Column } from "./query.ts";
import { type Token, written } from "./tokens.ts";
import { BOUNDARIES, comparatorAt, FILLERS, saysAt } from "./words.ts";

/** Verbs that speak of a level or of a state, and the columns that hold such. */
const MEANT: [RegExp, RegExp][] = [
  [/^(upgrade|downgrade|promote|demote)$/, /(^|_)(tier|level|plan|rank|grade|class|role|membership)$/i],
  [/^(mark|flag)$/, /(^|_)(status|state|stage)$/i],
];

interface Found {
  column: Column;
  text: string;
  /** How many tokens say it. */
  length: number;
}

/** A value that is new, at the start of `tokens`, and the column that it is for. */
export function newValue(
  schema: Table[],
  text: string,
  verb: string,
  table: Table,
  tokens: Token[],
): Found | null {
  const length = wordsOfValue(schema, table, tokens);
  const run = tokens.slice(0, length);
  if (!length) return null;
  const said = written(text, run);
  // "the North region", "Platinum tier": the column is named behind its value.
  const [named] = matchColumns([table], tokens, length);
  if (named) {
    const end = length + named.length;
    return isText(table, named.column) && isEnd(tokens[end])
      ? { column: named.column, text: said, length: end }
      : null;
  }
  const [first] = run;
  const isName = first?.kind === "string" || /^\p{Lu}/u.test(first?.text ?? "");
  if (!isName || length > 3 || !isEnd(tokens[length])) return null;
  const columns = meant(verb, table);
  const [column, other] = columns;
  return column && !other ? { column, text: said, length } : null;
}

/** The columns that the verb alone speaks of. */
export function meant(verb: string, table: Table): Column[] {
  const names = MEANT.find(([verbs]) => verbs.test(verb))?.[1];
  return names ? table.columns.filter((c) => names.test(c.name) && isText(table, c)) : [];
}

/** Why a text is no value for a column of dates, in words; null where it is one, or where the column holds none. */
export function dateProblem(column: Column, text: string): string | null {
  if (!isDate(column) || /^\d{1,2}:\d{2}/.test(text) || text === "") return null;
  const [, day] = /^(\d{4}-\d{2}-\d{2})(?:$|[T ]\d{2}:\d{2})/.exec(text) ?? [];
  if (day !== undefined && isDay(day)) return null;
  return `"${text}" is no date that I can store in ${column.name}. Write it like 2030-01-31.`;
}

/** Which column a value that is not known could be for, as a question; empty where there is no such value. */
export function askColumn(verb: string, tokens: Token[], tables: Table[], text: string): string {
  const to = tokens.findLastIndex((t) => /^(to|as|into)$/.test(t.low));
  const from = to + 1 + saysAt(tokens, to + 1, "the|a|an");
  const end = tokens.findIndex((t, i) => i > from && /^(for|where|of|with|in|if|when|and)$/.test(t.low));
  const value = written(text, tokens.slice(from, end < 0 ? tokens.length : end));
  const [table] = tables;
  const kinds = table ? meant(verb, table) : [];
  const candidates = kinds.length ? kinds : table ? categories(table).filter((c) => isText(table, c)) : [];
  const column = candidates[0] ?? (table ? labelColumn(table) : null);
  if (to < 0 || !value || !table || !column) return "";
  const list = candidates.map((c) => spoken(c.name));
  const which = list.length > 1 && tables.length === 1
    ? `Is it a ${list.slice(0, -1).join(", ")} or a ${list.at(-1)}? Name the column`
    : "Name the column";
  return `I don't know what to ${verb}: "${value}" is no known value of one column. ${which}, for example ` +
    `"set ${spoken(column.name)} to ${value} for ${singularName(table.name)} 3".`;
}

/** How many tokens from the start can be nothing but one value: quoted text, or words of no other meaning. */
function wordsOfValue(schema: Table[], table: Table, tokens: Token[]): number {
  if (tokens[0]?.kind === "string") return 1;
  let length = 0;
  while (length < tokens.length) {
    const token = tokens[length];
    if (!token || isEnd(token) || matchColumns([table], tokens, length).length) break;
    const odd = token.kind !== "word" || token.possessive || FILLERS.has(token.low) ||
      SHAPE_WORDS.has(token.low) || comparatorAt(tokens, length) !== null ||
      matchTable(schema, tokens, length) !== null || matchValues([table], tokens, length).length > 0;
    if (odd) return 0;
    length++;
  }
  return length;
}

function isEnd(token: Token | undefined): boolean {
  return token === undefined || token.kind === "sign" || BOUNDARIES.has(token.low);
}

function isText(table: Table, column: Column): boolean {
  return affinity(column) === "text" && !column.generated && column.primaryKey === 0 &&
    !isForeign(table, column);
}
