/** The conversation in KV: every message under its number, whole, for good. */
import type { ChatMessage } from "../types.ts";
import { announce, type FeedEvent } from "../store/feed.ts";
import { keys } from "../store/keys.ts";
import { openStore } from "../store/kv.ts";
import { getLarge, type Large, putLarge } from "../store/large.ts";

interface StoredMessage {
  id: string;
  message: Large;
}

/**
 * Adds messages to an operation: their entries, and a check that no one else took their numbers. Returns the feed
 * events that belong into the same operation.
 */
export async function appendMessages(
  kv: Deno.Kv,
  op: Deno.AtomicOperation,
  ws: string,
  messages: readonly ChatMessage[],
): Promise<FeedEvent[]> {
  if (messages.length === 0) return [];
  const next = await kv.get<number>(keys.nextMessage(ws));
  let n = next.value ?? 1;
  const events: FeedEvent[] = [];
  for (const message of messages) {
    const large = await putLarge(kv, ws, message);
    op.set(keys.message(ws, n), { id: message.id, message: large } satisfies StoredMessage);
    op.check({ key: keys.messageNumber(ws, message.id), versionstamp: null });
    op.set(keys.messageNumber(ws, message.id), n);
    events.push({ t: "message", n, id: message.id });
    n++;
  }
  op.check(next).set(keys.nextMessage(ws), n);
  return events;
}

/** A message by its number; null when it was cleared. */
export async function getMessage(ws: string, n: number): Promise<ChatMessage | null> {
  const kv = await openStore();
  const entry = await kv.get<StoredMessage>(keys.message(ws, n));
  return entry.value && await getLarge<ChatMessage>(kv, ws, entry.value.message);
}

/** Whether a message of this id is kept. */
export async function hasMessage(ws: string, id: string): Promise<boolean> {
  const kv = await openStore();
  return (await kv.get(keys.messageNumber(ws, id))).value !== null;
}

/** A page of the conversation, oldest first, ending before `before`. */
export async function listMessages(
  ws: string,
  limit: number,
  before?: number,
): Promise<{ messages: ChatMessage[]; before: string | null }> {
  const kv = await openStore();
  const prefix = keys.messages(ws);
  const messages: ChatMessage[] = [];
  let first = 0;
  const end = [...prefix, before ?? Number.MAX_SAFE_INTEGER];
  for await (
    const { key, value } of kv.list<StoredMessage>({ start: prefix, end }, { reverse: true, limit })
  ) {
    const message = await getLarge<ChatMessage>(kv, ws, value.message);
    if (message) messages.unshift(message);
    first = Number(key.at(-1));
  }
  const older = first > 0 &&
    !(await kv.list({ start: prefix, end: [...prefix, first] }, { limit: 1 }).next()).done;
  return { messages, before: older ? String(first) : null };
}

/** Forgets the whole conversation; numbers are not used again. Actions and observations stay. */
export async function clearMessages(ws: string): Promise<void> {
  const kv = await openStore();
  const op = kv.atomic();
  announce(kv, op, ws, [{ t: "cleared" }]);
  // The entries go first: a tab that hears of it and asks again must find nothing.
  for await (const { key, value } of kv.list<StoredMessage>({ prefix: keys.messages(ws) })) {
    await kv.delete(key);
    await kv.delete(keys.messageNumber(ws, value.id));
    if (!("inline" in value.message)) {
      for await (const part of kv.list({ prefix: keys.body(ws, value.message.body) })) {
        await kv.delete(part.key);
      }
    }
  }
  await op.commit();
}
