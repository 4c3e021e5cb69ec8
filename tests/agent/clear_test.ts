/** Clearing the conversation: at once for everyone, whatever its length, and nothing of it stays behind. */
import assert from "node:assert/strict";
import { addMessages, clearMessages, getMessage, listMessages } from "@/agent/chat/store.ts";
import type { ChatMessage } from "@/agent/types.ts";
import { keys } from "@/agent/store/keys.ts";
import { openStore } from "@/agent/store/kv.ts";
import { withStore } from "./store.ts";

const WS = "main";

function message(text: string): ChatMessage {
  return { id: crypto.randomUUID(), role: "user", parts: [{ type: "text", text }] };
}

Deno.test("a cleared conversation is empty at once, and its messages are gone from the store", () =>
  withStore(async () => {
    const kv = await openStore();
    for (let i = 0; i < 12; i++) {
      // One of them is larger than a value of KV.
      await addMessages(
        WS,
        Array.from({ length: 50 }, (_, j) => message(i + j === 0 ? "x".repeat(200_000) : `m ${i} ${j}`)),
      );
    }
    const clearing = clearMessages(WS);
    const watch = kv.watch<[number]>([keys.firstMessage(WS)]).getReader();
    for (let seen = 0; seen <= 1;) seen = (await watch.read()).value?.[0].value ?? 0;
    assert.deepEqual((await listMessages(WS, 50)).messages, [], "gone before it is swept up");
    assert.equal(await getMessage(WS, 600), null);
    await clearing;
    await watch.cancel();
    for (const prefix of [keys.messages(WS), ["ws", WS, "message_id"], ["ws", WS, "body"]]) {
      assert.deepEqual(await Array.fromAsync(kv.list({ prefix })), []);
    }
    await addMessages(WS, [message("new")]);
    const { messages, before } = await listMessages(WS, 50);
    assert.deepEqual([messages.length, before], [1, null]);
    assert.notEqual(await getMessage(WS, 601), null, "numbers are not used again");
  }));
