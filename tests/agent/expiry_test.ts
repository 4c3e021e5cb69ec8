/** Proposals that nobody decides end in time, whoever looks, and never more than 200 wait (SPEC Q8). */
import assert from "node:assert/strict";
import { listMessages } from "@/agent/chat/store.ts";
import { approve, reject } from "@/agent/queue/decide.ts";
import { expireDue } from "@/agent/queue/expiry.ts";
import { countStates, listActions } from "@/agent/queue/list.ts";
import { previewAgain } from "@/agent/queue/preview.ts";
import { MAX_PENDING, propose } from "@/agent/queue/propose.ts";
import { getAction, updateAction } from "@/agent/queue/store.ts";
import { Refusal } from "@/agent/errors.ts";
import { useSettings } from "@/agent/settings.ts";
import { keys } from "@/agent/store/keys.ts";
import { openStore } from "@/agent/store/kv.ts";
import { changeSettings, settingsOf } from "@/agent/workspace_settings.ts";
import { startDatabase } from "@/tests/fakes/database.ts";
import { ANN, WHERE } from "./conversation.ts";
import { countingReads } from "./reads.ts";
import { localSettings, withStore } from "./store.ts";

const { ws } = WHERE;
const DAY_MS = 24 * 3_600_000;
const ORIGIN = { ...WHERE, by: ANN, messageId: null };
const CHANGE = {
  title: "Gold for all",
  description: "",
  statements: [{ sql: "UPDATE customers SET tier = 'gold'" }],
};

Deno.test("a proposal ends on its day and not before, with a note, and can't be approved any more", async () => {
  await withDatabase(async () => {
    const { id, expiresAt, digest } = await propose(ORIGIN, CHANGE);
    const end = Date.parse(expiresAt ?? "");
    assert.ok(Math.abs(end - Date.now() - 7 * DAY_MS) < 60_000, `it ends ${expiresAt}`);
    await expireDue(end - 1_000);
    assert.equal((await getAction(ws, id)).state, "pending");
    await expireDue(end + 1);
    const expired = await getAction(ws, id);
    assert.deepEqual([expired.state, expired.decidedBy], ["expired", null]);
    assert.ok(expired.resolvedAt);
    const { messages } = await listMessages(ws, 5);
    assert.match(JSON.stringify(messages.at(-1)?.parts), /expired: nobody decided it in time/);
    assert.deepEqual(await countStates(ws), { pending: 0, expired: 1 });
    const approval = { key: "k", expiresAt: new Date().toISOString(), signature: "s" };
    await assert.rejects(approve(ws, id, ANN, { digest: digest ?? "", approval }), Refusal);
  });
});

Deno.test("between its time and the next look at the clock a proposal can't be approved either", async () => {
  await withDatabase(async () => {
    const { id, digest } = await propose(ORIGIN, CHANGE);
    await updateAction(ws, id, () => ({ summary: { expiresAt: new Date(Date.now() - 1).toISOString() } }));
    const approval = { key: "k", expiresAt: new Date().toISOString(), signature: "s" };
    await assert.rejects(
      approve(ws, id, ANN, { digest: digest ?? "", approval }),
      (error) => error instanceof Refusal && error.code === "not_pending",
    );
    await expireDue();
    assert.equal((await getAction(ws, id)).state, "expired");
  });
});

Deno.test("looking at the clock reads what is over and nothing of what still waits", async () => {
  await withDatabase(async () => {
    const kv = await openStore();
    for (let i = 0; i < 40; i++) await propose(ORIGIN, CHANGE);
    await reject(ws, 1, ANN, null);
    assert.ok((await countingReads(kv, () => expireDue())).reads <= 1);
    const { expiresAt } = await getAction(ws, 2);
    await updateAction(ws, 3, () => ({ summary: { state: "stale" } }));
    await expireDue(Date.parse(expiresAt ?? "") + DAY_MS);
    const { counts } = await listActions(ws, {});
    assert.deepEqual(counts, { pending: 0, rejected: 1, stale: 0, expired: 39 });
    assert.deepEqual(
      await Array.fromAsync(kv.list({ prefix: keys.expiries() })),
      [],
      "nothing is left to expire",
    );
  });
});

Deno.test("one that can't be ended keeps no other from ending", async () => {
  await withDatabase(async () => {
    const { id, expiresAt } = await propose(ORIGIN, CHANGE);
    const kv = await openStore();
    // Its entry is gone, as after a store was restored in part.
    await kv.set(keys.expiry(1, ws, 999), 1);
    await expireDue(Date.parse(expiresAt ?? "") + 1);
    assert.equal((await getAction(ws, id)).state, "expired");
  });
});

Deno.test("an owner sets the days; proposals made before keep theirs", async () => {
  await withDatabase(async () => {
    const before = await propose(ORIGIN, CHANGE);
    assert.deepEqual(await settingsOf(ws), { expiryDays: 7 });
    assert.deepEqual(await changeSettings(ws, { expiryDays: 2 }), { expiryDays: 2 });
    const after = await propose(ORIGIN, CHANGE);
    const days = (iso: string | null) => Math.round((Date.parse(iso ?? "") - Date.now()) / DAY_MS);
    assert.deepEqual([days(before.expiresAt), days(after.expiresAt)], [7, 2]);
    await expireDue(Date.now() + 3 * DAY_MS);
    assert.deepEqual((await getAction(ws, before.id)).state, "pending");
    assert.deepEqual((await getAction(ws, after.id)).state, "expired");
  });
});

Deno.test("of 220 proposals at once 200 wait, and a decision makes room for one", async () => {
  await withDatabase(async () => {
    const made = await Promise.allSettled(
      Array.from({ length: MAX_PENDING + 20 }, () => propose(ORIGIN, CHANGE)),
    );
    const refused = made.flatMap((one) => one.status === "rejected" ? [one.reason] : []);
    assert.equal(refused.length, 20);
    for (const error of refused) assert.ok(error instanceof Refusal && error.code === "limit", String(error));
    assert.deepEqual(await countStates(ws), { pending: MAX_PENDING });
    await reject(ws, 7, ANN, null);
    const again = await Promise.allSettled([propose(ORIGIN, CHANGE), propose(ORIGIN, CHANGE)]);
    assert.deepEqual(again.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  });
});

Deno.test("what failed waits again only where there is room", async () => {
  await withDatabase(async () => {
    const { id } = await propose(ORIGIN, CHANGE);
    for (const state of ["executing", "failed"] as const) {
      await updateAction(ws, id, () => ({ summary: { state } }));
    }
    await Promise.all(Array.from({ length: MAX_PENDING }, () => propose(ORIGIN, CHANGE)));
    await assert.rejects(previewAgain(ws, id, {}), { code: "limit" });
    assert.deepEqual(await countStates(ws), { pending: MAX_PENDING, executing: 0, failed: 1 });
    // What waits already may always be looked at again.
    await previewAgain(ws, id + 1, {});
    await reject(ws, id + 1, ANN, null);
    await previewAgain(ws, id, {});
    assert.deepEqual(await countStates(ws), {
      pending: MAX_PENDING,
      executing: 0,
      failed: 0,
      rejected: 1,
    });
  });
});

/** Runs a test on an empty workspace with a made-up database. */
function withDatabase(test: () => Promise<void>): Promise<void> {
  return withStore(async () => {
    const database = startDatabase();
    useSettings(localSettings(database.url));
    try {
      await test();
    } finally {
      await database.close();
    }
  });
}
