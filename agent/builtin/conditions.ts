/** Clauses that restrict rows. Each looks ahead first and moves `scan.at` only past what it understood. */
import {
  affinity,
  type ColumnMatch,
  isDate,
  isFlag,
  labelColumn,
  matchColumns,
  matchStart,
  matchTable,
  matchValue,
  matchValues,
  spoken,
} from "./lexicon.ts";
import { operandsAt, quantityAt } from "./operands.ts";
import type { Column, Literal, Op } from "./query.ts";
import {
  addCondition,
  ask,
  chooseColumn,
  namedTables,
  nearTable,
  reachableTables,
  type Scan,
  withNegation,
} from "./scan.ts";
import { written } from "./tokens.ts";
import { BOUNDARIES, comparatorAt, FILLERS, isOrder, needsValue, negated, saysAt } from "./words.ts";
import { betweenAt, LETTER, suffix, textQuantity, yearAt } from "./comparisons.ts";
import { emptiness } from "./having.ts";

/** "price over 10", "tier is not Gold", "region in East or West", "email missing", "tier Gold". */
export function columnCondition(scan: Scan): boolean {
  const found = chooseColumn(scan, matchColumns(reachableTables(scan), scan.tokens, scan.at));
  if (!found) return false;
  if (flagCondition(scan, found)) return true;
  const { table, column } = found;
  const { tokens } = scan;
  let at = scan.at + found.length;
  const named = at;
  at += saysAt(tokens, at, "that|which");
  const copula = saysAt(tokens, at, "is|are|was|were|be|being|:|does|do|has|have");
  at += copula;
  // "a price of at least 100", "a price of 100"
  if (saysAt(tokens, at, "of") && (comparatorAt(tokens, at + 1) || tokens[at + 1]?.kind === "number")) at++;
  const not = saysAt(tokens, at, "not|no longer|never");
  at += not;
  const say = (op: Op, values: Literal[], next: number) => {
    scan.at = next;
    if (needsValue(op)) askDay(scan, column, values);
    const isText = affinity(column) === "text" && !isDate(column);
    if (isText && isOrder(op) && values.some(({ kind }) => kind === "number")) {
      ask(scan, `${spoken(column.name)} holds text, which is not more or less than a number.`);
    }
    addCondition(scan, {
      kind: "compare",
      table,
      column,
      op: withNegation(scan, not ? negated(op) : op),
      values,
    });
    return true;
  };
  const known = matchValue(column, tokens, at);
  const comparator = known ? null : comparatorAt(tokens, at);
  if (comparator && !needsValue(comparator.value)) {
    // "set" alone is a word of commands: it needs its "is".
    if (comparator.value === "filled" && !copula) return false;
    return say(emptiness(column, comparator.value), [], at + comparator.length);
  }
  if (comparator) {
    const after = at + comparator.length;
    if (comparator.value === "between") {
      return betweenAt(scan, after, (values, next) => say("between", yearsAsDays(column, values), next));
    }
    if (isOrder(comparator.value)) {
      const year = isDate(column) ? yearAt(tokens, at, comparator.value, after) : null;
      if (year) return say(year.op, [year.value], after + 1);
      const quantity = quantityAt(scan, after) ?? textQuantity(scan, after, column);
      if (!quantity) return false;
      return say(comparator.value, [quantity.value], quantity.next);
    }
    const operands = operandsAt(
      scan,
      after + saysAt(tokens, after, LETTER),
      column,
      true,
    );
    if (!operands || (operands.values.length > 1 && !["eq", "ne"].includes(comparator.value))) return false;
    const [text] = operands.values;
    const pattern = saysAt(tokens, at, "like") && text?.kind === "text"
      ? /^(%?)([^%_]+)(%?)$/.exec(text.text)
      : null;
    const [, before, inner, behind] = pattern ?? [];
    if (inner !== undefined && (before || behind)) {
      const part: Literal[] = [{ kind: "text", text: inner }];
      return say(before && behind ? "contains" : before ? "ends" : "starts", part, operands.next);
    }
    return say(comparator.value, operands.values, operands.next);
  }
  const list = saysAt(tokens, at, "in|one of|any of|either|among|either in|of");
  const explicit = not > 0 || saysAt(tokens, named, "is|are|was|were|:") > 0;
  // "what tier is Alice Chen" asks for the tier of a known name.
  if (explicit && !known && column.values && matchValues(reachableTables(scan), tokens, at).length) {
    return false;
  }
  // … and of one that is not known: "which tier is Dave Kim" can only ask.
  if (explicit && !not && !known && saysAt(tokens, scan.at - 1, "what|which")) return false;
  const operands = operandsAt(scan, at + list, column, explicit && !list);
  if (!operands) return false;
  if (explicit && !known && !list && column.values && !isQuoted(scan, at)) {
    const word = tokens.slice(at, operands.next).map((t) => t.text).join(" ");
    ask(scan, `No ${spoken(column.name)} is "${word}". Known: ${column.values.join(", ")}.`);
  }
  const inside = saysAt(tokens, operands.next, "in it|in them|inside");
  if (inside && operands.values.length === 1) return say("contains", operands.values, operands.next + inside);
  const more = suffix(scan, operands.next);
  if (more && operands.values.length === 1) return say(more.op, operands.values, more.next);
  return named === at && list > 0 && !known && operands.values[0]?.kind === "text" && !column.values
    ? false
    : say("eq", operands.values, operands.next);
}

/** A column of days is compared with days: a number or another word would find nothing, or everything. */
function askDay(scan: Scan, column: Column, values: Literal[]): void {
  if (!isDate(column) || affinity(column) === "number") return;
  const odd = values.find((v) => v.kind === "number" || !/^\d/.test(v.text));
  const said = odd?.kind === "number" ? odd.raw : odd?.text;
  if (said !== undefined && !column.values?.includes(said)) {
    ask(scan, `"${said}" is no day. Write it like 2030-01-31.`);
  }
}

/** "between 1980 and 1990" in a column of days: from the first day to the last. */
function yearsAsDays(column: Column, values: Literal[]): Literal[] {
  const years = values.map((v) => v.kind === "number" && /^[12]\d{3}$/.test(v.raw) ? v.raw : null);
  if (!isDate(column) || affinity(column) === "number" || years.includes(null)) return values;
  return years.map((year, i) => ({ kind: "text", text: `${year}-${i ? "12-31" : "01-01"}` }));
}

/** "discontinued products", "products that are not active": a yes-or-no column used as an adjective. */
function flagCondition(scan: Scan, { table, column, length }: ColumnMatch): boolean {
  if (!isFlag(column)) return false;
  const end = scan.at + length;
  const noun = matchTable(scan.schema, scan.tokens, end)?.table === table ||
    matchValues([table], scan.tokens, end).length > 0 ||
    saysAt(scan.tokens, end, "ones|one") > 0;
  // "doctors on call": right behind its table.
  const behind = scan.spots.some((s) => s.table === table && s.at + s.length === scan.at) &&
    !saysAt(scan.tokens, end, "of|for|and|,");
  const [shown] = scan.read.columns;
  const alone = scan.at === 0 && (scan.tokens[end] === undefined || scan.tokens[end]?.kind === "sign");
  const said = behind || alone || (scan.joint !== null && scan.lastColumn?.table === table && !shown) ||
    saysAt(scan.tokens, scan.at - 1, "is|are|was|were|not|non|that|only|where|who") > 0 ||
    // "with two beds and a balcony"
    (scan.joint !== null && saysAt(scan.tokens, scan.at - 1, "a|an") > 0);
  if ((!noun && !said) || operandsAt(scan, end, column, false) || saysAt(scan.tokens, end, "is|are|=")) {
    return false;
  }
  scan.at = end;
  const values: Literal[] = [{ kind: "number", raw: "1" }];
  addCondition(scan, { kind: "compare", table, column, op: withNegation(scan, "eq"), values });
  return true;
}

const INSIDE =
  "in the|in their|in its|in his|in her|is in the|is in their|is in its|within the|somewhere in the";

/** "with 'lamp' in the title", "with lamp in their name": a part of a column's text. */
export function partOf(scan: Scan): boolean {
  const { tokens, at } = scan;
  const isQuotedText = isQuoted(scan, at);
  if (!isQuotedText && !saysAt(tokens, at - 1, "with|having|has|have")) return false;
  const length = isQuotedText ? 1 : [1, 2, 3].find((n) => saysAt(tokens, at + n, INSIDE)) ?? 0;
  const run = tokens.slice(at, at + length);
  const inside = saysAt(tokens, at + length, isQuotedText ? `${INSIDE}|in` : INSIDE);
  const found = inside
    ? chooseColumn(scan, matchColumns(reachableTables(scan), tokens, at + length + inside))
    : null;
  if (!found || affinity(found.column) !== "text") return false;
  const end = at + length + inside + found.length;
  const next = tokens[end];
  if (next && next.kind !== "sign" && !BOUNDARIES.has(next.low)) return false;
  const isName = (i: number) =>
    matchTable(scan.schema, tokens, i) || matchColumns([found.table], tokens, i).length;
  if (!isQuotedText && run.some((t, i) => t.kind === "sign" || FILLERS.has(t.low) || isName(at + i))) {
    return false;
  }
  scan.at = end;
  addCondition(scan, {
    kind: "compare",
    table: found.table,
    column: found.column,
    op: withNegation(scan, "contains"),
    values: [{ kind: "text", text: written(scan.text, run) }],
  });
  return true;
}

/** Known values without their column: "East", "Gold tier", "not East or West". */
export function bareValue(scan: Scan): boolean {
  const { tokens } = scan;
  let matches = matchValues(namedTables(scan), tokens, scan.at);
  if (!matches.length) matches = matchValues(reachableTables(scan), tokens, scan.at);
  const [first] = matches;
  if (!first) return false;
  const end = scan.at + first.length;
  const words = tokens.slice(scan.at, end).map((t) => t.text).join(" ");
  if (matches.length > 1) {
    const named = matchColumns(reachableTables(scan), tokens, end);
    const byName = matches.filter((m) => named.some((n) => n.column === m.column));
    const near = nearTable(scan, scan.at, end);
    const byTable = matches.filter((m) => m.table === near);
    matches = byName.length ? byName : byTable.length ? byTable : matches;
  }
  const [match] = matches;
  if (!match) return false;
  if (matches.length > 1) {
    const places = matches.map((m) => `${spoken(m.column.name)} of ${m.table.name}`).join(" and of ");
    ask(
      scan,
      `"${words}" is a value of ${places}. Which one? For example "${spoken(match.column.name)} ${words}".`,
    );
  }
  const operands = operandsAt(scan, scan.at, match.column, false);
  if (!operands) return false;
  const name = matchColumns([match.table], tokens, operands.next).find((n) => n.column === match.column);
  scan.at = operands.next + (name && !comparatorAt(tokens, operands.next + name.length) ? name.length : 0);
  addCondition(scan, {
    kind: "compare",
    table: match.table,
    column: match.column,
    op: withNegation(scan, "eq"),
    values: operands.values,
  });
  return true;
}

/** The first words of a known label: "Bob" where there is one Bob Martinez. Only as a name is written. */
export function bareLabel(scan: Scan): boolean {
  const token = scan.tokens[scan.at];
  // In a change only what is written as a name is taken for a part of one.
  if (token?.kind !== "word" || FILLERS.has(token.low) || token.low.length < 3) return false;
  if (!scan.shapes && !/^\p{Lu}/u.test(token.text)) return false;
  const found = reachableTables(scan).flatMap((table) => {
    const column = labelColumn(table);
    return column ? matchStart(column, [token]).map((value) => ({ table, column, value })) : [];
  });
  const [one] = found;
  if (!one) return false;
  if (found.length > 1) {
    ask(scan, `"${token.text}" could be ${found.map((f) => f.value).join(" or ")}. Which one?`);
  }
  scan.at++;
  const values: Literal[] = [{ kind: "text", text: one.value }];
  addCondition(scan, {
    kind: "compare",
    table: one.table,
    column: one.column,
    op: withNegation(scan, "eq"),
    values,
  });
  return true;
}

function isQuoted(scan: Scan, at: number): boolean {
  return scan.tokens[at]?.kind === "string";
}
