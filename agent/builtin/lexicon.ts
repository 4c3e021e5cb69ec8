/**
 * The words of a schema: tables and columns in singular, plural and any spelling ("order items", "order_items",
 * "orderItems"), and the values of columns whose values are all known.
 */
import type { Table } from "@/agent/types.ts";
import type { Column } from "./query.ts";
import { fold, type Token, tokenize } from "./tokens.ts";

export interface TableMatch {
  table: Table;
  length: number;
  plural: boolean;
}
export interface ColumnMatch {
  table: Table;
  column: Column;
  length: number;
}
export interface ValueMatch {
  table: Table;
  column: Column;
  /** More than one where values differ by case alone. */
  values: string[];
  length: number;
}

const LONGEST_NAME = 5;

/** The table that a name starting at this token means; the longest wins. */
export function matchTable(schema: Table[], tokens: Token[], at: number): TableMatch | null {
  for (let length = LONGEST_NAME; length > 0; length--) {
    const joined = joinedAt(tokens, at, length);
    if (joined === null) continue;
    const exact = schema.find((t) => forms(t.name)[0] === joined);
    const table = exact ?? schema.find((t) => forms(t.name).includes(joined));
    // Of a name in another language nothing tells that it is one thing.
    const foreign = /[\u0080-\uffff]/.test(table?.name ?? "") && forms(table?.name ?? "")[0] === joined;
    if (table) return { table, length, plural: foreign || joined !== singular(joined) };
  }
  return null;
}

/** The columns, of the tables given, that a name starting at this token means; the longest name wins. */
export function matchColumns(tables: Table[], tokens: Token[], at: number): ColumnMatch[] {
  for (let length = LONGEST_NAME; length > 0; length--) {
    const joined = joinedAt(tokens, at, length);
    if (joined === null) continue;
    const found = tables.flatMap((table) => {
      const exact = table.columns.find((c) => forms(c.name)[0] === joined);
      const column = exact ?? table.columns.find((c) => forms(c.name).includes(joined));
      return column ? [{ table, column, length }] : [];
    });
    if (found.length) return found;
  }
  return [];
}

/** Known values that start at this token; the longest ones. */
export function matchValues(tables: Table[], tokens: Token[], at: number): ValueMatch[] {
  const found = tables.flatMap((table) =>
    table.columns.flatMap((column) => {
      const match = matchValue(column, tokens, at);
      return match ? [{ table, column, ...match }] : [];
    })
  );
  const longest = Math.max(0, ...found.map((f) => f.length));
  return found.filter((f) => f.length === longest);
}

/** The known value of one column that starts at this token. */
export function matchValue(
  column: Column,
  tokens: Token[],
  at: number,
): { values: string[]; length: number } | null {
  let best: { values: string[]; length: number } | null = null;
  for (const value of column.values ?? []) {
    const length = spells(value, tokens, at);
    if (!length) continue;
    if (!best || length > best.length) best = { values: [value], length };
    else if (length === best.length) best.values.push(value);
  }
  if (!best || best.values.length < 2) return best;
  const written = tokens.slice(at, at + best.length).map((t) => t.text.replace(/['’]s?$/, "")).join(" ");
  const same = best.values.filter((v) => v === written);
  return same.length ? { values: same, length: best.length } : best;
}

/** A known label of which only the first words were said ("Alice" for "Alice Chen"). */
export function matchStart(column: Column, said: Token[]): string[] {
  return (column.values ?? []).filter((value) => {
    const words = wordsOf(value);
    return words.length > said.length && said.every((t, i) => words[i]?.low === t.low);
  });
}

const NAMES = /^(full_?name|name|title|label|display_?name|username|subject|titel|nom|nombre|bezeichnung)$/;
const FIRMS = /^(company|company_?name|firm|firma|organi[sz]ation|business)$/;
/** Parts of a person's name, and names of something else than the row. */
const PARTS = /^(first|last|middle|given|family|maiden|sur|fore|nick|contact|file|host|domain|user)_?name$/;
const CODES =
  /^(code|sku|slug|isbn|serial|plate|reference|ref|handle|login|(?:(?:serial|invoice|order|part|article|ticket|account)_?)?number)$/;

/** The column that names a row: "name", "title", a code; not a teacher's "subject". Null where none does. */
export function nameColumn(table: Table): Column | null {
  const texts = table.columns.filter((c) => affinity(c) === "text" && !c.generated);
  const person = texts.some((c) => PARTS.test(fold(c.name)));
  return texts.find((c) => NAMES.test(fold(c.name)) && !(person && /^subject$/i.test(c.name))) ??
    texts.find((c) => FIRMS.test(fold(c.name))) ??
    texts.find((c) => /(name|title|label|titel)$/.test(fold(c.name)) && !PARTS.test(fold(c.name))) ??
    texts.find((c) => CODES.test(fold(c.name))) ?? null;
}

/** Columns that hold a name in parts, where none holds it whole. */
export function nameParts(table: Table): Column[] {
  return nameColumn(table) ? [] : table.columns.filter((c) => PARTS.test(fold(c.name)));
}

/** The column that names a row, else the first text column. */
export function labelColumn(table: Table): Column | null {
  const texts = table.columns.filter((c) => affinity(c) === "text" && !c.generated);
  return nameColumn(table) ??
    texts.find((c) => c.notNull && !isForeign(table, c) && !isDate(c)) ??
    texts.find((c) => !isForeign(table, c)) ??
    null;
}

/** The column that text without a column's name is of: the name, a text key, or the only text there is. */
export function ownLabel(table: Table): Column | null {
  const texts = table.columns.filter((c) =>
    affinity(c) === "text" && !c.generated && !isForeign(table, c) && !isDate(c)
  );
  const key = keyColumn(table);
  return nameColumn(table) ?? texts.find((c) => c === key) ?? (texts.length === 1 ? texts[0] ?? null : null);
}

/** The text key that a word with digits names ("P-1"), where rows have a name beside it. */
export function codeColumn(table: Table, said: Token[]): Column | null {
  const [one, more] = said, key = keyColumn(table);
  return one && !more && one.kind !== "string" && /\d/.test(one.text) && key && affinity(key) === "text"
    ? key
    : null;
}

/** Columns that hold quantities: numbers that are neither keys nor references. */
export function quantities(table: Table): Column[] {
  return table.columns.filter((c) =>
    affinity(c) === "number" && c.primaryKey === 0 && !isForeign(table, c) && !isDate(c) && !isFlag(c)
  );
}

export function dates(table: Table): Column[] {
  return table.columns.filter(isDate);
}

const KINDS =
  /tier|level|plan|rank|grade|class|status|state|stage|region|categor|type|kind|group|department|team|role|priority/i;

/**
 * Columns worth grouping by: all values known, and repeated (at most two for every three rows), or those of a kind.
 */
export function categories(table: Table): Column[] {
  return table.columns.filter((c) => {
    const n = c.values?.length ?? 0;
    const kind = c !== nameColumn(table) && (/^'.*[^\s'].*'$/s.test(c.default ?? "") || KINDS.test(c.name));
    const repeated = n > 1 && (table.rows === null || n * 3 <= table.rows * 2);
    return (repeated || (kind && n > 0)) && c.primaryKey === 0 && !isForeign(table, c) && !isDate(c);
  });
}

export function keyColumn(table: Table): Column | null {
  const keys = table.columns.filter((c) => c.primaryKey > 0);
  return keys.length === 1 ? keys[0] ?? null : null;
}

export function isForeign(table: Table, column: Column): boolean {
  return table.foreignKeys.some((f) => f.columns.includes(column.name));
}

export function isDate(column: Column): boolean {
  return /date|time/i.test(column.type) ||
    (affinity(column) !== "blob" &&
      /^(at|when)$|(^|_)(date|time|timestamp|datum)$|_at$|_on$|(At|On|Date|Time)$/.test(column.name));
}

export function isFlag(column: Column): boolean {
  return /bool/i.test(column.type) ||
    (affinity(column) === "number" && /^(?:[iI]s|IS|[hH]as|HAS)(?:_|(?=[A-Z]))/.test(column.name));
}

/** SQLite's type affinity, as far as literals need it (https://sqlite.org/datatype3.html, 3.1). */
export function affinity(column: Column): "number" | "text" | "blob" {
  const type = column.type.toUpperCase();
  if (type.includes("INT")) return "number";
  if (/CHAR|CLOB|TEXT/.test(type)) return "text";
  if (type === "" || type.includes("BLOB")) return "blob";
  if (/DATE|TIME/.test(type)) return "text";
  return type === "ANY" ? "blob" : "number";
}

/** A name in words: "order_items" → "order items". */
export function spoken(name: string): string {
  return name.replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2").replace(/[_\s]+/g, " ").trim();
}

export function singularName(name: string): string {
  const words = spoken(name).split(" ");
  const last = words.pop() ?? "";
  return [...words, singular(last)].join(" ");
}

const IRREGULAR: Record<string, string> = {
  people: "person",
  children: "child",
  men: "man",
  women: "woman",
  mice: "mouse",
  indices: "index",
  criteria: "criterion",
  media: "medium",
  leaves: "leaf",
  shelves: "shelf",
};
const UNCHANGED =
  /^(data|series|species|news|status|address|bus|gas|class|process|stock|is|was|this|has|less)$/i;

function singular(word: string): string {
  const low = word.toLowerCase();
  if (IRREGULAR[low]) return IRREGULAR[low];
  if (UNCHANGED.test(low) || low.length < 4) return word;
  if (/ies$/i.test(word)) return word.replace(/ies$/i, "y");
  if (/(statuses|buses|gases)$/i.test(word)) return word.slice(0, -2);
  if (/(sses|xes|ches|shes|zzes)$/i.test(word)) return word.slice(0, -2);
  if (/(ss|us|is)$/i.test(word)) return word;
  return word.replace(/s$/i, "");
}

function plural(word: string): string {
  const irregular = Object.entries(IRREGULAR).find(([, one]) => one === word);
  if (irregular) return irregular[0];
  if (/[^aeiou]y$/i.test(word)) return word.replace(/y$/i, "ies");
  return /(s|x|ch|sh|z)$/i.test(word) ? word + "es" : word + "s";
}

const formsOf = new Map<string, string[]>();

/** The joined spellings of a name; the first is the name itself. */
function forms(name: string): string[] {
  const known = formsOf.get(name);
  if (known) return known;
  const joined = fold(name).replace(/[^\p{L}\p{N}]/gu, "");
  const all = [...new Set([joined, singular(joined), plural(singular(joined)), plural(joined)])];
  // Other languages' plurals, as far as an ending tells ("Messgeräte", "Messgerät").
  if (/[\u0080-\uffff]/.test(name)) all.push(joined.replace(/(en|e|n)$/, ""));
  // "active products" where the column is "is_active".
  const flag = /^(?:is|has)(?:_|(?=[A-Z]))(.+)$/.exec(name)?.[1];
  if (flag) all.push(fold(flag).replace(/[^\p{L}\p{N}]/gu, ""));
  if (formsOf.size > 5_000) formsOf.clear();
  formsOf.set(name, all);
  return all;
}

function joinedAt(tokens: Token[], at: number, length: number): string | null {
  if (at + length > tokens.length) return null;
  const run = tokens.slice(at, at + length);
  if (run.some((t, i) => t.possessive && i < length - 1)) return null;
  if (run.length === 1 && run[0]?.kind === "string") return run[0].low.replace(/[^\p{L}\p{N}]/gu, "");
  if (run.some((t) => t.kind !== "word" && t.kind !== "number")) return null;
  return run[0]?.kind === "word" ? run.map((t) => t.low).join("").replace(/[^\p{L}\p{N}]/gu, "") : null;
}

function spells(value: string, tokens: Token[], at: number): number {
  const first = tokens[at];
  if (!first) return 0;
  if (first.kind === "string") return first.low === fold(value) ? 1 : 0;
  const words = wordsOf(value);
  if (!words.length) return 0;
  const same = words.every((w, i) => {
    const token = tokens[at + i];
    if (token === undefined || token.kind === "string") return false;
    // "lamps" for the value "Lamp".
    const number = words.length === 1 && token.kind === "word" && singular(token.low) === singular(w.low);
    return (token.low === w.low || number) &&
      (!token.possessive || i === words.length - 1);
  });
  return same ? words.length : 0;
}

const wordsIn = new Map<string, Token[]>();

/** The tokens of a value; kept, because every place of a sentence is compared with every value. */
function wordsOf(value: string): Token[] {
  const known = wordsIn.get(value);
  if (known) return known;
  const words = tokenize(value);
  if (wordsIn.size > 5_000) wordsIn.clear();
  wordsIn.set(value, words);
  return words;
}
