import assert from "node:assert/strict";
import { runningAnswer, startAnswer, stopAll, stopAnswer } from "@/agent/chat/run.ts";
import { Refusal } from "@/agent/errors.ts";
import type { Batch, Lease } from "@/agent/live/tail.ts";
import { keys } from "@/agent/store/keys.ts";
import { openStore } from "@/agent/store/kv.ts";
import { putLarge } from "@/agent/store/large.ts";
import { getAction } from "@/agent/queue/store.ts";
import type { ChatChunk } from "@/agent/types.ts";
import { within } from "@/tests/deadline.ts";
import {
  ANN,
  gate,
  message,
  nothingRuns,
  remember,
  stored,
  WHERE,
  withConversation,
  words,
  written,
} from "./conversation.ts";

const TEXT = "abcdefghijklmnopqrstuvwxyz";
const WS = WHERE.ws;

Deno.test("while an answer is written another question is refused, and nothing of it is kept", async () => {
  const { opened, open } = gate();
  await withConversation(() => ({ text: TEXT, before: opened }), async ({ ask, ended, openai }) => {
    const run = await ask("First", "q1");
    assert.deepEqual(await runningAnswer(WS), { id: run });
    await assert.rejects(ask("Second", "q2"), isBusy);
    await assert.rejects(startAnswer(WHERE, ANN, "retry"), isBusy);
    open();
    await ended(run);
    await nothingRuns();
    assert.deepEqual((await stored()).map(({ id }) => id), ["q1", run]);
    assert.equal(openai.requests.length, 1);
  });
});

Deno.test("whoever asks at the last chunk of an answer is not told to wait", async () => {
  await withConversation(() => ({ text: "Short." }), async ({ hub, ask, ended }) => {
    for (let i = 0; i < 10; i++) {
      const run = await ask(`Question ${i}`);
      const chunks = await Array.fromAsync(hub.chunks(run, AbortSignal.timeout(30_000)));
      assert.equal(chunks.at(-1)?.type, "finish");
      if (i === 9) await ended(run);
    }
  });
});

Deno.test("ten tabs that ask at once start one answer", async () => {
  await withConversation(() => ({ text: "One." }), async ({ ask, ended, openai }) => {
    const asked = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => ask(`Question ${i}`)));
    const [run, ...others] = asked.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
    assert.deepEqual(others, []);
    for (const result of asked) if (result.status === "rejected") assert.ok(isBusy(result.reason));
    await ended(run);
    await nothingRuns();
    assert.equal((await stored()).length, 2);
    assert.equal(openai.requests.length, 1);
  });
});

Deno.test("a message that is sent twice is answered and kept once", async () => {
  await withConversation(() => ({ text: "Once." }), async ({ ask, ended, openai }) => {
    const run = await ask("Hello", "q1");
    await assert.rejects(ask("Hello", "q1"), isBusy);
    await ended(run);
    await nothingRuns();
    await assert.rejects(ask("Hello", "q1"), isBusy);
    assert.deepEqual((await stored()).map(({ id }) => id), ["q1", run]);
    assert.equal(openai.requests.length, 1);
  });
});

Deno.test("a stop keeps what was written, hangs up on the provider and lets the next question in", async () => {
  const half = Promise.withResolvers<void>();
  await withConversation((_request, n) =>
    n > 0 ? { text: "Next." } : {
      text: TEXT,
      // The event before was taken when the next one is asked for.
      pace: (event) => event === 4 ? (half.resolve(), new Promise(() => {})) : undefined,
    }, async ({ ask, ended, openai, hub }) => {
    const run = await ask("Count");
    await within("half of the answer", half.promise);
    await written(hub, run, "r");
    await stopAnswer(WS);
    assert.equal(await runningAnswer(WS), null);
    const answer = await ended(run);
    assert.equal(answer.metadata?.status, "stopped");
    assert.equal(answer.metadata?.error, undefined);
    assert.equal(words(answer), TEXT.slice(0, 18));
    await within("the run to hang up", openai.requests[0].hungUp);
    assert.equal(words(await ended(await ask("And now?"))), "Next.");
    await nothingRuns();
    // A stop when nothing runs is no error.
    await stopAnswer(WS);
  });
});

Deno.test("a stop before the first byte is told as one, and the question can be asked again", async () => {
  await withConversation(
    (_request, n) => n === 0 ? { before: new Promise(() => {}) } : { text: "Now." },
    async ({ ask, ended, openai }) => {
      const run = await ask("Hello", "q1");
      await openai.arrival(0);
      await stopAnswer(WS);
      await nothingRuns();
      const stopped = await ended(run);
      assert.deepEqual([stopped.parts, stopped.metadata?.status], [[], "stopped"]);
      assert.deepEqual((await stored()).map(({ id }) => id), ["q1", run]);
      const again = await startAnswer(WHERE, ANN, "retry");
      assert.equal(words(await ended(again.run)), "Now.");
    },
  );
});

Deno.test("a stop that another process asks for arrives through the store, for this run alone", async () => {
  const { opened, open } = gate();
  await withConversation(() => ({
    text: TEXT,
    pace: (event) => event === 2 ? opened : event === 4 ? new Promise(() => {}) : undefined,
  }), async ({ ask, ended, hub }) => {
    const run = await ask("Count");
    await written(hub, run, "f");
    const kv = await openStore();
    await kv.set(keys.stop(WS), "another run");
    await heard(kv);
    open();
    await written(hub, run, "r");
    await kv.set(keys.stop(WS), run);
    const answer = await ended(run);
    assert.equal(answer.metadata?.status, "stopped");
    assert.equal(words(answer), TEXT.slice(0, 18));
    await nothingRuns();
  });
});

Deno.test("a retry answers the last question once more, and what it proposes belongs to that question", async () => {
  await withConversation((_request, n) =>
    [
      { status: 401 },
      {
        toolCalls: [{
          name: "mutateDatabase",
          args: { title: "Gold", sql: "UPDATE customers SET tier = 'x'" },
        }],
      },
    ][n] ?? { text: "It waits." }, async ({ ask, ended }) => {
    await assert.rejects(startAnswer(WHERE, ANN, "retry"), (error) => is(error, "invalid"));
    await ended(await ask("Make them gold", "q1"));
    await nothingRuns();
    const { run } = await startAnswer(WHERE, ANN, "retry");
    assert.equal((await ended(run)).metadata?.status, "done");
    assert.equal((await getAction(WS, 1)).messageId, "q1");
  });
});

Deno.test("the answer of a process that died is closed as interrupted with what it had written", async () => {
  await withConversation(() => ({ text: "Here I am." }), async ({ ask, ended, hub, openai }) => {
    await remember([message("user", "Hello")]);
    await orphan("dead-run", "answer", Date.now() - 60_000, [
      { type: "start", messageId: "dead-run", messageMetadata: { model: "fake-1" } },
      { type: "start-step" },
      { type: "text-start", id: "0" },
      { type: "text-delta", id: "0", delta: "I was about " },
    ], [{ type: "text-delta", id: "0", delta: "to say 👋" }]);
    assert.equal(await runningAnswer(WS), null);
    const answer = await ended("dead-run");
    assert.equal(answer.metadata?.status, "interrupted");
    assert.equal(answer.metadata?.model, "fake-1");
    assert.equal(words(answer), "I was about to say 👋");
    await nothingRuns();
    await hub.drain();
    assert.equal(hub.tail, null);
    assert.equal(words(await ended(await ask("Are you there?"))), "Here I am.");
    assert.equal(openai.requests.length, 1);
  });
});

Deno.test("the answer of another process that lives is left alone, and a question waits for no dead one", async () => {
  await withConversation(() => ({ text: "Here." }), async ({ ask, ended }) => {
    await orphan("alive", "answer", Date.now(), [{ type: "start", messageId: "alive" }]);
    assert.deepEqual(await runningAnswer(WS), { id: "alive" });
    await assert.rejects(ask("Hello?"), isBusy);
    await orphan("alive", "answer", Date.now() - 60_000);
    assert.equal(words(await ended(await ask("Hello?"))), "Here.");
    await nothingRuns();
  });
});

Deno.test("a process that was declared dead writes no more, and hangs up", async () => {
  const half = Promise.withResolvers<void>();
  const { opened, open } = gate();
  await withConversation(() => ({
    text: TEXT,
    pace: (event) => {
      if (event === 3) half.resolve();
      return event === 3 ? opened : event === 5 ? new Promise(() => {}) : undefined;
    },
  }), async ({ ask, openai }) => {
    const run = await ask("Count");
    await within("half of the answer", half.promise);
    const kv = await openStore();
    const newer: Lease = { run: "newer", kind: "answer", beat: Date.now() };
    await kv.set(keys.run(WS), newer);
    const before = await chunksOf(run);
    open();
    await within("the run to hang up", openai.requests[0].hungUp);
    await stopAll();
    assert.equal((await stored()).some(({ id }) => id === run), false);
    assert.deepEqual((await kv.get(keys.run(WS))).value, newer);
    assert.deepEqual(await chunksOf(run), before);
    await kv.delete(keys.run(WS));
  });
});

/** What a process leaves behind that wrote these chunks and then died. */
async function orphan(
  run: string,
  kind: Lease["kind"],
  beat: number,
  ...batches: ChatChunk[][]
): Promise<void> {
  const kv = await openStore();
  await kv.set(keys.run(WS), { run, kind, beat } satisfies Lease);
  let from = 0;
  for (const chunks of batches) {
    const large = await putLarge(kv, WS, chunks);
    await kv.set(keys.chunk(WS, run, from), { from, count: chunks.length, large } satisfies Batch);
    from += chunks.length;
  }
  await kv.set(keys.progress(WS), Date.now());
}

/** Waits until a watcher of the stop key, begun after the run's own, has heard what was just written. */
async function heard(kv: Deno.Kv): Promise<void> {
  for await (const [{ value }] of kv.watch([keys.stop(WS)])) if (value !== null) break;
  await new Promise((resolve) => setTimeout(resolve, 0));
}

async function chunksOf(run: string): Promise<Batch[]> {
  const kv = await openStore();
  return (await Array.fromAsync(kv.list<Batch>({ prefix: keys.chunks(WS, run) }))).map(({ value }) => value);
}

function isBusy(error: unknown): boolean {
  return is(error, "busy");
}

function is(error: unknown, code: string): boolean {
  return error instanceof Refusal && error.code === code;
}
