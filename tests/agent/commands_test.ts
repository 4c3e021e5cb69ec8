/** What each slash command does (SPEC C8). */
import assert from "node:assert/strict";
import { receive } from "@/agent/chat/receive.ts";
import type { Person } from "@/agent/people.ts";
import { listActions } from "@/agent/queue/list.ts";
import { propose } from "@/agent/queue/propose.ts";
import { getAction } from "@/agent/queue/store.ts";
import { ROWS } from "@/tests/fakes/database.ts";
import { CHANGE, dataOf, OWNER, withCommands } from "./commands.ts";
import { ANN, message, remember, stored, WHERE } from "./conversation.ts";

const STRANGER: Person = { id: "mallory", name: "Mallory" };

Deno.test("/query reads as the person, and shows the rows as a read of the agent does", async () => {
  await withCommands(async ({ run, openai }) => {
    const { data, text, id } = await run("/query SELECT * FROM customers", "q1");
    assert.deepEqual(data, {
      command: "query",
      sql: "SELECT * FROM customers",
      columns: ["id", "name", "tier"],
      rows: ROWS,
      rowCount: 3,
      truncated: false,
      ms: 0.4,
      observationId: 1,
    });
    assert.equal(text, "3 rows, 0.4 ms. Logged as #1.");
    const { actions: [seen] } = await listActions("main", {});
    assert.deepEqual([seen.type, seen.messageId, seen.proposedBy], ["observation", "q1", {
      ...OWNER,
      via: "person",
    }]);
    assert.deepEqual([seen.sql, seen.rowCount, seen.ms], ["SELECT * FROM customers", 3, 0.4]);
    const [asked, answer] = await stored();
    assert.deepEqual([asked.id, asked.role, asked.metadata?.kind, asked.metadata?.by?.id], [
      "q1",
      "user",
      "command",
      "owner",
    ]);
    assert.deepEqual([answer.id, answer.role, answer.metadata?.kind, answer.metadata?.status], [
      id,
      "assistant",
      "command",
      "done",
    ]);
    assert.equal(openai.requests.length, 0);

    const refused = await run("/query PRAGMA x");
    assert.deepEqual(refused.data, {
      command: "query",
      error: { code: "refused_sql", detail: "Only SELECT reads here." },
    });
    assert.equal(refused.text, "Only SELECT reads here.");
    assert.equal((await run("/reject 1 no")).text, "#1 is a read: there is nothing to decide.");
    assert.equal((await getAction("main", 2)).state, "failed");
  });
});

Deno.test("/propose queues as the person's; /pending, /recent and /reject deal with it", async () => {
  await withCommands(async ({ run }) => {
    assert.equal((await run("/pending")).text, "Nothing waits for a decision.");
    assert.equal((await run("/recent")).text, "Nothing has happened here yet.");
    const queued = await run("/propose UPDATE customers\n SET tier = 'gold' WHERE id = 2", "p1");
    assert.deepEqual(queued.data, {
      command: "propose",
      action: 1,
      affected: [{ table: "customers", inserted: 0, updated: 1, deleted: 0 }],
    });
    assert.equal(
      queued.text,
      "Queued as #1: on approval, 1 row updated in customers. Nothing has changed yet.",
    );
    const action = await getAction("main", 1);
    assert.deepEqual(
      [action.title, action.state, action.proposedBy, action.messageId],
      ["UPDATE customers SET tier = 'gold' WHERE id = 2", "pending", { ...OWNER, via: "person" }, "p1"],
    );
    await propose({ ...WHERE, by: { ...ANN, via: "agent" }, messageId: null }, CHANGE);
    const waiting = await run("/pending");
    assert.deepEqual(waiting.data, { command: "pending", actions: [2, 1], more: false });
    assert.match(
      waiting.text,
      /^2 changes wait for a decision:\n\n- #2 Gold \\\*now\\\*: pending, 1 row updated/,
    );

    const rejected = await run("/reject #2 not this year");
    assert.deepEqual(rejected.data, { command: "reject", action: 2, state: "rejected" });
    assert.equal(rejected.text, "#2 was rejected by Owner: not this year");
    assert.equal((await getAction("main", 2)).reason, "not this year");
    const again = await run("/reject 2 again");
    assert.ok("error" in again.data && again.data.error.code === "not_pending");
    assert.match(again.text, /^#2 is rejected/);
    assert.equal((await getAction("main", 2)).reason, "not this year");
    assert.deepEqual((await run("/reject 99 x")).data, {
      command: "reject",
      error: { code: "not_found", detail: "There is no #99." },
    });
    assert.deepEqual((await run("/recent 1")).data, { command: "recent", actions: [2], more: true });
    assert.deepEqual((await run("/recent")).data, { command: "recent", actions: [2, 1], more: false });
    const wrong = await run("/propose ATTACH 'x' AS y");
    assert.ok("error" in wrong.data && wrong.data.error.code === "refused_sql");
    assert.equal((await listActions("main", {})).actions.length, 2);
  });
});

Deno.test("/approve signs nothing and /clear clears nothing: the page does both, after asking", async () => {
  await withCommands(async ({ run }) => {
    await propose({ ...WHERE, by: ANN, messageId: null }, CHANGE);
    assert.deepEqual((await run("/approve 1")).data, { command: "approve", action: 1, state: "pending" });
    assert.equal((await getAction("main", 1)).state, "pending");
    assert.ok("error" in (await run("/approve 7")).data);
    const before = (await stored()).length;
    assert.deepEqual((await run("/clear")).data, { command: "clear" });
    assert.equal((await stored()).length, before + 2);
  });
});

Deno.test("/schema, /help and /find", async () => {
  await withCommands(async ({ run }) => {
    const { data, text } = await run("/schema");
    assert.ok(data.command === "schema" && "tables" in data && data.tables[0].columns.length === 3);
    assert.equal(text, "- **customers** (3 rows): id, name, tier");
    assert.match(
      (await run("/schema Customers")).text,
      /^\*\*customers\*\* \(3 rows\)\n\n- \*\*id\*\*: integer, key, required\n/,
    );
    assert.deepEqual((await run("/schema nothing")).data, {
      command: "schema",
      error: { code: "not_found", detail: 'There is no table "nothing". Tables: customers.' },
    });
    assert.match((await run("/schema <b>*x*")).text, /^There is no table "\\<b\\>\\\*x\\\*"\. /);
    assert.match((await run("/help")).text, /^- `\/help \[command\]` Lists.*\n- `\/pending` /);
    assert.equal((await run("/help reject")).text, "`/reject n reason` Rejects a change: it will never run.");
    const unknown = await run("/shema");
    assert.deepEqual(unknown.data, {
      command: "shema",
      error: {
        code: "invalid",
        detail: "There is no command /shema. Did you mean /schema? /help lists them all.",
      },
      nearest: ["schema"],
    });
    assert.equal(unknown.name, "shema");

    await remember([
      message("user", `${"Well, ".repeat(30)}who bought the Blue Lamp? ${"And when? ".repeat(30)}`),
    ]);
    await propose({ ...WHERE, by: ANN, messageId: null }, { ...CHANGE, title: "Lamp prices up" });
    const found = await run("/find LAMP");
    assert.ok(found.data.command === "find" && "messages" in found.data);
    assert.deepEqual(found.data.actions, [1]);
    assert.equal(found.data.messages.length, 1, "the command itself is not found");
    assert.match(found.data.messages[0].excerpt, /^….*who bought the Blue Lamp\? And when\?.*…$/);
    assert.ok(found.data.messages[0].excerpt.length < 140);
    assert.equal((await run("/find nowhere_100%")).text, 'Nothing holds "nowhere\\_100%".');
  });
});

Deno.test("who has no part in the workspace gets nothing out of a command, and nothing done", async () => {
  await withCommands(async ({ workspace, db }) => {
    await propose({ ...WHERE, by: ANN, messageId: null }, CHANGE);
    const seen = db.seen.length;
    for (
      const text of [
        "/reject 1 mine",
        "/query SELECT 1",
        "/propose DELETE FROM t",
        "/pending",
        "/find Gold",
        "/schema",
      ]
    ) {
      const got = await receive(workspace, STRANGER, { id: crypto.randomUUID(), text });
      assert.ok(got.run === null);
      assert.deepEqual(dataOf(got.message), {
        command: text.slice(1).split(" ")[0],
        error: { code: "not_found", detail: 'There is no workspace "main".' },
      });
    }
    assert.equal(db.seen.length, seen);
    assert.equal((await getAction("main", 1)).state, "pending");
  });
});
