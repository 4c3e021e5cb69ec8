import assert from "node:assert/strict";
import { startAnswer } from "@/agent/chat/run.ts";
import { useSettings } from "@/agent/settings.ts";
import type { ChatMessage } from "@/agent/types.ts";
import { deadBaseUrl, type Turn } from "@/tests/fakes/openai.ts";
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
  written,
} from "./conversation.ts";
import { localSettings } from "./store.ts";

/** What a careless provider puts into its errors. */
const PROVIDER = `Incorrect API key provided: ${KEY.slice(0, 11)}*** at https://provider.example/internal`;

interface Case {
  name: string;
  turn: Turn;
  error: RegExp;
  /** How much of the text was kept. */
  kept: string;
}

const TEXT = "abcdefghijklmnopqrstuvwxyz";
/** Both wire formats: chat completions at any endpoint, and OpenAI's own Responses. */
const WIRES = [{ wire: "chat completions", baseUrl: undefined }, { wire: "Responses", baseUrl: null }];
/** Events before the first letters: one that carries the role in chat completions, three in Responses. */
const FIRST = { "chat completions": 1, Responses: 3 };
// Each event of text carries six letters; `after` counts those.
const CASES: Case[] = [
  { name: "a refused key", turn: { status: 401, message: PROVIDER }, error: /refused the key/, kept: "" },
  {
    name: "an unknown model",
    turn: { status: 404, message: PROVIDER },
    error: /not know this model/,
    kept: "",
  },
  {
    name: "too many requests",
    turn: { status: 429, message: PROVIDER },
    error: /too many requests/,
    kept: "",
  },
  {
    name: "a failure of the provider",
    turn: { status: 500, message: PROVIDER },
    error: /HTTP 500/,
    kept: "",
  },
  {
    name: "an error object in the middle",
    turn: { text: TEXT, breaks: "error", after: 2, message: PROVIDER },
    error: /^The connection to the model broke\.$|^The model's provider failed/,
    kept: "abcdefghijkl",
  },
  {
    name: "a reset connection",
    turn: { text: TEXT, breaks: "reset", after: 2 },
    error: /^The connection to the model broke\.$/,
    kept: "abcdefghijkl",
  },
  {
    name: "a clean end without a finish",
    turn: { text: TEXT, breaks: "clean", after: 2 },
    error: /^The answer broke off\.$/,
    kept: "abcdefghijkl",
  },
  {
    name: "bytes that are no SSE",
    turn: { text: TEXT, breaks: "garbage", after: 2 },
    error: /^The connection to the model broke\.$/,
    kept: "abcdefghijkl",
  },
  {
    name: "a clean end in the middle of a tool call",
    turn: { toolCalls: [{ name: "queryDatabase", args: { sql: TEXT } }], breaks: "clean", after: 3 },
    error: /^The answer broke off\.$/,
    kept: "",
  },
  {
    name: "nothing at all",
    turn: { text: TEXT, breaks: "clean", after: -1 },
    error: /^The answer broke off\.$/,
    kept: "",
  },
];

for (const { name, turn, error, kept } of CASES) {
  for (const { wire, baseUrl } of WIRES) {
    Deno.test(`${name}, by ${wire}: the answer ends as failed, keeps its text, and can be tried again`, async () => {
      const { after } = turn;
      const first = wire === "Responses" ? FIRST.Responses : FIRST["chat completions"];
      const at = after === undefined ? undefined : after < 0 ? 0 : first + after;
      // What was sent has arrived before it breaks: a reset would take it along.
      const { opened, open } = gate();
      const failing = { ...turn, after: at, pace: (event: number) => event === at ? opened : undefined };
      let broken = true;
      await withConversation(
        () => broken ? failing : { text: "Now it works." },
        async ({ ask, ended, openai, hub }) => {
          const failed = await ask("Hello?", "q1");
          if (kept) await written(hub, failed, kept);
          open();
          const answer = await ended(failed);
          assert.equal(answer.metadata?.status, "failed");
          assert.match(answer.metadata?.error ?? "", error);
          assert.equal(words(answer), kept);
          leaksNothing(answer);
          await nothingRuns();

          // The provider takes what is left of the failure, and the question is not asked twice.
          broken = false;
          const { run } = await startAnswer(WHERE, ANN, "retry");
          const again = await ended(run);
          assert.equal(again.metadata?.status, "done");
          assert.equal(words(again), "Now it works.");
          const last = openai.requests.at(-1);
          assert.equal(last?.path, baseUrl === null ? "/v1/responses" : "/v1/chat/completions");
          const asked = JSON.stringify(last?.body.messages ?? last?.body.input);
          assert.equal(asked.split('"Hello?"').length, 2, asked);
          assert.deepEqual((await stored()).map(({ role }) => role), ["user", "assistant", "assistant"]);
        },
        baseUrl,
      );
    });
  }
}

Deno.test("a provider that is not there ends the answer", async () => {
  await withConversation(() => ({}), async ({ ask, ended }) => {
    const answer = await ended(await ask("Hello?"));
    assert.equal(answer.metadata?.status, "failed");
    assert.match(answer.metadata?.error ?? "", /could not be reached/);
    leaksNothing(answer);
    await nothingRuns();
  }, deadBaseUrl());
});

Deno.test("a database that is not there ends the answer with its own sentence", async () => {
  await withConversation(() => ({}), async ({ ask, ended, openai }) => {
    const model = { apiKey: KEY, baseUrl: openai.baseUrl, name: "fake-1" };
    useSettings({ ...localSettings(deadBaseUrl()), model });
    const answer = await ended(await ask("Hello?"));
    assert.equal(answer.metadata?.status, "failed");
    assert.match(answer.metadata?.error ?? "", /database service does not answer/);
    assert.equal(openai.requests.length, 0);
    await nothingRuns();
  });
});

Deno.test("a model that calls tools without end is made to speak in the fifth step", async () => {
  const loop = { text: "Again. ", toolCalls: [{ name: "queryDatabase", args: { sql: "SELECT 1" } }] };
  await withConversation(
    ({ body }) => body.tool_choice === "none" ? { text: "That is all." } : loop,
    async ({ ask, ended, openai, db }) => {
      const answer = await ended(await ask("Look"));
      assert.equal(openai.requests.length, 5);
      assert.deepEqual(openai.requests.map(({ body }) => body.tool_choice), [
        "auto",
        "auto",
        "auto",
        "auto",
        "none",
      ]);
      assert.equal(db.seen.length, 4);
      assert.equal(answer.metadata?.status, "done");
      assert.ok(words(answer).endsWith("That is all."));
    },
  );
});

Deno.test("a model that calls tools where none may be called ends in the fifth step too", async () => {
  const loop = { toolCalls: [{ name: "queryDatabase", args: { sql: "SELECT 1" } }] };
  await withConversation(() => loop, async ({ ask, ended, openai, db }) => {
    const answer = await ended(await ask("Look"));
    assert.equal(openai.requests.length, 5);
    assert.equal(db.seen.length, 4);
    assert.equal(answer.metadata?.status, "failed");
    assert.match(answer.metadata?.error ?? "", /tools/);
    leaksNothing(answer);
    await nothingRuns();
  });
});

Deno.test("an answer without a word does not spoil the next question", async () => {
  await withConversation((_request, n) => n === 0 ? {} : { text: "Here." }, async ({ ask, ended }) => {
    await remember([message("user", "Before"), { ...message("assistant", ""), parts: [] }]);
    assert.equal((await ended(await ask("Say nothing"))).metadata?.error, "The model gave no answer.");
    assert.equal(words(await ended(await ask("Say something"))), "Here.");
  });
});

function leaksNothing(answer: ChatMessage): void {
  const text = JSON.stringify(answer);
  assert.equal(text.includes("sk-test"), false, text);
  assert.equal(text.includes("provider.example"), false, text);
  assert.equal(text.includes("127.0.0.1"), false, text);
}
