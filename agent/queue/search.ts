/** The words of an entry, and of what a person searches for: both sides are cut the same way. Pure. */
import type { ActionSummary } from "../types.ts";

/** An entry is found by at most this many words (ARCHITECTURE, KV layout). */
export const MAX_TOKENS = 40;
/** Longer words are found by their beginning, in UTF-16 units. */
const MAX_TOKEN = 32;

/** One word of a search. An entry has it by one of its words, or by its number. */
export interface Term {
  /** "" where only the number counts: `#12`. */
  word: string;
  /** The last word may still be being typed: whatever begins with it counts. */
  isPrefix: boolean;
  id: number | null;
}

/** The words of a text, in order: lower case, without accents; CJK text by its single characters. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize("NFKD").replace(/\p{Mn}/gu, "").normalize("NFC").toLowerCase();
  const words = plain.match(
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}])+/gu,
  );
  return (words ?? []).map((word) => word.slice(0, MAX_TOKEN));
}

/** The words that an entry is found by: of its title first, then its tables, its description and its SQL. */
export function tokensOf(
  { title, description, sql }: Pick<ActionSummary, "title" | "description" | "sql">,
  tables: readonly string[],
): string[] {
  const tokens = new Set<string>();
  for (const text of [title, ...tables, description, sql]) {
    for (const word of wordsOf(text)) {
      if (tokens.size === MAX_TOKENS) return [...tokens];
      tokens.add(word);
    }
  }
  return [...tokens];
}

/** What a person typed, as terms that all have to be there. */
export function termsOf(q: string): Term[] {
  const terms = new Map<string, Term>();
  const pieces = q.trim().split(/\s+/);
  for (const [i, piece] of pieces.entries()) {
    const number = /^#(\d{1,15})$/.exec(piece);
    if (number) {
      terms.set(piece, { word: "", isPrefix: false, id: Number(number[1]) });
      continue;
    }
    const words = wordsOf(piece);
    for (const [j, word] of words.entries()) {
      const isPrefix = i === pieces.length - 1 && j === words.length - 1;
      const id = words.length === 1 && /^\d{1,15}$/.test(word) ? Number(word) : null;
      terms.set(isPrefix ? `${word}*` : word, { word, isPrefix, id });
    }
  }
  return [...terms.values()];
}

/** Whether an entry of these words has a term. */
export function hasTerm(id: number, tokens: readonly string[], term: Term): boolean {
  if (term.id === id) return true;
  if (term.word === "") return false;
  return tokens.some((token) => term.isPrefix ? token.startsWith(term.word) : token === term.word);
}
