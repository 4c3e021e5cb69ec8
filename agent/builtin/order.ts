/** Order and limits: "sorted by price descending", "newest first", "top 5", "the latest order". */
import { dates, keyColumn, labelColumn, matchColumns, matchTable, quantities, spoken } from "./lexicon.ts";
import type { ColumnRef, Sort } from "./query.ts";
import { ask, chooseColumn, nearTable, reachableTables, type Scan } from "./scan.ts";
import { aggregateAt, digits, saysAt } from "./words.ts";

export const DOWN =
  "descending|desc|in descending order|high to low|highest first|largest first|biggest first|newest first|" +
  "latest first|most recent first|most expensive first|most first|z to a|from high to low|reversed|in reverse|" +
  "in reverse order|from z to a|last to first";

export const UP =
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
  const edge = saysAt(tokens, scan.at, "newest|latest|most recent|oldest");
  const noun = edge ? matchTable(scan.schema, tokens, scan.at + edge) : null;
  if (noun && saysAt(tokens, scan.at + edge + noun.length, "first")) {
    return timeSort(scan, edge + noun.length + 1, !saysAt(tokens, scan.at, "oldest"));
  }
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
  if (scan.read.limit !== null) return false;
  const word = saysAt(
    tokens,
    scan.at,
    "top|first|limit|limit to|limited to|last|newest|latest|oldest|most recent|at most",
  );
  if (!word) return plainLimit(scan);
  const kind = tokens[scan.at]?.low ?? "";
  const n = digits(tokens[scan.at + word]);
  if (n === null || n.length > 9) {
    const match = matchTable(scan.schema, tokens, scan.at + word);
    if (!match || match.plural || match.table !== scan.read.table || /^(limit|top|at)/.test(kind)) {
      return false;
    }
    scan.read.limit = 1;
    return edgeSort(scan, kind, word);
  }
  if (kind === "at") return false;
  scan.read.limit = Number(n);
  if (kind === "top") scan.top = true;
  if (kind === "limit" || kind === "top") {
    scan.at += word + 1;
    return true;
  }
  return edgeSort(scan, kind, word + 1);
}

export function columnAt(scan: Scan, at: number): { ref: ColumnRef; next: number } | null {
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

export function sortList(scan: Scan, from: number, descending: boolean): boolean {
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
      ", and then by|, then by|and then by|then by|, and then|, then|and then|then|, and|and by|and|,",
    );
    if (!joint) break;
    at = end + joint;
  }
  if (!sort.length) return false;
  scan.at = end;
  scan.read.sort.push(...sort);
  return true;
}

/** Columns that tell how old somebody or something is. */
const AGE = /\b(age|born|birth(day|date)?|dob|year|founded|formed|geburt\w*)\b/i;
/** Numbers that are years. */
const YEAR = /publi|releas|built|issued|vintage/i;
/** Days on which a person came, which don't tell their age. */
const MEMBERSHIP = /hire|join|sign(ed)?_?up|regist|enrol|employed/i;

function timeSort(scan: Scan, length: number, descending: boolean): boolean {
  const table = nearTable(scan, scan.at, scan.at + length);
  const ages = table.columns.filter((c) =>
    AGE.test(spoken(c.name)) || (quantities(table).includes(c) && YEAR.test(c.name))
  );
  // The newest row is not the youngest person; the oldest person is not the oldest row.
  const all = dates(table), columns = descending ? all.filter((c) => !ages.includes(c)) : all;
  const rivals = ages.filter((c) => descending ? !columns.length : !columns.includes(c));
  const joined = descending ? [] : columns.filter((c) => MEMBERSHIP.test(c.name));
  if (rivals.length || joined.length) {
    const open = [...new Set([...rivals, ...columns])], [first] = open;
    const example = `${table.name} sorted by ${spoken(first?.name ?? "").toLowerCase()}`;
    ask(scan, `By which column: ${open.map((c) => c.name).join(", ")}? Say "${example}".`);
  }
  const created = columns.find((c) => /creat|order|added|placed/i.test(c.name));
  const column = columns.length === 1 ? columns[0] : created ?? (columns.length ? null : keyColumn(table));
  if (!column) {
    ask(
      scan,
      columns.length
        ? `By which date: ${columns.map((c) => c.name).join(", ")}?`
        : `${table.name} has no date.`,
    );
    // The question is what is said, not that the word is unknown.
    scan.at += length;
    return true;
  }
  scan.at += length;
  const sort = { by: { table, column }, descending };
  if (scan.read.limit !== null) scan.implied = { sort, any: false };
  scan.read.sort.push(sort);
  return true;
}

function edgeSort(scan: Scan, kind: string, length: number): boolean {
  if (/^(newest|latest|most|oldest)$/.test(kind)) return timeSort(scan, length, kind !== "oldest");
  // "the last 5 orders" are the newest, where rows have a day; "the first 10" are any.
  const timed = dates(scan.read.table).some((c) => !AGE.test(spoken(c.name)));
  if (timed && (kind === "last" || length === 1)) return timeSort(scan, length, kind === "last");
  scan.at += length;
  const column = keyColumn(scan.read.table);
  if (column) {
    const sort = { by: { table: scan.read.table, column }, descending: kind === "last" };
    scan.implied = { sort, any: kind === "first" };
    scan.read.sort.push(sort);
  } else if (kind === "last") ask(scan, `${scan.read.table.name} has no key to tell which rows come last.`);
  return true;
}

/** "show 3 products": a number right before the main table, after nothing that compares. */
function plainLimit(scan: Scan): boolean {
  const n = digits(scan.tokens[scan.at]);
  if (n === null || n.length > 6) return false;
  const match = matchTable(scan.schema, scan.tokens, scan.at + 1);
  const newest = saysAt(scan.tokens, scan.at + 1, "newest|latest|most recent|oldest|last|first");
  if (newest) {
    scan.read.limit = Number(n);
    scan.at++;
    return edgeSort(scan, scan.tokens[scan.at]?.low ?? "", newest);
  }
  const before = scan.tokens[scan.at - 1]?.low;
  const asks = before === undefined || /^(show|list|me|get|give|find|display|see|any|us|only)$/.test(before);
  if (!match || match.table !== scan.read.table || !asks) return false;
  scan.read.limit = Number(n);
  scan.at++;
  return true;
}
