/** What a statement's own words say: its verb, its target, and whether it asks for a conflict to be resolved. */
import type { Token } from "./tokenizer.ts";

export type Target =
  | { ok: true; verb: "INSERT" | "UPDATE" | "DELETE"; table: string }
  | { ok: false; reason: string };

/** Finds the verb and the table that a DML statement names. Refuses every other statement with its reason. */
export function findTarget(tokens: readonly Token[]): Target {
  const first = wordOf(tokens[0]);
  let at = 0;
  if (first === "WITH") {
    // The verb is the first one outside of the brackets of the common table expressions.
    for (let depth = 0; at < tokens.length; at++) {
      const token = tokens[at];
      if (token?.kind === "symbol" && token.text === "(") depth++;
      if (token?.kind === "symbol" && token.text === ")") depth--;
      if (depth === 0 && VERBS.has(wordOf(token))) break;
    }
  }
  const verb = wordOf(tokens[at]);
  if (verb === "SELECT" || verb === "VALUES") return refuse("This only reads. Run it as a query instead.");
  if (verb !== "INSERT" && verb !== "REPLACE" && verb !== "UPDATE" && verb !== "DELETE") {
    return refuseVerb(first);
  }
  at++;
  if (verb !== "REPLACE" && wordOf(tokens[at]) === "OR") at += 2;
  const preposition = verb === "UPDATE" ? null : verb === "DELETE" ? "FROM" : "INTO";
  if (preposition !== null) {
    if (wordOf(tokens[at]) !== preposition) {
      return refuse(`${verb} must be followed by ${preposition} and a table.`);
    }
    at++;
  }
  let name = tokens[at];
  if (tokens[at + 1]?.kind === "symbol" && tokens[at + 1]?.text === ".") {
    if (name?.text.toLowerCase() !== "main") return refuse("Only the main database can be changed.");
    name = tokens[at + 2];
  }
  if (name === undefined || name.kind === "symbol" || name.kind === "param") {
    return refuse(`${verb} does not name a table.`);
  }
  return { ok: true, verb: verb === "REPLACE" ? "INSERT" : verb, table: name.text };
}

/** `REPLACE` as a keyword: a function of that name is followed by a bracket. */
export function asksToReplace(tokens: readonly Token[]): boolean {
  return tokens.some((token, i) => {
    const next = tokens[i + 1];
    return wordOf(token) === "REPLACE" && !(next?.kind === "symbol" && next.text === "(");
  });
}

/** `ON CONFLICT`, in a statement or a definition. */
export function mentionsConflict(tokens: readonly Token[]): boolean {
  return tokens.some((token, i) => wordOf(token) === "ON" && wordOf(tokens[i + 1]) === "CONFLICT");
}

const VERBS = new Set(["SELECT", "VALUES", "INSERT", "REPLACE", "UPDATE", "DELETE"]);
const DEFINITION = ["CREATE", "ALTER", "DROP", "REINDEX", "ANALYZE"];
const TRANSACTION = ["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"];

function refuseVerb(verb: string): Target {
  if (DEFINITION.includes(verb)) return refuse(`${verb} changes the schema. Only rows can be changed here.`);
  if (TRANSACTION.includes(verb)) {
    return refuse(`${verb} is not needed: all statements of an action run in one transaction.`);
  }
  if (["PRAGMA", "ATTACH", "DETACH", "VACUUM", "EXPLAIN"].includes(verb)) {
    return refuse(`${verb} is not available. Only INSERT, UPDATE and DELETE are.`);
  }
  return refuse("A change is written as INSERT, UPDATE or DELETE.");
}

function wordOf(token: Token | undefined): string {
  return token?.kind === "word" ? token.text.toUpperCase() : "";
}

function refuse(reason: string): Target {
  return { ok: false, reason };
}
