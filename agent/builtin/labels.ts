/** Names of rows: after their table's name ("customer Alice Chen", "books called It"), or quoted by themselves. */
import type { Table } from "@/agent/types.ts";
import {
  codeColumn,
  matchColumns,
  matchStart,
  matchTable,
  matchValues,
  nameColumn,
  nameParts,
  ownLabel,
  spoken,
} from "./lexicon.ts";
import { nameOp, quotedOwner, SHAPE_WORDS } from "./names.ts";
import { freeText } from "./operands.ts";
import type { Literal } from "./query.ts";
import { addCondition, ask, joinNames, reachableTables, type Scan, withNegation } from "./scan.ts";
import { written } from "./tokens.ts";
import { comparatorAt, FILLERS, saysAt, TIMES } from "./words.ts";

/** A name after its table's: quoted, or words that start with a capital, or any after a singular. */
export function labelClause(scan: Scan, table: Table, plural: boolean, possessive: boolean): void {
  const { tokens } = scan;
  const at = scan.at + saysAt(tokens, scan.at, "named|called|titled|with name|with the name|with title|,");
  const token = tokens[at];
  const label = ownLabel(table) ?? nameParts(table)[0];
  if (!token || !label || possessive || (at > scan.at && tokens[scan.at]?.low === ",")) return;
  if (token.kind !== "string" && token.kind !== "word") return;
  const called = at > scan.at;
  if (matchValues(reachableTables(scan), tokens, at).length) {
    if (called) scan.at = at;
    return;
  }
  const run = token.kind === "string" ? [token] : freeText(scan, at);
  const capital = /^\p{Lu}/u.test(token.text) || token.kind === "string";
  if (!run.length || matchColumns([table], tokens, at).length || matchTable(scan.schema, tokens, at)) return;
  if (!called && /^(names?|titles?|labels?)$/.test(token.low)) return;
  if (!called && (FILLERS.has(token.low) || comparatorAt(tokens, at) || (plural && !capital))) return;
  // Where all names are known, unknown words in lower case are no name.
  const named = nameColumn(table) === label;
  if (!called && !capital && (SHAPE_WORDS.has(token.low) || TIMES.has(token.low) || label.values || !named)) {
    return;
  }
  // "books Ursula Le Guin wrote": the verb is no part of the name.
  if (!called && plural && token.kind === "word" && !/^[\p{Lu}\d]/u.test(run.at(-1)?.text ?? "")) return;
  const [last, before] = [run.at(-1), run.at(-2)];
  const asks = scan.tokens.slice(0, scan.at).some((t) => /^(does|do|did)$/.test(t.low));
  const isVerb = /^\p{Ll}/u.test(last?.text ?? "") && /^\p{Lu}/u.test(before?.text ?? "") &&
    (asks || run.length > 2);
  if (!called && isVerb) return;
  const text = written(scan.text, run);
  const parts = nameParts(table).map((c) => spoken(c.name));
  if (parts.length) ask(scan, `Is "${text}" a ${parts.join(" or a ")}? Say it before the name.`);
  const starts = matchStart(label, run);
  if (starts.length > 1) ask(scan, `"${text}" could be ${starts.join(" or ")}. Which one?`);
  scan.at = at + run.length;
  const column = codeColumn(table, run) ?? label;
  const op = label.values ? "eq" : nameOp(scan, run);
  if (!scan.negation) joinNames(scan, { table, column });
  addCondition(scan, {
    kind: "compare",
    table,
    column,
    op: withNegation(scan, op),
    values: [{ kind: "text", text: starts[0] ?? text }],
  });
}

/** Quoted text by itself is the name of a row of the main table, or of one it refers to. */
export function quotedLabel(scan: Scan): boolean {
  const token = scan.tokens[scan.at];
  const owner = token?.kind === "string" ? quotedOwner(scan) : null;
  if (token?.kind !== "string" || !owner) return false;
  scan.at++;
  const values: Literal[] = [{ kind: "text", text: token.text }];
  addCondition(scan, { kind: "compare", ...owner, op: withNegation(scan, "eq"), values });
  return true;
}
