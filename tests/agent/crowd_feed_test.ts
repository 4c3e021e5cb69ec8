/** Tabs that break off in the middle of a decision, alone and while a crowd is being told of it. */
import assert from "node:assert/strict";
import { Hub } from "@/agent/live/hub.ts";
import { propose } from "@/agent/queue/propose.ts";
import { updateAction } from "@/agent/queue/store.ts";
import { outcomeMessage } from "@/agent/queue/words.ts";
import { useSettings } from "@/agent/settings.ts";
import { startDatabase } from "@/tests/fakes/database.ts";
import { fractionsFrom } from "@/tests/random.ts";
import { ANN, WHERE } from "./conversation.ts";
import { committedSince, Follower } from "./follower.ts";
import { localSettings, withStore } from "./store.ts";

const CHANGE = {
  title: "Gold",
  description: "",
  statements: [{ sql: "UPDATE customers SET tier = 'gold'" }],
};
/** So many that every frame of a result but the first waits for the last of them to have it. */
const CROWD = 400;
const ACTIONS = 4;
const DECISIONS = 5;
const RUN = "run-of-the-answer";

Deno.test("who breaks off within a result whose claim was passed over hears the rest, and nothing twice", async () => {
  await withHub(async (hub) => {
    const { id } = await propose({ ...WHERE, by: ANN, messageId: null }, CHANGE);
    await hub.drain();
    for (const seen of [1, 2]) {
      const start = hub.startCursor;
      const follower = new Follower(start);
      const joined = follower.join(hub, seen);
      // By now it is listening.
      await hub.drain();
      await claim(id);
      await giveBack(id, `v${seen}`);
      await hub.drain();
      await joined;
      await follower.join(hub);
      follower.leave();
      assert.deepEqual(follower.heard.filter(isNoClaim), (await committedSince(start)).filter(isNoClaim));
    }
  });
});

Deno.test("in a crowd, whoever comes, goes and comes back at another process hears each frame once", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  await withHub(async (hub) => {
    const other = await Hub.open(WHERE.ws);
    try {
      for (let i = 0; i < CROWD; i++) await hub.subscribe("", () => {});
      const start = hub.startCursor;
      const random = fractionsFrom(seed);
      // An answer is written meanwhile; only the process that drives it tells it.
      hub.startRun(RUN);
      let written = 0;
      const writing = setInterval(() => {
        hub.emit(RUN, [{ type: "text-delta", id: "t", delta: `${written++} ` }]);
      }, 2);
      const followers = Array.from({ length: 12 }, () => new Follower(start));
      let isOver = false;
      const over = Promise.withResolvers<void>();
      const lives = followers.map(async (follower, i) => {
        const hubs = [[hub], [other], [hub, other]][i % 3];
        // The first two never leave.
        if (i < 2) return await follower.join(hubs[0]);
        for (let joins = i; !isOver; joins++) {
          const joined = follower.join(hubs[joins % hubs.length], 1 + Math.floor(random() * 4));
          await Promise.race([joined, over.promise]);
          follower.leave();
          await pause(random() * 60);
        }
        await follower.join(hubs[0]);
      });
      await Promise.all(Array.from({ length: ACTIONS }, async (_, a) => {
        const { id } = await propose({ ...WHERE, by: ANN, messageId: null }, CHANGE);
        for (let i = 0; i < DECISIONS; i++) {
          await claim(id);
          // Now and then a claim is told of by itself.
          await pause(random() < 0.2 ? 170 : random() * 10);
          await giveBack(id, `v${a}-${i}`);
        }
      }));
      await Promise.all([hub.drain(), other.drain()]);
      isOver = true;
      over.resolve();
      clearInterval(writing);
      await Promise.all(lives);
      await Promise.all([hub.drain(), other.drain()]);
      const truth = await committedSince(start);
      assert.equal(truth.length, ACTIONS * (1 + DECISIONS * 4), "the truth itself is whole");
      for (const [i, { heard, chunks, repeated }] of followers.entries()) {
        const who = `follower ${i} of seed ${seed}`;
        assert.deepEqual(heard.filter(isNoClaim), truth.filter(isNoClaim), who);
        const claims = heard.filter((line) => !isNoClaim(line));
        assert.ok(claims.length <= ACTIONS * DECISIONS, who);
        if (i % 3 === 1) continue;
        assert.equal(chunks.get(RUN)?.length, written, who);
        // Who comes back from a process that knows nothing of the answer may hear some again, by their numbers.
        if (i % 3 === 0) assert.equal(repeated, 0, who);
      }
    } finally {
      await other.close();
    }
  });
});

function withHub(test: (hub: Hub) => Promise<void>): Promise<void> {
  return withStore(async () => {
    const database = startDatabase();
    useSettings(localSettings(database.url));
    const hub = await Hub.open(WHERE.ws);
    try {
      await test(hub);
    } finally {
      await hub.close();
      await database.close();
    }
  });
}

/** A decision on its way: one commit of one event. */
function claim(id: number) {
  return updateAction(WHERE.ws, id, () => ({ summary: { state: "executing" } }));
}

/** A result as it is committed: the action, the tables and the note together. */
function giveBack(id: number, version: string) {
  return updateAction(WHERE.ws, id, () => ({
    summary: { state: "pending" },
    messages: (action) => [outcomeMessage(action, new Date().toISOString())],
    events: [{ t: "data", tables: ["customers"], version }],
  }));
}

function isNoClaim(line: string): boolean {
  return !line.endsWith(" executing");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
