/** What was being done when the process died is told honestly: a command never stays without an answer. */
import assert from "node:assert/strict";
import { receive } from "@/agent/chat/receive.ts";
import { clearMessages } from "@/agent/chat/store.ts";
import { closeUnanswered } from "@/agent/commands/interrupted.ts";
import { observe } from "@/agent/queue/propose.ts";
import { keys } from "@/agent/store/keys.ts";
import { openStore } from "@/agent/store/kv.ts";
import type { CommandData } from "@/agent/types.ts";
import { ensureMain, findWorkspace, type Workspace } from "@/agent/workspaces.ts";
import { ANN, message, remember, stored, WHERE, withConversation, words } from "./conversation.ts";

const WS = WHERE.ws;
const TEXT = "/reject 7 too early";

Deno.test("a command that its process left unanswered is answered as interrupted, once, and can be sent again", async () => {
  await withWorkspace(async () => {
    await left("c1", TEXT);
    // As at a start, where no other process lives; and twice, as two processes would.
    await Promise.all([closeUnanswered(WS, true), closeUnanswered(WS, true)]);
    const [asked, answer, ...more] = await stored();
    assert.deepEqual([asked.id, more.length], ["c1", 0]);
    assert.deepEqual([answer.role, answer.metadata?.kind, answer.metadata?.status], [
      "assistant",
      "command",
      "interrupted",
    ]);
    assert.match(words(answer), /interrupted, and there is no answer\. Look at the queue/);
    const data = dataOf(answer);
    assert.ok("again" in data && data.again === TEXT && data.command === "reject");
    await closeUnanswered(WS, true);
    assert.equal((await stored()).length, 2);
    assert.deepEqual(await marks(), []);
  });
});

Deno.test("what it had logged before it died is named, and is not to be sent again", async () => {
  await withWorkspace(async () => {
    await left("c1", "/query SELECT 1");
    const origin = { ...WHERE, by: ANN, messageId: "c1" };
    const { id } = await observe(origin, { sql: "SELECT 1", description: "" }, { rowCount: 1, ms: 1 });
    await closeUnanswered(WS, true);
    const answer = (await stored()).at(-1);
    assert.ok(answer);
    assert.match(words(answer), new RegExp(`carried out: see #${id}`));
    assert.equal("again" in dataOf(answer), false);
  });
});

Deno.test("a command of a process that may live is left alone; of one that can't, or whose words were cleared, not", async () => {
  await withWorkspace(async () => {
    await left("young", TEXT);
    await closeUnanswered(WS);
    assert.equal((await stored()).length, 1);
    await left("old", TEXT, Date.now() - 61_000);
    await closeUnanswered(WS);
    assert.deepEqual(await marks(), ["young"]);
    assert.equal((await stored()).length, 3);
    await clearMessages(WS);
    await closeUnanswered(WS, true);
    assert.deepEqual([await marks(), await stored()], [[], []]);
  });
});

Deno.test("a command that is being carried out here is no leftover, and its answer takes the mark away", async () => {
  await withWorkspace(async (workspace) => {
    const running = receive(workspace, { id: "owner", name: "Owner" }, { id: "c1", text: "/query SELECT 1" });
    // Over and over while it runs: it must never be taken for dead.
    let over = false;
    const done = running.finally(() => over = true);
    while (!over) await closeUnanswered(WS, true);
    await done;
    const [, answer, ...more] = await stored();
    assert.deepEqual([answer.metadata?.status, more.length], ["done", 0]);
    assert.deepEqual(await marks(), []);
  });
});

/** A command as a process leaves it that died before it had a result. */
async function left(id: string, text: string, at = Date.now()): Promise<void> {
  await remember([{ ...message("user", text, { kind: "command", by: ANN }), id }]);
  await (await openStore()).set(keys.command(WS, id), { text, at });
}

async function marks(): Promise<unknown[]> {
  const kv = await openStore();
  const entries = await Array.fromAsync(kv.list({ prefix: keys.commands(WS) }));
  return entries.map(({ key }) => key.at(-1));
}

function withWorkspace(test: (workspace: Workspace) => Promise<void>): Promise<void> {
  return withConversation(() => ({}), async () => {
    await ensureMain();
    const workspace = await findWorkspace(WS);
    assert.ok(workspace);
    await test(workspace);
  });
}

function dataOf({ parts }: Awaited<ReturnType<typeof stored>>[number]): CommandData {
  const part = parts.find((one) => one.type === "data-command");
  assert.ok(part?.type === "data-command");
  return part.data;
}
