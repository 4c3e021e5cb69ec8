/**
 * An attacker who writes into the app's KV what they like, claims and approvals included, over a db-service that
 * requires approvals: the app may tell lies then, but the data stays what people approved.
 */
import assert from "node:assert/strict";
import type { Claim, Stored } from "@/agent/queue/store.ts";
import { keys } from "@/agent/store/keys.ts";
import type { Action, ActionState } from "@/agent/types.ts";
import { base64url } from "@/db-service/contract/digest.ts";
import { inviteProof } from "@/db-service/contract/invite.ts";
import { dumpOf } from "./attacker_target.ts";
import { Approver } from "./client.ts";
import { Rig } from "./crash_rig.ts";
import { until } from "./start.ts";

const WS = "main";
const OWNER = { id: "owner", name: "Owner", via: "person" } as const;
const soon = () => new Date(Date.now() + 120_000).toISOString();

Deno.test("whoever writes the app's store writes no data", async (t) => {
  const rig = await Rig.open("production");
  const { client } = rig;
  try {
    await rig.db.call("PUT", "/v1/databases/payroll", { seed: true });
    const [ana, eve] = [await Approver.make(), await Approver.make()];
    for (const database of ["main", "payroll"]) await enrol(rig, ana, database);
    const { status } = await client.in("POST", "/approvers", { publicKey: eve.publicKey, name: "Ana" });
    assert.equal(status, 403, "the app can't let a key in");

    // Material: what a person once signed, caught on its way.
    const signed = await client.propose("UPDATE customers SET tier = 'Gold' WHERE id = 2");
    const approval = await ana.sign(signed, "approve");
    const genuine: Claim = {
      decision: "approve",
      approval,
      digest: signed.digest ?? "",
      by: OWNER,
      until: soon(),
    };
    const forged = (altered: Partial<Claim["approval"]>): Claim => ({
      ...genuine,
      approval: { ...approval, ...altered },
    });
    const random = base64url(crypto.getRandomValues(new Uint8Array(64)));

    const FORGERIES: Record<string, Forge> = {
      "a claim with an invented signature": (stored) => ({
        ...stored,
        summary: { ...stored.summary, state: "executing" },
        claim: { ...forged({ signature: random }), digest: stored.summary.digest ?? "" },
      }),
      "a claim with a genuine signature of another action": (stored) => ({
        ...stored,
        summary: { ...stored.summary, state: "executing" },
        claim: { ...genuine, digest: stored.summary.digest ?? "" },
      }),
      "the same, under the id and digest of the other action": (stored) => ({
        ...stored,
        summary: { ...stored.summary, state: "executing", uid: signed.uid, digest: signed.digest },
        claim: genuine,
      }),
      "the same, in another database": (stored) => ({
        ...stored,
        summary: { ...stored.summary, state: "executing", uid: signed.uid, database: "payroll" },
        claim: genuine,
      }),
      "a claim to revert what never ran": (stored) => ({
        ...stored,
        summary: { ...stored.summary, state: "reverting", canRevert: true },
        claim: { ...genuine, decision: "revert" },
      }),
      "a claim that is long over": (stored) => ({
        ...stored,
        summary: { ...stored.summary, state: "executing" },
        claim: { ...forged({ expiresAt: "2020-01-01T00:00:00.000Z" }), until: "2020-01-01T00:00:00.000Z" },
      }),
      "the word approved": (stored) => ({
        ...stored,
        summary: { ...stored.summary, state: "approved", canRevert: true, decidedBy: OWNER },
      }),
      "hostile statements where the preview of harmless ones is": (stored) => ({
        ...stored,
        body: { inline: JSON.stringify({ ...JSON.parse(inline(stored)), preview: signed.preview }) },
        summary: { ...stored.summary, digest: signed.digest },
      }),
    };

    const hostile: [what: string, action: Action][] = [];
    for (const what of Object.keys(FORGERIES)) {
      hostile.push([what, await client.propose("UPDATE customers SET tier = 'Stolen'")]);
    }
    const before = dumpOf(rig.db.dataDir);
    const untouched = (what: string) => assert.equal(dumpOf(rig.db.dataDir), before, what);

    await t.step("forged states and claims, found by a process that starts", async () => {
      await rig.killApp();
      await rig.withStore(async (kv) => {
        for (const [what, { id }] of hostile) await forge(kv, id, FORGERIES[what]);
        await kv.set(keys.approver(WS, eve.key), { id: OWNER.id, name: OWNER.name });
      });
      rig.wire.delivered = 0;
      await rig.startApp();
      for (const [what, { id }] of hostile) {
        const settled = await rig.settled(id);
        assert.ok(settled.state !== "approved" || /approved|revert/.test(what), `${what}: ${settled.state}`);
        untouched(what);
      }
      assert.ok(rig.wire.delivered >= 6, "the claims were really sent");
    });

    await t.step("what the app says is approved can't be reverted either", async () => {
      const [, lie] = hostile[Object.keys(FORGERIES).indexOf("the word approved")];
      const answer = await client.in<{ code: string }>("POST", `/actions/${lie.id}/revert`, {
        approval: await ana.sign(lie, "revert"),
      });
      assert.deepEqual([answer.status, answer.body.code], [409, "not_approved"]);
      untouched("a revert of nothing");
    });

    await t.step("a person who approves what a forged preview shows approves nothing else", async () => {
      const [what, { id }] = hostile[Object.keys(FORGERIES).length - 1];
      const shown = await client.action(id);
      assert.deepEqual(shown.preview, signed.preview, what);
      const answer = await client.approve(shown, await ana.sign(shown, "approve"));
      assert.equal(answer.status, 403);
      untouched(what);
    });

    await t.step("a key that the store says is the owner's is not one for the db-service", async () => {
      const action = await client.propose("UPDATE customers SET tier = 'Stolen'");
      const answer = await client.in<{ code: string }>("POST", `/actions/${action.id}/approve`, {
        digest: action.digest,
        approval: await eve.sign(action, "approve"),
      });
      assert.deepEqual([answer.status, answer.body.code], [403, "not_approver"]);
      untouched("a forged owner of a key");
    });

    for (const [what, swap] of Object.entries(SWAPS)) {
      await t.step(`a genuine approval on its way, and ${what}`, async () => {
        const action = await client.propose("UPDATE customers SET tier = 'Silver' WHERE id = 1");
        const other = await client.propose("DELETE FROM customers");
        const held = rig.wire.next("held");
        await rig.decide(ana, action, "approve");
        await held.reached;
        await rig.killApp();
        held.release(false);
        await rig.withStore((kv) => forge(kv, action.id, (stored) => swap(stored, other)));
        await rig.startApp();
        assert.notEqual((await rig.settled(action.id)).state, "approved");
        untouched(what);
      });
    }

    await t.step("and what was really signed is done, once", async () => {
      assert.equal((await client.approve(signed, approval)).status, 200);
      const after = dumpOf(rig.db.dataDir);
      assert.notEqual(after, before);
      await rig.killApp();
      await rig.withStore((kv) =>
        forge(kv, signed.id, (stored) => ({
          ...stored,
          summary: { ...stored.summary, state: "executing" },
          claim: genuine,
        }))
      );
      await rig.startApp();
      await until(
        "the outcome that was recorded",
        async () => (await client.action(signed.id)).state === "approved",
      );
      assert.equal(dumpOf(rig.db.dataDir), after, "the second time it is only told");
    });
  } finally {
    await rig.close();
  }
});

type Forge = (stored: Stored) => Stored;

/** What is put under an approval that a person gave. */
const SWAPS: Record<string, (stored: Stored, other: Action) => Stored> = {
  "hostile statements in its place": (stored, { statements }) => ({
    ...stored,
    body: { inline: JSON.stringify({ ...JSON.parse(inline(stored)), statements }) },
  }),
  "hostile statements with a preview and a digest to match": (stored, { statements, preview, digest }) => ({
    ...stored,
    body: { inline: JSON.stringify({ ...JSON.parse(inline(stored)), statements, preview }) },
    summary: { ...stored.summary, digest },
    claim: stored.claim && { ...stored.claim, digest: digest ?? "" },
  }),
  "a later end of it": (stored) => ({
    ...stored,
    claim: stored.claim && { ...stored.claim, approval: { ...stored.claim.approval, expiresAt: soon() } },
  }),
  "another database": (stored) => ({ ...stored, summary: { ...stored.summary, database: "payroll" } }),
};

/** Writes an entry as an attacker would, with the key by which a process finds what is claimed. */
async function forge(kv: Deno.Kv, id: number, change: Forge): Promise<void> {
  const { value } = await kv.get<Stored>(keys.action(WS, id));
  assert.ok(value);
  const now = change(value);
  const state = (stored: Stored): ActionState => stored.summary.state;
  await kv.atomic().delete(keys.byState(WS, state(value), id)).set(keys.byState(WS, state(now), id), "action")
    .set(keys.action(WS, id), now).commit();
}

function inline({ body }: Stored): string {
  assert.ok("inline" in body);
  return body.inline;
}

/** Enrols a key at the db-service itself, with the code of an invite. */
async function enrol(rig: Rig, { key, publicKey }: Approver, database: string): Promise<void> {
  const { codeId, code } = await rig.db.invite("Ana", database);
  const body = { publicKey, name: "Ana", codeId, proof: await inviteProof(code, key) };
  const { status } = await rig.db.call("POST", `/v1/databases/${database}/approvers`, body);
  assert.equal(status, 201);
}
