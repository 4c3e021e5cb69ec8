/**
 * The functions of CHECK constraints, from the text of a table. An engine that does not know a function leaves the whole
 * constraint out when it loads the schema, without a word, and EXPLAIN then shows nothing of it; the engine that writes
 * may know the function and call it. So what EXPLAIN can't show is read from the definition.
 */
import type { Token } from "./tokenizer.ts";

/** The first function in a CHECK constraint that is not `allowed`, or null. */
export function forbiddenCheckCall(tokens: readonly Token[], allowed: ReadonlySet<string>): string | null {
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    if (token.kind === "symbol" && token.text === ")" && depth > 0) depth--;
    if (token.kind !== "symbol" || token.text !== "(") continue;
    const before = tokens[i - 1];
    if (depth > 0) {
      depth++;
      const name = calledName(before, tokens[i - 2]);
      if (name !== null && !allowed.has(name.toLowerCase())) return name;
    } else if (before?.kind === "word" && before.text.toUpperCase() === "CHECK") depth = 1;
  }
  return null;
}

/** Words that an opening bracket may follow without making a call of it. */
const OPERATORS = new Set(
  ("AND OR NOT IN IS BETWEEN LIKE GLOB REGEXP MATCH ESCAPE CASE WHEN THEN ELSE CHECK NULL ISNULL NOTNULL DISTINCT FROM " +
    "COLLATE CAST FILTER").split(" "),
);

function calledName(token: Token | undefined, before: Token | undefined): string | null {
  if (token === undefined || token.kind === "symbol" || token.kind === "param") return null;
  // `CAST(x AS DECIMAL(10, 2))`
  if (before?.kind === "word" && before.text.toUpperCase() === "AS") return null;
  return token.kind === "word" && OPERATORS.has(token.text.toUpperCase()) ? null : token.text;
}
