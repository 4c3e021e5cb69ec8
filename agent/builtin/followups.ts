/** "Only the Gold ones", "and in West?", "sort them by name": sentences that go on from the query before. */
import { hasPronoun } from "./changes.ts";
import type { Condition, Context, Read } from "./query.ts";
import { isClean, pieces, shape } from "./reads.ts";
import { tableSpots } from "./scan.ts";
import { scanSentence } from "./sentence.ts";
import { saysAt, without } from "./words.ts";
import type { Token } from "./tokens.ts";

const STARTS =
  "only|just|and|but|and only|but only|what about|how about|and what about|sort|sorted|order by|ordered by|" +
  "newest first|oldest first|now only|how many|count|limit|the first|first|of those|of these|of them|except|without|" +
  "also|the average|average|the total|total|in|with|per|by|group|grouped by|alphabetically|which";
const REPLACES = "and|what about|how about|and what about|in";
const WORDS =
  "them|those|these|they|it|ones|one|that|only|just|what about|how about|now|their|its|also|of those|of them";

/** The query that a follow-up means, why it can't be told, or null when the sentence stands by itself. */
export function followUp(
  text: string,
  tokens: Token[],
  context: Context,
): { read: Read } | { say: string } | null {
  const { previous, schema } = context;
  const [spot] = tableSpots(schema, tokens);
  const pronoun = hasPronoun(tokens) || tokens.some((t) => t.low === "ones");
  if (spot && (spot.table !== previous?.table || !pronoun)) return null;
  if (!pronoun && !saysAt(tokens, 0, STARTS)) return null;
  if (!previous) return null;
  const rest = without(tokens, WORDS);
  const scan = shape(scanSentence(schema, text, rest, previous.table, true));
  if (!isClean(scan)) {
    const unknown = pieces(text, scan.unknown).map((u) => `"${u}"`).join(" and ");
    const why = unknown ? `I did not understand ${unknown}.` : scan.question ?? "I did not understand that.";
    return {
      say:
        `${why} I took it as going on from the ${previous.table.name} before; say the table's name to start afresh.`,
    };
  }
  if (scan.read.table !== previous.table) return null;
  const changed = scan.read.conditions.length + scan.read.sort.length + scan.read.groups.length +
    scan.read.aggregates.length + scan.read.columns.length;
  if (!changed && scan.read.limit === null) return null;
  return { read: merge(previous, scan.read, saysAt(tokens, 0, REPLACES) > 0) };
}

function merge(before: Read, now: Read, replaces: boolean): Read {
  const kept = replaces
    ? before.conditions.filter((c) => !now.conditions.some((n) => sameColumn(c, n)))
    : before.conditions;
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
    beside: shapes ? [] : before.beside,
  };
}

function sameColumn(a: Condition, b: Condition): boolean {
  return a.kind === "compare" && b.kind === "compare" && a.table === b.table && a.column === b.column;
}
