/** Clauses that shape an answer instead of restricting rows: aggregates, groups, order and limits. */
import {
  affinity,
  categories,
  dates,
  keyColumn,
  labelColumn,
  matchColumns,
  matchTable,
  quantities,
} from "./lexicon.ts";
import type { AggregateName, ColumnRef, Group, Sort } from "./query.ts";
import { ask, chooseColumn, nearTable, reachableTables, type Scan } from "./scan.ts";
import { aggregateAt, comparatorAt, saysAt } from "./words.ts";

const DOWN =
  "descending|desc|in descending order|high to low|highest first|largest first|biggest first|newest first|" +
  "latest first|most recent first|most expensive first|most first|z to a|from high to low|reversed|in reverse|" +
  "in reverse order|from z to a|last to first";
const UP =
  "ascending|asc|in ascending order|low to high|lowest first|smallest first|oldest first|earliest first|" +
  "cheapest first|least first|a to z|from low to high|alphabetically|in alphabetical order|from a to z";

/** "sorted by amount descending", "newest first", "highest price first", "alphabetically". */
export function sortClause(scan: Scan): boolean {
  const { tokens } = scan;
  const by = saysAt(
    tokens,
    scan.at,
    "sorted by|sort by|sort them by|order them by|order by|ordered by|ordered on|sorted on|sort it by|sort on|" +
      "sort these by|sort those by|sorting by|arranged by|ranked by",
  );
  if (by) return sortList(scan, scan.at + by, false);
  const time = saysAt(tokens, scan.at, "newest first|latest first|most recent first|newest to oldest");
  const back = saysAt(tokens, scan.at, "oldest first|earliest first|oldest to newest");
  if (time || back) return timeSort(scan, time || back, time > 0);
  const alphabet = saysAt(tokens, scan.at, "alphabetically|in alphabetical order|sorted alphabetically");
  if (alphabet) {
    const table = scan.read.table;
    const column = labelColumn(table);
    if (!column) return false;
    scan.at += alphabet;
    scan.read.sort.push({ by: { table, column }, descending: false });
    return true;
  }
  const extreme = saysAt(tokens, scan.at, "highest|largest|biggest|most|lowest|smallest|least");
  if (!extreme) return false;
  const column = columnAt(scan, scan.at + extreme);
  const first = column ? saysAt(tokens, column.next, "first") : 0;
  if (!column || !first) return false;
  const descending = saysAt(tokens, scan.at, "highest|largest|biggest|most") > 0;
  scan.at = column.next + first;
  scan.read.sort.push({ by: column.ref, descending });
  return true;
}

/** "top 5 … by", "first 10", "limit 20", "newest 3", "the latest order", "3 products". */
export function limitClause(scan: Scan): boolean {
  const { tokens } = scan;
  const word = saysAt(
    tokens,
    scan.at,
    "top|first|limit|limit to|limited to|last|newest|latest|oldest|most recent|at most",
  );
  if (!word) return plainLimit(scan);
  const kind = tokens[scan.at]?.low ?? "";
  const n = tokens[scan.at + word];
  const isCount = n?.kind === "number" && /^\d{1,9}$/.test(n.text) && !n.percent;
  if (!isCount) {
    const match = matchTable(scan.schema, tokens, scan.at + word);
    if (!match || match.plural || match.table !== scan.read.table || /^(limit|top|at)/.test(kind)) {
      return false;
    }
    scan.read.limit = 1;
    return edgeSort(scan, kind, word);
  }
  if (kind === "at") return false;
  scan.read.limit = Number(n.text);
  if (kind === "top") scan.top = true;
  if (kind === "limit" || kind === "top") {
    scan.at += word + 1;
    return true;
  }
  return edgeSort(scan, kind, word + 1);
}

/** "per region", "for each customer", "grouped by tier and region", "in each region". */
export function groupClause(scan: Scan): boolean {
  const length = saysAt(
    scan.tokens,
    scan.at,
    "per|for each|for every|in each|in every|by each|grouped by|group by|broken down by|split by|each|of each|on each",
  );
  if (!length) return false;
  return groupList(scan, scan.at + length);
}

/** "by region" groups or sorts, by what was asked: a count or sum groups, a list is grouped by categories alone. */
export function byClause(scan: Scan): boolean {
  if (!saysAt(scan.tokens, scan.at, "by")) return false;
  const at = scan.at + 1 + saysAt(scan.tokens, scan.at + 1, "the|their");
  const aggregate = aggregateAt(scan.tokens, at);
  if (aggregate) {
    const from = scan.at;
    scan.at = at;
    if (!aggregateClause(scan)) {
      scan.at = from;
      return false;
    }
    const down = saysAt(scan.tokens, scan.at, DOWN), up = saysAt(scan.tokens, scan.at, UP);
    scan.at += down || up;
    scan.read.sort.push({ by: "aggregate", descending: up ? false : down > 0 || scan.top });
    return true;
  }
  const column = columnAt(scan, at);
  if (column && !comparatorAt(scan.tokens, column.next)) {
    const directed = saysAt(scan.tokens, column.next, DOWN) || saysAt(scan.tokens, column.next, UP);
    const category = categories(column.ref.table).includes(column.ref.column);
    const grouping = !directed && !scan.top && scan.read.limit === null &&
      (scan.read.aggregates.length > 0 || (category && !scan.read.columns.length));
    return grouping ? groupList(scan, at) : sortList(scan, at, scan.top);
  }
  // "orders by customer" counts them; "orders by customer 3" restricts, and the table's own clause reads it.
  const table = matchTable(scan.schema, scan.tokens, at);
  if (!table || !scan.read.aggregates.length || table.table === scan.read.table) return false;
  const rest = scan.tokens[at + table.length];
  if (rest && (rest.kind === "number" || rest.kind === "string" || /^\p{Lu}/u.test(rest.text))) return false;
  return groupList(scan, at);
}

/** "how many", "average price of", "total amount", "min and max price", "how many different regions". */
export function aggregateClause(scan: Scan): boolean {
  const { tokens, read } = scan;
  const names: AggregateName[] = [];
  let at = scan.at;
  while (true) {
    const found = aggregateAt(tokens, at);
    if (!found) break;
    names.push(found.value);
    at += found.length;
    const joint = saysAt(tokens, at, "and|,|, and");
    if (!joint || !aggregateAt(tokens, at + joint)) break;
    at += joint;
  }
  if (!names.length) return false;
  at += saysAt(tokens, at, "of|of the|of all|of all the|the|all|of our|our|of each");
  const distinct = saysAt(tokens, at, "different|distinct|unique");
  at += distinct;
  const column = columnAt(scan, at);
  const table = matchTable(scan.schema, tokens, at);
  const isColumn = column && (!table || column.next - at > table.length || table.table !== column.ref.table);
  if (names.every((n) => n === "count") || (names.length === 1 && names[0] === "sum" && table && !isColumn)) {
    if (isColumn && (distinct || !table)) {
      scan.at = column.next;
      read.aggregates.push({ name: "count", of: column.ref });
      return true;
    }
    if (distinct) return false;
    scan.at = at;
    // "by number of orders" counts rows of that table.
    read.aggregates.push({ name: "count", of: null });
    if (table && table.table !== read.table && scan.counted === null) scan.counted = table.table;
    return true;
  }
  if (distinct || names.includes("count")) return false;
  const ref = isColumn ? column.ref : onlyQuantity(scan, at);
  if (!ref) return false;
  if (!isColumn && saysAt(tokens, scan.at, "highest|largest|lowest|smallest|biggest")) return false;
  const end = isColumn ? column.next : at;
  const before = saysAt(tokens, scan.at - 1, "with|having|has|the");
  const extreme = saysAt(tokens, scan.at, "highest|largest|biggest|lowest|smallest") > 0;
  if (extreme && before && names.length === 1 && scan.spots.some((s) => s.at < scan.at)) {
    // "the product with the highest price" is a row, not a number.
    read.sort.push({ by: ref, descending: names[0] === "max" });
    read.limit ??= 1;
    scan.at = end;
    return true;
  }
  if (affinity(ref.column) === "text" && names.some((n) => n === "sum" || n === "avg")) {
    ask(scan, `${ref.column.name} holds text: there is no sum or average of it.`);
  }
  scan.at = end;
  for (const name of names) read.aggregates.push({ name, of: ref });
  return true;
}

/** "distinct regions", "different tiers". */
export function distinctClause(scan: Scan): boolean {
  const word = saysAt(scan.tokens, scan.at, "distinct|different|unique");
  const which = word ? 0 : saysAt(scan.tokens, scan.at, "which|what|what are the|list the|show the");
  const column = word || which ? columnAt(scan, scan.at + (word || which)) : null;
  const exist = column ? saysAt(scan.tokens, column.next, "are there|exist|do we have|are used|do exist") : 0;
  if (!column || (which && !exist)) return false;
  scan.at = column.next + exist;
  scan.read.distinct = true;
  scan.read.columns.push(column.ref);
  return true;
}

function columnAt(scan: Scan, at: number): { ref: ColumnRef; next: number } | null {
  // "customer name" is the name of that table, wherever else a name is.
  const owner = matchTable(scan.schema, scan.tokens, at);
  if (owner) {
    const own = matchColumns([owner.table], scan.tokens, at + owner.length)[0];
    const whole = chooseColumn(scan, matchColumns(reachableTables(scan), scan.tokens, at));
    if (own && !(whole && whole.length > owner.length)) {
      return { ref: { table: own.table, column: own.column }, next: at + owner.length + own.length };
    }
  }
  const found = chooseColumn(scan, matchColumns(reachableTables(scan), scan.tokens, at));
  return found ? { ref: { table: found.table, column: found.column }, next: at + found.length } : null;
}

function sortList(scan: Scan, from: number, descending: boolean): boolean {
  const sort: Sort[] = [];
  let at = from, end = from;
  while (true) {
    const lead = saysAt(scan.tokens, at, "the|their");
    const before = saysAt(scan.tokens, at + lead, "descending|ascending|highest|lowest|newest|oldest");
    const down = before && saysAt(scan.tokens, at + lead, "descending|highest|newest") > 0;
    const column = columnAt(scan, at + lead + before);
    const aggregate = column ? null : aggregateAt(scan.tokens, at + lead);
    if (!column && !(aggregate && scan.read.aggregates.length)) break;
    end = column ? column.next : at + lead + (aggregate?.length ?? 0);
    const comma = saysAt(scan.tokens, end, ",");
    const isDown = saysAt(scan.tokens, end + comma, DOWN), isUp = saysAt(scan.tokens, end + comma, UP);
    if (isDown || isUp) end += comma + (isDown || isUp);
    sort.push({
      by: column ? column.ref : "aggregate",
      descending: isUp ? false : isDown > 0 || down || descending,
    });
    const joint = saysAt(
      scan.tokens,
      end,
      ", and then by|, then by|and then by|then by|, then|, and|and by|and|,",
    );
    if (!joint) break;
    at = end + joint;
  }
  if (!sort.length) return false;
  scan.at = end;
  scan.read.sort.push(...sort);
  return true;
}

function groupList(scan: Scan, from: number): boolean {
  const groups: Group[] = [];
  let at = from, end = from;
  while (true) {
    const lead = saysAt(scan.tokens, at, "the|their");
    const column = columnAt(scan, at + lead);
    const table = matchTable(scan.schema, scan.tokens, at + lead);
    if (column && (!table || column.next - at - lead > table.length || table.table === scan.read.table)) {
      groups.push({ by: "column", ref: column.ref });
      end = column.next;
    } else if (table && table.table !== scan.read.table) {
      groups.push({ by: "table", table: table.table });
      end = at + lead + table.length;
    } else break;
    const joint = saysAt(scan.tokens, end, "and|,|, and|and by|and per");
    if (!joint) break;
    at = end + joint;
  }
  if (!groups.length) return false;
  scan.at = end;
  scan.read.groups.push(...groups);
  return true;
}

function onlyQuantity(scan: Scan, at: number): ColumnRef | null {
  const table = matchTable(scan.schema, scan.tokens, at)?.table ?? scan.read.table;
  const columns = quantities(table);
  const [column] = columns;
  if (columns.length === 1 && column) return { table, column };
  if (columns.length > 1) ask(scan, `Of which column: ${columns.map((c) => c.name).join(", ")}?`);
  return null;
}

function timeSort(scan: Scan, length: number, descending: boolean): boolean {
  const table = nearTable(scan, scan.at, scan.at + length);
  const columns = dates(table);
  const created = columns.find((c) => /creat|order|added|placed/i.test(c.name));
  const column = columns.length === 1 ? columns[0] : created ?? (columns.length ? null : keyColumn(table));
  if (!column) {
    ask(
      scan,
      columns.length
        ? `By which date: ${columns.map((c) => c.name).join(", ")}?`
        : `${table.name} has no date.`,
    );
    return false;
  }
  scan.at += length;
  scan.read.sort.push({ by: { table, column }, descending });
  return true;
}

function edgeSort(scan: Scan, kind: string, length: number): boolean {
  if (/^(newest|latest|most|oldest)$/.test(kind)) return timeSort(scan, length, kind !== "oldest");
  scan.at += length;
  const column = keyColumn(scan.read.table);
  if (column) scan.read.sort.push({ by: { table: scan.read.table, column }, descending: kind === "last" });
  else if (kind === "last") ask(scan, `${scan.read.table.name} has no key to tell which rows come last.`);
  return true;
}

/** "show 3 products": a number right before the main table, after nothing that compares. */
function plainLimit(scan: Scan): boolean {
  const n = scan.tokens[scan.at];
  if (n?.kind !== "number" || n.percent || !/^\d{1,6}$/.test(n.text)) return false;
  const match = matchTable(scan.schema, scan.tokens, scan.at + 1);
  const newest = saysAt(scan.tokens, scan.at + 1, "newest|latest|most recent|oldest|last|first");
  if (newest) {
    scan.read.limit = Number(n.text);
    scan.at++;
    return edgeSort(scan, scan.tokens[scan.at]?.low ?? "", newest);
  }
  const before = scan.tokens[scan.at - 1]?.low;
  const asks = before === undefined || /^(show|list|me|get|give|find|display|see|any|us|only)$/.test(before);
  if (!match || match.table !== scan.read.table || !asks) return false;
  scan.read.limit = Number(n.text);
  scan.at++;
  return true;
}
