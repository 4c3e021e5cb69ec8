/** The table of prompt-injection patterns: five families, each pattern with what it is for and where it is known from. */
import { DELIMITER_PATTERNS } from "./delimiters.ts";
import { DEVELOPER_PATTERNS } from "./developer.ts";
import { IGNORE_PATTERNS } from "./ignore.ts";
import { compile, type Pattern } from "./pattern.ts";
import { PRETEND_PATTERNS } from "./pretend.ts";
import { REVEAL_PATTERNS } from "./reveal.ts";

/** Every pattern, in the order in which they are tried. */
export const PATTERNS: readonly Pattern[] = [
  ...DELIMITER_PATTERNS,
  ...DEVELOPER_PATTERNS,
  ...IGNORE_PATTERNS,
  ...PRETEND_PATTERNS,
  ...REVEAL_PATTERNS,
];

const MATCHERS = PATTERNS.map((pattern) => ({ pattern, matches: compile(pattern) }));

export { MATCHERS };
