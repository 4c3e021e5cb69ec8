/** "the most expensive product", "the 3 cheapest products", "which product is the cheapest". */
import { matchTable, matchValues, quantities } from "./lexicon.ts";
import { ask, type Scan } from "./scan.ts";
import { digits, saysAt } from "./words.ts";

const DEAR = "most expensive|priciest|dearest|highest priced";
const CHEAP = "cheapest|least expensive|lowest priced";

/** Order by the one column that holds prices; a single row where one was asked for. */
export function superlativeClause(scan: Scan): boolean {
  const { tokens, read } = scan;
  const n = digits(tokens[scan.at]);
  const counted = n !== null && /^[1-9]\d{0,5}$/.test(n) ? 1 : 0;
  const at = scan.at + counted;
  const word = saysAt(tokens, at, DEAR) || saysAt(tokens, at, CHEAP);
  if (!word || scan.negation || scan.joint) return false;
  const after = at + word;
  const next = matchTable(scan.schema, tokens, pastValues(scan, after));
  const before = scan.spots.findLast((s) => s.at < scan.at);
  const isEnd = tokens[after] === undefined || /^[.?!]$/.test(tokens[after]?.text ?? "");
  const said = next ?? (isEnd && !counted && saysAt(tokens, at - 2, "is the|are the") ? before : undefined);
  if (!said || said.table !== read.table || read.limit !== null) return false;
  const columns = quantities(read.table);
  const prices = columns.filter((c) => /price/i.test(c.name));
  const found = prices.length ? prices : columns.filter((c) => /cost|fee|rate$|amount/i.test(c.name));
  const [column] = found;
  if (!column) return false;
  if (found.length > 1) {
    ask(scan, `By which column: ${found.map((c) => c.name).join(", ")}?`);
  }
  if (counted) read.limit = Number(n);
  else if (!said.plural) read.limit = 1;
  const descending = saysAt(tokens, at, DEAR) > 0;
  read.sort.push({ by: { table: read.table, column }, descending });
  scan.at = after;
  return true;
}

/** "the cheapest Lighting product": the value is a condition, read by its own clause. */
function pastValues(scan: Scan, from: number): number {
  let at = from;
  while (true) {
    const [match] = matchValues([scan.read.table], scan.tokens, at);
    if (!match || matchTable(scan.schema, scan.tokens, at)) return at;
    at += match.length;
  }
}
