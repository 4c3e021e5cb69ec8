/**
 * SQL text cut into tokens exactly where SQLite cuts it (tokenize.c of SQLite 3.53). Where SQLite's versions and forks
 * differ, or where a reader of the text could be misled, the text is refused instead of guessed at: what this module
 * calls one statement is one statement for every engine.
 */

/** `word`: a bare identifier, keyword or number. `name`: a quoted identifier, unquoted. `symbol`: one character. */
export interface Token {
  kind: "word" | "name" | "string" | "symbol" | "param";
  text: string;
  /** Where the token starts in the SQL text, in UTF-16 code units. */
  at: number;
}

export type Tokens = { ok: true; tokens: Token[] } | {
  ok: false;
  reason: string;
};
export type OneStatement = { ok: true; sql: string; tokens: Token[] } | {
  ok: false;
  reason: string;
};

/** Longest statement in UTF-16 code units. */
export const MAX_LENGTH = 20_000;

/**
 * Whether a text is exactly one statement with closed quotes, comments and parentheses; `sql` is that statement without
 * its semicolon and what follows it. The reason of a refusal is a sentence.
 */
export function oneStatement(sql: string): OneStatement {
  const cut = tokenize(sql);
  if (!cut.ok) return cut;
  let tokens = cut.tokens;
  let end = sql.length;
  const semicolon = tokens.findIndex(({ kind, text }) => kind === "symbol" && text === ";");
  if (semicolon >= 0) {
    if (semicolon < tokens.length - 1) {
      return refuse(
        "Send one statement at a time: there is text after the `;`.",
      );
    }
    end = tokens[semicolon]?.at ?? end;
    tokens = tokens.slice(0, semicolon);
  }
  if (tokens.length === 0) return refuse("There is no statement in this text.");
  let depth = 0;
  for (const { kind, text } of tokens) {
    if (kind !== "symbol") continue;
    if (text === "(") depth++;
    if (text === ")" && --depth < 0) return refuse("A `)` closes nothing.");
  }
  if (depth > 0) return refuse("A `(` is never closed.");
  return { ok: true, sql: sql.slice(0, end), tokens };
}

/** How many arguments a statement takes: `?` is one more than the highest so far, `?7` the seventh. */
export function argumentCount(tokens: readonly Token[]): number {
  let highest = 0;
  for (const { kind, text } of tokens) {
    if (kind === "param") highest = text === "?" ? highest + 1 : Math.max(highest, Number(text.slice(1)));
  }
  return highest;
}

/** Cuts a text into tokens, leaving out white space and comments. */
export function tokenize(sql: string): Tokens {
  if (sql.length > MAX_LENGTH) {
    return refuse(`A statement may be ${MAX_LENGTH} characters long.`);
  }
  if (sql.includes("\0")) {
    return refuse(
      "The text contains a NUL character, at which SQLite would stop reading.",
    );
  }
  if (!sql.isWellFormed()) {
    return refuse("The text contains half of a Unicode surrogate pair.");
  }
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const step = next(sql, at);
    if (typeof step === "string") return refuse(step);
    if (step.token !== null) tokens.push({ ...step.token, at });
    at = step.end;
  }
  return { ok: true, tokens };
}

interface Step {
  token: Omit<Token, "at"> | null;
  end: number;
}

function next(sql: string, at: number): Step | string {
  const char = sql.charAt(at);
  // SQLite: a token may start with these; a vertical tab counts as white space only after another one, so it isn't here.
  if (" \t\n\f\r".includes(char)) return { token: null, end: at + 1 };
  if (sql.startsWith("--", at)) {
    // Only a line feed ends the comment: a carriage return or U+2028 does not.
    const end = sql.indexOf("\n", at);
    return { token: null, end: end < 0 ? sql.length : end + 1 };
  }
  if (sql.startsWith("/*", at)) {
    const end = sql.indexOf("*/", at + 2);
    return end < 0 ? "A comment is never closed." : { token: null, end: end + 2 };
  }
  if (char === "'" || char === '"' || char === "`") {
    return quoted(sql, at, char);
  }
  if (char === "[") {
    const end = sql.indexOf("]", at);
    if (end < 0) return "A `[` is never closed.";
    return {
      token: { kind: "name", text: sql.slice(at + 1, end) },
      end: end + 1,
    };
  }
  if (char === "?") {
    const end = runEnd(sql, at + 1, /[0-9]/y);
    return { token: { kind: "param", text: sql.slice(at, end) }, end };
  }
  // `$a(…)` is one token for SQLite, quotes and semicolons inside included: names of arguments are refused altogether.
  if ("$@:#".includes(char)) {
    return "Arguments are written as `?`; names with `$`, `@`, `:` or `#` are not supported.";
  }
  if (isIdentifier(char)) {
    const end = runEnd(sql, at, IDENTIFIER);
    const text = sql.slice(at, end);
    const odd = ODD_SPACE.exec(text);
    if (odd === null) return { token: { kind: "word", text }, end };
    const code = odd[0].charCodeAt(0).toString(16).toUpperCase().padStart(
      4,
      "0",
    );
    return `The text contains U+${code} outside of quotes, which looks like a space but is part of a name to SQLite.`;
  }
  if (SYMBOLS.includes(char)) {
    return { token: { kind: "symbol", text: char }, end: at + 1 };
  }
  return "The text contains a control character or a sign that is not SQL.";
}

/** SQLite's IdChar: ASCII letters and digits, `_`, `$`, and everything beyond ASCII, no-break space and BOM included. */
const IDENTIFIER = /[A-Za-z0-9_$\u0080-\uffff]/y;
const SYMBOLS = "()+-*/%,.;<>=!|&~";
/** Characters that SQLite takes for letters and people for nothing; a BOM is white space in some versions. */
const ODD_SPACE = /[\p{Z}\u0080-\u009f\u200b\u2060\ufeff]/u;

function isIdentifier(char: string): boolean {
  IDENTIFIER.lastIndex = 0;
  return IDENTIFIER.test(char);
}

function runEnd(sql: string, from: number, pattern: RegExp): number {
  let end = from;
  while (end < sql.length) {
    pattern.lastIndex = end;
    if (!pattern.test(sql)) break;
    end++;
  }
  return end;
}

function quoted(sql: string, at: number, quote: string): Step | string {
  for (let from = at + 1;;) {
    const end = sql.indexOf(quote, from);
    if (end < 0) return `A ${quote} is never closed.`;
    if (sql.charAt(end + 1) === quote) {
      from = end + 2;
      continue;
    }
    const text = sql.slice(at + 1, end).replaceAll(quote + quote, quote);
    return {
      token: { kind: quote === "'" ? "string" : "name", text },
      end: end + 1,
    };
  }
}

function refuse(reason: string): { ok: false; reason: string } {
  return { ok: false, reason };
}
