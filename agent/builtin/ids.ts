/** Rows named by their numbers: "customer 3", "#3", "customers 3 and 5", "customers 1 to 3". */
import type { Table } from "@/agent/types.ts";
import { affinity, keyColumn } from "./lexicon.ts";
import type { Column, Literal } from "./query.ts";
import { addCondition, ask, type Scan, withNegation } from "./scan.ts";
import { saysAt } from "./words.ts";

/** "#3", "id 3", "number 3", and after a table's name the bare number. */
export function idClause(scan: Scan, table: Table, from: number, named: boolean): boolean {
  const { tokens } = scan;
  let at = from + saysAt(tokens, from, "with|whose");
  const word = saysAt(tokens, at, "id|ids|number|nr|with id");
  at += word;
  const mark = saysAt(tokens, at, "#");
  at += mark + saysAt(tokens, at + mark, "is|=|are|:|in");
  if (!word && !mark && (!named || at !== from)) return false;
  const column = idColumn(table);
  const values: Literal[] = [];
  let end = at;
  while (true) {
    const token = tokens[at];
    if (token?.kind !== "number" || token.percent || !/^\d+$/.test(token.text)) break;
    values.push({ kind: "number", raw: token.text });
    end = ++at;
    at += saysAt(tokens, at, ", and|, or|and|or|,");
    at += saysAt(tokens, at, "#");
  }
  const range = values.length < 2 ? rangeAt(scan, values.length ? end - 1 : at) : null;
  if (!values.length && !range) return false;
  const stop = range?.next ?? end;
  if (saysAt(tokens, stop, "or more|or less|or fewer")) return false;
  scan.at = stop;
  if (!column) {
    const said = tokens[stop - 1]?.text;
    ask(scan, `${table.name} has no single number as its key. Name the column that should be ${said}.`);
    return true;
  }
  const op = withNegation(scan, range ? "between" : "eq");
  addCondition(scan, { kind: "compare", table, column, op, values: range?.values ?? values });
  return true;
}

/** The column that identifies one row when only a number is said. */
export function idColumn(table: Table): Column | null {
  const key = keyColumn(table);
  return key && affinity(key) === "number" ? key : null;
}

/** "1 to 3", "1 through 3", "1-3". */
function rangeAt({ tokens }: Scan, at: number): { values: Literal[]; next: number } | null {
  const [low, , high] = tokens.slice(at, at + 3);
  const values = (from: string, to: string): Literal[] => [from, to].map((raw) => ({ kind: "number", raw }));
  const joined = low?.kind === "word" ? /^(\d+)-(\d+)$/.exec(low.text) : null;
  if (joined) return { values: values(joined[1] ?? "", joined[2] ?? ""), next: at + 1 };
  const isRange = low?.kind === "number" && high?.kind === "number" && !high.percent &&
    /^\d+$/.test(high.text) && saysAt(tokens, at + 1, "to|through|till") > 0;
  return isRange ? { values: values(low.text, high.text), next: at + 3 } : null;
}
