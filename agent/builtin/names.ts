/**
 * Rows named by the text of a column whose values are not all known: "the tier of Bob Martinez", "orders of Alice
 * Chen". Only words that stand where a name stands are taken for one, whole and as written; the database then says
 * whether there is such a row.
 */
import type { Table } from "@/agent/types.ts";
import {
  affinity,
  codeColumn,
  isFlag,
  keyColumn,
  matchColumns,
  matchTable,
  matchValues,
  nameColumn,
  ownLabel,
  singularName,
} from "./lexicon.ts";
import { freeText } from "./operands.ts";
import type { ColumnRef } from "./query.ts";
import { parents } from "./relations.ts";
import { separator } from "./adjustments.ts";
import { addCondition, ask, joinNames, reachableTables, type Scan, withNegation } from "./scan.ts";
import { type Token, written } from "./tokens.ts";
import { aggregateAt, BOUNDARIES, comparatorAt, FILLERS, saysAt } from "./words.ts";

/** Words of order, number and condition, which are no part of a name unless it is quoted. */
export const SHAPE_WORDS = new Set(
  `sorted sort order ordered grouped group descending ascending alphabetically newest oldest highest lowest top first
  last per by number count total average sum minimum maximum distinct no if unless while until because old new inactive
  active`.split(/\s+/),
);

/** What a name may follow: "of Bob", "for Bob", "does Bob", "find Bob". */
const BEFORE = "of|for|does|do|did|find|show|get|see|display|about|named|called|me";

/** A name where a name stands. */
export function openName(scan: Scan): boolean {
  const token = scan.tokens[scan.at];
  if (token?.kind === "mail") return mailName(scan);
  const run = nameAt(scan);
  if (!run) return false;
  const text = written(scan.text, run);
  // A number has digits, whatever else it has.
  const found = owners(scan, run.length).map((f) => ({ ...f, column: codeColumn(f.table, run) ?? f.column }))
    .filter((f) => /\d/.test(text) || !/number$/i.test(f.column.name));
  const [one] = found;
  if (!one || one.column.values) return false;
  askOwner(scan, found, text);
  if (scan.negation) {
    // If no row has that name, all rows would be meant.
    const said = `${singularName(one.table.name)} ${text}`;
    ask(scan, `Is "${text}" the name of one of the ${one.table.name}? Then say "${said}".`);
  }
  return named(scan, one, text, run.length);
}

/** The column that quoted text by itself is of: the main table's name, else that of the rows it refers to. */
export function quotedOwner(scan: Scan): ColumnRef | null {
  const found = owners(scan, 1);
  const [one] = found;
  if (one) {
    askOwner(scan, found, scan.tokens[scan.at]?.text ?? "");
    return one;
  }
  const column = ownLabel(scan.read.table);
  return column ? { table: scan.read.table, column } : null;
}

function askOwner(scan: Scan, found: ColumnRef[], text: string): void {
  if (found.length < 2) return;
  const names = found.map((f) => `${f.column.name} of ${f.table.name}`).join(" or a ");
  ask(scan, `Is "${text}" a ${names}? Say the table's name before it.`);
}

/** A mail address is a row's where one column alone holds such. */
function mailName(scan: Scan): boolean {
  const token = scan.tokens[scan.at];
  const own = (table: Table) =>
    table.columns.filter((c) => /mail/i.test(c.name) && affinity(c) === "text" && !c.generated)
      .map((column) => ({ table, column }));
  const mains = own(scan.read.table);
  const [one, other] = mains.length ? mains : reachableTables(scan).flatMap(own);
  return token !== undefined && one !== undefined && !other && named(scan, one, token.text, 1);
}

function named(scan: Scan, { table, column }: ColumnRef, text: string, length: number): boolean {
  const op = nameOp(scan, scan.tokens.slice(scan.at, scan.at + length));
  if (!scan.negation) joinNames(scan, { table, column });
  scan.at += length;
  const values = [{ kind: "text" as const, text }];
  addCondition(scan, { kind: "compare", table, column, op: withNegation(scan, op), values });
  return true;
}

/** To find "Kim" is to find Dave Kim too: in a question one word may be a part of the name. A change names it whole. */
export function nameOp(scan: Scan, run: Token[]): "eq" | "contains" {
  const [one, more] = run;
  return scan.shapes && one?.kind === "word" && !more && !/\d/.test(one.text) ? "contains" : "eq";
}

/** The words at this place, if all that stands around and in them allows for nothing but a name. */
function nameAt(scan: Scan): Token[] | null {
  const { tokens, at } = scan;
  const [first] = tokens.slice(at);
  if (first?.kind !== "word") return null;
  const run = freeText(scan, at);
  const last = run.at(-1);
  if (!last || !follows(scan, run.length, last.possessive)) return null;
  const after = tokens[at + run.length];
  const owns = last.possessive &&
    (after === undefined || after === separator || isSchemaWord(scan, at + run.length));
  if (!owns) {
    const ends = after === undefined || after.kind === "sign" || BOUNDARIES.has(after.low) ||
      comparatorAt(tokens, at + run.length) !== null;
    if (!ends || last.possessive || matchTable(scan.schema, tokens, at + run.length)) return null;
  }
  const article = run.length > 1 && first.text === "The" ? 1 : 0;
  const odd = run.some((t, i) =>
    t.kind !== "word" || SHAPE_WORDS.has(t.low) || (i >= article && FILLERS.has(t.low)) ||
    (aggregateAt(tokens, at + i) !== null && t.text !== "Max") || isSchemaWord(scan, at + i)
  );
  if (odd) return null;
  // "how many albums did The Cure release": the verb is no part of the name.
  const asks = saysAt(tokens, edge(scan) - 1, "does|do|did") > 0 &&
    saysAt(tokens, at + run.length, "have|has") === 0;
  const isVerb = /^\p{Ll}/u.test(last.text) && /^\p{Lu}/u.test(run.at(-2)?.text ?? "") && run.length > 2;
  if (isVerb || (asks && run.length > 1 && !/^\p{Lu}/u.test(last.text))) return null;
  return /^\p{Lu}/u.test(first.text) || isPlainlyNamed(scan, run, after) ? run : null;
}

/** "what is the email of dave kim": in a question two words or more in lower case, at its end. */
function isPlainlyNamed(scan: Scan, run: Token[], after: Token | undefined): boolean {
  const before = scan.at - 1;
  const ended = after === undefined || /^[.?!]$/.test(after.text);
  return scan.shapes && ended && run.length > 1 && saysAt(scan.tokens, before, "of") > 0 &&
    (spotBefore(scan, before) !== null || (scan.read.columns.length > 0 && !scan.read.conditions.length));
}

function isSchemaWord(scan: Scan, at: number): boolean {
  const tables = reachableTables(scan);
  return matchTable(scan.schema, scan.tokens, at) !== null ||
    matchColumns(tables, scan.tokens, at).length > 0 ||
    matchValues(tables, scan.tokens, at).length > 0;
}

/** Whether what stands before is followed by a name. */
function follows(scan: Scan, length: number, possessive: boolean): boolean {
  const { tokens, joint, lastColumn } = scan;
  const at = edge(scan);
  // After a command's verb; a question's first word has its capital anyhow.
  if (at === 0) return !scan.shapes || possessive;
  if (saysAt(tokens, at - 1, BEFORE) || scan.negation === tokens[at - 1]) return true;
  if (saysAt(tokens, at - 1, "by")) return length > 1 && spotBefore(scan, at - 1) !== null;
  // "who is Bob", "which tier is Bob"; but "customers that are Platinum" speaks of something else.
  if (saysAt(tokens, at - 1, "is|was")) {
    return saysAt(tokens, at - 2, "who|what") > 0 || (possessive && scan.shapes) ||
      (scan.read.columns.length > 0 && spotBefore(scan, at - 1) === null);
  }
  return joint !== null && lastColumn !== null && isLabel(lastColumn);
}

/** Where the name begins with its article. */
function edge(scan: Scan): number {
  return scan.at - saysAt(scan.tokens, scan.at - 1, "the");
}

/** The table whose name ends right before this place. */
function spotBefore(scan: Scan, at: number): Table | null {
  return scan.spots.find((s) => s.at + s.length === at)?.table ?? null;
}

/**
 * Whose names these can be: "orders of X" and "X's orders" speak of the rows that orders refer to; else the main
 * table's own, if its rows have names.
 */
function owners(scan: Scan, length: number): ColumnRef[] {
  const before = edge(scan) - 1;
  const last = scan.tokens[scan.at + length - 1];
  const next = last?.possessive ? nounAfter(scan, scan.at + length) : undefined;
  const linked = saysAt(scan.tokens, before, "of|for|by|does|do|did") ? spotBefore(scan, before) : null;
  const child = next ?? linked;
  const above = (table: Table) => parents(scan.schema, table).flatMap(nameOf);
  if (scan.joint && scan.lastColumn && isLabel(scan.lastColumn)) {
    return [scan.lastColumn];
  }
  if (child) return above(child);
  const own = nameOf(scan.read.table);
  // "total sales of Lamp", "novels of Anna": of the rows called so, or of those that refer to it.
  const ofRows = saysAt(scan.tokens, before, "of|by") > 0 && isValueBefore(scan, before);
  if (ofRows || scan.read.aggregates.some((a) => a.of)) return [...own, ...above(scan.read.table)];
  return own.length ? own : above(scan.read.table);
}

/** The table that "Priya's open tickets" owns: its name, after any values and words of yes or no. */
function nounAfter(scan: Scan, from: number): Table | undefined {
  let at = from;
  while (at < scan.tokens.length) {
    const spot = scan.spots.find((s) => s.at === at);
    if (spot) return spot.table;
    const tables = reachableTables(scan);
    const flag = matchColumns(tables, scan.tokens, at).find((m) => isFlag(m.column));
    const length = matchValues(tables, scan.tokens, at)[0]?.length ?? flag?.length ?? 0;
    if (!length) return undefined;
    at += length;
  }
}

/** "novels of …": a value stands for the rows. */
function isValueBefore(scan: Scan, at: number): boolean {
  return [1, 2, 3].some((n) => matchValues(reachableTables(scan), scan.tokens, at - n)[0]?.length === n);
}

/** Whether a column tells rows apart by what people call them: a name or a text key. */
function isLabel({ table, column }: ColumnRef): boolean {
  return nameColumn(table) === column || (keyColumn(table) === column && affinity(column) === "text");
}

function nameOf(table: Table): ColumnRef[] {
  const column = nameColumn(table);
  return column ? [{ table, column }] : [];
}
