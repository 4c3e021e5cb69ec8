/** A long answer that ends while decisions are taken: each of them may take the place that it was about to have. */
import assert from "node:assert/strict";
import { keys } from "@/agent/store/keys.ts";
import { openStore } from "@/agent/store/kv.ts";
import type { Large } from "@/agent/store/large.ts";
import { gate, message, remember, stored, WHERE, withConversation, words } from "./conversation.ts";

const TEXT = "a long answer ".repeat(5_000);

Deno.test("a long answer that loses the race for its place again and again is written once", async () => {
  const { opened, open } = gate();
  const turn = { text: TEXT, pace: (event: number) => event === 3 ? opened : undefined };
  await withConversation(() => turn, async ({ ask, ended }) => {
    const kv = await openStore();
    const run = await ask("Go on");
    let lost = 0;
    let isOther = false;
    // Somebody takes the number as soon as it is known, five times.
    kv.get = new Proxy(kv.get, {
      async apply(target, _self, given) {
        const entry = await Reflect.apply(target, kv, given);
        const isNumber = JSON.stringify(given[0]) === JSON.stringify(keys.nextMessage(WHERE.ws));
        if (!isNumber || isOther || lost === 5) return entry;
        isOther = true;
        lost++;
        await remember([message("system", `#${lost} was approved.`, { kind: "outcome", actions: [lost] })]);
        isOther = false;
        return entry;
      },
    });
    open();
    assert.equal(words(await ended(run)), TEXT);
    assert.equal(lost, 5);
    assert.deepEqual((await stored()).map(({ role }) => role).slice(-2), ["system", "assistant"]);
    const held = new Set<unknown>();
    const owners = [
      kv.list<{ message: Large }>({ prefix: keys.messages(WHERE.ws) }),
      kv.list<{ large: Large }>({ prefix: keys.allChunks(WHERE.ws) }),
    ];
    for (const entries of owners) {
      for await (const { value } of entries) {
        const large = "message" in value ? value.message : value.large;
        if ("body" in large) held.add(large.body);
      }
    }
    for await (const { key } of kv.list({ prefix: keys.bodyPart(WHERE.ws, "", 0).slice(0, 3) })) {
      assert.ok(held.has(key[3]), "a body that nobody refers to");
    }
    assert.ok(held.size > 1);
  });
});
