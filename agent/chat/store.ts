/** The conversation in KV: every message under its number, whole, for good. */
import type { ChatMessage } from "../types.ts";
import { Refusal } from "../errors.ts";
import { announce, type FeedEvent } from "../store/feed.ts";
import { keys } from "../store/keys.ts";
import { backoff, MAX_TRIES, openStore } from "../store/kv.ts";
import { dropLarge, getLarge, type Large, putLarge } from "../store/large.ts";

/** Nobody writes so many commands in a row that this many pages hold nothing else. */
const MAX_PAGES = 20;

interface StoredMessage {
  id: string;
  message: Large;
}

/**
 * Adds messages to an operation: their entries, and a check that nothing was said or cleared meanwhile, also where none
 * is added. Returns the feed events that belong into the same operation.
 */
export async function appendMessages(
  kv: Deno.Kv,
  op: Deno.AtomicOperation,
  ws: string,
  messages: readonly ChatMessage[],
): Promise<FeedEvent[]> {
  // Before the number is asked for: what is long takes its time, in which others would take the number.
  const bodies = await bodiesOf(kv, ws, messages);
  return place(op, ws, messages, bodies, await kv.get<number>(keys.nextMessage(ws)));
}

/** The bodies of messages, written as far as they are too long to stand in their entries. */
export function bodiesOf(kv: Deno.Kv, ws: string, messages: readonly ChatMessage[]): Promise<Large[]> {
  return Promise.all(messages.map((message) => bodyOf(kv, ws, message)));
}

/** The same as {@link appendMessages} for who has read the next number and written the bodies. */
export function place(
  op: Deno.AtomicOperation,
  ws: string,
  messages: readonly ChatMessage[],
  bodies: readonly Large[],
  next: Deno.KvEntryMaybe<number>,
): FeedEvent[] {
  op.check(next);
  if (messages.length === 0) return [];
  let n = next.value ?? 1;
  const events: FeedEvent[] = [];
  for (const [i, message] of messages.entries()) {
    op.set(keys.message(ws, n), { id: message.id, message: bodies[i] } satisfies StoredMessage);
    op.check({ key: keys.messageNumber(ws, message.id), versionstamp: null });
    op.set(keys.messageNumber(ws, message.id), n);
    events.push({ t: "message", n, id: message.id });
    n++;
  }
  op.set(keys.nextMessage(ws), n);
  return events;
}

const written = new WeakMap<ChatMessage, Promise<Large>>();

/** The body of a message, written once, however often the commit that refers to it loses its race. */
function bodyOf(kv: Deno.Kv, ws: string, message: ChatMessage): Promise<Large> {
  const known = written.get(message);
  if (known) return known;
  const body = putLarge(kv, ws, message);
  written.set(message, body);
  body.catch(() => written.delete(message));
  return body;
}

/** Removes what was written of messages that are not taken after all. Never call it once their commit may have been. */
export async function dropBodies(ws: string, messages: readonly ChatMessage[]): Promise<void> {
  const kv = await openStore();
  for (const message of messages) {
    const body = await written.get(message);
    written.delete(message);
    await dropLarge(kv, ws, body ?? null);
  }
}

/**
 * Adds messages in a commit of its own; `also` puts more into it, and is asked again when the commit lost a race. Throws
 * `busy` when a message of the first id is there already.
 */
export async function addMessages(
  ws: string,
  messages: readonly ChatMessage[],
  also: (op: Deno.AtomicOperation) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const kv = await openStore();
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    if (await hasMessage(ws, messages[0].id)) throw new Refusal("busy", "This message was sent already.");
    const op = kv.atomic();
    await also(op);
    announce(kv, op, ws, await appendMessages(kv, op, ws, messages));
    if ((await op.commit()).ok) return;
    await backoff(tries);
  }
  throw new Refusal("busy", "The conversation is busy. Try again.");
}

/**
 * The newest messages that pass `keep`, oldest first; those that don't are looked past. At most `limit` of them are such
 * as `counts`. `upTo` is the number of the newest of all, so that it can be told whether another one came since.
 */
export async function lastMessages(
  ws: string,
  limit: number,
  keep: (message: ChatMessage) => boolean,
  counts: (message: ChatMessage) => boolean = () => true,
): Promise<{ messages: ChatMessage[]; upTo: number }> {
  const page = await listMessages(ws, limit);
  const { upTo } = page;
  const kept = page.messages.filter(keep);
  let { before } = page;
  for (let pages = 1; pages < MAX_PAGES && before !== null; pages++) {
    if (kept.filter(counts).length >= limit) break;
    const older = await listMessages(ws, limit, Number(before));
    kept.unshift(...older.messages.filter(keep));
    before = older.before;
  }
  const oldest = kept.filter(counts).at(-limit);
  return { messages: oldest ? kept.slice(kept.indexOf(oldest)) : kept, upTo };
}

/** A message by its number; null when it was cleared. */
export async function getMessage(ws: string, n: number): Promise<ChatMessage | null> {
  const kv = await openStore();
  const [entry, first] = await kv.getMany<[StoredMessage, number]>([
    keys.message(ws, n),
    keys.firstMessage(ws),
  ]);
  if (n < (first.value ?? 1)) return null;
  return entry.value && await getLarge<ChatMessage>(kv, ws, entry.value.message);
}

/** Whether a message of this id is kept. */
export async function hasMessage(ws: string, id: string): Promise<boolean> {
  const kv = await openStore();
  return (await kv.get(keys.messageNumber(ws, id))).value !== null;
}

/** A page of the conversation, oldest first, ending before `before`. `upTo` is the number of its newest message. */
export async function listMessages(
  ws: string,
  limit: number,
  before?: number,
): Promise<{ messages: ChatMessage[]; before: string | null; upTo: number }> {
  const kv = await openStore();
  const end = keys.message(ws, before ?? Number.MAX_SAFE_INTEGER);
  const page = { start: keys.messages(ws), end };
  const [first, entries] = await Promise.all([
    firstOf(kv, ws),
    // One more than is asked for tells whether there are older ones.
    Array.fromAsync(kv.list<StoredMessage>(page, { reverse: true, limit: limit + 1 })),
  ]);
  const said = entries.flatMap(({ key, value }) => {
    const n = Number(key.at(-1));
    return n < first ? [] : [{ n, large: value.message }];
  });
  const shown = said.slice(0, limit);
  const messages = await Promise.all(shown.map(({ large }) => getLarge<ChatMessage>(kv, ws, large)));
  return {
    messages: messages.flatMap((message) => message ?? []).reverse(),
    before: said.length > limit ? String(shown.at(-1)?.n) : null,
    upTo: shown[0]?.n ?? first - 1,
  };
}

/**
 * Forgets the whole conversation in one commit, however long it is; numbers are not used again. Actions and observations
 * stay. What was cleared is swept up afterwards, and by the next clearing if this process dies first.
 */
export async function clearMessages(ws: string): Promise<void> {
  const kv = await openStore();
  for (let tries = 0;; tries++) {
    const next = await kv.get<number>(keys.nextMessage(ws));
    const op = kv.atomic().check(next).set(keys.firstMessage(ws), next.value ?? 1);
    // Written as it was: whoever read the conversation before must not go on from it.
    op.set(keys.nextMessage(ws), next.value ?? 1);
    announce(kv, op, ws, [{ t: "cleared" }]);
    if ((await op.commit()).ok) break;
    if (tries > MAX_TRIES) throw new Refusal("busy", "The conversation is busy. Try again.");
    await backoff(tries);
  }
  await sweep(kv, ws, await firstOf(kv, ws));
}

async function firstOf(kv: Deno.Kv, ws: string): Promise<number> {
  return (await kv.get<number>(keys.firstMessage(ws))).value ?? 1;
}

/** KV takes 1,000 mutations in a commit. */
const SWEEP = 900;

async function sweep(kv: Deno.Kv, ws: string, first: number): Promise<void> {
  let op = kv.atomic();
  let size = 0;
  const remove = async (key: Deno.KvKey) => {
    op.delete(key);
    if (++size % SWEEP === 0) {
      await op.commit();
      op = kv.atomic();
    }
  };
  const cleared = { start: keys.messages(ws), end: keys.message(ws, first) };
  for await (const { key, value } of kv.list<StoredMessage>(cleared)) {
    await remove(key);
    await remove(keys.messageNumber(ws, value.id));
    if (!("inline" in value.message)) {
      for (let part = 0; part < value.message.parts; part++) {
        await remove(keys.bodyPart(ws, value.message.body, part));
      }
    }
  }
  await op.commit();
}
