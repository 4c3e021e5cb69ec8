/**
 * "Upgrade all East customers to Gold", "set price to 20 for product 3", "increase price of lamps by 10%".
 */
import type { Table } from "@/agent/types.ts";
import { type Change, hasPronoun, readTarget, whichRows } from "./changes.ts";
import { columnWords, literalWords, whereWords } from "./describe.ts";
import {
  affinity,
  categories,
  isForeign,
  labelColumn,
  matchColumns,
  matchTable,
  matchValue,
  matchValues,
  singularName,
  spoken,
} from "./lexicon.ts";
import { operandAt } from "./operands.ts";
import type { Column, Literal, Read } from "./query.ts";
import { startScan, tableSpots } from "./scan.ts";
import { literal, name, where } from "./sql.ts";
import { type Token, written } from "./tokens.ts";
import { saysAt } from "./words.ts";
import { adjustment, Assignment, Parts, separator, targetOf } from "./adjustments.ts";

interface Sentence {
  schema: Table[];
  text: string;
  previous: Read | null;
}

const CONNECTORS = "to|as|into|=|:|be";

/** An assignment. `verb` is the command's word, `tokens` what follows it. */
export function readUpdate(s: Sentence, verb: string, tokens: Token[]): Change {
  const said = strip(tokens);
  const set = verb === "update" ? said.findIndex((t) => t.low === "set") : -1;
  // "update products set price = 20 where …": the table's name moves behind the assignment.
  const ordered = set > 0 ? [...said.slice(set + 1), separator, ...said.slice(0, set)] : said;
  const named = tableSpots(s.schema, said).map((spot) => spot.table);
  const tables = named.length ? [...new Set(named)] : guesses(s, said);
  const changes = tables.flatMap((table) => attempt(s, verb, ordered, table));
  const good = changes.filter((c) => c.ok);
  const [one] = good;
  if (one && !named.length && good.some((c) => c.table !== one.table)) {
    const names = [...new Set(good.map((c) => c.table.name))].join(", ");
    return { ok: false, say: `Which table do you mean: ${names}?`, unknown: [], table: null };
  }
  const best = one ?? changes.find((f) => !f.ok && f.say);
  return best ??
    { ok: false, say: unclear(verb, said, tables, s.text), unknown: [], table: named[0] ?? null };
}

/** Why nothing could be made of it: mostly a value that is in no column. */
function unclear(verb: string, tokens: Token[], tables: Table[], text: string): string {
  const to = tokens.findLastIndex((t) => /^(to|as|into)$/.test(t.low));
  const end = tokens.findIndex((t, i) => i > to + 1 && /^(for|where|of|with|in|if|when|and)$/.test(t.low));
  const value = written(text, tokens.slice(to + 1, end < 0 ? tokens.length : end));
  const [table] = tables;
  const column = table ? (categories(table)[0] ?? labelColumn(table)) : null;
  if (to < 0 || !value || !table || !column) return "";
  return `I don't know what to ${verb}: "${value}" is no known value of one column. Name the column, for example ` +
    `"set ${spoken(column.name)} to ${value} for ${singularName(table.name)} 3".`;
}

/** The first way of splitting that works, or why none does. */
function attempt(s: Sentence, verb: string, tokens: Token[], table: Table): Change[] {
  const failures: Change[] = [];
  for (const parts of splits(s, verb, tokens, table)) {
    const change = build(s, table, parts, verb);
    if (change.ok) return [change];
    failures.push(change);
  }
  return failures;
}

/** Tables that a change without a table's name could be about. */
function guesses(s: Sentence, tokens: Token[]): Table[] {
  if (s.previous && hasPronoun(tokens)) return [s.previous.table];
  return s.schema.filter((t) => t.kind === "table");
}

/** The ways in which the words can be split into assignments and rows. */
function splits(s: Sentence, verb: string, tokens: Token[], table: Table): Parts[] {
  if (/^(increase|raise|decrease|reduce|lower|cut|bump|double|halve)$/.test(verb)) {
    return adjustment(verb, tokens, table);
  }
  if (/^(clear|unset|blank)$/.test(verb)) {
    const target = targetOf(table, tokens);
    return target ? [{ assignments: [empty(target.column)], rest: target.rest }] : [];
  }
  const found: Parts[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const length = saysAt(tokens, at, CONNECTORS);
    if (!length) continue;
    const left = tokens.slice(0, at), right = tokens.slice(at + length);
    const parts = assigned(s, verb, left, right, table);
    if (parts) found.push(parts);
  }
  if (/^(make|mark|set|flag)$/.test(verb)) {
    for (let at = 1; at < tokens.length; at++) {
      const [match, other] = matchValues([table], tokens, at);
      if (!match || other || at + match.length !== tokens.length || match.values.length !== 1) continue;
      const value: Literal = { kind: "text", text: match.values[0] ?? "" };
      found.push({ assignments: [assignment(match.column, value)], rest: tokens.slice(0, at) });
    }
  }
  return found;
}

function assigned(s: Sentence, verb: string, left: Token[], right: Token[], table: Table): Parts | null {
  const label = labelColumn(table);
  const target = targetOf(table, left) ?? (verb === "rename" && label ? { column: label, rest: left } : null);
  const first = target ? valueAt(s, table, target.column, right, target.rest) : knownAt(s, table, right);
  if (!first) return null;
  const assignments = [first.assignment];
  let rest = first.rest;
  while (true) {
    const joint = saysAt(rest, 0, ", and|and|,") +
      saysAt(rest, saysAt(rest, 0, ", and|and|,"), "the|their|its|set");
    const [match] = joint ? matchColumns([table], rest, joint) : [];
    const to = match ? saysAt(rest, joint + match.length, "to|=|as|:|is") : 0;
    if (!match || !to) break;
    const more = valueAt(s, table, match.column, rest.slice(joint + match.length + to), []);
    if (!more) break;
    assignments.push(more.assignment);
    rest = more.rest;
  }
  return { assignments, rest: [...(target ? target.rest : left), separator, ...rest] };
}

interface Value {
  assignment: Assignment;
  rest: Token[];
}

/** The value for a named column at the start of `right`. */
function valueAt(s: Sentence, table: Table, column: Column, right: Token[], rows: Token[]): Value | null {
  const nothing = saysAt(right, 0, "null|nothing|none|empty|blank");
  if (nothing) return { assignment: empty(column), rest: right.slice(nothing) };
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

/** Where the rows are already named, words to the end are the value: "to The Name of the Rose". */
function wholeText(s: Sentence, table: Table, column: Column, tokens: Token[], rows: Token[]) {
  const conditional =
    /^(for|where|if|when|unless|whose|who|which|except|but|with|without|and|or|only|while)$/;
  if (!rows.some((t) => t.kind !== "sign") || affinity(column) === "number") return null;
  if (tokens.length < 2 || tokens.some((t) => t.kind === "sign" || t.kind === "string")) return null;
  if (tokens.some((t) => conditional.test(t.low)) || tokens[0]?.kind === "mail") return null;
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

/** Without a named column the value itself must be known, in one column alone: "to Gold", "as shipped". */
function knownAt(s: Sentence, table: Table, right: Token[]): Value | null {
  const lead = saysAt(right, 0, "the|a|be|being");
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
  if (!parent || !column || number?.kind !== "number") return null;
  const value: Literal = { kind: "number", raw: number.text };
  return { assignment: assignment(column, value), rest: right.slice(lead + parent.length + 1) };
}

function build(s: Sentence, table: Table, parts: Parts, verb: string): Change {
  const target = readTarget(s.schema, s.text, parts.rest, s.previous, table);
  if (!target.ok) return target;
  const { conditions } = target.read;
  if (target.read.table !== table) return { ok: false, say: "", unknown: [], table };
  const fixed = parts.assignments.find((a) => a.column.generated);
  if (fixed) {
    const say = `${fixed.column.name} is computed by the database and can't be set.`;
    return { ok: false, say, unknown: [], table };
  }
  const wrong = parts.assignments.find((a) => a.column.notNull && a.sql === "NULL");
  if (wrong) {
    return { ok: false, say: `${wrong.column.name} of ${table.name} can't be empty.`, unknown: [], table };
  }
  if (!conditions.length && !target.all) {
    return { ok: false, say: whichRows(table, verb), unknown: [], table };
  }
  const set = parts.assignments.map((a) => `${name(a.column.name)} = ${a.sql}`).join(", ");
  const words = parts.assignments.map((a) => `${columnWords(a.column)} to ${a.words}`).join(" and ");
  const about = conditions.length ? whereWords(target.read) : ` for all ${table.name}`;
  return {
    ok: true,
    verb: "update",
    table,
    title: `Set ${words}${about}`,
    description: `Sets ${words} in ${table.name}${about}.`,
    sql: `UPDATE ${name(table.name)} SET ${set}${where(s.schema, table, conditions)}`,
  };
}

function assignment(column: Column, value: Literal): Assignment {
  return { column, sql: literal(value), words: literalWords(value) };
}

function empty(column: Column): Assignment {
  const text = column.notNull && affinity(column) === "text";
  return text ? { column, sql: "''", words: "empty text" } : { column, sql: "NULL", words: "nothing" };
}

function strip(tokens: Token[]): Token[] {
  let end = tokens.length;
  while (end > 0 && /^[.!?;]$/.test(tokens[end - 1]?.text ?? "")) end--;
  return tokens.slice(0, end);
}
