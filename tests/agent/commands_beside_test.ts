/** Commands beside everything else: the model never hears of them, each is carried out once, and they are quick. */
import assert from "node:assert/strict";
import { startAnswer } from "@/agent/chat/run.ts";
import { listActions } from "@/agent/queue/list.ts";
import { propose } from "@/agent/queue/propose.ts";
import { textOf } from "@/tests/fakes/openai.ts";
import { CHANGE, withCommands } from "./commands.ts";
import { ANN, message, nothingRuns, remember, stored, WHERE } from "./conversation.ts";

Deno.test("commands run while an answer is written, and the model never sees them", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await withCommands(async ({ run, ask, ended, openai }) => {
    const answer = await ask("Hello");
    await run("/query SELECT secret_one");
    await run("/pending");
    resolve();
    await ended(answer);
    await nothingRuns();
    for (let i = 0; i < 35; i++) await run("/help");
    await ended(await ask("And now?"));
    const { body } = openai.requests[1];
    assert.equal(JSON.stringify(body).includes("secret_one"), false);
    assert.deepEqual(
      body.messages?.filter(({ role }) => role !== "system" && role !== "developer").map(textOf),
      ["Hello", "Hi.", "And now?"],
    );
    // Once more means the last message to the agent, not the command after it.
    await run("/pending");
    await ended((await startAnswer(WHERE, ANN, "retry")).run);
    assert.equal(
      openai.requests[2].body.messages?.filter(({ role }) => role === "user").map(textOf).at(-1),
      "And now?",
    );
  }, promise);
});

Deno.test("a command that is sent twice is carried out once", async () => {
  await withCommands(async ({ run }) => {
    const sent = await Promise.allSettled(
      Array.from({ length: 6 }, () => run("/propose DELETE FROM customers WHERE id = 1", "same")),
    );
    assert.equal(sent.filter(({ status }) => status === "fulfilled").length, 1);
    for (const one of sent) if (one.status === "rejected") assert.equal(one.reason.code, "busy");
    assert.equal((await listActions("main", {})).actions.length, 1);
    assert.equal((await stored()).length, 2);
  });
});

Deno.test("ninety-five of a hundred commands are answered in under 100 ms, in a long conversation", async () => {
  await withCommands(async ({ run }) => {
    for (let i = 0; i < 30; i++) {
      await remember(
        Array.from({ length: 20 }, (_, j) => message("user", `Message ${i}.${j} about customers`)),
      );
    }
    for (let i = 0; i < 40; i++) {
      await propose({ ...WHERE, by: ANN, messageId: null }, { ...CHANGE, title: `Change ${i}` });
    }
    const texts = [
      "/help",
      "/pending",
      "/recent 50",
      "/find nothing at all",
      "/find customers",
      "/schema",
      "/query SELECT * FROM customers",
      "/propose UPDATE customers SET tier = 'gold'",
      "/approve 1",
      "/nothing",
    ];
    const times: number[] = [];
    for (let i = 0; i < 100; i++) {
      const start = performance.now();
      await run(texts[i % texts.length]);
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    assert.ok(times[95] < 100, `p50 ${times[50].toFixed(1)} ms, p95 ${times[95].toFixed(1)} ms`);
  });
});
