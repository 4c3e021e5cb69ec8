/**
 * Every point between a claim and its result (SPEC Q6), and a process killed at it: one effect, the right state, one
 * note in the conversation, no claim lost. Claims that nobody answers for are sent again with the approval that is
 * stored; only one that expired before anything happened goes back to the people.
 */
import assert from "node:assert/strict";
import type { Action, ActionList, ChatTail } from "@/agent/types.ts";
import { Approver } from "./client.ts";
import { Rig } from "./crash_rig.ts";
import { until } from "./start.ts";

type Kind = "approve" | "revert";
const DONE = { approve: "approved", revert: "reverted" } as const;
const CLAIMED = { approve: "executing", revert: "reverting" } as const;

/** Brings the processes to a point, kills there, and leaves everything running again. */
type Point = (
  rig: Rig,
  send: () => Promise<{ answer: Promise<number | null> }>,
  kind: Kind,
  id: number,
) => Promise<void>;

const POINTS: Record<string, Point> = {
  "the app, after the claim and before any request": async (rig, send, kind, id) => {
    rig.wire.down = true;
    const { answer } = await send();
    await until("the claim", async () => (await rig.client.action(id)).state === CLAIMED[kind]);
    await rig.killApp();
    assert.equal(await answer, null);
    rig.wire.mend();
    await rig.startApp();
  },
  "the app, with a request on its way that never arrives": async (rig, send) => {
    const held = rig.wire.next("held");
    const { answer } = await send();
    await held.reached;
    await rig.killApp();
    assert.equal(await answer, null);
    held.release(false);
    await rig.startApp();
  },
  "the app, with a request on its way that arrives when nobody waits for it": async (rig, send) => {
    const held = rig.wire.next("held");
    await send();
    await held.reached;
    await rig.killApp();
    const { delivered } = rig.wire;
    held.release(true);
    await until("the request to arrive", () => rig.wire.delivered > delivered);
    await rig.startApp();
  },
  "the app, with a request that arrives after the one that its successor sent": async (
    rig,
    send,
    kind,
    id,
  ) => {
    const held = rig.wire.next("held");
    await send();
    await held.reached;
    await rig.killApp();
    await rig.startApp();
    await rig.settled(id);
    held.release(true);
    await until("both requests", () => rig.wire.delivered >= 2);
    assert.equal((await rig.client.action(id)).state, DONE[kind]);
  },
  // Between reading the answer and the commit that settles the claim the app writes nothing: this state is that one too.
  "the app, when the database committed and the answer is not read": async (rig, send) => {
    const held = rig.wire.next("held answer");
    await send();
    await held.reached;
    await rig.killApp();
    held.release(false);
    await rig.startApp();
  },
  "the app, when its tabs have heard of the result": async (rig, send, kind, id) => {
    const feed = await rig.client.live();
    await send();
    await until(
      "the frame",
      () =>
        feed.frames.some((frame) =>
          frame.type === "action" && frame.data.id === id && frame.data.state === DONE[kind]
        ),
    );
    await rig.killApp();
    await feed.close();
    await rig.startApp();
  },
  "the db-service, before its commit": async (rig, send) => {
    // Another program holds the lock, so the request has come as far as it can.
    rig.file.exec("BEGIN IMMEDIATE");
    const { delivered } = rig.wire;
    const { answer } = await send();
    await until("the request", () => rig.wire.delivered > delivered);
    await rig.db.kill9();
    rig.file.exec("ROLLBACK");
    await rig.startDb();
    assert.equal(await answer, 200, "the app asked again by itself");
  },
  "the db-service, after its commit and before its answer": async (rig, send) => {
    const held = rig.wire.next("held answer");
    const { answer } = await send();
    await held.reached;
    await rig.db.kill9();
    held.release(false);
    await rig.startDb();
    assert.equal(await answer, 200, "the app asked again by itself");
  },
  "both, before the commit": async (rig, send) => {
    const held = rig.wire.next("held");
    await send();
    await held.reached;
    await Promise.all([rig.killApp(), rig.db.kill9()]);
    held.release(false);
    await rig.startDb();
    await rig.startApp();
  },
  "both, after the commit; the app comes back first": async (rig, send, _kind, id) => {
    const held = rig.wire.next("held answer");
    await send();
    await held.reached;
    await Promise.all([rig.killApp(), rig.db.kill9()]);
    held.release(false);
    await rig.startApp();
    assert.match((await rig.client.action(id)).state, /ing$/, "it waits for the db-service");
    await rig.startDb();
  },
};

Deno.test("a process killed at any point between claim and result: one effect, and the queue knows", async (t) => {
  const rig = await Rig.open();
  try {
    const ana = await Approver.enrolled(rig.client);
    for (const [what, point] of Object.entries(POINTS)) {
      await t.step(`killed: ${what}`, async () => {
        let action = await rig.propose();
        const before = rig.effects();
        for (const kind of ["approve", "revert"] as const) {
          rig.wire.delivered = 0;
          await point(rig, () => rig.decide(ana, action, kind), kind, action.id);
          action = await rig.settled(action.id);
          assert.deepEqual([action.state, action.canRevert], [DONE[kind], kind === "approve"], kind);
          assert.equal(action.decidedBy?.name, "Owner");
          const expected: Kind[] = kind === "approve" ? ["approve"] : ["approve", "revert"];
          assert.equal(rig.effects(), before + (kind === "approve" ? 1 : 0), kind);
          assert.deepEqual(await rig.recorded(action), expected);
          const told = await rig.told(action);
          assert.deepEqual(
            told.map((text) => /was (approved|reverted)/.exec(text)?.[1]),
            expected.map((one) => DONE[one]),
          );
        }
        await nothingIsLeft(rig, ana, action);
      });
    }

    await t.step("killed at once after the answer, sooner and later: whichever it is, once", async () => {
      let effects = rig.effects();
      for (const ms of [0, 1, 2, 4, 8]) {
        const action = await rig.propose();
        const held = rig.wire.next("held answer");
        await rig.decide(ana, action, "approve");
        await held.reached;
        held.release(true);
        await new Promise((resolve) => setTimeout(resolve, ms));
        await rig.killApp();
        await rig.startApp();
        assert.equal((await rig.settled(action.id)).state, "approved");
        assert.equal(rig.effects(), ++effects);
        assert.equal((await rig.told(action)).length, 1, `after ${ms} ms`);
      }
    });

    await t.step(
      "after the note of the outcome and before the agent's word on it: it is said once",
      async () => {
        await say(rig, "Upgrade all West customers to Gold");
        const { body: { actions } } = await rig.client.in<ActionList>("GET", "/actions?state=pending");
        const action = await rig.client.action(actions[0].id);
        assert.equal(action.proposedBy.via, "agent");
        assert.equal(await (await rig.decide(ana, action, "approve")).answer, 200);
        await rig.killApp();
        await rig.startApp();
        const words = async () => {
          const { messages } = (await rig.client.in<ChatTail>("GET", "/chat")).body;
          return messages.filter(({ metadata }) =>
            metadata?.kind === "followup" && metadata.status === "done"
          );
        };
        await until("the agent's word", async () => (await words()).length === 1);
        await rig.killApp();
        await rig.startApp();
        await say(rig, "Show me all customers");
        assert.equal((await words()).length, 1);
      },
    );

    for (const isExecuted of [false, true]) {
      const what = isExecuted ? "was carried out" : "was not carried out";
      await t.step(`an approval that ran out while nobody was there, and ${what}`, async () => {
        const action = await rig.propose();
        const before = rig.effects();
        const held = rig.wire.next(isExecuted ? "held answer" : "held");
        const expiresAt = Date.now() + 5_000;
        await rig.decide(ana, action, "approve", new Date(expiresAt).toISOString());
        await held.reached;
        await rig.killApp();
        await until("the approval to run out", () => Date.now() > expiresAt);
        held.release(false);
        await rig.startApp();
        const settled = await rig.settled(action.id);
        assert.deepEqual(
          [
            settled.state,
            settled.decidedBy?.name ?? null,
            rig.effects() - before,
            (await rig.told(action)).length,
          ],
          isExecuted ? ["approved", "Owner", 1, 1] : ["pending", null, 0, 0],
        );
        if (isExecuted) return;
        const { answer } = await rig.decide(ana, action, "approve");
        assert.equal(await answer, 200, "a person approves anew");
        assert.equal(rig.effects(), before + 1);
      });
    }
  } finally {
    await rig.close();
  }
});

/** Says something to the agent, and waits for all of its answer. */
async function say({ client }: Rig, message: string): Promise<void> {
  const sent = await client.in("POST", "/chat", { message }, { prefer: "respond-async" });
  assert.equal(sent.status, 202);
  await until("the answer", async () => {
    const { messages, run } = (await client.in<ChatTail>("GET", "/chat")).body;
    return run === null && messages.at(-1)?.role === "assistant";
  });
}

/** No claim is left: both decisions are refused, and starting once more sends nothing again. */
async function nothingIsLeft(rig: Rig, by: Approver, action: Action): Promise<void> {
  for (const kind of ["approve", "revert"] as const) {
    assert.equal(await (await rig.decide(by, action, kind)).answer, 409);
  }
  const effects = rig.effects();
  const { delivered } = rig.wire;
  await rig.killApp();
  await rig.startApp();
  assert.equal((await rig.client.action(action.id)).state, "reverted");
  assert.deepEqual([rig.effects(), rig.wire.delivered], [effects, delivered], "nothing is sent again");
}
