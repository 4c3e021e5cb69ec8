/**
 * Text into tokens. Quoted text, mail addresses, dates and numbers stay whole; words split at `_`, `-`, `/` and `.`,
 * because names and values of a schema are split the same way before they are compared. What a token looked like is
 * never lost: `start` and `end` point into the text.
 */
import { namedDay } from "./calendar.ts";

export interface Token {
  kind: "word" | "number" | "string" | "date" | "mail" | "sign";
  /** As written; the content alone of quoted text. */
  text: string;
  /** Folded for comparing: lower case, without accents. */
  low: string;
  start: number;
  end: number;
  /** "customer's", "customers'". */
  possessive: boolean;
  percent: boolean;
}

/** Lower case, compatibility forms and Latin accents removed, so that "GRÖSSE" and "größe" can meet. */
export function fold(text: string): string {
  return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").normalize("NFC").toLowerCase()
    .replaceAll("’", "'").replaceAll("ß", "ss");
}

export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const space = /\s+/y;
    space.lastIndex = at;
    const gap = space.exec(text);
    if (gap) at += gap[0].length;
    if (at >= text.length) break;
    const found = next(text, at);
    tokens.push(...found.tokens);
    at = found.end;
  }
  return tokens;
}

/** The text as written from one token to another, without the quotes of a lone quoted token. */
export function written(text: string, tokens: Token[]): string {
  const first = tokens[0], last = tokens.at(-1);
  if (!first || !last) return "";
  if (first === last) return first.possessive ? stem(first.text) : first.text;
  const slice = text.slice(first.start, last.end);
  return last.possessive ? stem(slice) : slice;
}

const QUOTES: [RegExp, boolean][] = [
  [/"((?:[^"]|"")*)"/y, false],
  [/“([^”]*)”/y, false],
  [/`([^`]*)`/y, false],
  // An apostrophe inside a word ("O'Brien") never gets here: the word before it takes it.
  [/'((?:[^']|'')*)'(?![\p{L}\p{N}])/uy, true],
];
const MAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/uy;
const DATE = /\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?(?![\p{L}\p{N}])/uy;
const NUMBER = /[$€£]?[-+]?\d+(?:\.\d+)?(?:%|€)?(?![\p{L}\p{M}_]|\d)/uy;
/** "555-9", "SKU-12": one thing, though a sign stands in it. */
const CODE = /(?=[\p{L}\d-]*\d)(?=[\p{L}\d]*-)[\p{L}\d]+(?:-[\p{L}\d]+)+(?![\p{L}\d_])/uy;
const WORD = /[\p{L}\p{N}\p{M}]+(?:['’](?=[\p{L}\p{N}])[\p{L}\p{N}\p{M}]+)*['’]?/uy;
const SIGN = />=|<=|!=|<>|==|./suy;

function next(text: string, at: number): { tokens: Token[]; end: number } {
  for (const [pattern, doubled] of QUOTES) {
    const m = run(pattern, text, at);
    if (!m) continue;
    const inner = doubled ? (m[1] ?? "").replaceAll("''", "'") : (m[1] ?? "").replaceAll('""', '"');
    return one({ kind: "string", text: inner, start: at, end: at + m[0].length });
  }
  const named = namedDay(text, at);
  if (named) return one({ kind: "date", text: named.day, start: at, end: at + named.length });
  for (
    const [kind, pattern] of [["mail", MAIL], ["date", DATE], ["word", CODE], ["number", NUMBER]] as const
  ) {
    const m = run(pattern, text, at);
    if (!m) continue;
    const raw = kind === "number" ? m[0].replace(/[$€£+%]/g, "") : m[0];
    const token = one({ kind, text: raw, start: at, end: at + m[0].length });
    for (const t of token.tokens) t.percent = m[0].endsWith("%");
    return token;
  }
  const word = run(WORD, text, at);
  if (word) return spell(text, at, word[0]);
  const sign = run(SIGN, text, at)?.[0] ?? text[at];
  const end = at + sign.length;
  // A joint inside "order_items", "SKU-1" or "either/or" only separates.
  const inside = at > 0 && /[\p{L}\p{N}_]/u.test(text[at - 1]) && /^[\p{L}\p{N}_]/u.test(text.slice(end));
  if (sign === "_" || (inside && /^[-./&]$/.test(sign))) return { tokens: [], end };
  return one({ kind: "sign", text: sign, start: at, end });
}

/** A word with its possessive removed, and "isn't" as two words. */
function spell(text: string, at: number, word: string): { tokens: Token[]; end: number } {
  const end = at + word.length;
  const negation = /^(.+)n['’]t$/i.exec(word);
  if (negation) {
    const verb = one({ kind: "word", text: negation[1], start: at, end }).tokens;
    return { tokens: [...verb, ...one({ kind: "word", text: "not", start: at, end }).tokens], end };
  }
  const bare = stem(word);
  const token = one({ kind: "word", text: text.slice(at, end), start: at, end });
  for (const t of token.tokens) {
    t.low = fold(bare);
    t.possessive = bare !== word;
  }
  return token;
}

function stem(word: string): string {
  return word.replace(/['’]s?$/i, "");
}

function one(token: Pick<Token, "kind" | "text" | "start" | "end">): { tokens: Token[]; end: number } {
  return {
    tokens: [{ ...token, low: fold(token.text), possessive: false, percent: false }],
    end: token.end,
  };
}

function run(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
