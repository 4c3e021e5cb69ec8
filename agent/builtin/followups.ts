/** "Only the Gold ones", "and in West?", "sort them by name": sentences that go on from the query before. */
import type { Table } from "@/agent/types.ts";
import { hasPronoun, namesRow, onesAt } from "./changes.ts";
import { noWay } from "./having.ts";
import { spoken } from "./lexicon.ts";
import type { Condition, Context, Read } from "./query.ts";
import { isClean, pieces, shape } from "./reads.ts";
import { wayTo } from "./relations.ts";
import { type Scan, tableSpots } from "./scan.ts";
import { scanSentence } from "./sentence.ts";
import { saysAt, without } from "./words.ts";
import type { Token } from "./tokens.ts";

const STARTS =
  "only|just|show only|show just|list only|only show|and|but|and only|but only|what about|how about|and what about|sort|sorted|order by|ordered by|" +
  "newest first|oldest first|now only|how many|count|limit|the first|first|of those|of these|of them|except|without|" +
  "also|the average|average|the total|total|in|with|per|by|group|grouped by|alphabetically|which|not|from";
/** "what's the average price" may go on too; where it can't, it stands by itself. */
const ASKS = "what|what is|what are|and what is|and what";
/** What the rows before have: it names another table, but not to begin anew. */
const HAVING =
  "with|without|only with|only without|but with|but without|and with|and without|who have|that have|having|" +
  "of|for|by|and of|and for|and by|what about those of|and those of|what about the ones of";
/** What a sentence begins with that stands by itself; other words without a table's name narrow the rows before. */
const BEGINS =
  "show|list|display|get|find|see|view|fetch|tell|print|look|select|search|what|where|when|how|is|are|do|does|" +
  "did|give|name|return|all|every|everything|everyone|any";
const ASKED =
  "the average|average|the total|total|the sum|the number of|the highest|the lowest|the minimum|the maximum";
const REPLACES = "and|what about|how about|and what about|in";
const WORDS = "them|those|these|they|it|one|what about|how about|now|their|its|of those|of them";

/** The query that a follow-up means, why it can't be told, or null when the sentence stands by itself. */
export function followUp(
  text: string,
  tokens: Token[],
  context: Context,
): { read: Read } | { say: string } | null {
  const { previous, schema } = context;
  // "order by date" speaks of no orders.
  const ordered = saysAt(tokens, 0, "order by|order them by|order it by|order these by|order those by");
  const spot = tableSpots(schema, tokens).find((s) => s.at >= ordered);
  const pronoun = hasPronoun(tokens) || onesAt(tokens) >= 0;
  if (spot && spot.table !== previous?.table && isOpen(tokens, spot.at)) {
    return related(text, tokens, spot.table, context);
  }
  const goesOn = previous !== null && saysAt(tokens, 0, HAVING) > 0;
  if (
    spot && previous && !goesOn && spot.table !== previous.table && saysAt(tokens, 0, "and") &&
    !isNew(tokens, spot)
  ) {
    const [name, before] = [spoken(spot.table.name), spoken(previous.table.name)];
    return { say: `Those of the ${before} before, or all? Say "their ${name}" or "show all ${name}".` };
  }
  if (spot && !goesOn && (spot.table !== previous?.table || !pronoun)) return null;
  const lead = saysAt(tokens, 0, ASKS), asks = lead > 0 && saysAt(tokens, lead, ASKED) > 0;
  const loose = !pronoun && !goesOn && !saysAt(tokens, 0, STARTS);
  if (loose && !asks && saysAt(tokens, 0, BEGINS)) return null;
  if (!previous) return null;
  const rest = without(tokens, WORDS);
  const said = scanSentence(schema, text, rest, previous.table, true);
  // "average price of products", then "per category": of the same calculation.
  if (said.read.groups.length && !said.read.aggregates.length) {
    said.read.aggregates.push(...previous.aggregates);
  }
  const scan = shape(said);
  if (!isClean(scan)) return loose ? null : { say: refusal(text, scan, previous.table) };
  if (scan.read.table !== previous.table) return null;
  const { conditions, sort, groups, aggregates, columns, limit } = scan.read;
  // "email of Bob Martinez" names its row itself.
  if (loose && conditions.some(namesRow)) return null;
  const others = conditions.length + sort.length + groups.length + aggregates.length +
    scan.read.beside.length;
  if (columns.length && previous.aggregates.length && !aggregates.length) return { say: BESIDE };
  if (!others && !columns.length && limit === null) return null;
  if (others && previous.limit !== null) return { say: CUT };
  const replaces = saysAt(tokens, 0, REPLACES) > 0;
  const woven = previous.conditions.some((c) =>
    c.kind === "either" && c.any.some((a) => conditions.some((n) => sameColumn(a, n)))
  );
  if (replaces && woven) return { say: WOVEN };
  return { read: merge(previous, scan.read, replaces) };
}

const BESIDE =
  "I can't show that beside a calculation over many rows. Please ask for the rows, or for another calculation.";
const WOVEN = 'I can\'t take a part of "one or the other" away. Please ask for the rows anew.';
const CUT =
  "The list before was cut to its first rows, which I can't go on from. Please ask for the rows anew.";

/** "and show all products", "and how many customers in Oslo": more than a table's name after "and". */
function isNew(tokens: Token[], spot: { at: number; length: number }): boolean {
  const next = tokens[spot.at + spot.length];
  return saysAt(tokens, 1, BEGINS) > 0 || (next !== undefined && next.kind !== "sign");
}

/** Whether "their" and the like mean the rows before: "their orders", "orders of those", not "customers with their orders". */
function isOpen(tokens: Token[], table: number): boolean {
  return tokens.some((_, at) =>
    saysAt(tokens, at, at < table ? "their|its|those|these" : "them|those|these|they|it") > 0 &&
    (at < table ? !saysAt(tokens, at - 1, "with") : saysAt(tokens, at - 1, "of|for|from|by") > 0 &&
      (tokens[at + 1] === undefined || tokens[at + 1]?.kind === "sign"))
  );
}

/** "Their orders" after a list of customers: rows of another table that belong to those, where one way leads there. */
function related(
  text: string,
  tokens: Token[],
  table: Table,
  context: Context,
): { read: Read } | { say: string } {
  const { previous, schema } = context;
  if (!previous) return { say: "I don't know what that refers to. Please name the table and a condition." };
  const scan = shape(scanSentence(schema, text, without(tokens, `${WORDS}|and`), table, true));
  if (!isClean(scan)) return { say: refusal(text, scan, previous.table) };
  const way = wayTo(schema, table, previous.table);
  if (previous.limit !== null || scan.read.table !== table) return { say: CUT };
  if (typeof way === "string") return { say: noWay(table, previous.table, way) };
  const own = previous.conditions.every((c) => c.kind === "compare" && c.table === previous.table);
  const [only, more] = previous.conditions;
  const beyond = only?.kind === "compare" && !more ? wayTo(schema, table, only.table) : "none";
  const passes = typeof beyond !== "string" && beyond.some((s) => s.table === previous.table);
  if (!own && !passes) {
    return {
      say: `I can't go on from those ${previous.table.name}. Please name the tables and the conditions.`,
    };
  }
  const link: Condition = { kind: "related", table: previous.table, without: false, count: null };
  return { read: { ...scan.read, conditions: [link, ...previous.conditions, ...scan.read.conditions] } };
}

function refusal(text: string, scan: Scan, table: Table): string {
  const unknown = pieces(text, scan.unknown).map((u) => `"${u}"`).join(" and ");
  const why = unknown ? `I did not understand ${unknown}.` : scan.question ?? "I did not understand that.";
  return `${why} I took it as going on from the ${table.name} before; say the table's name to start afresh.`;
}

function merge(before: Read, now: Read, replaces: boolean): Read {
  // No row is of two kinds at once: "in Rome" after "in Oslo" takes its place.
  const kept = before.conditions.filter((c) =>
    !now.conditions.some((n) => sameColumn(c, n) && (replaces || (isEqual(c) && isEqual(n))))
  );
  const shapes = now.aggregates.length > 0 || now.groups.length > 0;
  return {
    table: before.table,
    conditions: [...kept, ...now.conditions],
    columns: now.columns.length ? now.columns : shapes ? [] : before.columns,
    distinct: now.distinct || (!shapes && before.distinct),
    aggregates: shapes ? now.aggregates : before.aggregates,
    groups: shapes ? now.groups : before.groups,
    sort: now.sort.length ? now.sort : shapes ? [] : before.sort,
    limit: now.limit ?? (shapes ? null : before.limit),
    beside: shapes ? [] : [...before.beside, ...now.beside],
  };
}

function isEqual(c: Condition): boolean {
  return c.kind === "compare" && c.op === "eq";
}

function sameColumn(a: Condition, b: Condition): boolean {
  return a.kind === "compare" && b.kind === "compare" && a.table === b.table && a.column === b.column;
}
