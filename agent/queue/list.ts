/** Lists of entries, newest first, and how many there are. */
import type { ActionList, ActionState, ActionSummary, Counts } from "../types.ts";
import { Refusal } from "../errors.ts";
import { keys } from "../store/keys.ts";
import { openStore } from "../store/kv.ts";
import { changedTables, marked } from "./freshness.ts";
import { indexedFrom, tablesOf, wordsOfEntry } from "./index.ts";
import { AnyOf, FEW, KnownPostings, meet, Meter, type Postings, StoredPostings } from "./postings.ts";
import { hasTerm, type Term, termsOf } from "./search.ts";
import { EDGES, type StateFilter, statesOf } from "./states.ts";
import type { Stored } from "./store.ts";
import { fit } from "./summary.ts";

export interface ListQuery {
  state?: StateFilter;
  type?: "action" | "observation";
  /** A table that the action changes. */
  table?: string;
  /** Words that all have to be in number, title, description, SQL or tables; the last one may be a beginning. */
  q?: string;
  limit?: number;
  cursor?: string;
}

/** What one page may read. A page that ends by it answers with what it found and a cursor to go on. */
const MAX_READS = 1_000;
/** What is looked up for a word that is still being typed: so many words, or so many entries of a beginning this long. */
const MAX_WORDS = 64;
const MAX_ENTRIES = 500;
const LONG_ENOUGH = 3;
/** Entries read at once where the index does not help. */
const SCAN = 64;

/** One page, newest first. What it reads is in proportion to what it finds, and never more than about a thousand keys. */
export async function listActions(ws: string, query: ListQuery): Promise<ActionList> {
  const kv = await openStore();
  const limit = query.limit ?? 50;
  const before = query.cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(query.cursor);
  if (!Number.isSafeInteger(before)) throw new Refusal("invalid", "The cursor is not one of ours.");
  const terms = query.q?.trim() ? termsOf(query.q) : null;
  const meter = new Meter(MAX_READS);
  const lists = await postingsFor(kv, ws, query, terms ?? [], meter);
  const hasFilter = Boolean(query.state || query.type || query.table || terms);
  const [least, changed] = await Promise.all([indexedFrom(kv, ws), changedTables(kv, ws)]);
  const found: ActionSummary[] = [];
  // Signs alone are no words: nothing has them.
  let rest = terms?.length === 0 ? 0 : before - 1;
  while (rest > 0 && found.length < limit && !meter.isSpent) {
    const wanted = limit - found.length;
    const isIndexed = lists.length > 0 && rest >= least;
    const page = isIndexed
      ? await indexed(kv, ws, lists, rest, { least, wanted, meter })
      : await scanned(kv, ws, rest, hasFilter ? SCAN : wanted, meter);
    rest = page.rest;
    for (const stored of page.entries) {
      if (!matches(stored, query, terms ?? [])) continue;
      found.push(fit(marked(stored, changed)));
      if (found.length < limit) continue;
      rest = stored.summary.id - 1;
      break;
    }
  }
  const newest = await kv.get<number>(keys.nextAction(ws));
  return {
    actions: found,
    cursor: rest > 0 ? String(rest + 1) : null,
    counts: await countStates(ws),
    newest: (newest.value ?? 1) - 1,
  };
}

/** How many actions are in each state. Observations are not counted: nobody decides them. */
export async function countStates(ws: string): Promise<Counts> {
  const kv = await openStore();
  const counts: Counts = {};
  for await (const { key, value } of kv.list<Deno.KvU64>({ prefix: keys.counts(ws) })) {
    const state = key.at(-1);
    if (typeof state === "string" && isState(state)) counts[state] = Number(value.value);
  }
  return counts;
}

/** Numbers of all actions in a state, oldest first. */
export async function idsOfState(ws: string, state: ActionState): Promise<number[]> {
  const kv = await openStore();
  const ids: number[] = [];
  for await (const { key, value } of kv.list<string>({ prefix: keys.allOfState(ws, state) })) {
    if (value === "action") ids.push(Number(key.at(-1)));
  }
  return ids;
}

/** The lists of the index in which an entry has to be. A term that none helps with is left to the entries themselves. */
async function postingsFor(
  kv: Deno.Kv,
  ws: string,
  { state, type, table }: ListQuery,
  terms: readonly Term[],
  meter: Meter,
): Promise<Postings[]> {
  const below = (prefix: Deno.KvKey) => new StoredPostings(kv, prefix, meter);
  const lists: Postings[] = [];
  if (state) lists.push(new AnyOf(statesOf(state).map((one) => below(keys.allOfState(ws, one)))));
  if (table) lists.push(below(keys.allOfTable(ws, table)));
  for (const { word, isPrefix, id } of terms) {
    const parts = word === ""
      ? []
      : isPrefix
      ? await beginningWith(kv, ws, word, meter)
      : [below(keys.allOfWord(ws, word))];
    if (parts) lists.push(new AnyOf(id === null ? parts : [new KnownPostings([id]), ...parts]));
  }
  if (type) lists.push(below(keys.allOfType(ws, type)));
  return lists;
}

/**
 * The lists of all words that begin so. Few words: one read for each, however many entries have it. Many words: all their
 * entries, if these are few (as with numbers of cases). Null for many of both: reading entries finds some soon.
 */
async function beginningWith(
  kv: Deno.Kv,
  ws: string,
  start: string,
  meter: Meter,
): Promise<Postings[] | null> {
  const words: string[] = [];
  // No word holds the last of all characters.
  let end = keys.allOfWord(ws, `${start}\u{10ffff}`);
  while (words.length < MAX_WORDS) {
    const range = { start: keys.allOfWord(ws, start), end };
    const [last] = await Array.fromAsync(kv.list(range, { reverse: true, limit: 1 }));
    meter.add(1);
    const word = last?.key.at(-2);
    if (typeof word !== "string") {
      const few = Math.ceil(FEW / Math.max(1, words.length));
      return words.map((one) => new StoredPostings(kv, keys.allOfWord(ws, one), meter, few));
    }
    words.push(word);
    end = keys.allOfWord(ws, word);
  }
  if (start.length < LONG_ENOUGH) return null;
  const whole = { start: keys.allOfWord(ws, start), end: keys.allOfWord(ws, `${start}\u{10ffff}`) };
  const ids = new Set<number>();
  let reads = 0;
  for await (const { key } of kv.list(whole, { limit: MAX_ENTRIES })) {
    ids.add(Number(key.at(-1)));
    reads++;
  }
  meter.add(reads);
  return reads < MAX_ENTRIES ? [new KnownPostings([...ids].sort((a, b) => b - a))] : null;
}

interface Page {
  entries: Stored[];
  /** Every entry above it was looked at. */
  rest: number;
}

async function indexed(
  kv: Deno.Kv,
  ws: string,
  lists: readonly Postings[],
  from: number,
  limits: { least: number; wanted: number; meter: Meter },
): Promise<Page> {
  const { ids, rest } = await meet(lists, from, limits);
  const entries: Stored[] = [];
  // KV gives ten values at once.
  for (let i = 0; i < ids.length; i += 10) {
    const some = ids.slice(i, i + 10).map((id) => keys.action(ws, id));
    for (const { value } of await kv.getMany<Stored[]>(some)) if (value) entries.push(value);
  }
  limits.meter.add(ids.length);
  return { entries, rest };
}

async function scanned(kv: Deno.Kv, ws: string, from: number, size: number, meter: Meter): Promise<Page> {
  const entries: Stored[] = [];
  const range = { start: keys.actions(ws), end: keys.action(ws, from + 1) };
  for await (const { value } of kv.list<Stored>(range, { reverse: true, limit: size })) entries.push(value);
  meter.add(entries.length);
  const last = entries.at(-1);
  return { entries, rest: entries.length < size || !last ? 0 : last.summary.id - 1 };
}

function matches(stored: Stored, { state, type, table }: ListQuery, terms: readonly Term[]): boolean {
  const { summary } = stored;
  if (state && !statesOf(state).includes(summary.state)) return false;
  if (type && summary.type !== type) return false;
  if (table && !tablesOf(stored).includes(table)) return false;
  if (terms.length === 0) return true;
  const tokens = wordsOfEntry(stored);
  return terms.every((term) => hasTerm(summary.id, tokens, term));
}

function isState(text: string): text is ActionState {
  return Object.hasOwn(EDGES, text);
}
