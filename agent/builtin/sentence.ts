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
import { labelClause, quotedLabel } from "./labels.ts";
import { affinity, matchColumns, matchTable, matchValues, nameColumn, spoken } from "./lexicon.ts";
import { openName } from "./names.ts";
import type { Condition } from "./query.ts";
import { wayTo } from "./relations.ts";
import { ask, chooseColumn, isMany, reachableTables, type Scan, startScan } from "./scan.ts";
import { superlativeClause } from "./superlatives.ts";
import { aggregateClause, byClause, countsRows, distinctClause, groupClause } from "./shapes.ts";
import type { Token } from "./tokens.ts";
import { FILLERS, isCode, saysAt } from "./words.ts";

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
  // "Max" in the middle of a sentence is somebody's name.
  const isName = scan.at > 0 && /^(Max|Min)$/.test(scan.tokens[scan.at]?.text ?? "");
  return scan.shapes && !isName && aggregateClause(scan);
}

function value(scan: Scan): boolean {
  const token = scan.tokens[scan.at];
  const [match] = matchValues(reachableTables(scan), scan.tokens, scan.at);
  if (!token || !match) return false;
  const isSmall = FILLERS.has(token.low) || /^(and|or|but|not|no)$/.test(token.low);
  const code = isCode(scan.tokens, scan.at) && match.values.includes(token.text);
  if (match.length === 1 && ((isSmall && !code) || token.kind === "number")) return false;
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
  // "user names" where users have a column of that name.
  const [longer] = matchColumns([table], tokens, scan.at);
  if (longer && longer.length > match.length) return false;
  const end = scan.at + match.length;
  if (idClause(scan, table, end, true)) return true;
  scan.at = end;
  labelClause(scan, table, match.plural, tokens[end - 1]?.possessive ?? false);
  return true;
}

/** A column without a comparison is one to show. */
function projection(scan: Scan): boolean {
  const found = chooseColumn(scan, matchColumns(reachableTables(scan), scan.tokens, scan.at));
  if (!found || scan.negation || scan.joint?.word === "or") return false;
  // "price products": a column used as an adjective would be a condition; it is not understood rather than
  // shown.
  const end = scan.at + found.length;
  if (isCondition(scan)) return false;
  const owned = scan.tokens[end - 1]?.possessive;
  if (!owned && matchTable(scan.schema, scan.tokens, end)?.table === found.table) return false;
  scan.at += found.length;
  scan.joint = null;
  const known = scan.read.columns.some((c) => c.table === found.table && c.column === found.column);
  if (!known) scan.read.columns.push({ table: found.table, column: found.column });
  return true;
}

/** "devices that are enabled", "products in stock", "alerts about battery": a condition, though none that is understood. */
function isCondition({ tokens, at }: Scan): boolean {
  const before = at - 1 - saysAt(tokens, at - 1, "the|a|an|all|their|its");
  if (saysAt(tokens, before, "in|on|at|about|to|from|where|whose|if")) return true;
  const asked = "what|which|who|whose|how|when";
  return saysAt(tokens, before, "is|are|was|were") > 0 && !saysAt(tokens, before - 1, asked);
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
  // "with only open orders" is more than to have one; "from IT" and "ward A" are no small words.
  const at = scan.at - 1;
  const restricts = saysAt(scan.tokens, at, "only|just") &&
    saysAt(scan.tokens, at - 1, "with|has|have|having");
  const known = saysAt(scan.tokens, at - 1, "in|from|of|for") &&
    matchValues(reachableTables(scan), scan.tokens, at).length > 0;
  // "delete everything about Bob" is more than Bob's own row.
  const vague = !scan.shapes && token.low === "about";
  if (restricts || known || vague || isCode(scan.tokens, at)) return void scan.unknown.push(token);
  if (token.kind === "word" && FILLERS.has(token.low)) {
    if (/^(all|every|everything|everyone|each|whole)$/.test(token.low)) scan.all = true;
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
    if (c.kind !== "related" || !columns.some((other) => other.table === c.table)) continue;
    if (c.without) ask(scan, `I can't combine "without ${c.table.name}" with conditions on ${c.table.name}.`);
    if (c.count) ask(scan, `I can't tell which ${c.table.name} to count. Please ask it in two steps.`);
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
  const many = read.sort.find((s) =>
    s.by !== "aggregate" && !read.aggregates.length && isMany(scan, s.by.table)
  );
  if (many && many.by !== "aggregate" && !read.groups.length) {
    const { table, column } = many.by;
    ask(
      scan,
      `Each of ${read.table.name} may have several ${table.name}: by the total or the highest ${column.name}?`,
    );
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
