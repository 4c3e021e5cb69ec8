/** What a change costs every tab (SPEC N1), as it is sent: the frames of a live feed, in bytes. */
import assert from "node:assert/strict";
import type { LiveFrame } from "@/agent/types.ts";
import { isClaimed } from "@/agent/queue/states.ts";
import { Approver, Client } from "./client.ts";
import { startGatekeeper, until } from "./start.ts";

/** To each tab for a whole approval: the result, the note in the conversation, the counts. */
const MOST = 2_048;

/** A frame with its length in bytes. */
interface Sent {
  frame: LiveFrame;
  size: number;
}

Deno.test("an approval sends at most 2 KB to a tab in all, and so do the other decisions", async () => {
  const gatekeeper = await startGatekeeper();
  try {
    const client = new Client(gatekeeper.url);
    const ana = await Approver.enrolled(client);
    const feed = await listen(gatekeeper.url);
    const propose = async () => {
      const { status, body } = await client.in<{ id: number }>("POST", "/actions", {
        title: "Upgrade all East customers to Gold",
        description: "The East team asked for it: every customer of the region becomes a Gold customer.",
        statements: [{ sql: "UPDATE customers SET tier = ? WHERE region = 'East'", args: ["Gold"] }],
      });
      assert.equal(status, 201);
      return await client.action(body.id);
    };
    const cost = async (id: number, state: string, act: () => Promise<unknown>) => {
      await feed.quiet();
      const from = feed.sent.length;
      await act();
      await until(state, () => {
        const said = feed.sent.findIndex(({ frame }, i) => i >= from && says(frame, id, state));
        // The counts are the last that is told of it.
        return said !== -1 && feed.sent.slice(said).some(({ frame }) => frame.type === "counts");
      });
      await feed.quiet();
      const frames = feed.sent.slice(from);
      const changes = perChange(frames);
      for (const change of changes) {
        const bytes = change.reduce((sum, { size }) => sum + size, 0);
        const types = change.map(({ frame, size }) => `${frame.type} ${size}`).join(", ");
        assert.ok(bytes <= MOST, `${state}: ${bytes} bytes in ${types}`);
      }
      return changes[changes.length - 1].map(({ frame }) => frame.type);
    };

    const first = await propose();
    const approving = await cost(
      first.id,
      "approved",
      async () => await client.approve(first, await ana.sign(first, "approve")),
    );
    for (const type of ["action", "data", "chat", "counts"]) {
      assert.equal(approving.filter((one) => one === type).length, 1, `${type} in ${approving}`);
    }
    await cost(
      first.id,
      "reverted",
      async () =>
        await client.in("POST", `/actions/${first.id}/revert`, { approval: await ana.sign(first, "revert") }),
    );
    await cost(first.id + 1, "pending", propose);
    await cost(
      first.id + 1,
      "rejected",
      () =>
        client.in("POST", `/actions/${first.id + 1}/reject`, { reason: "Not before the end of the month." }),
    );
    await feed.close();
  } finally {
    await gatekeeper.stop();
  }
});

/**
 * The frames of a decision. Where the database takes longer than a moment, its claim is told first, as a change of its
 * own with counts of its own.
 */
function perChange(frames: readonly Sent[]): Sent[][] {
  const isTold = frames.some(({ frame }) => frame.type === "action" && isClaimed(frame.data.state));
  const counts = frames.findIndex(({ frame }) => frame.type === "counts");
  return isTold ? [frames.slice(0, counts + 1), frames.slice(counts + 1)] : [[...frames]];
}

function says(frame: LiveFrame, id: number, state: string): boolean {
  return frame.type === "action" && frame.data.id === id && frame.data.state === state;
}

/** A tab that weighs what it is sent, pings aside. */
async function listen(url: string) {
  const sent: Sent[] = [];
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/workspaces/main/live?cursor=`);
  const closed = new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()));
  socket.onmessage = ({ data }) => {
    const frame: LiveFrame = JSON.parse(data);
    if (frame.type !== "ping") sent.push({ frame, size: new TextEncoder().encode(data).length });
  };
  await until("hello", () => sent.length > 0);
  return {
    sent,
    /** Resolves when nothing came for longer than the feed may hold anything back. */
    async quiet() {
      for (let seen = -1; seen !== sent.length;) {
        seen = sent.length;
        await new Promise((resolve) => setTimeout(resolve, 400));
      }
    },
    async close() {
      socket.close();
      await closed;
    },
  };
}
