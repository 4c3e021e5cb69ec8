import assert from "node:assert/strict";
import { followUp, TOGETHER_MS } from "@/agent/chat/followup.ts";
import { OUTCOME_MARK } from "@/agent/chat/instructions.ts";
import { runningAnswer, startFollowUp, stopAll } from "@/agent/chat/run.ts";
import { Refusal } from "@/agent/errors.ts";
import { tend } from "@/agent/life.ts";
import type { Lease } from "@/agent/live/tail.ts";
import { reject, withdraw } from "@/agent/queue/decide.ts";
import { onOutcome } from "@/agent/queue/outcomes.ts";
import { propose } from "@/agent/queue/propose.ts";
import { keys } from "@/agent/store/keys.ts";
import { openStore } from "@/agent/store/kv.ts";
import type { Actor } from "@/agent/types.ts";
import { ensureMain } from "@/agent/workspaces.ts";
import { within } from "@/tests/deadline.ts";
import { textOf } from "@/tests/fakes/openai.ts";
import {
  ANN,
  type Conversation,
  gate,
  nothingRuns,
  stored,
  WHERE,
  withConversation,
  words,
  written,
} from "./conversation.ts";

const WS = WHERE.ws;
const AGENT: Actor = { ...ANN, via: "agent" };
const CHANGE = {
  title: "Gold",
  description: "",
  statements: [{ sql: "UPDATE customers SET tier = 'gold'" }],
};

Deno.test("two seconds after decisions on its proposals the agent says one short word, without tools", async () => {
  await withOutcomes(
    ({ body }) => ({ text: body.tool_choice === "none" ? "A pity." : "Yes." }),
    async (test) => {
      const { openai, ended } = test;
      await test.ended(await test.ask("Hello"));
      await nothingRuns();
      for (let id = 1; id <= 3; id++) await proposeBy(AGENT);
      await reject(WS, 1, ANN, "Too early");
      const last = performance.now();
      await reject(WS, 2, ANN, "Too late");
      // Its own withdrawal is no news to it.
      await withdraw(WS, 3, AGENT);
      const { at, body } = await openai.arrival(1);
      assert.equal(TOGETHER_MS, 2_000);
      // Much later is late, but no later than a busy machine may be.
      assert.ok(at - last > TOGETHER_MS - 100 && at - last < TOGETHER_MS + 10_000, `${at - last} ms`);
      assert.equal(body.tool_choice, "none");
      const notes = body.messages?.filter((said) => said.role === "user").map(textOf).slice(1) ?? [];
      assert.equal(notes.length, 3);
      for (const note of notes) assert.ok(note.startsWith(OUTCOME_MARK), note);
      assert.match(notes[0], /#1 was rejected by Ann: Too early/);
      assert.match(notes[1], /#2 was rejected by Ann: Too late/);
      await stopWaiting();
      const word = (await stored()).at(-1);
      assert.ok(word);
      const said = await ended(word.id);
      assert.equal(words(said), "A pity.");
      assert.equal(said.metadata?.kind, "followup");
      assert.equal(said.metadata?.status, "done");
      assert.equal(openai.requests.length, 2);
    },
  );
});

Deno.test("a decision on a person's own proposal needs no word, nor one that the person has asked about since", async () => {
  const { opened, open } = gate();
  await withOutcomes(() => ({ text: "It was rejected.", before: opened }), async ({ openai, ask, ended }) => {
    await proposeBy(ANN);
    await reject(WS, 1, ANN, null);
    await pause(TOGETHER_MS + 200);
    assert.equal(openai.requests.length, 0);
    await proposeBy(AGENT);
    await reject(WS, 2, ANN, null);
    // The question comes first; the follow-up finds that the model has seen the note already.
    const run = await ask("What became of it?");
    await pause(TOGETHER_MS + 200);
    open();
    await ended(run);
    await pause(800);
    assert.equal(openai.requests.length, 1);
    assert.equal(await runningAnswer(WS), null);
  });
});

Deno.test("a person's message goes first while a follow-up is being written", async () => {
  const half = Promise.withResolvers<void>();
  await withOutcomes(({ body }) =>
    body.tool_choice === "none"
      ? {
        text: "A pity, but so it is.",
        pace: (event) => event === 3 ? (half.resolve(), new Promise(() => {})) : undefined,
      }
      : { text: "Of course." }, async ({ openai, ask, ended, hub }) => {
    await proposeBy(AGENT);
    await reject(WS, 1, ANN, null);
    const started = await startFollowUp(WHERE, AGENT);
    assert.ok(started);
    await within("half of the follow-up", half.promise);
    await written(hub, started.run, "A pity");
    assert.equal(await startFollowUp(WHERE, AGENT), null, "one at a time");
    const answer = await ended(await ask("Never mind. Hello?"));
    assert.equal(words(answer), "Of course.");
    await within("the follow-up to hang up", openai.requests[0].hungUp);
    await nothingRuns();
    const all = await stored();
    // What it had said stands before the question, marked as stopped.
    assert.deepEqual(all.map(({ role }) => role), ["system", "assistant", "user", "assistant"]);
    assert.equal(all[1].id, started.run);
    assert.equal(all[1].metadata?.status, "stopped");
  });
});

Deno.test("a follow-up that gives way before its first word leaves no trace", async () => {
  await withOutcomes(
    ({ body }) => body.tool_choice === "none" ? { before: new Promise(() => {}) } : { text: "Of course." },
    async ({ openai, ask, ended }) => {
      await proposeBy(AGENT);
      await reject(WS, 1, ANN, null);
      assert.ok(await startFollowUp(WHERE, AGENT));
      await openai.arrival(0);
      assert.equal(words(await ended(await ask("Hello?"))), "Of course.");
      await nothingRuns();
      assert.deepEqual((await stored()).map(({ role }) => role), ["system", "user", "assistant"]);
    },
  );
});

Deno.test("a follow-up that begins in the very moment of a person's message never makes it busy", async () => {
  await withOutcomes(() => ({ text: "Yes." }), async ({ ask, ended }) => {
    await proposeBy(AGENT);
    await reject(WS, 1, ANN, null);
    for (let round = 0; round < 12; round++) {
      const late = startFollowUp(WHERE, AGENT);
      if (round % 3 === 1) await Promise.resolve();
      if (round % 3 === 2) await pause(round / 4);
      const answer = await ended(await ask(`Question ${round}`));
      assert.equal(words(answer), "Yes.");
      await late;
      await nothingRuns();
    }
    assert.equal((await stored()).filter(({ role }) => role === "user").length, 12);
  });
});

Deno.test("a follow-up of another process gives way too, also when that process is gone", async () => {
  await withOutcomes(() => ({ text: "Yes." }), async ({ ask, ended }) => {
    const kv = await openStore();
    await kv.set(keys.run(WS), { run: "theirs", kind: "followup", beat: Date.now() } satisfies Lease);
    // The other process: it hears of the stop and gives its lease back.
    const watching = (async () => {
      for await (const [stop] of kv.watch<[string]>([keys.stop(WS)])) {
        if (stop.value !== "theirs") continue;
        await pause(60);
        return await kv.delete(keys.run(WS));
      }
    })();
    assert.equal(words(await ended(await ask("Hello?"))), "Yes.");
    await within("the other process to hear of the stop", watching);
    await nothingRuns();
    // This one hears of nothing any more, though it seemed to live a moment ago.
    await kv.set(keys.run(WS), { run: "gone", kind: "followup", beat: Date.now() } satisfies Lease);
    assert.equal(words(await ended(await ask("And now?"))), "Yes.");
    await nothingRuns();
  });
});

Deno.test("what an evicted process did not come to say, the first that is looked at says, once", async () => {
  // Nobody listens for outcomes: the process that would have is gone.
  await withConversation(() => ({ text: "A pity." }), async ({ openai, hub }) => {
    await ensureMain();
    await proposeBy(AGENT);
    await reject(WS, 1, ANN, null);
    assert.equal(hub.ws, WS);
    await tend();
    const { body } = await openai.arrival(0);
    assert.match(body.messages?.map(textOf).join() ?? "", /#1 was rejected by Ann/);
    await nothingRuns();
    await tend();
    await pause(TOGETHER_MS + 200);
    assert.equal(openai.requests.length, 1);
  });
});

Deno.test("while a person is answered a follow-up does not begin", async () => {
  const { opened, open } = gate();
  await withOutcomes(() => ({ text: "Yes.", before: opened }), async ({ ask, ended, openai }) => {
    const run = await ask("Hello?");
    assert.equal(await startFollowUp(WHERE, AGENT), null);
    open();
    await ended(run);
    assert.equal(openai.requests.length, 1);
    await assert.rejects(reject(WS, 1, ANN, null), (error) => error instanceof Refusal);
  });
});

/** A conversation in which decisions are told to the agent, as the running app does it. */
function withOutcomes(
  script: Parameters<typeof withConversation>[0],
  test: (conversation: Conversation) => Promise<void>,
): Promise<void> {
  return withConversation(script, async (conversation) => {
    const stop = onOutcome((_ws, action) => followUp(WHERE, action));
    try {
      await test(conversation);
    } finally {
      stop();
    }
  });
}

function proposeBy(by: Actor) {
  return propose({ ws: WS, database: WHERE.database, by, messageId: null }, CHANGE);
}

/** Waits until the running answer has been stored. */
async function stopWaiting(): Promise<void> {
  const over = (async () => {
    while (await runningAnswer(WS)) await pause(5);
  })();
  await within("the answer to end", over);
  await stopAll();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
