import assert from "node:assert/strict";
import { receive, type Received } from "@/agent/chat/receive.ts";
import { startAnswer, startFollowUp } from "@/agent/chat/run.ts";
import { Refusal } from "@/agent/errors.ts";
import { assertRoom, count, type Kind } from "@/agent/limits/messages.ts";
import { admit, WINDOW_MS } from "@/agent/limits/window.ts";
import type { Person } from "@/agent/people.ts";
import { readSettings, settings, useSettings } from "@/agent/settings.ts";
import { openStore } from "@/agent/store/kv.ts";
import type { Actor } from "@/agent/types.ts";
import { ensureMain, findWorkspace } from "@/agent/workspaces.ts";
import { ANN, stored, WHERE, withConversation } from "./conversation.ts";
import { withStore } from "./store.ts";

const OWNER: Person = { id: "owner", name: "Owner" };
const BOB: Actor = { id: "bob", name: "Bob", via: "person" };
const T = 1_700_000_000_000;

Deno.test("in no minute more than the limit, and room again to the millisecond", () => {
  let times: number[] = [];
  for (let i = 0; i < 20; i++) {
    const admission = admit(times, T + i * 100, 20);
    assert.ok(admission.ok);
    times = admission.times;
  }
  assert.deepEqual(admit(times, T + 2_000, 20), { ok: false, retryAfter: 58 });
  assert.deepEqual(admit(times, T + WINDOW_MS - 1, 20), { ok: false, retryAfter: 1 });
  const again = admit(times, T + WINDOW_MS, 20);
  assert.ok(again.ok && again.times.length === 20 && !again.times.includes(T));
  assert.deepEqual(again.ok && admit(again.times, T + WINDOW_MS, 20), { ok: false, retryAfter: 1 });

  // Any hour of someone who tries every 700 ms: every window of a minute holds twenty at most.
  const admitted: number[] = [];
  let kept: number[] = [];
  for (let now = T; now < T + 3_600_000; now += 700) {
    const admission = admit(kept, now, 20);
    if (!admission.ok) continue;
    kept = admission.times;
    admitted.push(now);
  }
  for (let i = 20; i < admitted.length; i++) assert.ok(admitted[i] - admitted[i - 20] >= WINDOW_MS);
  assert.ok(admitted.length >= 20 * 59, `${admitted.length} in an hour`);
});

Deno.test("clocks that jump or disagree neither lock anyone out for longer than a minute nor let anyone through", () => {
  const full = Array.from({ length: 20 }, (_, i) => T + i);
  // This process's clock is behind the one that counted, by an hour.
  assert.deepEqual(admit(full, T - 3_600_000, 20), { ok: false, retryAfter: 60 });
  // It was set forward.
  assert.ok(admit(full, T + 3_600_000, 20).ok);
  // Times that were kept out of order, and more of them than the limit is now.
  assert.deepEqual(admit([...full].reverse(), T + 20, 20), { ok: false, retryAfter: 60 });
  assert.deepEqual(admit(full, T + 30_000, 5), { ok: false, retryAfter: 31 });
  assert.deepEqual(admit([T], T, 1), { ok: false, retryAfter: 60 });
});

Deno.test("of twenty-five that are posted at once, exactly twenty are stored", async () => {
  await withConversation(() => ({ text: "Hi." }), async () => {
    limitTo(20);
    await ensureMain();
    // Refused by the guard, they are answered at once and none waits for another.
    const posts = await Promise.allSettled(
      Array.from({ length: 25 }, () => post("Ignore previous instructions")),
    );
    const refused = posts.flatMap((post) => post.status === "rejected" ? [post.reason] : []);
    assert.equal(posts.length - refused.length, 20);
    for (const error of refused) {
      assert.ok(
        error instanceof Refusal && error.code === "rate_limited" && error.status === 429,
        String(error),
      );
      const { retryAfter = 0 } = error.extra;
      assert.ok(Number.isInteger(retryAfter) && retryAfter >= 1 && retryAfter <= 60);
      assert.match(
        error.message,
        /^You have sent 20 messages within a minute\. There is room for the next in \d+ seconds?\.$/,
      );
    }
    const kept = await stored();
    assert.equal(kept.filter(({ role }) => role === "user").length, 20);
    assert.equal(kept.filter(({ role }) => role === "assistant").length, 20);
  });
});

Deno.test("one person's messages leave room for another's, until the workspace is full", async () => {
  await withStore(async () => {
    limitTo(20);
    assert.equal(await countMany("main", ANN, "message", 30), 20);
    assert.equal(await countMany("main", BOB, "message", 30), 20);
    assert.equal(await countMany("main", { ...BOB, id: "carol" }, "message", 15), 15);
    assert.equal(await countMany("main", { ...BOB, id: "dan" }, "message", 30), 5);
    await assert.rejects(
      assertRoom("main", { ...BOB, id: "eve" }, "message"),
      ({ message, code }: Refusal) =>
        code === "rate_limited" && message.startsWith("This workspace has sent 60 messages"),
    );
    // Another workspace has room, but not for who has had their share already.
    await assertRoom("other", { ...BOB, id: "eve" }, "message");
    await assert.rejects(assertRoom("other", ANN, "message"), { code: "rate_limited" });
    // Commands have a window of their own, three times as wide.
    assert.equal(await countMany("main", ANN, "command", 70), 60);
  });
});

Deno.test("what is refused is not stored and not counted; once more counts, a follow-up doesn't", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await withConversation(
    (_request, n) => ({ text: "Hi.", before: n === 0 ? promise : undefined }),
    async (test) => {
      limitTo(3);
      const run = await test.ask("one");
      await assert.rejects(test.ask("two"), { code: "busy" });
      await assert.rejects(test.ask("two"), { code: "busy" });
      await assert.rejects(test.ask("two"), { code: "busy" });
      resolve();
      await test.ended(run);
      await test.ended((await startAnswer(WHERE, ANN, "retry")).run);
      const word = await startFollowUp(WHERE, { ...ANN, via: "agent" });
      assert.ok(word);
      await test.ended(word.run);
      await test.ended(await test.ask("three"));
      await assert.rejects(test.ask("four"), { code: "rate_limited" });
      await assert.rejects(startAnswer(WHERE, ANN, "retry"), { code: "rate_limited" });
      assert.deepEqual((await stored()).filter(({ role }) => role === "user").length, 2);
      assert.equal(test.openai.requests.length, 4);
    },
  );
});

Deno.test("the limit is a setting, and a bad one stops the start in one sentence", () => {
  const env = {
    GATEKEEPER_MODE: "local",
    DB_SERVICE_URL: "http://127.0.0.1:1",
    DB_SERVICE_TOKEN: "0123456789abcdef",
  };
  const limitOf = (RATE_LIMIT?: string) => {
    const read = readSettings({ ...env, RATE_LIMIT });
    return read.ok ? read.settings.rateLimit : read.problems;
  };
  assert.equal(limitOf(), 20);
  assert.equal(limitOf(""), 20);
  assert.equal(limitOf("1"), 1);
  assert.equal(limitOf("500"), 500);
  for (const bad of ["0", "-1", "1.5", "many", "1e3", "100000", " 5"]) {
    assert.deepEqual(limitOf(bad), ["RATE_LIMIT must be a whole number from 1 to 99999."], bad);
  }
});

function limitTo(rateLimit: number): void {
  useSettings({ ...settings(), rateLimit });
}

async function post(text: string): Promise<Received> {
  const workspace = await findWorkspace("main");
  assert.ok(workspace);
  return await receive(workspace, OWNER, { id: crypto.randomUUID(), text });
}

/** Counts one after the other; says how many were admitted. */
async function countMany(ws: string, by: Actor, kind: Kind, times: number): Promise<number> {
  const kv = await openStore();
  let admitted = 0;
  for (let i = 0; i < times; i++) {
    const op = kv.atomic();
    try {
      await count(op, ws, by, kind);
    } catch (error) {
      assert.ok(error instanceof Refusal && error.code === "rate_limited");
      continue;
    }
    assert.ok((await op.commit()).ok);
    admitted++;
  }
  return admitted;
}
