/** What both wire formats can bring besides text: thoughts, wrong calls, a busy provider, a slow one, a silent one. */
import assert from "node:assert/strict";
import type { Arrival } from "@/tests/fakes/openai.ts";
import { within } from "@/tests/deadline.ts";
import { gate, nothingRuns, withConversation, words, written } from "./conversation.ts";

const WIRES = [{ wire: "chat completions", baseUrl: undefined }, { wire: "Responses", baseUrl: null }];

for (const { wire, baseUrl } of WIRES) {
  Deno.test(`${wire}: wrong calls of tools are answered to the model, which goes on`, async () => {
    const calls = [
      { name: "queryDatabase", raw: '{"sql": "SELECT' },
      { name: "queryDatabase", args: { query: 7 } },
      { name: "dropDatabase", args: {} },
      { name: "withdrawAction", args: { actionId: -1 } },
      { name: "withdrawAction", args: { actionId: 99 } },
    ];
    await withConversation(
      (_request, n) => n === 0 ? { toolCalls: calls } : { text: "I was wrong." },
      async (test) => {
        const answer = await test.ended(await test.ask("Do something"));
        assert.equal(answer.metadata?.status, "done");
        assert.equal(words(answer), "I was wrong.");
        const told = toolResults(test.openai.requests[1]);
        assert.equal(told.length, calls.length);
        for (const [i, word] of [/JSON/, /sql/, /dropDatabase/, /actionId/, /not_found/].entries()) {
          assert.match(told[i], word);
        }
        assert.deepEqual(test.db.seen, []);
      },
      baseUrl,
    );
  });

  Deno.test(`${wire}: thoughts are told apart from words, and a tool is called after them`, async () => {
    const turns = [
      {
        reasoning: "I should look first.",
        toolCalls: [{ name: "queryDatabase", args: { sql: "SELECT 1" } }],
      },
      { reasoning: "There are three.", text: "Three." },
      { text: "Yes." },
    ];
    await withConversation((_request, n) => turns[n], async ({ openai, ask, ended }) => {
      const answer = await ended(await ask("How many?"));
      assert.equal(answer.metadata?.status, "done");
      assert.equal(words(answer), "Three.");
      const thoughts = answer.parts.flatMap((part) => part.type === "reasoning" ? [part.text] : []);
      // What an endpoint sends beside its text in a member of its own has no name in chat completions: it is left out.
      assert.deepEqual(thoughts, baseUrl === null ? ["I should look first.", "There are three."] : []);
      assert.ok(answer.parts.some(({ type }) => type === "tool-queryDatabase"));
      assert.equal(words(await ended(await ask("Sure?"))), "Yes.");
      // Nothing is kept at the provider, so nothing there can be referred to; and it is not shown its thoughts again.
      for (const { body } of openai.requests) {
        assert.equal(
          body.input?.some(({ type }) => type === "item_reference" || type === "reasoning") ?? false,
          false,
        );
        assert.equal(JSON.stringify(body).includes("I should look"), false);
      }
    }, baseUrl);
  });

  Deno.test(`${wire}: who asks for a long pause has failed, and how long it takes is said at once`, async () => {
    await withConversation(() => ({ status: 429, retryAfter: "20" }), async ({ openai, ask, ended }) => {
      const begun = performance.now();
      const answer = await ended(await ask("Hello?"));
      assert.equal(answer.metadata?.status, "failed");
      assert.match(answer.metadata?.error ?? "", /too many requests\. Try again in 20 seconds\.$/);
      assert.ok(performance.now() - begun < 15_000);
      assert.equal(openai.requests.length, 1, "it was not asked again");
      await nothingRuns();
    }, baseUrl);
  });

  Deno.test(`${wire}: a short pause is kept, and the answer comes`, async () => {
    await withConversation(
      (_request, n) => n === 0 ? { status: 429, retryAfter: "1" } : { text: "Here." },
      async ({ openai, ask, ended }) => {
        assert.equal(words(await ended(await ask("Hello?"))), "Here.");
        const [first, second] = openai.requests;
        assert.ok(second.at - first.at >= 990, `${second.at - first.at} ms`);
      },
      baseUrl,
    );
  });

  Deno.test(`${wire}: a first byte that takes its time is waited for`, async () => {
    const { opened, open } = gate();
    await withConversation(() => ({ text: "At last.", before: opened }), async ({ openai, ask, ended }) => {
      const run = await ask("Hello?");
      await openai.arrival(0);
      setTimeout(open, 300);
      const answer = await ended(run);
      assert.deepEqual([words(answer), answer.metadata?.status], ["At last.", "done"]);
    }, baseUrl);
  });

  Deno.test(`${wire}: a model that falls silent in the middle has failed, and is hung up on`, async () => {
    const { setTimeout } = globalThis;
    await withConversation(
      () => ({
        text: "One, two, three, four",
        pace: (event) => event === 5 ? new Promise(() => {}) : undefined,
      }),
      async ({ openai, ask, ended, hub }) => {
        // A minute passes when the test says so.
        let afterMinute = () => {};
        globalThis.setTimeout = new Proxy(setTimeout, {
          apply: (wait, self, [work, ms, ...given]) => {
            if (ms === 60_000) afterMinute = work;
            return Reflect.apply(wait, self, [work, ms, ...given]);
          },
        });
        try {
          const run = await ask("Count");
          await written(hub, run, "One, ");
          afterMinute();
          const answer = await ended(run);
          assert.equal(answer.metadata?.status, "failed");
          assert.equal(answer.metadata?.error, "The model did not answer in time.");
          assert.ok(words(answer).startsWith("One, "));
          await within("the run to hang up", openai.requests[0].hungUp);
          await nothingRuns();
        } finally {
          globalThis.setTimeout = setTimeout;
        }
      },
      baseUrl,
    );
  });
}

Deno.test("Responses: a response that says it failed is a failure in our words", async () => {
  await withConversation(
    () => ({ text: "One, two", breaks: "failed", after: 4, message: "secret detail" }),
    async ({ ask, ended }) => {
      const answer = await ended(await ask("Count"));
      assert.equal(answer.metadata?.status, "failed");
      assert.equal(JSON.stringify(answer).includes("secret detail"), false);
      assert.equal(words(answer), "One, t");
      await nothingRuns();
    },
    null,
  );
});

/** What the model was told of its calls, in order. */
function toolResults({ body }: Arrival): string[] {
  return body.messages?.flatMap((said) => said.role === "tool" ? [said.content] : []) ??
    body.input?.flatMap(({ type, output }) => type === "function_call_output" ? [String(output)] : []) ?? [];
}
