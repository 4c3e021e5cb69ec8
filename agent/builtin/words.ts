/** The small words of English that the built-in model knows, as data. */
import type { AggregateName, Op } from "./query.ts";
import type { Token } from "./tokens.ts";

/**
 * Words that carry no condition. A word that could restrict, negate or join ("not", "without", "old", "or") must never
 * stand here: whatever is skipped is forgotten.
 */
export const FILLERS = new Set(
  `a an the all any every each of for from in on at with to by is are was were be am do does did has have having that
  which who whom whose what where please me us my our i we you your it its there their show list display get find
  see view fetch tell print look up return select see let lets could can would will should want need like know go
  ones rows row records record entries entry data table whole list information details info about
  only just also thanks thank hey hi hello ok okay well so those these then every everything everyone
  value values named called id's exist exists database db column columns field fields number
  contents content belonging belong belongs placed made`.split(/\s+/),
);

/** Where free text ends. */
export const BOUNDARIES = new Set(
  `and or but not with without where whose who which that is are was were has have having sorted sort order ordered by
  per limit top first last in from for of to on at as grouped group newest oldest latest named called except
  excluding contains containing starts starting ends ending between over above under below more less fewer greater
  at please than when if only also then`.split(/\s+/),
);

/** Words of time, which end a name or a value that is not quoted. What they restrict is never passed over. */
export const TIMES = new Set(
  `today yesterday tomorrow tonight week weeks month months year years ago recently lately currently already yet ever
  again twice soon this`.split(/\s+/),
);

/** Words of commands: after "and" or "then" another one begins. */
const COMMANDS =
  "add|insert|create|delete|remove|drop|erase|truncate|set|change|update|upgrade|downgrade|promote|demote|move|mark|" +
  "rename|increase|raise|decrease|reduce|clear|give|assign|show|list|count|undo|revert";

/** Whether a second command begins inside these words: "Ada Lovelace and delete customer 3". */
export function holdsCommand(tokens: Token[]): boolean {
  return tokens.some((_, at) => {
    const joint = saysAt(tokens, at, "and|then|and then|and also|also|and please");
    return joint > 0 && saysAt(tokens, at + joint, COMMANDS) > 0;
  });
}

/** Whether a short word in capitals stands in a sentence that is not: "IT", "US" and "A" are codes, "it" is not. */
export function isCode(tokens: Token[], at: number): boolean {
  const token = tokens[at];
  return token?.kind === "word" &&
    (at > 0 ? /^(?:A|\p{Lu}{2})$/u : /^(?!HI|OK)\p{Lu}{2}$/u).test(token.text) &&
    tokens.some((t) => t.kind === "word" && /\p{Ll}/u.test(t.text));
}

const COMPARATORS: [string, Op][] = [
  ["is equal to", "eq"],
  ["equal to", "eq"],
  ["equals", "eq"],
  ["exactly", "eq"],
  ["=", "eq"],
  ["==", "eq"],
  ["different from", "ne"],
  ["other than", "ne"],
  ["!=", "ne"],
  ["<>", "ne"],
  ["no more than", "le"],
  ["no less than", "ge"],
  ["no fewer than", "ge"],
  ["greater than or equal to", "ge"],
  ["less than or equal to", "le"],
  ["more than", "gt"],
  ["greater than", "gt"],
  ["larger than", "gt"],
  ["bigger than", "gt"],
  ["higher than", "gt"],
  ["later than", "gt"],
  ["newer than", "gt"],
  ["over", "gt"],
  ["above", "gt"],
  ["exceeding", "gt"],
  ["exceeds", "gt"],
  ["after", "gt"],
  [">", "gt"],
  ["at least", "ge"],
  ["since", "ge"],
  [">=", "ge"],
  ["less than", "lt"],
  ["fewer than", "lt"],
  ["smaller than", "lt"],
  ["lower than", "lt"],
  ["cheaper than", "lt"],
  ["earlier than", "lt"],
  ["under", "lt"],
  ["below", "lt"],
  ["before", "lt"],
  ["<", "lt"],
  ["at most", "le"],
  ["up to", "le"],
  ["<=", "le"],
  ["between", "between"],
  ["contains", "contains"],
  ["contain", "contains"],
  ["containing", "contains"],
  ["includes", "contains"],
  ["include", "contains"],
  ["including", "contains"],
  ["like", "contains"],
  ["matching", "contains"],
  ["starts with", "starts"],
  ["start with", "starts"],
  ["starting with", "starts"],
  ["begins with", "starts"],
  ["begin with", "starts"],
  ["beginning with", "starts"],
  ["ends with", "ends"],
  ["end with", "ends"],
  ["ending with", "ends"],
  ["ends in", "ends"],
  ["ending in", "ends"],
  ["null", "null"],
  ["missing", "blank"],
  ["empty", "blank"],
  ["blank", "blank"],
  ["unset", "blank"],
  ["set", "filled"],
  ["present", "filled"],
];

const NEGATED: Record<Op, Op> = {
  eq: "ne",
  ne: "eq",
  gt: "le",
  ge: "lt",
  lt: "ge",
  le: "gt",
  between: "outside",
  outside: "between",
  contains: "lacks",
  lacks: "contains",
  starts: "notStarts",
  notStarts: "starts",
  ends: "notEnds",
  notEnds: "ends",
  null: "notNull",
  notNull: "null",
  blank: "filled",
  filled: "blank",
};

export function negated(op: Op): Op {
  return NEGATED[op];
}

/**
 * Comparators of order ("over", "at least", "between"), which make sense without their column being named.
 */
export function isOrder(op: Op): boolean {
  return ["gt", "ge", "lt", "le", "between", "outside"].includes(op);
}

export function needsValue(op: Op): boolean {
  return !["null", "notNull", "blank", "filled"].includes(op);
}

const AGGREGATES: [string, AggregateName][] = [
  ["how many", "count"],
  ["number of", "count"],
  ["amount of", "count"],
  ["count of", "count"],
  ["count", "count"],
  ["average", "avg"],
  ["avg", "avg"],
  ["mean", "avg"],
  ["sum of", "sum"],
  ["sum up", "sum"],
  ["sum", "sum"],
  ["add up", "sum"],
  ["total", "sum"],
  ["maximum", "max"],
  ["max", "max"],
  ["highest", "max"],
  ["largest", "max"],
  ["biggest", "max"],
  ["minimum", "min"],
  ["min", "min"],
  ["lowest", "min"],
  ["smallest", "min"],
];

const NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split(" ");

/** The digits of a whole number, also where it is a small one in words; null where the token is none. */
export function digits(token: Token | undefined): string | null {
  if (token?.kind === "number") return /^\d+$/.test(token.text) && !token.percent ? token.text : null;
  // "One More Time" is a name.
  const n = token?.kind === "word" ? NUMBERS.indexOf(token.text) : -1;
  return n < 0 ? null : String(n + 1);
}

/** Comparators of time, which never speak of a quantity. */
export function isTemporal(tokens: Token[], at: number): boolean {
  return saysAt(tokens, at, "before|after|since|later than|earlier than|newer than") > 0;
}

/** The longest phrase of a list that starts at this token. */
export function phraseAt<T>(
  list: [string, T][],
  tokens: Token[],
  at: number,
): { value: T; length: number } | null {
  let best: { value: T; length: number } | null = null;
  for (const [phrase, value] of list) {
    const length = saysAt(tokens, at, phrase);
    if (length > (best?.length ?? 0)) best = { value, length };
  }
  return best;
}

export function comparatorAt(tokens: Token[], at: number): { value: Op; length: number } | null {
  return phraseAt(COMPARATORS, tokens, at);
}

export function aggregateAt(tokens: Token[], at: number): { value: AggregateName; length: number } | null {
  return phraseAt(AGGREGATES, tokens, at);
}

/** How many tokens say this phrase here: all of its words, or 0. Alternatives are separated by `|`. */
export function saysAt(tokens: Token[], at: number, phrases: string): number {
  let longest = 0;
  for (const phrase of phrases.split("|")) {
    const words = phrase.split(" ");
    const said = words.every((word, i) => {
      const token = tokens[at + i];
      return token !== undefined && token.kind !== "string" && token.low === word;
    });
    if (said) longest = Math.max(longest, words.length);
  }
  return longest;
}

/** The tokens without these phrases. */
export function without(tokens: Token[], phrases: string): Token[] {
  const kept: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    const length = saysAt(tokens, at, phrases);
    if (length) at += length - 1;
    else if (token) kept.push(token);
  }
  return kept;
}
