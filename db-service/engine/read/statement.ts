/** What every engine asks of a statement's text and its arguments before anything is compiled. */
import type { Value } from "../../contract/schemas.ts";
import { argumentCount, type Token } from "../../sql/tokenizer.ts";
import { ServiceError, type SqlValue } from "../types.ts";
import { fromWire } from "../values.ts";

/** Most rows of one read. */
export const MAX_ROWS = 1_000;

/** Arguments as they are bound. Missing ones would silently be NULL, so their number must be right. */
export function bindable(tokens: readonly Token[], args: readonly Value[]): SqlValue[] {
  const count = argumentCount(tokens);
  if (count !== args.length) {
    throw new ServiceError("refused_sql", `The statement takes ${count} arguments and got ${args.length}.`);
  }
  return args.map(fromWire);
}

/** Throws `refused_sql` for a text that does not begin as a query does. */
export function refuseOtherVerbs([first]: readonly Token[]): void {
  const verb = first?.kind === "word" ? first.text.toUpperCase() : "";
  if (QUERY_VERBS.includes(verb)) return;
  throw new ServiceError(
    "refused_sql",
    /^(INSERT|REPLACE|UPDATE|DELETE)$/.test(verb)
      ? `A query only reads; ${verb} changes rows and has to be proposed as an action.`
      : "A query starts with SELECT, WITH or VALUES.",
  );
}

const QUERY_VERBS = ["SELECT", "WITH", "VALUES"];
