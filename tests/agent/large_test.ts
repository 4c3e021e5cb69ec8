/** What is large or comes in a rush: kept in parts that fit into KV, cut for the model with a note, written in batches. */
import assert from "node:assert/strict";
import { FLUSH_MS } from "@/agent/chat/drive.ts";
import { startAnswer } from "@/agent/chat/run.ts";
import type { Batch } from "@/agent/live/tail.ts";
import { useSettings } from "@/agent/settings.ts";
import { keys } from "@/agent/store/keys.ts";
import { openStore } from "@/agent/store/kv.ts";
import { getLarge } from "@/agent/store/large.ts";
import type { ChatChunk } from "@/agent/types.ts";
import { textOf } from "@/tests/fakes/openai.ts";
import { until } from "@/tests/system/start.ts";
import { ANN, gate, nothingRuns, stored, WHERE, withConversation, words, written } from "./conversation.ts";
import { localSettings } from "./store.ts";

const READ = { toolCalls: [{ name: "queryDatabase", args: { sql: "SELECT * FROM customers" } }] };
const LONG = "ä".repeat(1_500);

Deno.test("two hundred long rows: whole for the person, the beginning with a note for the model", async () => {
  const rows = Array.from({ length: 200 }, (_, i) => [i, `row ${i}`, LONG]);
  await withConversation(
    (_request, n) => n === 0 ? READ : { text: "Many." },
    async ({ openai, ask, ended }) => {
      const answer = await ended(await ask("Show all"));
      assert.equal(answer.metadata?.status, "done");
      // Kept, and read back from the store, to the last row.
      const kept = (await stored()).find(({ id }) => id === answer.id);
      assert.deepEqual(kept?.parts, answer.parts);
      const text = JSON.stringify(kept);
      assert.ok(text.includes('"row 199"') && text.length > 300_000, `${text.length}`);
      const told = openai.requests[1].body.messages?.findLast(({ role }) => role === "tool");
      assert.ok(told);
      assert.ok(textOf(told).length < 17_000, `${textOf(told).length}`);
      assert.match(textOf(told), /cut: the result is longer/);
      assert.equal(textOf(told).includes('"row 199"'), false);
    },
    undefined,
    { rows },
  );
});

Deno.test("many short rows: fifty of them for the model, and how many there are", async () => {
  const rows = Array.from({ length: 120 }, (_, i) => [i, `row ${i}`, "x"]);
  await withConversation(
    (_request, n) => n === 0 ? READ : { text: "Many." },
    async ({ openai, ask, ended }) => {
      await ended(await ask("Show all"));
      const told = openai.requests[1].body.messages?.findLast(({ role }) => role === "tool");
      assert.ok(told);
      assert.match(textOf(told), /The first 50 of 120 rows\./);
      assert.ok(textOf(told).includes('"row 49"') && !textOf(told).includes('"row 50"'));
    },
    undefined,
    { rows },
  );
});

Deno.test("text is in the store within 50 ms of being written, and before the answer ends", async () => {
  const { opened, open } = gate();
  await withConversation(
    () => ({ text: "One, two, three, four.", pace: (event) => event === 3 ? opened : undefined }),
    async ({ ask, ended, hub }) => {
      const run = await ask("Count");
      await written(hub, run, "two,");
      assert.equal(FLUSH_MS, 50);
      await until("the text in the store", async () => textIn(await kept(run)).includes("two,"));
      open();
      await ended(run);
      await nothingRuns();
    },
  );
});

Deno.test("a rush of two thousand pieces is a few commits, which hold every piece once", async () => {
  const text = Array.from({ length: 2_000 }, (_, i) => `${i % 10}.....`).join("");
  await withConversation(() => ({ text }), async ({ ask, ended }) => {
    const run = await ask("Rush");
    assert.equal(words(await ended(run)), text);
    await nothingRuns();
    const batches = await batchesOf(run);
    assert.ok(batches.length < 100, `${batches.length} commits`);
    let next = 0;
    for (const { from, count } of batches) {
      assert.equal(from, next);
      next += count;
    }
    assert.equal(textIn(await kept(run)), text);
  });
});

async function batchesOf(run: string): Promise<Batch[]> {
  const kv = await openStore();
  const entries = await Array.fromAsync(kv.list<Batch>({ prefix: keys.chunks(WHERE.ws, run) }));
  return entries.map(({ value }) => value);
}

function textIn(chunks: readonly ChatChunk[]): string {
  return chunks.map((chunk) => chunk.type === "text-delta" ? chunk.delta : "").join("");
}

/** The chunks of a run as the store has them. */
async function kept(run: string): Promise<ChatChunk[]> {
  const kv = await openStore();
  const parts = (await batchesOf(run)).map(({ large }) => getLarge<ChatChunk[]>(kv, WHERE.ws, large));
  return (await Promise.all(parts)).flatMap((chunks) => chunks ?? []);
}

Deno.test("a long message that is refused leaves nothing in the store", async () => {
  const text = '"\n'.repeat(3_900);
  const parts = async () => {
    const prefix = keys.bodyPart(WHERE.ws, "", 0).slice(0, -2);
    return (await Array.fromAsync((await openStore()).list({ prefix }))).length;
  };
  await withConversation(() => ({ text: "Yes." }), async ({ ask, ended }) => {
    await ended(await ask(text, "one"));
    assert.equal(await parts(), 1, "it is too long for its entry");
    await assert.rejects(startAnswer(WHERE, ANN, { id: "one", text }), { code: "busy" });
    assert.equal(await parts(), 1, "sent twice");
    useSettings({ ...localSettings(), rateLimit: 1 });
    await assert.rejects(startAnswer(WHERE, ANN, { id: "two", text }), { code: "rate_limited" });
    assert.equal(await parts(), 1, "sent too fast");
    assert.equal(words((await stored())[0]), text, "what was taken is whole");
  });
});
