/** Clauses that calculate: aggregates, groups, distinct values. */
import { affinity, categories, isFlag, matchColumns, matchTable, quantities, spoken } from "./lexicon.ts";
import type { AggregateName, ColumnRef, Group } from "./query.ts";
import { wayTo } from "./relations.ts";
import { ask, isMany, reachableTables, type Scan } from "./scan.ts";
import { aggregateAt, comparatorAt, saysAt } from "./words.ts";
import { columnAt, DOWN, sortList, UP } from "./order.ts";

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

/**
 * "by region" groups or sorts, by what was asked: a count or sum groups, a list is grouped by categories
 * alone.
 */
export function byClause(scan: Scan): boolean {
  if (!saysAt(scan.tokens, scan.at, "by")) return false;
  const at = scan.at + 1 + saysAt(scan.tokens, scan.at + 1, "the|their");
  const aggregate = aggregateAt(scan.tokens, at);
  if (aggregate) {
    const from = scan.at;
    scan.at = at;
    if (aggregateClause(scan)) {
      const down = saysAt(scan.tokens, scan.at, DOWN), up = saysAt(scan.tokens, scan.at, UP);
      scan.at += down || up;
      scan.read.sort.push({ by: "aggregate", descending: up ? false : down > 0 || scan.top });
      return true;
    }
    scan.at = from;
  }
  const column = columnAt(scan, at);
  if (column && !comparatorAt(scan.tokens, column.next)) {
    const { table: owner, column: of } = column.ref;
    if (scan.top && !scan.read.aggregates.length && isMany(scan, owner) && quantities(owner).includes(of)) {
      // "top 3 customers by order amount": of all their orders.
      scan.at = column.next;
      scan.read.aggregates.push({ name: "sum", of: column.ref });
      scan.read.sort.push({ by: "aggregate", descending: true });
      return true;
    }
    const directed = saysAt(scan.tokens, column.next, DOWN) || saysAt(scan.tokens, column.next, UP);
    const category = categories(column.ref.table).includes(column.ref.column);
    const grouping = !directed && !scan.top && scan.read.limit === null &&
      (scan.read.aggregates.length > 0 || (category && !scan.read.columns.length));
    return grouping ? groupList(scan, at) : sortList(scan, at, scan.top);
  }
  if (scan.top) {
    // "top 3 customers by amount" where the amounts are in another table: their sum.
    const linked = scan.schema.filter((t) =>
      t !== scan.read.table && wayTo(scan.schema, scan.read.table, t) !== "none"
    );
    const [found, other] = matchColumns(linked, scan.tokens, at).filter((m) =>
      quantities(m.table).includes(m.column)
    );
    if (found && !other) {
      scan.at = at + found.length;
      scan.read.aggregates.push({ name: "sum", of: { table: found.table, column: found.column } });
      scan.read.sort.push({ by: "aggregate", descending: true });
      return true;
    }
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
  if (read.aggregates.length && saysAt(tokens, scan.at - 1, "in") && saysAt(tokens, scan.at, "total")) {
    // "how many orders are there in total"
    scan.at++;
    return true;
  }
  // "average number of orders" would be an average of counts.
  const nested = saysAt(tokens, at + saysAt(tokens, at, "of|of the|the"), "number of|count of|how many");
  if (!names.length || nested) return false;
  at += saysAt(tokens, at, "of|of the|of all|of all the|the|all|of our|our|of each");
  const distinct = saysAt(tokens, at, "different|distinct|unique");
  at += distinct;
  const column = columnAt(scan, at);
  const table = matchTable(scan.schema, tokens, at);
  const isColumn = column && (!table || column.next - at > table.length || table.table !== column.ref.table);
  // "show the total of orders" where orders have a column of that name: the column is meant.
  const [same] = countsRows(scan) ? [] : matchColumns(reachableTables(scan), tokens, scan.at);
  const counts = names.length === 1 && saysAt(tokens, scan.at, "total") > 0 && at === scan.at + 1 && !same;
  if (same && !isColumn) return false;
  if (names.every((n) => n === "count") || (counts && table && !isColumn)) {
    // "how many active products" counts products; "how many pages" could as well be their sum.
    const adjective = isColumn && matchTable(scan.schema, tokens, column.next) !== null;
    if (isColumn && (distinct || (!table && !adjective))) {
      const { table: owner, column: of } = column.ref;
      if (!distinct && (isFlag(of) || quantities(owner).includes(of))) {
        const words = spoken(of.name);
        ask(scan, `Say "total ${words}" for the sum of ${words}, or "how many different ${words}".`);
      }
      scan.at = column.next;
      read.aggregates.push({ name: "count", of: column.ref });
      return true;
    }
    if (distinct) return false;
    const money = counts && table ? quantities(table.table).find((c) => MONEY.test(c.name)) : undefined;
    if (money && table) {
      const things = spoken(table.table.name);
      ask(
        scan,
        `The number of ${things}, or the total ${spoken(money.name)} of ${things}? Say it like that.`,
      );
    }
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

/** "number of open invoices" counts them, also where invoices have a column "number". */
export function countsRows(scan: Scan): boolean {
  const said = saysAt(scan.tokens, scan.at, "number of|count of");
  const next = said ? scan.spots.find((s) => s.at >= scan.at + said) : undefined;
  return next !== undefined && next.plural && next.at <= scan.at + said + 3;
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

/** Of what such columns hold, a total is more likely the sum than the number of rows. */
const MONEY = /amount|price|cost|fee|value|sum|salary|pay/i;

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
