import assert from "node:assert/strict";
import { startFollowUp, stopAnswer } from "@/agent/chat/run.ts";
import { listActions } from "@/agent/queue/list.ts";
import { propose } from "@/agent/queue/propose.ts";
import { useSettings } from "@/agent/settings.ts";
import { within } from "@/tests/deadline.ts";
import type { Turn } from "@/tests/fakes/openai.ts";
import {
  ANN,
  gate,
  KEY,
  message,
  nothingRuns,
  remember,
  stored,
  WHERE,
  withConversation,
  words,
} from "./conversation.ts";
import { localSettings } from "./store.ts";

const WIRES = [{ wire: "chat completions", baseUrl: undefined }, { wire: "Responses", baseUrl: null }];
/** No answer that is kept is longer, in characters of JSON. */
const MOST = 500_000;

const ENDLESS: { name: string; turn: Turn }[] = [
  { name: "text without end", turn: { text: "and so on, ".repeat(100_000) } },
  { name: "thoughts without end", turn: { reasoning: "hmm, let me think ".repeat(60_000), text: "Well." } },
  {
    name: "a call whose arguments have no end",
    turn: { toolCalls: [{ name: "queryDatabase", args: { sql: "SELECT 1 -- ".repeat(100_000) } }] },
  },
];

for (const { name, turn } of ENDLESS) {
  for (const { wire, baseUrl } of WIRES) {
    if (wire === "chat completions" && turn.reasoning) continue;
    Deno.test(`${wire}: ${name} is ended, hung up on, and said so`, async () => {
      await withConversation(() => turn, async ({ openai, ask, ended }) => {
        const answer = await ended(await ask("Go on"));
        assert.equal(answer.metadata?.status, "failed");
        assert.equal(answer.metadata?.error, "The answer became too long and was stopped.");
        await within("the run to hang up", openai.requests[0].hungUp);
        assert.equal(openai.requests.length, 1);
        assert.ok(JSON.stringify(answer).length < MOST, `${JSON.stringify(answer).length}`);
        await nothingRuns();
      }, baseUrl);
    });
  }
}

const CUT: { cut: Turn["cut"]; error: RegExp }[] = [
  { cut: "length", error: /^The answer is cut off: it reached the model's limit\.$/ },
  { cut: "content_filter", error: /^The model's provider withheld the answer, or its end\.$/ },
];

for (const { cut, error } of CUT) {
  for (const { wire, baseUrl } of WIRES) {
    Deno.test(`${wire}: an answer that ends by ${cut} is not shown as finished`, async () => {
      await withConversation(() => ({ text: "There are three cust", cut }), async ({ ask, ended }) => {
        const answer = await ended(await ask("Who is there?"));
        assert.equal(words(answer), "There are three cust");
        assert.equal(answer.metadata?.status, "failed");
        assert.match(answer.metadata?.error ?? "", error);
      }, baseUrl);
    });
  }
}

Deno.test("an answer without a word says that it has none; without one to say, the agent says nothing by itself", async () => {
  for (const turn of [{}, { text: " \n" }]) {
    await withConversation(() => turn, async ({ openai, ask, ended }) => {
      const answer = await ended(await ask("Hello?"));
      assert.equal(answer.metadata?.status, "failed");
      assert.equal(answer.metadata?.error, "The model gave no answer.");
      await remember([message("system", "#1 was approved.", { kind: "outcome", actions: [1] })]);
      const before = (await stored()).length;
      assert.ok(await startFollowUp(WHERE, { ...ANN, via: "agent" }));
      await openai.arrival(1);
      await nothingRuns();
      assert.equal((await stored()).length, before);
    });
  }
});

Deno.test("an answer uses its tools so many times and no more, however many calls it makes at once", async () => {
  const calls = Array.from(
    { length: 60 },
    (_, i) => ({ name: "queryDatabase", args: { sql: `SELECT ${i}` } }),
  );
  await withConversation(
    (_request, n) => n === 0 ? { toolCalls: calls } : { text: "Enough." },
    async ({ ask, ended, db, openai }) => {
      const answer = await ended(await ask("Read on"));
      assert.deepEqual([words(answer), answer.metadata?.status], ["Enough.", "done"]);
      assert.equal(db.seen.length, 30);
      assert.equal((await listActions(WHERE.ws, { type: "observation", limit: 100 })).actions.length, 30);
      const told = openai.requests[1].body.messages?.filter(({ role }) => role === "tool") ?? [];
      assert.equal(told.length, 60);
      assert.match(JSON.stringify(told.at(-1)), /at most 30 times/);
    },
  );
});

Deno.test("Stop stops an answer that has not begun, though the database is silent", async () => {
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    await withConversation(() => ({}), async ({ ask, ended, openai }) => {
      const model = { apiKey: KEY, baseUrl: openai.baseUrl, name: "fake-1" };
      useSettings({ ...localSettings(`http://127.0.0.1:${silent.addr.port}`), model });
      const run = await ask("Hello?");
      await within("the answer to stop", stopAnswer(WHERE.ws), 2_500);
      assert.equal((await ended(run)).metadata?.status, "stopped");
      assert.equal(openai.requests.length, 0);
      await nothingRuns();
    });
  } finally {
    silent.close();
  }
});

Deno.test("what an answer was about to propose when it was stopped does not turn up in the queue", async () => {
  const sql = "UPDATE customers SET tier = 'gold'";
  const calls = [{ name: "mutateDatabase", args: { title: "The agent's", sql } }];
  await withConversation(() => ({ toolCalls: calls }), async ({ ask, ended, openai, db }) => {
    const { opened, open } = gate();
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    const slow = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const { method, headers, url } = request;
      const { pathname } = new URL(url);
      const body = method === "POST" ? await request.text() : undefined;
      if (!pathname.endsWith("/preview")) return await fetch(db.url + pathname, { method, headers, body });
      asked.resolve();
      await opened;
      const answer = await fetch(db.url + pathname, { method, headers, body });
      answered.resolve();
      return answer;
    });
    try {
      const model = { apiKey: KEY, baseUrl: openai.baseUrl, name: "fake-1" };
      useSettings({ ...localSettings(`http://127.0.0.1:${slow.addr.port}`), model });
      const run = await ask("Make them gold");
      await within("the preview to be asked for", asked.promise);
      await stopAnswer(WHERE.ws);
      assert.equal((await ended(run)).metadata?.status, "stopped");
      open();
      await within("the preview to be answered", answered.promise);
      // What is proposed after it would stand behind it.
      const mine = { title: "Mine", description: "", statements: [{ sql }] };
      await propose({ ...WHERE, by: ANN, messageId: null }, mine);
      assert.deepEqual((await listActions(WHERE.ws, {})).actions.map(({ title }) => title), ["Mine"]);
    } finally {
      await slow.shutdown();
    }
  });
});
