/**
 * Letters that pass for others: `pаypal` with a Cyrillic а, `сору` wholly in Cyrillic. After Unicode's confusables (UTS
 * #39), as far as a person would take the one for the other; the table is of the commonest. Honest words of any alphabet
 * are left alone. Pure: the page that shows a text and the app that judges a change find the same words.
 */

/** A word that isn't what it looks like, in UTF-16 code units. */
export interface Lookalike {
  from: number;
  to: number;
  word: string;
  /** The letters in it that pass for others. */
  letters: string;
  /** `Cyrillic а looks like Latin a`. */
  note: string;
}

/**
 * What the words of a text are. `text`: anybody's words. `name`: a name of the database. `sql`: names, apart from
 * literals and comments, whose words are anybody's.
 */
export type Wording = "text" | "name" | "sql";

/**
 * The words of mixed alphabets, and of names those too that are wholly of letters that pass for Latin ones: a Russian
 * word made of such letters alone is a word, a name made of them is a trap.
 */
export function lookalikes(text: string, wording: Wording = "text"): Lookalike[] {
  if (!FOREIGN.test(text)) return [];
  const apart = wording === "sql" ? [...text.matchAll(LITERAL_OR_COMMENT)] : [];
  const isApart = (at: number) => apart.some((part) => at >= part.index && at < part.index + part[0].length);
  const found: Lookalike[] = [];
  for (const { 0: word, index: from } of text.matchAll(WORD)) {
    if (!FOREIGN.test(word)) continue;
    const letters = strangers(word) || (wording !== "text" && !isApart(from) ? disguised(word) : "");
    if (letters) found.push({ from, to: from + word.length, word, letters, note: noteOf(letters) });
  }
  return found;
}

/** The Latin letter or digit that a character passes for; null when it passes for none. */
export function looksLike(character: string): string | null {
  return DRESSED.test(character) ? character.normalize("NFKC") : LATIN.get(character) ?? null;
}

/** Letters, marks, digits and underscores, none of them invisible. */
const WORD = /(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{N}_])+/gu;
const LITERAL_OR_COMMENT = /'(?:[^']|'')*'?|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;
/** Latin letters and digits of full width, or in the dress of mathematics. */
const DRESSED = /^[\uff10-\uff5a\u{1d400}-\u{1d7ff}]$/u;
const FOREIGN = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\uff10-\uff5a\u{1d400}-\u{1d7ff}]/u;
const ALPHABETS: readonly [name: string, letter: RegExp][] = [
  ["Fullwidth", /[\uff10-\uff5a]/],
  ["Mathematical", /[\u{1d400}-\u{1d7ff}]/u],
  ["Latin", /\p{Script=Latin}/u],
  ["Cyrillic", /\p{Script=Cyrillic}/u],
  ["Greek", /\p{Script=Greek}/u],
  ["Armenian", /\p{Script=Armenian}/u],
];
/** What is no alphabet of its own, and never that of a word. */
const DRESSES = new Set(["Fullwidth", "Mathematical"]);
/** Pairs: a letter and what it passes for. */
const LATIN = new Map(
  ("аaсcԁdеeһhіiјjӏlоoрpԛqѕsуyүyхxѵvԝwАAВBСCЕEԌGНHІIӀIЈJКKМMОOРPԚQЅSТTХXУYҮYѴVԜWЗ3" +
    "αaιiјjνvοoρpυuγyϲcϳjΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXϹC" +
    "օoսuհhոnցgզqՕOՍUՏSԼL").match(/../gu)?.map((pair): [string, string] => [pair.charAt(0), pair.charAt(1)]),
);

function alphabetOf(character: string): string | undefined {
  return ALPHABETS.find(([, letter]) => letter.test(character))?.[0];
}

/** The letters of a word that are of another alphabet than most would take it for: Latin, else that of its first letter. */
function strangers(word: string): string {
  const alphabets = new Set<string>();
  for (const character of word) {
    const alphabet = alphabetOf(character);
    if (alphabet) alphabets.add(alphabet);
  }
  if (alphabets.size < 2) return "";
  const own = ["Latin", ...alphabets].find((name) => alphabets.has(name) && !DRESSES.has(name));
  return unique([...word].filter((character) => (alphabetOf(character) ?? own) !== own));
}

/** All letters of a word that reads as Latin and has no Latin letter; empty for any other. */
function disguised(word: string): string {
  const letters = [...word].filter((character) => !/[0-9_]/.test(character));
  return letters.length > 0 && letters.every((letter) => looksLike(letter) !== null) ? unique(letters) : "";
}

function unique(characters: string[]): string {
  return [...new Set(characters)].join("");
}

function noteOf(letters: string): string {
  return [...letters].map((letter) => {
    const like = looksLike(letter);
    const name = `${alphabetOf(letter)} ${letter}`;
    return like ? `${name} looks like ${/\d/.test(like) ? "the digit" : "Latin"} ${like}` : name;
  }).join(", ");
}
