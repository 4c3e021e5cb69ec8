import assert from "node:assert/strict";
import { APICallError, RetryError, ToolChoiceViolationError } from "ai";
import { chooseModel, modelFailure, modelInfo } from "@/agent/chat/model.ts";
import { settings, useSettings } from "@/agent/settings.ts";
import { CUSTOMERS } from "@/tests/fakes/database.ts";
import { KEY, nothingRuns, withConversation, words } from "./conversation.ts";
import { localSettings } from "./store.ts";

Deno.test("OpenAI itself is asked by the Responses API, and keeps nothing", async () => {
  await withConversation(
    (_request, n) =>
      n === 0
        ? { text: "Looking. ", toolCalls: [{ name: "queryDatabase", args: { sql: "SELECT 1" } }] }
        : { text: "Three." },
    async ({ openai, ask, ended }) => {
      const answer = await ended(await ask("How many?"));
      assert.equal(answer.metadata?.status, "done");
      assert.equal(words(answer), "Looking. Three.");
      assert.equal(words(await ended(await ask("Sure?"))), "Three.");
      await nothingRuns();
      assert.equal(openai.requests.length, 3);
      for (const { path, headers, body } of openai.requests) {
        assert.equal(path, "/v1/responses");
        assert.equal(headers.get("authorization"), `Bearer ${KEY}`);
        assert.equal(body.store, false);
        assert.equal(body.model, "fake-1");
        // What is not stored there can't be referred to.
        assert.equal(body.input?.some(({ type }) => type === "item_reference"), false);
      }
    },
    null,
  );
});

Deno.test("any other endpoint is asked by chat completions, with its key", async () => {
  await withConversation(() => ({ text: "Yes." }), async ({ openai, ask, ended }) => {
    assert.equal(words(await ended(await ask("Hello?"))), "Yes.");
    const [{ path, headers, body }] = openai.requests;
    assert.equal(path, "/v1/chat/completions");
    assert.equal(headers.get("authorization"), `Bearer ${KEY}`);
    assert.equal(body.store, undefined);
    const names = body.tools?.map((tool) => JSON.stringify(tool)) ?? [];
    for (
      const name of ["queryDatabase", "mutateDatabase", "describeSchema", "listActions", "withdrawAction"]
    ) {
      assert.ok(names.some((text) => text.includes(`"name":"${name}"`)), name);
    }
    // The schema is in the instructions.
    assert.ok(JSON.stringify(body.messages?.[0]).includes("customers [table, 3 rows]"));
  });
});

Deno.test("without a key the built-in model answers and says so", () => {
  useSettings(localSettings());
  assert.deepEqual(modelInfo(), { builtin: true, name: "Built-in model" });
  const chosen = chooseModel([CUSTOMERS]);
  assert.equal(chosen.builtin, true);
  assert.equal(chosen.providerOptions, undefined);
  useSettings({ ...settings(), model: { apiKey: KEY, baseUrl: null, name: "gpt-4o-mini" } });
  assert.deepEqual(modelInfo(), { builtin: false, name: "gpt-4o-mini" });
  assert.deepEqual(chooseModel([CUSTOMERS]).providerOptions, { openai: { store: false } });
});

Deno.test("what a provider says of its failure is put into our words, never passed on", () => {
  const failed = (statusCode?: number, responseHeaders?: Record<string, string>) =>
    new APICallError({
      message: `${KEY} is wrong`,
      url: "https://api.openai.com/v1/",
      requestBodyValues: {},
      statusCode,
      responseHeaders,
    });
  const cases: [unknown, RegExp][] = [
    [failed(401), /refused the key/],
    [failed(403), /refused the key/],
    [failed(404), /does not know this model/],
    [failed(429), /too many requests\. Wait a moment\.$/],
    [failed(429, { "retry-after": "20" }), /too many requests\. Try again in 20 seconds\.$/],
    [failed(429, { "retry-after-ms": "900" }), /Try again in 1 second\.$/],
    [failed(429, { "retry-after": "soon" }), /Wait a moment\.$/],
    [failed(503), /failed \(HTTP 503\)/],
    [failed(400), /refused the request \(HTTP 400\)/],
    [failed(200), /connection to the model broke/],
    [failed(), /could not be reached/],
    [
      new RetryError({ message: KEY, reason: "maxRetriesExceeded", errors: [failed(500), failed(429)] }),
      /too many/,
    ],
    [
      new ToolChoiceViolationError({
        toolChoice: { type: "none" },
        finishReason: "tool-calls",
        provider: "p",
        modelId: "m",
        content: [],
      }),
      /called tools/,
    ],
    [new DOMException(KEY, "TimeoutError"), /in time/],
    [new TypeError(`fetch failed for ${KEY}`), /connection to the model broke/],
    [KEY, /connection to the model broke/],
  ];
  for (const [error, words] of cases) {
    const text = modelFailure(error);
    assert.match(text, words);
    assert.equal(text.includes(KEY), false);
  }
});
