/**
 * How a pattern is written and matched. A sentence is written in plain lower-case words of {@link read}: one space
 * between words, `~3` for "up to three words of any kind". The same source is tried on words and, its spaces taken out,
 * on letters that were written apart or run together. Every repetition is bounded, so that matching stays linear. Pure.
 */
import type { Reading } from "./normal.ts";

export type Family = "ignore" | "pretend" | "reveal" | "developer" | "delimiter";

/** Where a pattern is known from. */
export type Source = keyof typeof SOURCES;

export const SOURCES = {
  owasp: "OWASP Top 10 for LLM Applications 2025, LLM01, and its Prompt Injection Prevention Cheat Sheet",
  perez: "Perez and Ribeiro 2022, Ignore Previous Prompt (arXiv:2211.09527)",
  shen: "Shen et al. 2023, Do Anything Now: jailbreak prompts in the wild (arXiv:2308.03825)",
  greshake: "Greshake et al. 2023, indirect prompt injection (arXiv:2302.12173)",
  deepset: "The deepset/prompt-injections data set (English and German)",
  garak: "The probes of NVIDIA garak (dan, promptinject, encoding, latentinjection)",
  liu: "The prompts that leaked Bing Chat's instructions, February 2023",
  templates:
    "The model's published chat template: whoever writes it can end a person's turn and begin another",
  ours: "Gatekeeper's own marks: forged, they would pass for its notes",
};

export interface Pattern {
  id: string;
  family: Family;
  why: string;
  source: Source;
  /** A sentence, as described above. */
  words?: string;
  /** Not when it follows, or is followed by, any of these words: there it speaks of data. */
  notAfter?: string;
  notBefore?: string;
  /** A delimiter, tried on text that still has its punctuation. */
  marks?: RegExp;
  /** A sentence of a language without spaces. */
  unspaced?: RegExp;
}

/** Words before a verb that make it something that people or rows in a database do. */
export const SOMEONE =
  "who|that|which|they|users?|customers?|accounts?|people|persons?|employees?|companies|" +
  "clients?|bots?|profiles?|products?|plans?|devices?|rows|names?|players?|actors?|members?";

/** Words after a noun that make it a part of a database, or narrow it down as only data can be. */
export const DATA =
  "columns?|tables?|fields?|rows?|records?|entry|entries|tabs?|pages?|files?|views?|values?|ids?|" +
  "versions?|logs?|list|lists|text|is|are|was|were|has|have|had|should be|count|per|between|like|equals?|null|" +
  "sheet|documents?|manuals?|videos?|pdfs?|booklets?|template|templates|flag|flags|status|type|category";

/** Words after a noun that say which of many rows are meant. */
export const SUBSET =
  `${DATA}|that|which|where|with|without|whose|who|in|from|of|for|on|about|by|older|newer|` +
  "before|after|marked|named|called|until|since|expiring|when|if|under|over|above|below";

/** A compiled pattern: says whether it is found in a reading. */
export type Matcher = (reading: Reading) => boolean;

/** Compiles a pattern once. */
export function compile({ words, notAfter, notBefore, marks, unspaced }: Pattern): Matcher {
  const apart = words === undefined ? null : new RegExp(
    `${notAfter ? `(?<! (?:${notAfter}))` : ""} (?:${words.replace(/~(\d) ?/g, "(?:[^ ]+ ){0,$1}")})(?= )${
      notBefore ? `(?! (?:${notBefore}|\\d[^ ]*) )` : ""
    }`,
  );
  const together = words === undefined ? null : new RegExp(
    `${runTogether(words)}${notBefore ? `(?!${runTogether(notBefore)})` : ""}`,
  );
  return (reading) =>
    (apart !== null && reading.words.some((text) => apart.test(text))) ||
    (together !== null && reading.joined.some((text) => together.test(text))) ||
    (marks !== undefined && reading.marks.some((text) => marks.test(text))) ||
    (unspaced !== undefined && reading.unspaced !== "" && unspaced.test(reading.unspaced));
}

/** The source without spaces. A word of any kind becomes a few letters of any kind, so that none repeats within another. */
function runTogether(words: string): string {
  return words
    .replaceAll("(?<=^ )", "^")
    .replaceAll("(?= $)", "$")
    .replace(/\(\?:(?:\(\?!\(\?:[^()]*\) ?\))?\[\^ \]\+ \)(?:\{0,\d\}|\?)?/g, ".{0,12}?")
    .replace(/~\d ?/g, ".{0,12}?")
    .replace(/\[\^ \][*+?]/g, ".{0,6}?")
    .replaceAll(" ", "");
}
