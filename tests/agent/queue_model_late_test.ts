/** Answers that come late, and processes that recover at once: what the random sequences found, each by itself. */
import assert from "node:assert/strict";
import { approve, revert } from "@/agent/queue/decide.ts";
import { propose } from "@/agent/queue/propose.ts";
import { recover } from "@/agent/queue/settle.ts";
import { getAction, getStored } from "@/agent/queue/store.ts";
import type { Signed } from "./queue_model.ts";
import { codeOf } from "./queue_model_hands.ts";
import { ORIGIN } from "./queue_model_faults.ts";
import { type QuickTime, withQuickTime, World, WS } from "./queue_model_world.ts";

const LEASE_OVER_MS = 16_000;

Deno.test("an answer that comes late does not end the decision that was claimed since", async (t) => {
  const world = await World.open();
  try {
    await t.step("an approval's, while a revert waits", () =>
      withProposal(world, async ({ decide }) => {
        const first = world.wire.next("held answer");
        const approved = decide("approve");
        await first.reached;
        await recover(WS, true);
        assert.equal(await state(), "approved");
        const second = world.wire.next("held");
        const reverted = decide("revert");
        await second.reached;
        first.release(true);
        assert.equal(await approved, "ok");
        assert.deepEqual([await state(), (await getStored(WS, 1)).claim?.decision], ["reverting", "revert"]);
        second.release(true);
        assert.equal(await reverted, "ok");
        assert.equal(await state(), "reverted");
      }));

    await t.step("a refusal, while another approval waits", () =>
      withProposal(world, async ({ decide }) => {
        const first = world.wire.next("held answer");
        const expired = decide("approve", "approval_expired");
        await first.reached;
        await recover(WS, true);
        assert.equal(await state(), "pending");
        const second = world.wire.next("held");
        const approved = decide("approve");
        await second.reached;
        first.release(true);
        assert.equal(await expired, "approval_expired");
        assert.deepEqual([await state(), (await getStored(WS, 1)).claim?.decision], ["executing", "approve"]);
        second.release(true);
        assert.equal(await approved, "ok");
        assert.equal(await state(), "approved");
      }));

    await t.step(
      "of many who find a claim whose lease is over, one sends it again",
      () =>
        withProposal(world, async ({ decide, time }) => {
          const held = world.wire.next("held");
          const approved = decide("approve");
          await held.reached;
          world.wire.delivered = 0;
          time.advance(LEASE_OVER_MS);
          await Promise.all(Array.from({ length: 5 }, () => recover(WS)));
          assert.deepEqual([await state(), world.wire.delivered], ["approved", 1]);
          held.release(false);
          assert.equal(await approved, "ok");
        }),
    );
  } finally {
    await world.close();
  }
});

interface Proposal {
  decide(kind: "approve" | "revert", signed?: Signed): Promise<string>;
  time: QuickTime;
}

/** Runs a test on a queue with one proposal. */
function withProposal(world: World, test: (proposal: Proposal) => Promise<void>): Promise<void> {
  return withQuickTime((time) =>
    world.sequence(async () => {
      const statements = [{ sql: "UPDATE items SET n = n + 1 WHERE grp = 'a'" }];
      await propose(ORIGIN, { title: "More", description: "", statements });
      const [ana] = world.people;
      await test({
        time,
        async decide(kind, signed = "good") {
          const input = await world.approval(ana, await getAction(WS, 1), kind, signed);
          return await codeOf(
            kind === "approve" ? approve(WS, 1, ana.actor, input) : revert(WS, 1, ana.actor, input.approval),
          );
        },
      });
    })
  );
}

async function state(): Promise<string> {
  return (await getAction(WS, 1)).state;
}
