/** What changes the data past the queue is noticed while somebody watches (SPEC Q4). */
import assert from "node:assert/strict";
import type { ActionSummary, LiveFrame } from "@/agent/types.ts";
import { openBeside } from "@/tests/sqlite.ts";
import { Approver, Client, type Feed } from "./client.ts";
import { startGatekeeper, until } from "./start.ts";

Deno.test("a change from outside marks within a second what it concerns, and nothing else", async () => {
  const gatekeeper = await startGatekeeper();
  const file = openBeside(`${gatekeeper.varDir}/db/main.db`);
  try {
    const client = new Client(gatekeeper.url);
    const ana = await Approver.enrolled(client);
    // A decision of our own says where the data stands, as the first look at a workspace would.
    const first = await client.propose("UPDATE customers SET tier = 'Tin' WHERE id = 1");
    assert.equal((await client.approve(first, await ana.sign(first, "approve"))).status, 200);
    const east = await client.propose("UPDATE customers SET tier = 'Gold' WHERE region = 'East'");
    const carol = await client.propose("UPDATE customers SET tier = 'Gold' WHERE id = 3");
    const feeds = [await client.live(), await client.live()];
    await settled();
    assert.deepEqual(feeds.flatMap(({ frames }) => frames.filter(isOutside)), []);

    const before = performance.now();
    file.exec("UPDATE customers SET tier = 'Bronze' WHERE name = 'Hank Davis'");
    await until("both tabs are told", () => feeds.every((feed) => markedIn(feed).includes(east.id)) || null);
    const ms = performance.now() - before;
    // A second, and some for a machine that is busy.
    assert.ok(ms < 3_000, `marked after ${Math.round(ms)} ms`);
    for (const { frames } of feeds) {
      const [told] = frames.filter(isOutside);
      assert.deepEqual(told.data.tables, ["customers"]);
    }
    assert.deepEqual((await client.action(east.id)).state, "pending", "only a person's look makes it stale");
    assert.deepEqual(
      [(await client.action(east.id)).maybeStale, (await client.action(carol.id)).maybeStale],
      [true, false],
    );

    const old = await client.action(east.id);
    const answer = await client.approve(old, await ana.sign(old, "approve"));
    assert.deepEqual([answer.status, (await client.action(east.id)).state], [409, "stale"]);
    const again = await client.in<ActionSummary>("POST", `/actions/${east.id}/preview`, {});
    assert.deepEqual([again.body.state, again.body.maybeStale], ["pending", false]);
    for (const feed of feeds) await feed.close();
  } finally {
    file.close();
    await gatekeeper.stop();
    await Deno.remove(gatekeeper.varDir, { recursive: true });
  }
});

Deno.test("our own decisions are no changes from outside", async () => {
  const gatekeeper = await startGatekeeper();
  try {
    const client = new Client(gatekeeper.url);
    const ana = await Approver.enrolled(client);
    const feed = await client.live();
    await settled();
    for (let i = 0; i < 5; i++) {
      const action = await client.propose(`UPDATE customers SET tier = 'T${i}' WHERE id = 1`);
      assert.equal((await client.approve(action, await ana.sign(action, "approve"))).status, 200);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await settled();
    assert.deepEqual(feed.frames.filter(isOutside), []);
    await feed.close();
  } finally {
    await gatekeeper.stop();
    await Deno.remove(gatekeeper.varDir, { recursive: true });
  }
});

/** Longer than two looks. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_500));
}

function isOutside(frame: LiveFrame): frame is Extract<LiveFrame, { type: "data" }> {
  return frame.type === "data" && frame.data.outside === true;
}

function markedIn({ frames }: Feed): number[] {
  return frames.flatMap((frame) => frame.type === "action" && frame.data.maybeStale ? [frame.data.id] : []);
}
