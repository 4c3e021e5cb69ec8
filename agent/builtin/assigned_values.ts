/** The value of an assignment: for a column that is named, or for the one that the value itself tells. */
import type { Table } from "@/agent/types.ts";
import type { Assignment } from "./adjustments.ts";
import { literalWords } from "./describe.ts";
import {
  affinity,
  categories,
  isFlag,
  isForeign,
  matchColumns,
  matchTable,
  matchValue,
  matchValues,
} from "./lexicon.ts";
import { dateProblem, newValue } from "./newvalues.ts";
import { operandAt } from "./operands.ts";
import type { Column, Literal, Read } from "./query.ts";
import { startScan } from "./scan.ts";
import { literal } from "./sql.ts";
import { type Token, written } from "./tokens.ts";
import { saysAt, TIMES } from "./words.ts";

export interface Sentence {
  schema: Table[];
  text: string;
  previous: Read | null;
}

export interface Value {
  assignment: Assignment;
  rest: Token[];
}

/** The value for a named column at the start of `right`. */
export function valueAt(
  s: Sentence,
  table: Table,
  column: Column,
  right: Token[],
  rows: Token[],
): Value | null {
  const nothing = saysAt(right, 0, "null|nothing|none|empty|blank");
  if (nothing) return { assignment: empty(column), rest: right.slice(nothing) };
  const behind = namedBehind(s, table, column, right);
  if (behind) return behind;
  const lead = saysAt(right, 0, "the value|value");
  const tokens = right.slice(lead);
  const parent = matchTable(s.schema, tokens, 0);
  const number = parent && isForeign(table, column) ? tokens[parent.length] : undefined;
  if (parent && number?.kind === "number") {
    const value: Literal = { kind: "number", raw: number.text };
    return { assignment: assignment(column, value), rest: tokens.slice(parent.length + 1) };
  }
  // "to their name": another column's value is not text, and not something to guess.
  const [other] = matchColumns([table], tokens, saysAt(tokens, 0, "the|their|its|his|her"));
  if (
    (other || saysAt(tokens, 0, "their|its|his|her")) && !matchValue(column, tokens, 0) &&
    tokens[0]?.kind !== "string"
  ) {
    return null;
  }
  const scan = startScan(s.schema, s.text, tokens, table, false);
  const whole = categories(table).includes(column) ? null : wholeText(s, table, column, tokens, rows);
  const operand = whole ?? operandAt(scan, 0, column, true);
  const value = operand?.values[0];
  if (!operand || !value || operand.values.length > 1) return null;
  return { assignment: assignment(column, value), rest: tokens.slice(operand.next) };
}

/**
 * Without a named column the value itself must be known, in one column alone: "to Gold", "as shipped"; or the verb or
 * what stands behind the value must leave one column.
 */
export function knownAt(s: Sentence, verb: string, table: Table, right: Token[]): Value | null {
  const lead = saysAt(right, 0, "the|a|be|being");
  // "as paid", "to not active": a yes-or-no column stands for its own value.
  const not = saysAt(right, lead, "not|no longer");
  const [flag] = matchColumns([table], right, lead + not);
  const after = flag && isFlag(flag.column) ? lead + not + flag.length : 0;
  if (flag && after && (after === right.length || saysAt(right, after, "for|where|in|if|,|."))) {
    const value: Literal = { kind: "number", raw: not ? "0" : "1" };
    return { assignment: assignment(flag.column, value), rest: right.slice(after) };
  }
  const [named] = matchColumns([table], right, lead);
  if (named) return valueAt(s, table, named.column, right.slice(lead + named.length), []);
  const matches = matchValues([table], right, lead);
  const [match] = matches;
  if (match) {
    const after = matchColumns([table], right, lead + match.length);
    const chosen = matches.length > 1 ? matches.find((m) => after.some((a) => a.column === m.column)) : match;
    const text = chosen?.values[0];
    if (!chosen || text === undefined || chosen.values.length > 1) return null;
    const length = after.some((a) => a.column === chosen.column) ? after[0]?.length ?? 0 : 0;
    const value: Literal = { kind: "text", text };
    return { assignment: assignment(chosen.column, value), rest: right.slice(lead + match.length + length) };
  }
  // "move order 5 to customer 3": the reference to that table.
  const parent = matchTable(s.schema, right, lead);
  const number = parent ? right[lead + parent.length] : undefined;
  const references = table.foreignKeys.filter((f) =>
    f.columns.length === 1 && f.table === parent?.table.name
  );
  const column = table.columns.find((c) => references.length === 1 && c.name === references[0]?.columns[0]);
  if (!parent || !column || number?.kind !== "number") return fresh(s, verb, table, right.slice(lead));
  const value: Literal = { kind: "number", raw: number.text };
  return { assignment: assignment(column, value), rest: right.slice(lead + parent.length + 1) };
}

export function assignment(column: Column, value: Literal): Assignment {
  const problem = value.kind === "text" ? dateProblem(column, value.text) : null;
  return { column, sql: literal(value), words: literalWords(value), problem };
}

export function empty(column: Column): Assignment {
  const text = column.notNull && affinity(column) === "text";
  return text ? { column, sql: "''", words: "empty text" } : { column, sql: "NULL", words: "nothing" };
}

/** "the West region": the value stands between an article and its column's name. */
function namedBehind(s: Sentence, table: Table, column: Column, right: Token[]): Value | null {
  const tokens = right.slice(saysAt(right, 0, "the|a|an"));
  const known = matchValue(column, tokens, 0);
  const [text] = known?.values ?? [];
  const name = known
    ? matchColumns([table], tokens, known.length).find((m) => m.column === column)
    : undefined;
  if (known && name && text !== undefined) {
    const value: Literal = { kind: "text", text };
    return { assignment: assignment(column, value), rest: tokens.slice(known.length + name.length) };
  }
  const value = fresh(s, "", table, tokens);
  return value?.assignment.column === column ? value : null;
}

/** Where the rows are already named, words to the end are the value: "to The Name of the Rose". */
function wholeText(s: Sentence, table: Table, column: Column, tokens: Token[], rows: Token[]) {
  const conditional =
    /^(for|where|if|when|unless|whose|who|which|except|but|with|without|and|or|only|while)$/;
  if (!rows.some((t) => t.kind !== "sign") || affinity(column) === "number") return null;
  if (tokens.length < 2 || tokens.some((t) => t.kind === "sign" || t.kind === "string")) return null;
  if (tokens.some((t) => conditional.test(t.low)) || tokens[0]?.kind === "mail") return null;
  if (TIMES.has(tokens.at(-1)?.low ?? "")) return null;
  // Words of the schema behind the first would more likely be a condition.
  const others = [{ ...table, columns: table.columns.filter((c) => c !== column) }];
  const schemaWord = tokens.some((_, i) =>
    i > 0 && (matchValues(others, tokens, i).length || matchColumns(others, tokens, i).length)
  );
  if (schemaWord) return null;
  const text = written(s.text, tokens);
  const values: Literal[] = [{ kind: "text", text }];
  return { values, next: tokens.length };
}

function fresh(s: Sentence, verb: string, table: Table, tokens: Token[]): Value | null {
  const found = newValue(s.schema, s.text, verb, table, tokens);
  if (!found) return null;
  const value: Literal = { kind: "text", text: found.text };
  return { assignment: assignment(found.column, value), rest: tokens.slice(found.length) };
}
