/** One workspace with a scripted model and a made-up database, as the tests of the conversation need it. */
import assert from "node:assert/strict";
import { dropFollowUps } from "@/agent/chat/followup.ts";
import { runningAnswer, startAnswer, stopAll, type Where } from "@/agent/chat/run.ts";
import { appendMessages, listMessages } from "@/agent/chat/store.ts";
import type { Hub } from "@/agent/live/hub.ts";
import { hubOf } from "@/agent/live/hubs.ts";
import { useSettings } from "@/agent/settings.ts";
import { announce } from "@/agent/store/feed.ts";
import { keys } from "@/agent/store/keys.ts";
import { openStore } from "@/agent/store/kv.ts";
import type { Actor, ChatMessage, LiveFrame } from "@/agent/types.ts";
import { type Contents, type FakeDatabase, startDatabase } from "@/tests/fakes/database.ts";
import { type Arrival, type FakeOpenAI, startOpenAI, type Turn } from "@/tests/fakes/openai.ts";
import { within } from "@/tests/deadline.ts";
import { localSettings, withStore } from "./store.ts";

/** No word of what is shown or kept may hold it. */
export const KEY = "sk-test-0123456789-secret";
const OPENAI = "https://api.openai.com/v1/";
export const WHERE: Where = { ws: "main", database: "main" };
export const ANN: Actor = { id: "ann", name: "Ann", via: "person" };

export interface Conversation {
  openai: FakeOpenAI;
  db: FakeDatabase;
  hub: Hub;
  /** What was logged as unexpected. */
  logs: string[];
  /** Sends a message of a person; resolves when the answer has begun. */
  ask(text: string, id?: string): Promise<string>;
  /** The stored message of a run, when it is there. */
  ended(run: string): Promise<ChatMessage>;
}

/**
 * Runs a test on an empty workspace. Afterwards nothing runs, and the provider had nothing to complain about. A
 * `baseUrl` of null is OpenAI itself, by its Responses API: what is sent there goes to the fake.
 */
export function withConversation(
  script: (request: Arrival, n: number) => Turn | Promise<Turn>,
  test: (conversation: Conversation) => Promise<void>,
  baseUrl?: string | null,
  contents?: Contents,
): Promise<void> {
  return withStore(async () => {
    const openai = startOpenAI(script);
    const db = startDatabase(contents);
    useSettings({
      ...localSettings(db.url),
      model: { apiKey: KEY, baseUrl: baseUrl === undefined ? openai.baseUrl : baseUrl, name: "fake-1" },
    });
    const logs: string[] = [];
    const { error } = console;
    console.error = (...words) => void logs.push(words.join(" "));
    const { fetch } = globalThis;
    globalThis.fetch = (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      if (!url.startsWith(OPENAI)) return fetch(input, init);
      return fetch(url.replace(OPENAI, `${openai.baseUrl}/`), input instanceof Request ? input : init);
    };
    try {
      const hub = await hubOf(WHERE.ws);
      await test({ openai, db, hub, logs, ask, ended: await messagesOf(hub) });
      await within("the last answer to stop", stopAll());
      assert.deepEqual(openai.complaints, [], "the provider was asked in a form that it refuses");
      assert.equal(await runningAnswer(WHERE.ws), null, "a lease remained");
      assert.equal(logs.join("\n").includes(KEY), false, "the key was logged");
    } finally {
      console.error = error;
      globalThis.fetch = fetch;
      dropFollowUps();
      await within("the last answer to stop", stopAll());
      await openai.close();
      await db.close();
    }
  });
}

/** All messages of the workspace, oldest first. */
export async function stored(): Promise<ChatMessage[]> {
  return (await listMessages(WHERE.ws, 1_000)).messages;
}

/** The text of a message. */
export function words(message: ChatMessage): string {
  return message.parts.map((part) => part.type === "text" ? part.text : "").join("");
}

/** Adds messages as if they had been said before. */
export async function remember(messages: readonly ChatMessage[]): Promise<void> {
  const kv = await openStore();
  const op = kv.atomic();
  announce(kv, op, WHERE.ws, await appendMessages(kv, op, WHERE.ws, messages));
  assert.ok((await op.commit()).ok);
}

/** A plain message. */
export function message(role: ChatMessage["role"], text: string, metadata = {}): ChatMessage {
  return { id: crypto.randomUUID(), role, parts: [{ type: "text", text }], metadata };
}

/** Nothing runs: no lease is left, and the chunks of no run but the last. */
export async function nothingRuns(): Promise<void> {
  // A message is heard of before the chunks of earlier runs are swept up.
  await within("the answer to stop", stopAll());
  const kv = await openStore();
  assert.equal((await kv.get(keys.run(WHERE.ws))).value, null, "a lease remains");
  const runs = new Set<unknown>();
  for await (const { key } of kv.list({ prefix: keys.allChunks(WHERE.ws) })) runs.add(key.at(-2));
  assert.ok(runs.size <= 1, `chunks of ${runs.size} runs remain`);
}

/** Resolves when the running answer has written `text`, in the memory of the process that drives it. */
export async function written(hub: Hub, run: string, text: string): Promise<void> {
  let said = "";
  for await (const chunk of hub.chunks(run, AbortSignal.timeout(30_000))) {
    if (chunk.type === "text-delta") said += chunk.delta;
    if (said.includes(text)) return;
  }
  assert.fail(`the answer ended without ${text}`);
}

/** A promise to open by hand: what waits for it waits until `open` is called. */
export function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

function ask(text: string, id: string = crypto.randomUUID()): Promise<string> {
  return within("the answer to begin", startAnswer(WHERE, ANN, { id, text })).then(({ run }) => run);
}

async function messagesOf(hub: Hub): Promise<Conversation["ended"]> {
  const messages = new Map<string, ChatMessage>();
  const waiting = new Map<string, (message: ChatMessage) => void>();
  await hub.subscribe("", (text) => {
    const frame: LiveFrame = JSON.parse(text);
    if (frame.type !== "chat" || !("message" in frame.data)) return;
    const { message } = frame.data;
    messages.set(message.id, message);
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  return (run) => {
    const found = messages.get(run);
    if (found) return Promise.resolve(found);
    const { promise, resolve } = Promise.withResolvers<ChatMessage>();
    waiting.set(run, resolve);
    return within(`the message of ${run}`, promise);
  };
}
