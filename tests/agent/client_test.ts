import assert from "node:assert/strict";
import {
  createUIMessageStreamResponse,
  DefaultChatTransport,
  readUIMessageStream,
  type UIMessageChunk,
} from "ai";
import { ChatBody, requestOf } from "@/agent/chat/request.ts";
import { startAnswer, stopAnswer } from "@/agent/chat/run.ts";
import { Hub } from "@/agent/live/hub.ts";
import type { ChatMessage } from "@/agent/types.ts";
import type { Turn } from "@/tests/fakes/openai.ts";
import { within } from "@/tests/deadline.ts";
import {
  ANN,
  type Conversation,
  message,
  nothingRuns,
  stored,
  WHERE,
  withConversation,
} from "./conversation.ts";

const TWO_STEPS = (_request: unknown, n: number): Turn =>
  n === 0
    ? {
      text: "Let me see. ",
      toolCalls: [
        { name: "queryDatabase", args: { sql: "SELECT * FROM customers", description: "All 👥" } },
        { name: "queryDatabase", args: { sql: "PRAGMA x" } },
        { name: "mutateDatabase", args: { title: "Gold", sql: "UPDATE customers SET tier = 'gold'" } },
        { name: "noSuchTool", args: {} },
        { name: "queryDatabase", raw: "{" },
      ],
    }
    : { text: "Three people, and #2 waits — for you. 👋" };

Deno.test("a client of the AI SDK builds the very message that is stored", async () => {
  await withConversation(TWO_STEPS, async (test) => {
    const built = await sendMessage(test, "Who is there?");
    const kept = await test.ended(built.id);
    assert.equal(kept.metadata?.status, "done");
    assert.deepEqual(plain(built.parts), plain(kept.parts));
    assert.equal(built.role, "assistant");
    assert.equal(built.metadata?.status, "done");
    assert.equal(built.parts.length, 9, "step, text, five calls, step, text");
    await nothingRuns();
  });
});

Deno.test("so it does when the answer fails in the middle", async () => {
  await withConversation(
    (_request, n) => n === 0 ? TWO_STEPS(null, 0) : { text: "Half of it", breaks: "reset", after: 2 },
    async (test) => {
      const built = await sendMessage(test, "Who is there?");
      const kept = await test.ended(built.id);
      assert.equal(kept.metadata?.status, "failed");
      assert.deepEqual(plain(built.parts), plain(kept.parts));
    },
  );
});

Deno.test("and when it is stopped", async () => {
  const half = Promise.withResolvers<void>();
  await withConversation((_request, n) =>
    n === 0 ? TWO_STEPS(null, 0) : {
      text: "Half of it",
      pace: (event) => event === 2 ? (half.resolve(), new Promise(() => {})) : undefined,
    }, async (test) => {
    const sent = sendMessage(test, "Who is there?");
    await within("half of the answer", half.promise);
    await stopAnswer(WHERE.ws);
    const built = await sent;
    const kept = await test.ended(built.id);
    assert.equal(kept.metadata?.status, "stopped");
    assert.deepEqual(plain(built.parts), plain(kept.parts));
  });
});

Deno.test("a client that resumes late, at another process, is given the answer from its start to its end", async () => {
  const half = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  await withConversation((_request, n) =>
    n === 0 ? TWO_STEPS(null, 0) : {
      text: "Three people, and more of it to come.",
      pace: (event) => event === 3 ? (half.resolve(), resumed.promise) : undefined,
    }, async ({ ask, ended }) => {
    const other = await Hub.open(WHERE.ws);
    try {
      const run = await ask("Who is there?");
      await within("half of the answer", half.promise);
      await other.drain();
      const reading = read(streamOf(other, run, () => resumed.resolve()));
      const built = await reading;
      const kept = await ended(run);
      assert.equal(built.id, run);
      assert.deepEqual(plain(built.parts), plain(kept.parts));
    } finally {
      await other.close();
    }
  });
});

Deno.test("the stream of an answer that does not run is empty", async () => {
  await withConversation(() => ({ text: "Hi." }), async ({ hub, ask, ended }) => {
    assert.deepEqual(await Array.fromAsync(hub.chunks("no run", AbortSignal.timeout(1_000))), []);
    const run = await ask("Hello");
    await ended(run);
    await nothingRuns();
    assert.deepEqual(await Array.fromAsync(hub.chunks(run, AbortSignal.timeout(1_000))), []);
  });
});

Deno.test("a client that hangs up is forgotten, and the answer goes on", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await withConversation(
    () => ({ text: "Hello there.", pace: (event) => event === 2 ? promise : undefined }),
    async ({ hub, ask, ended }) => {
      const run = await ask("Hello");
      const gone = new AbortController();
      const seen: string[] = [];
      for await (const { type } of hub.chunks(run, gone.signal)) {
        seen.push(type);
        if (type === "text-delta") gone.abort();
      }
      assert.equal(seen.at(-1), "text-delta");
      resolve();
      assert.equal((await ended(run)).metadata?.status, "done");
      assert.equal((await stored()).length, 2);
    },
  );
});

/** Sends a message as an outside program does: the SDK's own transport and body, over HTTP. */
async function sendMessage({ hub }: Conversation, text: string): Promise<ChatMessage> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { run } = await startAnswer(WHERE, ANN, requestOf(ChatBody.parse(await request.json())));
    return createUIMessageStreamResponse({ stream: streamOf(hub, run) });
  });
  try {
    const transport = new DefaultChatTransport<ChatMessage>({ api: `http://127.0.0.1:${server.addr.port}/` });
    const stream = await transport.sendMessages({
      trigger: "submit-message",
      chatId: "chat",
      messageId: undefined,
      messages: [message("user", text)],
      abortSignal: undefined,
    });
    return await read(stream);
  } finally {
    await server.shutdown();
  }
}

function streamOf(hub: Hub, run: string, onRead = () => {}): ReadableStream<UIMessageChunk> {
  const chunks = hub.chunks(run, AbortSignal.timeout(20_000));
  return new ReadableStream<UIMessageChunk>({
    async pull(controller) {
      const { value, done } = await chunks.next();
      if (done) return controller.close();
      controller.enqueue(value);
      if (value.type === "text-delta" && value.delta !== "Let me" && value.delta !== " see. ") onRead();
    },
  });
}

async function read(stream: ReadableStream<UIMessageChunk>): Promise<ChatMessage> {
  let last: ChatMessage | null = null;
  for await (const state of readUIMessageStream<ChatMessage>({ stream, onError: () => {} })) last = state;
  assert.ok(last, "the stream held no message");
  return last;
}

/** As JSON carries it: without members that are undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
