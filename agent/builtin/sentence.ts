/**
 * Reads one sentence clause by clause into a query; what no clause takes and no filler explains is
 * `unknown`.
 */
import type { Table } from "@/agent/types.ts";
import { bareComparator } from "./comparisons.ts";
import { bareLabel, bareValue, columnCondition, partOf } from "./conditions.ts";
import { havingCondition, noWay } from "./having.ts";
import { idClause } from "./ids.ts";
import { limitClause, sortClause } from "./order.ts";
import {
  affinity,
  labelColumn,
  matchColumns,
  matchStart,
  matchTable,
  matchValues,
  nameColumn,
  nameParts,
  spoken,
} from "./lexicon.ts";
import { nameOp, openName, quotedOwner, SHAPE_WORDS } from "./names.ts";
import { freeText } from "./operands.ts";
import type { Condition, Literal } from "./query.ts";
import { wayTo } from "./relations.ts";
import {
  addCondition,
  ask,
  chooseColumn,
  reachableTables,
  type Scan,
  startScan,
  withNegation,
} from "./scan.ts";
import { superlativeClause } from "./superlatives.ts";
import { aggregateClause, byClause, countsRows, distinctClause, groupClause } from "./shapes.ts";
import { type Token, written } from "./tokens.ts";
import { comparatorAt, FILLERS, saysAt } from "./words.ts";

/**
 * Scans the tokens as a question about `main`. `shapes`: whether order, groups and columns may be asked
 * for.
 */
export function scanSentence(
  schema: Table[],
  text: string,
  tokens: Token[],
  main: Table,
  shapes: boolean,
): Scan {
  const scan = startScan(schema, text, tokens, main, shapes);
  const clauses = shapes ? [...SHAPES, ...CONDITIONS, tableClause, projection] : [...CONDITIONS, tableClause];
  while (scan.at < tokens.length) {
    const before = scan.at;
    if (clauses.some((clause) => clause(scan)) || joint(scan) || bareLabel(scan) || openName(scan)) {
      if (scan.at <= before) throw new Error("a clause was taken without moving on");
      continue;
    }
    const token = tokens[scan.at++];
    if (token) skip(scan, token);
  }
  finish(scan);
  return scan;
}

const SHAPES = [superlativeClause, sortClause, limitClause, groupClause, byClause, distinctClause];
const CONDITIONS = [partOf, havingCondition, column, aggregate, bareComparator, value];

/** A column with its comparison, unless a longer table's name starts here. */
function column(scan: Scan): boolean {
  if (scan.shapes && countsRows(scan)) return false;
  const table = matchTable(scan.schema, scan.tokens, scan.at);
  const [match] = matchColumns(reachableTables(scan), scan.tokens, scan.at);
  if (!match) return false;
  const elsewhere = scan.spots.some((s) => s.table === table?.table && s.at !== scan.at);
  if (table && (table.length > match.length || (table.length === match.length && !elsewhere))) return false;
  return columnCondition(scan);
}

/** Aggregates are clauses of questions alone: in a change "total" or "count" can only be a column. */
function aggregate(scan: Scan): boolean {
  return scan.shapes && aggregateClause(scan);
}

function value(scan: Scan): boolean {
  const token = scan.tokens[scan.at];
  const [match] = matchValues(reachableTables(scan), scan.tokens, scan.at);
  if (!token || !match) return false;
  if (match.length === 1 && (FILLERS.has(token.low) || token.kind === "number")) return false;
  const table = matchTable(scan.schema, scan.tokens, scan.at);
  if (table && table.length >= match.length) return false;
  return bareValue(scan);
}

/** "customer 3", "customers 3 and 5", "customer Alice Chen", "products", "customer's". */
function tableClause(scan: Scan): boolean {
  const match = matchTable(scan.schema, scan.tokens, scan.at);
  const { tokens } = scan;
  if (!match || tokens[scan.at]?.kind === "string") {
    return idClause(scan, scan.read.table, scan.at, false) || quotedLabel(scan);
  }
  const { table } = match;
  const end = scan.at + match.length;
  if (idClause(scan, table, end, true)) return true;
  scan.at = end;
  labelClause(scan, table, match.plural, tokens[end - 1]?.possessive ?? false);
  return true;
}

/** A name after its table's: quoted, or words that start with a capital, or any after a singular. */
function labelClause(scan: Scan, table: Table, plural: boolean, possessive: boolean): void {
  const { tokens } = scan;
  const at = scan.at + saysAt(tokens, scan.at, "named|called|with name|with the name|with title|,");
  const token = tokens[at];
  const label = labelColumn(table);
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
  if (!called && (FILLERS.has(token.low) || comparatorAt(tokens, at) || (plural && !capital))) return;
  // Where all names are known, unknown words in lower case are no name.
  if (!called && !capital && (SHAPE_WORDS.has(token.low) || label.values)) return;
  const text = written(scan.text, run);
  const parts = nameParts(table).map((c) => spoken(c.name));
  if (parts.length) ask(scan, `Is "${text}" a ${parts.join(" or a ")}? Say it before the name.`);
  const starts = matchStart(label, run);
  if (starts.length > 1) ask(scan, `"${text}" could be ${starts.join(" or ")}. Which one?`);
  scan.at = at + run.length;
  addCondition(scan, {
    kind: "compare",
    table,
    column: label,
    op: withNegation(scan, label.values ? "eq" : nameOp(scan, run)),
    values: [{ kind: "text", text: starts[0] ?? text }],
  });
}

/** Quoted text by itself is the name of a row of the main table, or of one it refers to. */
function quotedLabel(scan: Scan): boolean {
  const token = scan.tokens[scan.at];
  const owner = token?.kind === "string" ? quotedOwner(scan) : null;
  if (token?.kind !== "string" || !owner) return false;
  scan.at++;
  const values: Literal[] = [{ kind: "text", text: token.text }];
  addCondition(scan, { kind: "compare", ...owner, op: withNegation(scan, "eq"), values });
  return true;
}

/** A column without a comparison is one to show. */
function projection(scan: Scan): boolean {
  const found = chooseColumn(scan, matchColumns(reachableTables(scan), scan.tokens, scan.at));
  if (!found || scan.negation || scan.joint?.word === "or") return false;
  // "price products": a column used as an adjective would be a condition; it is not understood rather than
  // shown.
  const end = scan.at + found.length;
  const owned = scan.tokens[end - 1]?.possessive;
  if (!owned && matchTable(scan.schema, scan.tokens, end)?.table === found.table) return false;
  scan.at += found.length;
  scan.joint = null;
  const known = scan.read.columns.some((c) => c.table === found.table && c.column === found.column);
  if (!known) scan.read.columns.push({ table: found.table, column: found.column });
  return true;
}

const GOES_ON =
  "not|only|also|just|with|without|no|in|from|for|who|whose|that|which|where|is|are|has|have|had|do|does|" +
  "sorted|sort|order|ordered|show|limit|first|newest|oldest|never";

/** "and", "or", "not", "except" before a condition. */
function joint(scan: Scan): boolean {
  const token = scan.tokens[scan.at];
  if (!token || token.kind === "string") return false;
  // "all but Gold ones" leaves them out; "in East but not Gold" only goes on.
  const goesOn = saysAt(scan.tokens, scan.at + 1, GOES_ON) > 0;
  if (token.low === "," || (token.low === "but" && goesOn)) {
    scan.at++;
    if (!scan.joint && token.low === ",") scan.joint = { word: "and", token };
    return true;
  }
  if (token.low === "and" || token.low === "or") {
    if (scan.joint && scan.joint.token.low !== ",") return false;
    scan.at++;
    scan.joint = { word: token.low, token };
    return true;
  }
  const not = saysAt(
    scan.tokens,
    scan.at,
    "not|non|except|excluding|except for|apart from|without being|neither|never|but",
  );
  if (!not || scan.negation) return false;
  scan.negation = token;
  if (/^(except|excluding|apart|but)$/.test(token.low)) scan.exceptFrom ??= scan.read.conditions.length;
  scan.at += not;
  return true;
}

function skip(scan: Scan, token: Token): void {
  // "who is in room 101" asks for no room.
  if (token.low === "who" && scan.at === 1 && !nameColumn(scan.read.table)) {
    return void scan.unknown.push(token);
  }
  if (token.kind === "word" && FILLERS.has(token.low)) {
    if (/^(all|every|everything|everyone|any|each|whole)$/.test(token.low)) scan.all = true;
    return;
  }
  if (token.kind === "sign" && /^[.?!;:…]$/.test(token.text)) return;
  if (/^\p{Extended_Pictographic}$/u.test(token.text) || token.text === "\ufe0f") return;
  scan.unknown.push(token);
}

/**
 * What is only known at the end: joints and negations that found nothing, tables that were named for
 * nothing.
 */
function finish(scan: Scan): void {
  const { read } = scan;
  if (scan.joint?.word === "or") scan.unknown.push(scan.joint.token);
  if (scan.negation) scan.unknown.push(scan.negation);
  if (scan.exceptFrom !== null && read.conditions.length - scan.exceptFrom > 1) {
    ask(scan, 'I can\'t tell how far "except" reaches there. Please say it with one exception.');
  }
  const used = new Set<Table>([
    read.table,
    ...read.beside,
    ...read.columns.map((c) => c.table),
    ...read.conditions.flatMap(tablesOf),
    ...read.groups.map((g) => g.by === "table" ? g.table : g.ref.table),
    ...read.aggregates.flatMap((a) => a.of ? [a.of.table] : []),
    ...read.sort.flatMap((s) => s.by === "aggregate" ? [] : [s.by.table]),
    ...(scan.counted ? [scan.counted] : []),
  ]);
  const columns = read.conditions.flatMap((c) => c.kind === "compare" ? [c] : []);
  for (const c of read.conditions) {
    const mixes = c.kind === "related" && c.without && columns.some((other) => other.table === c.table);
    if (mixes) ask(scan, `I can't combine "without ${c.table.name}" with conditions on ${c.table.name}.`);
  }
  for (const c of columns) {
    const wrong = affinity(c.column) === "number" && c.values.some((v) => v.kind === "text");
    if (wrong && !/date|time|^$/i.test(c.column.type)) ask(scan, `${spoken(c.column.name)} holds numbers.`);
  }
  // "title and author of books": rows of the main table alone can't show what many rows of another hold.
  const away = read.columns.find((c) => c.table !== read.table);
  const steps = away && read.columns.every((c) => c.table === away.table) && !read.groups.length
    ? wayTo(scan.schema, read.table, away.table)
    : [];
  if (away && typeof steps !== "string" && steps.some((s) => !s.forward)) {
    ask(scan, `Should I show ${read.table.name} or ${away.table.name}? Name what to show of one table.`);
  }
  for (const table of used) {
    const way = table === read.table ? [] : wayTo(scan.schema, read.table, table);
    if (typeof way === "string") ask(scan, noWay(read.table, table, way));
  }
  for (const spot of scan.spots) {
    if (used.has(spot.table)) continue;
    scan.unknown.push(...scan.tokens.slice(spot.at, spot.at + spot.length));
  }
  scan.unknown.sort((a, b) => a.start - b.start);
}

function tablesOf(condition: Condition): Table[] {
  return condition.kind === "either" ? condition.any.map((c) => c.table) : [condition.table];
}
