/** SQLite text: names quoted only where they must be, text escaped, conditions, and the query of a read. */
import type { Table } from "@/agent/types.ts";
import { affinity, keyColumn, labelColumn, nameColumn, nameParts, spoken } from "./lexicon.ts";
import type { Aggregate, Compare, Condition, Either, Literal, Read, Related } from "./query.ts";
import { repeats, type Step, wayTo } from "./relations.ts";

/** Words that SQLite reads as keywords somewhere (https://sqlite.org/lang_keywords.html). */
const KEYWORDS = new Set(
  `abort action add after all alter always analyze and as asc attach autoincrement before begin between by cascade case
  cast check collate column commit conflict constraint create cross current current_date current_time
  current_timestamp database default deferrable deferred delete desc detach distinct do drop each else end escape
  except exclude exclusive exists explain fail filter first following for foreign from full generated glob group
  groups having if ignore immediate in index indexed initially inner insert instead intersect into is isnull join
  key last left like limit match materialized natural no not nothing notnull null nulls of offset on or order others
  outer over partition plan pragma preceding primary query raise range recursive references regexp reindex release
  rename replace restrict returning right rollback row rows savepoint select set table temp temporary then ties to
  transaction trigger unbounded union unique update using vacuum values view virtual when where window with without
  true false`.split(/\s+/),
);

/** A name as SQL: bare where SQLite takes it so, else in double quotes. */
export function name(identifier: string): string {
  const bare = /^[A-Za-z_][A-Za-z0-9_]*$/.test(identifier) && !KEYWORDS.has(identifier.toLowerCase());
  return bare ? identifier : `"${identifier.replaceAll('"', '""')}"`;
}

export function literal(value: Literal): string {
  return value.kind === "number" ? value.raw : `'${value.text.replaceAll("'", "''")}'`;
}

/**
 * ` WHERE …`, or nothing. Conditions on other tables become subqueries, so that no row is doubled by a
 * join.
 */
export function where(schema: Table[], table: Table, conditions: Condition[], qualified = false): string {
  if (!conditions.length) return "";
  const prefix = qualified ? `${name(table.name)}.` : "";
  const own: string[] = [];
  const others = new Map<Table, Condition[]>();
  for (const c of conditions) {
    if (c.kind === "compare" && c.table === table) own.push(compare(c, prefix));
    else if (c.kind === "either") own.push(either(schema, table, c, prefix));
    else if (c.kind === "related" && (c.without || c.count)) own.push(related(schema, table, c, prefix));
    else others.set(c.table, [...(others.get(c.table) ?? []), c]);
  }
  // Several conditions on one table speak of the same row there.
  for (const [other, about] of others) own.push(within(schema, table, other, about, prefix));
  return ` WHERE ${own.join(" AND ")}`;
}

/** The SELECT of a read. */
export function select(schema: Table[], read: Read): string {
  const joined = joins(schema, read);
  const qualify = joined !== "";
  const column = (table: Table, column: string) => (qualify ? `${name(table.name)}.` : "") + name(column);
  const [key] = repeats(schema, read) ? [keyColumn(read.table)] : [];
  const each = key ? `DISTINCT ${column(read.table, key.name)}` : "*";
  const aggregates = read.aggregates.map((a) => `${call(a, column, each)} AS ${name(aggregateName(a))}`);
  const groups: string[] = [], groupBy: string[] = [];
  for (const g of read.groups) {
    if (g.by === "column") {
      groups.push(column(g.ref.table, g.ref.column.name));
      groupBy.push(column(g.ref.table, g.ref.column.name));
      continue;
    }
    const keys = g.table.columns.filter((c) => c.primaryKey > 0).map((c) => column(g.table, c.name));
    const named = nameColumn(g.table) ?? keyColumn(g.table);
    const label = named ?? labelColumn(g.table) ?? g.table.columns[0];
    const parts = nameColumn(g.table) ? [] : nameParts(g.table).map((c) => column(g.table, c.name));
    if (parts.length) groups.push(...parts);
    else if (!named && keys.length) groups.push(...keys);
    else if (label) groups.push(column(g.table, label.name));
    groupBy.push(...(keys.length ? keys : groups));
  }
  const plain = read.columns.map((c) => column(c.table, c.column.name));
  let shown = [...groups, ...plain, ...aggregates];
  if (!shown.length) {
    shown = qualify
      ? [read.table, ...read.beside].flatMap((t) => everything(t, `${name(t.name)}.`))
      : everything(read.table, "");
  }
  const order = read.sort.map((s) => {
    const first = read.aggregates[0];
    const by = s.by === "aggregate"
      ? (first ? name(aggregateName(first)) : "1")
      : column(s.by.table, s.by.column.name);
    if (s.descending) return `${by} DESC`;
    // The oldest is not the one whose day is unknown.
    const open = s.by !== "aggregate" &&
      (s.by.table !== read.table || mayBeNull(s.by.table, s.by.column.name));
    return by + (open && read.limit !== null ? " NULLS LAST" : "");
  });
  if (!order.length && groups.length) order.push(...groups);
  return `SELECT ${read.distinct ? "DISTINCT " : ""}${shown.join(", ")} FROM ${
    name(read.table.name)
  }${joined}` +
    where(schema, read.table, read.conditions, qualify) +
    (groupBy.length ? ` GROUP BY ${groupBy.join(", ")}` : "") +
    (order.length ? ` ORDER BY ${order.join(", ")}` : "") +
    (read.limit === null ? "" : ` LIMIT ${read.limit}`);
}

/** All columns of a table. Where some are hidden the database refuses a `*`. */
function everything(table: Table, prefix: string): string[] {
  return table.partial ? table.columns.map((column) => prefix + name(column.name)) : [`${prefix}*`];
}

/** What the column of an aggregate is called: "count", "total_amount", "average_price". */
export function aggregateName(a: Aggregate): string {
  const words = { count: "count", sum: "total", avg: "average", min: "min", max: "max" };
  if (a.of && a.name === "sum" && /^total/i.test(a.of.column.name)) return a.of.column.name;
  return a.of ? `${words[a.name]}_${spoken(a.of.column.name).replaceAll(" ", "_")}` : words[a.name];
}

function call(a: Aggregate, column: (table: Table, column: string) => string, each: string): string {
  if (!a.of) return `COUNT(${each})`;
  const of = column(a.of.table, a.of.column.name);
  return a.name === "count" ? `COUNT(DISTINCT ${of})` : `${a.name.toUpperCase()}(${of})`;
}

/** LEFT joins to the tables whose columns are shown, so that no row of the main table is lost. */
function joins(schema: Table[], read: Read): string {
  const needed = [
    ...read.beside,
    ...read.groups.map((g) => g.by === "table" ? g.table : g.ref.table),
    ...read.columns.map((c) => c.table),
    ...read.aggregates.flatMap((a) => a.of ? [a.of.table] : []),
    ...read.sort.flatMap((s) => s.by === "aggregate" ? [] : [s.by.table]),
  ];
  const there = new Set([read.table]);
  let sql = "";
  for (const table of needed) {
    const way = there.has(table) ? [] : wayTo(schema, read.table, table);
    if (typeof way === "string") continue;
    for (const step of way) {
      if (there.has(step.table)) continue;
      there.add(step.table);
      sql += ` LEFT JOIN ${name(step.table.name)} ON ${on(step)}`;
    }
  }
  return sql;
}

function either(schema: Table[], table: Table, c: Either, prefix: string): string {
  const any = c.any.map((a) => {
    if (a.kind === "compare" && a.table === table) return compare(a, prefix);
    if (a.kind === "related") return related(schema, table, a, prefix);
    return within(schema, table, a.table, [a], prefix);
  });
  return `(${any.join(" OR ")})`;
}

function related(schema: Table[], table: Table, c: Related, prefix: string): string {
  const way = wayTo(schema, table, c.table);
  if (typeof way === "string") return "0";
  if (!c.count) return inside(way, "", prefix, c.without ? "NOT IN" : "IN", "");
  // "at most 2" is true of rows that have none, which no group of the other table stands for.
  const inverse = { lt: ">=", le: ">", eq: "=", ne: "=", gt: ">", ge: ">=" }[c.count.op];
  const none = c.count.op === "lt" || c.count.op === "le" || c.count.op === "ne";
  return inside(
    way.slice(0, 1),
    "",
    prefix,
    none ? "NOT IN" : "IN",
    ` HAVING ${counted(way)} ${inverse} ${c.count.n}`,
    way.slice(1),
  );
}

function within(schema: Table[], table: Table, other: Table, about: Condition[], prefix: string): string {
  const way = wayTo(schema, table, other);
  if (typeof way === "string") return "0";
  const compares = about.filter((c): c is Compare => c.kind === "compare");
  return inside(way, compares.map((c) => compare(c, "")).join(" AND "), prefix, "IN", "");
}

/** What is counted at a way's end: its rows, each once though several links lead there. */
function counted(way: Step[]): string {
  const last = way.at(-1), [key] = last?.to ?? [];
  const links = way.some((s) => s.forward);
  return links && last && key !== undefined
    ? `COUNT(DISTINCT ${name(last.table.name)}.${name(key)})`
    : "COUNT(*)";
}

/** `key IN (SELECT key FROM next WHERE …)`, nested once per step; `joined` leads on to the rows that `having` counts. */
function inside(
  way: Step[],
  condition: string,
  prefix: string,
  word: "IN" | "NOT IN",
  having: string,
  joined: Step[] = [],
): string {
  const [step, ...rest] = way;
  if (!step) return condition || "1";
  const tuple = (columns: string[], p: string) => {
    const list = columns.map((c) => p + name(c)).join(", ");
    return columns.length > 1 ? `(${list})` : list;
  };
  const deeper = rest.length ? inside(rest, condition, "", "IN", "") : condition;
  const to = step.to.map((c) => (joined.length ? `${name(step.table.name)}.` : "") + name(c));
  const conditions = [deeper, ...(word === "NOT IN" ? to.map((c) => `${c} IS NOT NULL`) : [])];
  const given = conditions.filter((c) => c !== "").join(" AND ");
  const list = to.join(", ");
  const test = `${tuple(step.columns, prefix)} ${word} (SELECT ${list} FROM ${name(step.table.name)}` +
    joined.map((s) => ` JOIN ${name(s.table.name)} ON ${on(s)}`).join("") +
    (given ? ` WHERE ${given}` : "") + (having ? ` GROUP BY ${list}${having}` : "") + ")";
  // NOT IN is unknown of a reference that is empty, though it leads nowhere.
  const empty = word === "IN" ? [] : step.columns.filter((c) => mayBeNull(step.from, c));
  return empty.length ? `(${empty.map((c) => `${prefix}${name(c)} IS NULL OR `).join("")}${test})` : test;
}

function mayBeNull(table: Table, name: string): boolean {
  const column = table.columns.find((c) => c.name === name);
  return column === undefined || (!column.notNull && column.primaryKey === 0);
}

/** The condition of a join along one step. */
function on(step: Step): string {
  return step.columns.map((c, i) =>
    `${name(step.table.name)}.${name(step.to[i] ?? c)} = ${name(step.from.name)}.${name(c)}`
  ).join(" AND ");
}

function compare(c: Compare, prefix: string): string {
  const of = prefix + name(c.column.name);
  const [first, second] = c.values.map(literal);
  const nocase =
    affinity(c.column) !== "number" && !c.column.values && c.values.some((v) => v.kind === "text")
      ? " COLLATE NOCASE"
      : "";
  const list = c.values.map(literal).join(", ");
  const like = (before: string, after: string) => {
    const text = c.values[0]?.kind === "text" ? c.values[0].text : c.values[0]?.raw ?? "";
    const escaped = text.replace(/[\\%_]/g, "\\$&");
    return `LIKE ${literal({ kind: "text", text: before + escaped + after })}` +
      (escaped === text ? "" : ` ESCAPE '\\'`);
  };
  // A row without a value does not contain anything: NOT LIKE alone would leave it out.
  const unlike = (text: string) => `(${of} IS NULL OR ${of} NOT ${text})`;
  switch (c.op) {
    case "eq":
      return c.values.length > 1 ? `${of}${nocase} IN (${list})` : `${of} = ${first}${nocase}`;
    case "ne":
      // IS NOT and the NULL test keep rows without a value: they are "not Gold" too.
      return c.values.length > 1
        ? `(${of} IS NULL OR ${of}${nocase} NOT IN (${list}))`
        : `${of} IS NOT ${first}${nocase}`;
    case "gt":
      return `${of} > ${first}`;
    case "ge":
      return `${of} >= ${first}`;
    case "lt":
      return `${of} < ${first}`;
    case "le":
      return `${of} <= ${first}`;
    case "between":
      return `${of} BETWEEN ${first} AND ${second}`;
    case "outside":
      return `${of} NOT BETWEEN ${first} AND ${second}`;
    case "contains":
      return `${of} ${like("%", "%")}`;
    case "lacks":
      return unlike(like("%", "%"));
    case "starts":
      return `${of} ${like("", "%")}`;
    case "notStarts":
      return unlike(like("", "%"));
    case "ends":
      return `${of} ${like("%", "")}`;
    case "notEnds":
      return unlike(like("%", ""));
    case "null":
      return `${of} IS NULL`;
    case "notNull":
      return `${of} IS NOT NULL`;
    case "blank":
      return `(${of} IS NULL OR ${of} = '')`;
    case "filled":
      return `(${of} IS NOT NULL AND ${of} <> '')`;
  }
}
