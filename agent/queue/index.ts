/**
 * The keys by which an entry is found, beside its number: the db-service's id, state, type, tables, words, and when it
 * expires. They follow from the entry alone, so whoever writes an entry moves them in the same commit.
 */
import { keys } from "../store/keys.ts";
import { backoff, MAX_TRIES, openStore } from "../store/kv.ts";
import { tokensOf } from "./search.ts";
import type { Stored } from "./store.ts";

/** Tables of one entry that it is found by: a commit takes 1,000 mutations. */
const MAX_TABLES = 100;
/** Tables whose names are words of the entry. */
const MAX_NAMED = 8;

/** What of an entry its keys depend on. */
export type Indexed = Pick<Stored, "summary" | "previewed">;

/** Writes the keys of an entry into the operation that writes the entry; `old` is what it was before. */
export function moveIndex(op: Deno.AtomicOperation, ws: string, old: Indexed | null, now: Indexed): void {
  const before = old ? indexOf(ws, old) : new Map<string, IndexEntry>();
  const after = indexOf(ws, now);
  for (const [name, { key }] of before) if (!after.has(name)) op.delete(key);
  for (const [name, { key, value }] of after) if (!before.has(name)) op.set(key, value);
}

/** The tables that an entry changes. */
export function tablesOf({ summary, previewed }: Indexed): string[] {
  return (previewed?.tables ?? summary.affected.map(({ table }) => table)).slice(0, MAX_TABLES);
}

/** The words that an entry is found by. */
export function wordsOfEntry(entry: Indexed): string[] {
  return tokensOf(entry.summary, tablesOf(entry).slice(0, MAX_NAMED));
}

/** The lowest number from which on the words and tables of every entry are in the index. */
export async function indexedFrom(kv: Deno.Kv, ws: string): Promise<number> {
  const [indexed, next] = await kv.getMany<[number, number]>([keys.indexed(ws), keys.nextAction(ws)]);
  return indexed.value ?? next.value ?? 1;
}

/** Mutations of one commit of the rebuild; a single entry has far fewer than KV's limit of 1,000. */
const BATCH_MUTATIONS = 600;
const BATCH_ENTRIES = 50;

/**
 * Puts entries into the index that were made before it existed, newest first, in small commits. It goes on where an
 * earlier process stopped, and entries that it has not reached yet are found by reading them.
 */
export async function completeIndex(ws: string): Promise<void> {
  const kv = await openStore();
  for (let tries = 0; tries < MAX_TRIES;) {
    const mark = await kv.get<number>(keys.indexed(ws));
    const from = mark.value ?? (await kv.get<number>(keys.nextAction(ws))).value ?? 1;
    if (from <= 1) return;
    const op = kv.atomic().check(mark);
    let reached = 1;
    let entries = 0;
    let mutations = 0;
    const older = { start: keys.action(ws, 1), end: keys.action(ws, from) };
    for await (const entry of kv.list<Stored>(older, { reverse: true, limit: BATCH_ENTRIES })) {
      const index = indexOf(ws, entry.value);
      if (mutations + index.size > BATCH_MUTATIONS) break;
      // A faster change of the entry has moved its keys itself.
      op.check(entry);
      for (const { key, value } of index.values()) op.set(key, value);
      mutations += index.size;
      entries++;
      reached = entry.value.summary.id;
    }
    op.set(keys.indexed(ws), entries === 0 ? 1 : reached);
    if ((await op.commit()).ok) tries = 0;
    else await backoff(tries++);
  }
}

interface IndexEntry {
  key: Deno.KvKey;
  value: string | number;
}

function indexOf(ws: string, entry: Indexed): Map<string, IndexEntry> {
  const { id, uid, state, type, expiresAt } = entry.summary;
  const index = new Map<string, IndexEntry>();
  const put = (key: Deno.KvKey, value: string | number = 1) => index.set(JSON.stringify(key), { key, value });
  put(keys.numberOf(ws, uid), id);
  put(keys.byState(ws, state, id), type);
  put(keys.byType(ws, type, id));
  for (const table of tablesOf(entry)) put(keys.byTable(ws, table, id));
  for (const word of wordsOfEntry(entry)) put(keys.word(ws, word, id));
  if (expiresAt !== null && (state === "pending" || state === "stale")) {
    put(keys.expiry(Date.parse(expiresAt), ws, id));
  }
  return index;
}
