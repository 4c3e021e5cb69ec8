/** Values after a comparator: quoted, known, numbers, dates, or free text up to the next boundary. */
import { affinity, isFlag, matchColumns, matchTable, matchValue } from "./lexicon.ts";
import type { Column, Literal } from "./query.ts";
import { ask, reachableTables, type Scan } from "./scan.ts";
import { type Token, written } from "./tokens.ts";
import { BOUNDARIES, comparatorAt, digits, saysAt, TIMES } from "./words.ts";

export interface Operand {
  values: Literal[];
  next: number;
}

/**
 * One value for a column. `free`: words that are no known value count as text too, as they do after "is" or "to";
 * without it only what can be nothing but a value is taken.
 */
export function operandAt(scan: Scan, at: number, column: Column, free: boolean): Operand | null {
  const token = scan.tokens[at];
  if (!token) return null;
  const known = matchValue(column, scan.tokens, at);
  if (known) return { values: known.values.map((text) => ({ kind: "text", text })), next: at + known.length };
  if (token.kind === "string") return { values: [literalFor(column, token)], next: at + 1 };
  if (token.kind === "number") {
    const [comma, group] = scan.tokens.slice(at + 1);
    if (
      comma?.low === "," && comma.start === token.end && group?.start === comma.end &&
      /^\d{3}$/.test(group.text)
    ) {
      ask(
        scan,
        `Is ${token.text},${group.text} one number or two? Write it without the comma, or with a space.`,
      );
    }
    if (token.percent) return null;
    if (affinity(column) === "number" || affinity(column) === "blob" || free || !column.values) {
      return { values: [literalFor(column, token)], next: at + 1 };
    }
    return null;
  }
  if (token.kind === "date") {
    return { values: [{ kind: "text", text: token.text.replace("T", " ") }], next: at + 1 };
  }
  if (isFlag(column)) {
    if (saysAt(scan.tokens, at, "true|yes|on")) {
      return { values: [{ kind: "number", raw: "1" }], next: at + 1 };
    }
    if (saysAt(scan.tokens, at, "false|no|off")) {
      return { values: [{ kind: "number", raw: "0" }], next: at + 1 };
    }
  }
  if (affinity(column) === "number") return null;
  if (token.kind === "mail") return { values: [{ kind: "text", text: token.text }], next: at + 1 };
  const run = freeText(scan, at);
  const capital = token.kind === "word" && /^\p{Lu}/u.test(token.text);
  if (!run.length || !(free || (capital && !column.values))) return null;
  return { values: [{ kind: "text", text: written(scan.text, run) }], next: at + run.length };
}

/** One or more values: "East, West or Central". */
export function operandsAt(scan: Scan, at: number, column: Column, free: boolean): Operand | null {
  const first = operandAt(scan, at, column, free);
  if (!first) return null;
  let { next } = first;
  scan.both = false;
  const values = [...first.values];
  while (true) {
    let item = next;
    if (scan.tokens[item]?.low === ",") item++;
    item += saysAt(scan.tokens, item, "or|and|nor");
    if (item === next) break;
    if (isClauseStart(scan, item)) break;
    const more = operandAt(scan, item, column, false);
    if (!more) break;
    if (scan.tokens.slice(next, item).some((t) => t.low === "and")) scan.both = true;
    values.push(...more.values);
    next = more.next;
  }
  return { values, next };
}

/** A number or date after a comparator of order; "1,000" is one number there. */
export function quantityAt(scan: Scan, at: number): { value: Literal; isDate: boolean; next: number } | null {
  const token = scan.tokens[at];
  if (token?.kind === "date") {
    return { value: { kind: "text", text: token.text.replace("T", " ") }, isDate: true, next: at + 1 };
  }
  const spelled = token?.kind === "word" ? digits(token) : null;
  if (spelled !== null) return { value: { kind: "number", raw: spelled }, isDate: false, next: at + 1 };
  if (token?.kind !== "number" || token.percent) return null;
  let raw = token.text, next = at + 1;
  while (true) {
    const comma = scan.tokens[next], group = scan.tokens[next + 1];
    const tight = comma?.low === "," && comma.start === scan.tokens[next - 1]?.end &&
      group?.start === comma.end;
    if (!tight || !/^\d{3}(\.\d+)?$/.test(group.text) || raw.includes(".")) break;
    raw += group.text;
    next += 2;
  }
  return { value: { kind: "number", raw: plain(raw) }, isDate: false, next };
}

/** A token as a value of a column, by the column's affinity. */
export function literalFor(column: Column, token: Token): Literal {
  const numeric = /^-?\d+(\.\d+)?$/.test(token.text);
  if (!numeric || affinity(column) === "text") return { kind: "text", text: token.text };
  if (token.kind === "string" && affinity(column) === "blob") return { kind: "text", text: token.text };
  return { kind: "number", raw: plain(token.text) };
}

/** Words up to the next boundary, name of a column in use, sign or quoted text. */
export function freeText(scan: Scan, at: number): Token[] {
  let end = at;
  while (end < scan.tokens.length) {
    const token = scan.tokens[end];
    if (!token || token.kind === "sign" || token.kind === "string" || token.kind === "mail") break;
    if (end > at && (token.kind === "number" || token.kind === "date" || TIMES.has(token.low))) break;
    if (
      BOUNDARIES.has(token.low) || (end === at && token.low === "there") || comparatorAt(scan.tokens, end)
    ) break;
    if (end > at && (matchTable(scan.schema, scan.tokens, end) || isClauseStart(scan, end))) break;
    end++;
    if (token.possessive) break;
  }
  return scan.tokens.slice(at, end);
}

/** Whether a column's name followed by a comparator or "is" begins here. */
export function isClauseStart(scan: Scan, at: number): boolean {
  const [match] = matchColumns(reachableTables(scan), scan.tokens, at);
  if (!match) return false;
  const after = at + match.length;
  return saysAt(scan.tokens, after, "is|are|was|were|not|to|:|in") > 0 ||
    comparatorAt(scan.tokens, after) !== null ||
    matchValue(match.column, scan.tokens, after) !== null || scan.tokens[after]?.kind === "number";
}

/** Digits that SQL reads as the same number. */
function plain(raw: string): string {
  return raw.replace(/^(-?)0+(?=\d)/, "$1");
}
