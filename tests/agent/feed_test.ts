import assert from "node:assert/strict";
import { foldChunks } from "@/agent/chat/drive.ts";
import { formatCursor, parseCursor } from "@/agent/live/cursor.ts";
import { Hub } from "@/agent/live/hub.ts";
import { observe, propose } from "@/agent/queue/propose.ts";
import { reject, withdraw } from "@/agent/queue/decide.ts";
import { countStates } from "@/agent/queue/list.ts";
import { getAction, updateAction } from "@/agent/queue/store.ts";
import { CURSOR_MS } from "@/agent/store/feed.ts";
import { stopAnswer } from "@/agent/chat/run.ts";
import type { ChatChunk, LiveFrame } from "@/agent/types.ts";
import { within } from "@/tests/deadline.ts";
import { fractionsFrom } from "@/tests/random.ts";
import { ANN, gate, stored, WHERE, withConversation } from "./conversation.ts";
import { committedSince, Follower } from "./follower.ts";

const ORIGIN = { ws: WHERE.ws, database: WHERE.database, by: ANN, messageId: null };
const CHANGE = {
  title: "Gold",
  description: "",
  statements: [{ sql: "UPDATE customers SET tier = 'gold'" }],
};
/** Followers that stay to the end. */
const STEADY = 6;
const TEXT =
  "Nothing is lost and nothing comes twice, mid-word and mid-emoji 👩‍🚀, however often a tab comes back. "
    .repeat(4);

Deno.test("two hundred tabs that come and go see every commit and every chunk once, in order", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  const random = fractionsFrom(seed);
  const busy = Promise.withResolvers<void>();
  await withConversation(
    (_request, n) =>
      n === 0 ? { toolCalls: [{ name: "queryDatabase", args: { sql: "SELECT 1" } }] } : {
        text: TEXT,
        // The answer goes on for as long as the queue moves.
        pace: (event) => event === 60 ? busy.promise : pause(random() * 8),
      },
    async ({ hub, ask, ended }) => {
      // A second hub stands for a second process: it hears of chunks from KV alone.
      const other = await Hub.open(WHERE.ws);
      const start = hub.startCursor;
      try {
        const over = Promise.withResolvers<void>();
        let isOver = false;
        over.promise.then(() => isOver = true);
        const followers = Array.from({ length: 200 }, () => new Follower(start));
        const lives = followers.map(async (follower, i) => {
          // Some never leave. Of the others a third stays with each hub, and a third goes from one to the other.
          const hubs = [[hub], [other], [hub, other]][i % 3];
          if (i < STEADY) return await follower.join(hubs[0]);
          for (let joins = i; !isOver; joins++) {
            const leaving = 1 + Math.floor(random() * 25);
            const joined = follower.join(hubs[joins % hubs.length], leaving);
            await Promise.race([joined, over.promise]);
            follower.leave();
            await pause(random() * 30);
          }
          await follower.join(hubs[0]);
        });
        const run = await ask("Go on");
        const reference: ChatChunk[] = [];
        const listening = (async () => {
          for await (const chunk of hub.chunks(run, AbortSignal.timeout(60_000))) reference.push(chunk);
        })();
        await Promise.all(Array.from({ length: 5 }, async () => {
          for (let i = 0; i < 6; i++) {
            const { id } = await propose(ORIGIN, CHANGE);
            await pause(random() * 10);
            await updateAction(WHERE.ws, id, () => ({
              summary: { maybeStale: true },
              events: [{ t: "data", tables: ["customers"], version: `v${id}` }],
            }));
            if (i % 3 === 0) await reject(WHERE.ws, id, ANN, "No");
            else if (i % 3 === 1) await withdraw(WHERE.ws, id, ANN);
          }
        }));
        busy.resolve();
        const answer = await ended(run);
        await listening;
        over.resolve();
        await Promise.all(lives);
        await Promise.all([hub.drain(), other.drain()]);

        const truth = await committedSince(start);
        assert.equal(truth.length, 1 + 30 * 2 + 20 * 2 + 30 + 2, "the truth itself is whole");
        const parts = JSON.stringify(answer.parts);
        const built = await foldChunks(run, reference, {});
        assert.equal(JSON.stringify(built.parts), parts, "the chunks are the message");
        const counts = await countStates(WHERE.ws);
        for (const [i, follower] of followers.entries()) {
          const who = `follower ${i} of seed ${seed}`;
          assert.deepEqual(follower.heard, truth, who);
          const seen = follower.chunks.get(run) ?? [];
          assert.deepEqual(seen, reference.slice(0, seen.length), who);
          assert.deepEqual(follower.counts, counts, who);
          // Who goes to a process that is behind hears some again, and folds them by their number.
          if (i % 3 < 2) assert.equal(follower.repeated, 0, who);
          // The process that drives the answer shows it to the last chunk.
          if (i < STEADY && i % 3 !== 1) assert.equal(seen.length, reference.length, who);
        }
        const some = followers.filter((follower) => (follower.chunks.get(run)?.length ?? 0) > 0);
        assert.ok(some.length >= 30, `only ${some.length} saw chunks as they came`);
        assert.ok(reference.length > 60);
      } finally {
        await other.close();
      }
    },
  );
});

Deno.test("a tab that breaks off after each single frame still misses none", async () => {
  await withConversation(() => ({ text: "Hello" }), async ({ hub, ask, ended }) => {
    const start = hub.startCursor;
    await propose(ORIGIN, CHANGE);
    await ended(await ask("Hi", "q1"));
    await updateAction(WHERE.ws, 1, () => ({
      events: [{ t: "data", tables: ["a"], version: "1" }, { t: "data", tables: ["b"], version: "2" }],
    }));
    await reject(WHERE.ws, 1, ANN, null);
    await hub.drain();
    const truth = await committedSince(start);
    const follower = new Follower(start);
    for (let joins = 0; follower.heard.length < truth.length; joins++) {
      assert.ok(joins < 50, `it goes round in circles: ${follower.heard}`);
      await follower.join(hub, 1);
    }
    assert.deepEqual(follower.heard, truth);
    // Having seen everything, it is sent nothing again.
    const { frames } = follower;
    await follower.join(hub);
    assert.equal(follower.frames, frames);
  });
});

Deno.test("a tab that joins in the middle of an answer is sent it from the start, or from where it was", async () => {
  const { opened, open } = gate();
  const half = Promise.withResolvers<void>();
  await withConversation(() => ({
    text: TEXT,
    pace: (event) => {
      if (event === 40) half.resolve();
      return event === 40 ? opened : undefined;
    },
  }), async ({ hub, ask, ended }) => {
    const cursor = hub.startCursor;
    const run = await ask("Hi");
    await within("half of the answer", half.promise);
    // Everything that was sent before the pause: one chunk that starts the answer, one its step, one its text.
    await until(() => hub.tail?.chunks.length === 3 + 39);
    const early = new Follower(cursor);
    await early.join(hub, 3);
    const known = early.chunks.get(run)?.length ?? 0;
    assert.ok(known > 30);
    const late = new Follower(hub.startCursor);
    await late.join(hub);
    assert.equal(late.chunks.get(run)?.length, known);
    open();
    await ended(run);
    await early.join(hub);
    assert.equal(early.repeated + late.repeated, 0);
    // The one saw the rest as it came; the other finds the message that replaces it.
    assert.equal(late.chunks.get(run)?.at(-1)?.type, "finish");
    assert.ok(early.messages.has(run));
  });
});

Deno.test("a cursor that is too old, from the future or not ours is not taken", async () => {
  await withConversation(() => ({}), async ({ hub }) => {
    await propose(ORIGIN, CHANGE);
    await hub.drain();
    const now = parseCursor(hub.startCursor);
    assert.ok(now);
    const refused = [
      formatCursor({ ...now, time: Date.now() - CURSOR_MS - 1_000 }),
      formatCursor({ ...now, at: "f".repeat(20) }),
      "0",
      "nonsense",
      "../../etc/passwd",
      `${hub.startCursor}.run`,
      `${hub.startCursor} `,
      "zz.1",
    ];
    for (const cursor of refused) {
      assert.equal(await hub.subscribe(cursor, () => assert.fail("nothing is sent")), null, cursor);
    }
    const before = hub.size;
    const leave = await hub.subscribe(
      formatCursor({ ...now, time: Date.now() - CURSOR_MS + 60_000 }),
      () => {},
    );
    assert.ok(leave);
    assert.equal(hub.size, before + 1);
    leave();
    assert.equal(hub.size, before);
  });
});

Deno.test("cursors come back from their text as they were", () => {
  for (const run of [null, crypto.randomUUID()]) {
    for (const part of [0, 3]) {
      const cursor = { at: "00000000000000c50000", part, time: Date.now(), run, seq: run ? 7 : 0 };
      assert.deepEqual(parseCursor(formatCursor(cursor)), cursor);
      assert.equal(encodeURIComponent(formatCursor(cursor)), formatCursor(cursor));
    }
  }
});

Deno.test("counts follow every decision, and reads are not counted", async () => {
  await withConversation(() => ({}), async ({ hub }) => {
    const follower = new Follower(hub.startCursor);
    await follower.join(hub);
    await propose(ORIGIN, CHANGE);
    await propose(ORIGIN, CHANGE);
    await hub.drain();
    assert.deepEqual(follower.counts, { pending: 2 });
    follower.leave();
    await reject(WHERE.ws, 1, ANN, null);
    await hub.drain();
    assert.deepEqual(follower.counts, { pending: 2 }, "it was away");
    // What it missed comes with the counts, whatever it was told before.
    const missed: LiveFrame[] = [];
    const leave = await hub.subscribe(follower.cursor, (text) => missed.push(JSON.parse(text)));
    leave?.();
    assert.deepEqual(missed.map(({ type }) => type), ["action", "chat", "counts"]);
    assert.deepEqual(missed[2].data, { pending: 1, rejected: 1 });
    await follower.join(hub);
    const { frames } = follower;
    await observe(ORIGIN, { sql: "SELECT 1", description: "" }, { rowCount: 1, ms: 1 });
    await hub.drain();
    assert.equal(follower.frames, frames + 1, "the observation, and no counts");
    assert.deepEqual(await countStates(WHERE.ws), follower.counts);
    assert.equal((await getAction(WHERE.ws, 3)).type, "observation");
  });
});

Deno.test("tabs at another process hear that an answer was stopped before its first word", async () => {
  await withConversation(() => ({ before: new Promise(() => {}) }), async ({ openai, ask }) => {
    const other = await Hub.open(WHERE.ws);
    try {
      const follower = new Follower(other.startCursor);
      await follower.join(other);
      const run = await ask("Hi");
      await openai.arrival(0);
      await until(() => other.tail?.run === run);
      await stopAnswer(WHERE.ws);
      await other.drain();
      assert.equal(other.tail, null);
      assert.equal(follower.chunks.get(run)?.at(-1)?.type, "abort");
      const [, answer] = await stored();
      assert.deepEqual([answer.id, answer.parts, answer.metadata?.status], [run, [], "stopped"]);
      assert.ok(follower.messages.has(run));
    } finally {
      await other.close();
    }
  });
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits for what no event tells. */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 5_000, "it never came to be");
    await pause(2);
  }
}
