/** What real models were seen to do: calls written as text, ids that are empty or come again. */
import assert from "node:assert/strict";
import { callInText } from "@/agent/chat/quirks.ts";
import { gate, nothingRuns, withConversation, words, written } from "./conversation.ts";

const OFFERED = new Set(["queryDatabase", "mutateDatabase"]);
const SQL = { sql: "SELECT * FROM customers", description: "" };

Deno.test("a call that is written out is known by its tool and its arguments", () => {
  const wanted = { name: "queryDatabase", input: JSON.stringify(SQL) };
  for (
    const text of [
      JSON.stringify({ name: "queryDatabase", arguments: SQL }),
      JSON.stringify({ name: "queryDatabase", parameters: SQL }),
      JSON.stringify({ tool: "queryDatabase", input: SQL }),
      JSON.stringify({
        type: "function",
        function: { name: "queryDatabase", arguments: JSON.stringify(SQL) },
      }),
      `\n\`\`\`json\n${JSON.stringify({ name: "queryDatabase", arguments: SQL }, null, 2)}\n\`\`\`\n`,
      `<tool_call>\n${JSON.stringify({ name: "queryDatabase", arguments: SQL })}\n</tool_call>`,
    ]
  ) assert.deepEqual(callInText(text, OFFERED), wanted, text);
  for (
    const text of [
      "",
      "{}",
      "{",
      '{"name":"Alice","arguments":"none"}',
      '{"name":"dropTable","arguments":{}}',
      '{"name":"queryDatabase"}',
      'The call would be {"name":"queryDatabase","arguments":{}}',
      '[{"name":"queryDatabase","arguments":{}}]',
      "null",
    ]
  ) assert.equal(callInText(text, OFFERED), null, text);
});

Deno.test("a call that a model writes as text is made, and nothing of the text is shown", async () => {
  const text = JSON.stringify({ name: "queryDatabase", arguments: SQL });
  await withConversation(
    (_request, n) => n === 0 ? { text } : { text: "Three." },
    async ({ openai, ask, ended }) => {
      const answer = await ended(await ask("Who is there?"));
      assert.equal(words(answer), "Three.");
      assert.ok(answer.parts.some(({ type }) => type === "tool-queryDatabase"));
      assert.equal(openai.requests.length, 2);
      await nothingRuns();
    },
  );
});

Deno.test("a slow model that writes a call as text is not taken for a silent one", async () => {
  const text = JSON.stringify({ name: "queryDatabase", arguments: SQL });
  const { setTimeout } = globalThis;
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 200));
  await withConversation(
    (_request, n) => n === 0 ? { text, pace: pause } : { text: "Three." },
    async ({ ask, ended }) => {
      // A minute passes quickly here: it is over long before the call is written.
      globalThis.setTimeout = new Proxy(setTimeout, {
        apply: (wait, self, [work, ms]) => Reflect.apply(wait, self, [work, ms === 60_000 ? 1_500 : ms]),
      });
      try {
        const answer = await ended(await ask("Who is there?"));
        assert.deepEqual([words(answer), answer.metadata?.error], ["Three.", undefined]);
      } finally {
        globalThis.setTimeout = setTimeout;
      }
    },
  );
});

Deno.test("code that is no call is shown as it is written", async () => {
  const { opened, open } = gate();
  await withConversation(
    () => ({
      text: "```sql\nSELECT * FROM customers\n```",
      pace: (event) => event === 4 ? opened : undefined,
    }),
    async ({ hub, ask, ended }) => {
      const run = await ask("Write a query");
      await written(hub, run, "SELECT");
      open();
      assert.match(words(await ended(run)), /customers\n```$/);
    },
  );
});

Deno.test("text that only looks like a call at first is shown whole", async () => {
  for (
    const text of [
      '{"a": 1} is JSON.',
      "```sql\nSELECT 1\n```\nThat is how.",
      "{",
      '{"name":"nobody","arguments":{}}',
    ]
  ) {
    await withConversation(() => ({ text }), async ({ ask, ended }) => {
      assert.equal(words(await ended(await ask("Show me"))), text);
    });
  }
});

Deno.test("tool-call ids that are empty or come again are told apart", async () => {
  for (const id of ["", "call_0"]) {
    const turns = [
      { toolCalls: [{ name: "queryDatabase", args: SQL, id }] },
      { toolCalls: [{ name: "describeSchema", args: {}, id }] },
      { text: "Done." },
    ];
    await withConversation((_request, n) => turns[n], async ({ ask, ended }) => {
      const answer = await ended(await ask("Look twice"));
      const calls = answer.parts.flatMap((part) => "toolCallId" in part ? [part] : []);
      assert.deepEqual(calls.map(({ type, state }) => [type, state]), [
        ["tool-queryDatabase", "output-available"],
        ["tool-describeSchema", "output-available"],
      ]);
      assert.equal(new Set(calls.map(({ toolCallId }) => toolCallId)).size, 2);
    });
  }
});
