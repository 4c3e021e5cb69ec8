/**
 * "Upgrade all East customers to Gold", "set price to 20 for product 3", "increase price of lamps by 10%".
 */
import type { Table } from "@/agent/types.ts";
import { adjustment, type Parts, separator, targetOf } from "./adjustments.ts";
import { assignment, empty, knownAt, type Sentence, valueAt } from "./assigned_values.ts";
import { type Change, hasPronoun, onesAt, readTarget, whichRows, whose } from "./changes.ts";
import { columnWords, whereWords } from "./describe.ts";
import { isFlag, labelColumn, matchColumns, matchValues } from "./lexicon.ts";
import { askColumn, meant } from "./newvalues.ts";
import type { Literal } from "./query.ts";
import { tableSpots } from "./scan.ts";
import { name, where } from "./sql.ts";
import type { Token } from "./tokens.ts";
import { saysAt } from "./words.ts";

const CONNECTORS = "to|as|into|=|:|be";

/** An assignment. `verb` is the command's word, `tokens` what follows it. */
export function readUpdate(s: Sentence, verb: string, tokens: Token[]): Change {
  const said = strip(tokens);
  const set = verb === "update" ? said.findIndex((t) => t.low === "set") : -1;
  // "update products set price = 20 where …": the table's name moves behind the assignment.
  const ordered = set > 0 ? [...said.slice(set + 1), separator, ...said.slice(0, set)] : said;
  const named = tableSpots(s.schema, said).map((spot) => spot.table);
  const tables = named.length ? [...new Set(named)] : guesses(s, said);
  const changes = tables.flatMap((table) => attempt(s, verb, ordered, said, table));
  const good = changes.filter((c) => c.ok);
  const [one] = good;
  if (one && !named.length && good.some((c) => c.table !== one.table)) {
    const names = [...new Set(good.map((c) => c.table.name))].join(", ");
    return { ok: false, say: `Which table do you mean: ${names}?`, unknown: [], table: null };
  }
  const best = one ?? changes.find((f) => !f.ok && f.say);
  return best ??
    { ok: false, say: askColumn(verb, said, tables, s.text), unknown: [], table: named[0] ?? null };
}

/** The first way of splitting that works, or why none does. */
function attempt(s: Sentence, verb: string, tokens: Token[], said: Token[], table: Table): Change[] {
  const failures: Change[] = [];
  for (const parts of splits(s, verb, tokens, table)) {
    const change = build(s, table, parts, verb, said);
    if (change.ok) return [change];
    failures.push(change);
  }
  return failures;
}

/** Tables that a change without a table's name could be about. */
function guesses(s: Sentence, tokens: Token[]): Table[] {
  if (s.previous && (hasPronoun(tokens) || onesAt(tokens) >= 0)) return [s.previous.table];
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
  const found = /^(give|assign)$/.test(verb) ? given(s, verb, tokens, table) : [];
  if (verb === "give" || found.length) return found;
  for (let at = 0; at < tokens.length; at++) {
    const length = saysAt(tokens, at, CONNECTORS);
    if (!length) continue;
    const left = tokens.slice(0, at), right = tokens.slice(at + length);
    const parts = assigned(s, verb, left, right, table);
    if (parts) found.push(parts);
  }
  if (/^(make|mark|set|flag)$/.test(verb)) {
    for (let at = 1; at < tokens.length; at++) {
      const [flag] = matchColumns([table], tokens, at);
      if (flag && isFlag(flag.column) && at + flag.length === tokens.length) {
        const not = saysAt(tokens, at - 1, "not");
        const value: Literal = { kind: "number", raw: not ? "0" : "1" };
        found.push({ assignments: [assignment(flag.column, value)], rest: tokens.slice(0, at - not) });
      }
      const [match, other] = matchValues([table], tokens, at);
      if (!match || other || at + match.length !== tokens.length || match.values.length !== 1) continue;
      const value: Literal = { kind: "text", text: match.values[0] ?? "" };
      found.push({ assignments: [assignment(match.column, value)], rest: tokens.slice(0, at) });
    }
  }
  return found;
}

/** "give Bob Martinez the Gold tier", "give order 3 the status shipped". */
function given(s: Sentence, verb: string, tokens: Token[], table: Table): Parts[] {
  return tokens.flatMap((_, at): Parts[] => {
    const article = saysAt(tokens, at, "the|a|an");
    // Without an article only a known value tells where the rows end.
    if (!at || (!article && !matchValues([table], tokens, at).length)) return [];
    const value = knownAt(s, verb, table, tokens.slice(at));
    return value && !value.rest.length
      ? [{ assignments: [value.assignment], rest: tokens.slice(0, at) }]
      : [];
  });
}

function assigned(s: Sentence, verb: string, left: Token[], right: Token[], table: Table): Parts | null {
  const label = labelColumn(table);
  const found = targetOf(table, left);
  // "upgrade the East region to Gold": the region says which rows; a verb of levels speaks of another column.
  const levels = /^(upgrade|downgrade|promote|demote)$/.test(verb) ? meant(verb, table) : [];
  const away = found && levels.length > 0 && !levels.includes(found.column);
  const target = (away ? null : found) ?? (verb === "rename" && label ? { column: label, rest: left } : null);
  const first = target
    ? valueAt(s, table, target.column, right, target.rest)
    : knownAt(s, verb, table, right);
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
  // "customers 1 to 3 to Gold": the value would begin further on.
  if (saysAt(rest, 0, "to|as|into")) return null;
  // "to open invoices for invoice 2": the value would go on.
  const [spot, ...later] = tableSpots(s.schema, rest);
  if (spot?.at === 0 && later.some((one) => one.table === spot.table)) return null;
  return { assignments, rest: [...(target ? target.rest : left), separator, ...rest] };
}

function build(s: Sentence, table: Table, parts: Parts, verb: string, said: Token[]): Change {
  const target = readTarget(s.schema, s.text, parts.rest, s.previous, table);
  if (!target.ok) return target;
  const { conditions } = target.read;
  if (target.read.table !== table) return { ok: false, say: "", unknown: [], table };
  const fixed = parts.assignments.find((a) => a.column.generated);
  if (fixed) {
    const say = `${fixed.column.name} is computed by the database and can't be set.`;
    return { ok: false, say, unknown: [], table };
  }
  const problem = parts.assignments.find((a) => a.problem)?.problem;
  if (problem) return { ok: false, say: problem, unknown: [], table };
  const wrong = parts.assignments.find((a) => a.column.notNull && a.sql === "NULL");
  if (wrong) {
    return { ok: false, say: `${wrong.column.name} of ${table.name} can't be empty.`, unknown: [], table };
  }
  if (!conditions.length && !target.all) {
    return { ok: false, say: whichRows(table, verb), unknown: [], table };
  }
  const unclear = whose(s.schema, said, target.read, s.previous);
  if (unclear) return { ok: false, say: unclear, unknown: [], table };
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

function strip(tokens: Token[]): Token[] {
  let end = tokens.length;
  while (end > 0 && /^[.!?;]$/.test(tokens[end - 1]?.text ?? "")) end--;
  return tokens.slice(0, end);
}
