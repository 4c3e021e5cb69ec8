import assert from "node:assert/strict";
import { OUTCOME_MARK } from "@/agent/chat/instructions.ts";
import { followUp, TOGETHER_MS } from "@/agent/chat/followup.ts";
import { startAnswer, startFollowUp } from "@/agent/chat/run.ts";
import { clearMessages } from "@/agent/chat/store.ts";
import { reject } from "@/agent/queue/decide.ts";
import { onOutcome } from "@/agent/queue/outcomes.ts";
import { propose } from "@/agent/queue/propose.ts";
import { openStore } from "@/agent/store/kv.ts";
import type { ChatMessage } from "@/agent/types.ts";
import { within } from "@/tests/deadline.ts";
import { type Arrival, textOf, type Turn } from "@/tests/fakes/openai.ts";
import {
  ANN,
  gate,
  message,
  nothingRuns,
  remember,
  stored,
  WHERE,
  withConversation,
  words,
  written,
} from "./conversation.ts";

const CHANGE = { title: "Gold", sql: "UPDATE customers SET tier = 'gold'" };

/** What a request says, without the instructions: each message by its role and its text. */
function heard({ body }: Arrival): string[] {
  return (body.messages ?? []).slice(1).map((said) => `${said.role}: ${textOf(said)}`);
}

function note(n: number): ChatMessage {
  return { ...message("system", `#${n} was approved by Ann.`, { kind: "outcome", actions: [n] }) };
}

Deno.test("a decision that is taken while the answer is being written is told to the agent afterwards", async () => {
  const { opened, open } = gate();
  const script = ({ body }: Arrival, n: number): Turn => {
    if (n === 0) return { toolCalls: [{ name: "mutateDatabase", args: CHANGE }] };
    if (n === 1) {
      return { text: "It waits for you as #1.", pace: (event) => event === 3 ? opened : undefined };
    }
    return { text: body.tool_choice === "none" ? "A pity." : "Yes." };
  };
  await withConversation(script, async ({ openai, ask, ended, hub }) => {
    const stop = onOutcome((_ws, action) => followUp(WHERE, action));
    try {
      const run = await ask("Make them gold");
      await written(hub, run, "It waits");
      await reject(WHERE.ws, 1, ANN, "Not today");
      open();
      assert.equal(words(await ended(run)), "It waits for you as #1.");
      const asked = heard(await openai.arrival(2));
      assert.equal(openai.requests[2].body.tool_choice, "none", "the agent speaks by itself");
      // It reads what it said before it reads what became of it.
      assert.equal(asked.at(-2), "assistant: It waits for you as #1.");
      assert.equal(asked.at(-1), `user: ${OUTCOME_MARK}\n#1 was rejected by Ann: Not today`);
      await until(async () => (await stored()).at(-1)?.metadata?.kind === "followup");
      await nothingRuns();
      // So it does when it is asked something else later, and it is told once.
      await ended(await ask("And now?"));
      const later = heard(openai.requests[3]);
      assert.deepEqual(later.slice(-4).map((said) => said.slice(0, 12)), [
        "assistant: I",
        "user: [Gatek",
        "assistant: A",
        "user: And no",
      ]);
    } finally {
      stop();
    }
  });
});

Deno.test("so it is when that answer takes minutes", async () => {
  const { opened, open } = gate();
  const { setTimeout } = globalThis;
  const asked: number[] = [];
  await withConversation(
    ({ body }) => body.tool_choice === "none" ? { text: "A pity." } : { text: "Slowly.", before: opened },
    async ({ openai, ask, ended }) => {
      const run = await ask("Take your time");
      await openai.arrival(0);
      const { id } = await propose({ ...WHERE, by: { ...ANN, via: "agent" }, messageId: null }, {
        title: CHANGE.title,
        description: "",
        statements: [{ sql: CHANGE.sql }],
      });
      // Half a second passes quickly here.
      globalThis.setTimeout = new Proxy(setTimeout, {
        apply(wait, self, [work, ms]) {
          if (ms === 500) asked.push(ms);
          return Reflect.apply(wait, self, [work, ms === 500 || ms === TOGETHER_MS ? 1 : ms]);
        },
      });
      try {
        followUp(WHERE, await reject(WHERE.ws, id, ANN, null));
        await until(() => Promise.resolve(asked.length > 200));
        open();
        await ended(run);
        await openai.arrival(1);
      } finally {
        globalThis.setTimeout = setTimeout;
      }
      await until(async () => (await stored()).at(-1)?.metadata?.kind === "followup");
    },
  );
});

Deno.test("fifty decisions at once do not push the conversation out of the agent's sight", async () => {
  await withConversation(() => ({ text: "Yes." }), async ({ openai, ask, ended }) => {
    await remember([message("user", "Clean up the customers"), message("assistant", "They wait for you.")]);
    await remember(Array.from({ length: 50 }, (_, i) => note(i + 1)));
    const started = await startFollowUp(WHERE, { ...ANN, via: "agent" });
    await ended(started?.run ?? "");
    const [first, second, ...notes] = heard(openai.requests[0]);
    assert.deepEqual([first, second], ["user: Clean up the customers", "assistant: They wait for you."]);
    assert.equal(notes.length, 50);
    await ended(await ask("What did I ask for?"));
    assert.equal(heard(openai.requests[1])[0], "user: Clean up the customers");
  });
});

Deno.test("an answer that is asked for again is asked of the person's words, not of the model's own", async () => {
  const half: Turn = { text: "I shall look", breaks: "clean", after: 2 };
  await withConversation(
    (_request, n) =>
      [half, half, { toolCalls: [{ name: "mutateDatabase", args: CHANGE }] }, half][n] ?? { text: "Here." },
    async ({ openai, ask, ended }) => {
      assert.equal((await ended(await ask("Make them gold"))).metadata?.status, "failed");
      for (let tries = 0; tries < 3; tries++) await ended((await startAnswer(WHERE, ANN, "retry")).run);
      assert.deepEqual(heard(openai.requests[1]), ["user: Make them gold"]);
      assert.deepEqual(heard(openai.requests[2]), ["user: Make them gold"]);
      // What was done meanwhile is known: it must not be proposed twice.
      const again = openai.requests.at(-1)?.body.messages ?? [];
      assert.equal(again.at(-1)?.role, "tool");
      assert.match(again.map(textOf).at(-1) ?? "", /"actionId":1/);
      assert.equal(words((await stored()).at(-1) ?? note(0)), "Here.");
    },
  );
});

Deno.test("what was cleared while a message was on its way is not shown to the model", async () => {
  await withConversation(() => ({ text: "Yes." }), async ({ openai, ask, ended }) => {
    for (let round = 0; round < 20; round++) {
      await remember([message("user", "a secret"), message("assistant", "It is kept.")]);
      const [run] = await Promise.all([ask(`Question ${round}`), clearMessages(WHERE.ws)]);
      const asked = heard(await openai.arrival(round));
      // Cleared before the message was stored, or after it: never in between.
      const isBefore = (await stored()).some(({ role }) => role === "user");
      if (isBefore) assert.deepEqual(asked, [`user: Question ${round}`], `round ${round}`);
      await within("the answer to end", Promise.race([ended(run)]));
      await nothingRuns();
      await clearMessages(WHERE.ws);
    }
  });
});

Deno.test("what was said while a message was being read for is shown to the model with it", async () => {
  await withConversation(() => ({ text: "Yes." }), async ({ openai, ask, ended }) => {
    await remember([message("user", "Before"), message("assistant", "An early answer")]);
    const kv = await openStore();
    const { list, get } = kv;
    const isRead = Promise.withResolvers<void>();
    const late = isRead.promise.then(async () => {
      Object.assign(kv, { list, get });
      await remember([message("assistant", "A late answer")]);
    });
    // The conversation is read first, then somebody writes, then the rest is read.
    kv.list = new Proxy(list, {
      async *apply(target, _self, given) {
        const entries = await Array.fromAsync(Reflect.apply(target, kv, given));
        isRead.resolve();
        yield* entries;
      },
    });
    kv.get = new Proxy(get, {
      apply: (target, _self, given) => late.then(() => Reflect.apply(target, kv, given)),
    });
    await ended(await ask("And now?"));
    assert.deepEqual(heard(openai.requests[0]).slice(1), [
      "assistant: An early answer",
      "assistant: A late answer",
      "user: And now?",
    ]);
  });
});

Deno.test("half a character, from whomever, does not make the provider refuse all that follows", async () => {
  for (const baseUrl of [undefined, null]) {
    await withConversation(
      (_request, n) =>
        n === 0
          ? {
            toolCalls: [{ name: "queryDatabase", args: { sql: "SELECT '\ud83d'", description: "\udc00" } }],
          }
          : { text: `Half of it: \ud83d` },
      async ({ openai, ask, ended }) => {
        await ended(await ask("Say \ud83d"));
        assert.equal((await ended(await ask("Again"))).metadata?.status, "done");
        assert.equal(openai.requests.length, 3);
      },
      baseUrl,
      { rows: Array.from({ length: 50 }, (_, i) => [i, "👩‍🚀".repeat(75), "x".repeat(i)]) },
    );
  }
});

Deno.test("whatever a model has said, the next question is asked in a form that its provider takes", async () => {
  const turns: Turn[] = [
    { text: "<think>I have nothing to say.</think>" },
    { reasoning: "I have nothing to say either." },
    { text: " \n" },
    { toolCalls: [{ name: "queryDatabase", raw: "" }, { name: "queryDatabase", raw: "{" }] },
    { toolCalls: ["null", "5", "[]", '"x"'].map((raw) => ({ name: "queryDatabase", raw })) },
    { toolCalls: [{ name: "noSuchTool", raw: "[1]" }, { name: "noSuchTool", raw: "<" }] },
  ];
  for (const baseUrl of [undefined, null]) {
    await withConversation(
      ({ body }) => {
        const asked = body.messages?.findLast(({ role }) => role === "user");
        const text = asked
          ? textOf(asked)
          : JSON.stringify(body.input?.findLast(({ role }) => role === "user"));
        const turn = turns[Number(/turn (\d)/.exec(text)?.[1] ?? NaN)];
        return turn && !JSON.stringify(body).includes(`done ${turns.indexOf(turn)}`)
          ? turn
          : { text: "Fine." };
      },
      async ({ ask, ended }) => {
        for (const i of turns.keys()) {
          await ended(await ask(`turn ${i}`));
          assert.equal((await ended(await ask(`fine? done ${i}`))).metadata?.status, "done", `turn ${i}`);
        }
      },
      baseUrl,
    );
  }
});

Deno.test("a long conversation never becomes more than a model takes: the oldest results are left out", async () => {
  for (const baseUrl of [undefined, null]) {
    await withConversation(() => ({ text: "Yes." }), async ({ openai, ask, ended }) => {
      for (let i = 0; i < 14; i++) {
        const parts: ChatMessage["parts"] = [0, 1].map((n) => ({
          type: "tool-queryDatabase",
          toolCallId: `call-${i}-${n}`,
          state: "output-available",
          input: { sql: `SELECT ${i}` },
          output: { rows: Array.from({ length: 50 }, () => [`result ${i} `.padEnd(290, "x")]) },
        }));
        const long = { type: "text" as const, text: `answer ${i} `.padEnd(i === 0 ? 190_000 : 100, "y") };
        await remember([message("user", `question ${i}`), {
          ...message("assistant", ""),
          parts: [...parts, long],
        }]);
      }
      await ended(await ask("And now?"));
      const body = JSON.stringify(openai.requests[0].body);
      assert.ok(body.length < 250_000, `${body.length}`);
      for (let i = 0; i < 14; i++) assert.ok(body.includes(`"question ${i}"`), `question ${i}`);
      assert.ok(body.includes("result 13 ") && body.includes("answer 13 "));
      assert.ok(!body.includes("result 0 ") && body.includes("An older result, left out here"));
    }, baseUrl);
  }
});

Deno.test("nor do calls that were malformed at length, and are told so word for word", async () => {
  const args = { sql: "x".repeat(40_000), description: "" };
  for (const baseUrl of [undefined, null]) {
    const script = ({ body }: Arrival): Turn =>
      JSON.stringify(body).includes("And now?")
        ? { text: "Fine." }
        : { toolCalls: [{ name: "queryDatabase", args }] };
    await withConversation(script, async ({ openai, ask, ended }) => {
      for (let i = 0; i < 4; i++) await ended(await ask(`question ${i}`));
      await ended(await ask("And now?"));
      const sizes = openai.requests.map(({ body }) => JSON.stringify(body).length);
      assert.ok(Math.max(...sizes) < 250_000, sizes.join());
    }, baseUrl);
  }
});

/** Waits for what no event tells. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !await holds(); tries++) {
    assert.ok(tries < 1_000, "it never came to be");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
