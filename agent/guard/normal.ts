/**
 * Text as a reader would understand it, whatever it was dressed up as: escapes undone, invisible characters gone, letters
 * of other alphabets that only look Latin read as Latin, punctuation folded. Pure, and linear in the text.
 */
import { decodeEscapes, foldLetters, hasMixedScript } from "./letters.ts";
import { repairWord } from "./misspelt.ts";

/** The readings of one text that patterns are tried on. */
export interface Reading {
  /** Lower-case, with its punctuation and its line breaks: for delimiters. */
  marks: string[];
  /** Words with one space around each: for sentences. */
  words: string[];
  /** Letters that were written apart (`i g n o r e`) or without spaces, together. */
  joined: string[];
  /** Scripts that are written without spaces, together; empty when there are none. */
  unspaced: string;
  /** What was written in characters that nobody sees (Unicode tags). */
  hidden: string;
  /** A word mixed letters of several alphabets. */
  mixedScript: boolean;
}

const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Co}]|(?![\t\n])\p{Cc}/gu;
/** Flags of regions are written with tags too; two Arabic ligatures become eighteen and eight letters. */
const REGION_FLAG = /\u{1F3F4}[\u{E0030}-\u{E007A}]{1,6}\u{E007F}/gu;
const LONG_LIGATURE = /[\ufdfa\ufdfb]/g;
const TAGS = /[\u{E0020}-\u{E007E}]/gu;
/** Words this long are tried as several words without their spaces. */
const LONG_WORD = 14;

/** Reads a text in every way that matters. */
export function read(text: string): Reading {
  const hidden = (text.replace(REGION_FLAG, "").match(TAGS) ?? []).map((c) =>
    String.fromCodePoint((c.codePointAt(0) ?? 0) - 0xe0000)
  )
    .join("");
  const decoded = decodeEscapes(text).replace(LONG_LIGATURE, " ").normalize("NFKC").replace(/\r\n?/g, "\n");
  const seen = foldLetters(decoded.replace(INVISIBLE, ""));
  const marks = [tidy(seen)];
  if (seen.includes("\n")) marks.push(tidy(seen.replaceAll("\n", " ")));
  const words = [wordsOf(seen)];
  // Invisible characters may split a word or stand for the space between two.
  if (decoded.search(INVISIBLE) !== -1) {
    const spaced = foldLetters(decoded.replace(INVISIBLE, " "));
    marks.push(tidy(spaced));
    words.push(wordsOf(spaced));
  }
  // So may punctuation: "ig-nore" and "ignore-all" both mean to be read.
  const unbroken = seen.replace(/(?<=\p{L})(?:[-_.*~`'"|/\\+^°·•]+|-\n)(?=\p{L})/gu, "");
  if (unbroken !== seen) words.push(wordsOf(unbroken));
  return {
    marks,
    words: [...new Set(words)],
    joined: joinedOf(words),
    unspaced: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(seen)
      ? seen.replace(/[^\p{L}\p{N}]+/gu, "")
      : "",
    hidden,
    mixedScript: hasMixedScript(decoded),
  };
}

function tidy(text: string): string {
  return text.replace(/[^\S\n]+/g, " ");
}

function wordsOf(text: string): string {
  const words = text.replace(/(?:!(?=\p{L}))?[\p{L}\p{N}@$]+(?:!(?=\p{L})[\p{L}\p{N}@$]+)*/gu, plainWord)
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, " ");
  return ` ${words.trim()} `;
}

/** A word with its digits read as the letters they stand for, and with its letters in order. */
function plainWord(word: string): string {
  const letters = unleet(word).replace(/(\p{L})\1{2,}/gu, "$1");
  return repairWord(letters);
}

const LEET: Record<string, string> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  "$": "s",
  "!": "i",
};

function unleet(word: string): string {
  return /\p{L}/u.test(word) && /[\d@$!]/.test(word) ? word.replace(/[013457@$!]/g, (c) => LEET[c]) : word;
}

function joinedOf(readings: readonly string[]): string[] {
  const joined = new Set<string>();
  for (const words of readings) {
    for (const [run] of words.matchAll(/(?<= )(?:[\p{L}\p{N}]{1,2} ){6,}/gu)) {
      joined.add(unleet(run.replaceAll(" ", "")));
    }
    for (const word of words.split(" ")) if (word.length >= LONG_WORD) joined.add(word);
  }
  return [...joined];
}
