/** What is large, odd or too much: limits hold under races, and names and broken things stay what they are. */
import assert from "node:assert/strict";
import type { Action, ActionList } from "@/agent/types.ts";
import { openBeside } from "@/tests/sqlite.ts";
import { Approver, Client } from "./client.ts";
import { startGatekeeper } from "./start.ts";

/** Longer than a key of the app's store may be. */
const LONG_NAME = "x".repeat(3_000);
const NAMES = ["a?b", "a#b", "a/b", "a%2fb", "A;B", "a b", "größe", 'a"b', "select", "..", "__proto__"];

Deno.test("what is large, odd or too much", async (t) => {
  const varDir = await Deno.makeTempDir({ prefix: "gatekeeper-" });
  await Deno.mkdir(`${varDir}/db`);
  const file = openBeside(`${varDir}/db/main.db`);
  for (const [i, name] of NAMES.entries()) {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    file.exec(
      `CREATE TABLE ${quoted} (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO ${quoted} VALUES (1, 'row of ${i}')`,
    );
  }
  for (let i = 0; i < 9; i++) {
    file.exec(`CREATE TABLE t${i} (id INTEGER PRIMARY KEY, v); INSERT INTO t${i} VALUES (1, 1)`);
  }
  file.exec(`CREATE TABLE ${LONG_NAME} (id INTEGER PRIMARY KEY, v); INSERT INTO ${LONG_NAME} VALUES (1, 1)`);
  file.exec(`CREATE VIEW "0broken" AS SELECT * FROM gone_table`);
  file.close();
  const gatekeeper = await startGatekeeper({ varDir });
  const client = new Client(gatekeeper.url);
  try {
    const ana = await Approver.enrolled(client);

    await t.step("a view that can't be read takes down no page", async () => {
      const page = await fetch(`${gatekeeper.url}/w/main`);
      assert.equal(page.status, 200);
      assert.ok((await page.text()).includes("0broken"));
      const asked = await fetch(`${gatekeeper.url}/w/main/data/0broken`);
      assert.equal(asked.status, 200);
      assert.ok((await asked.text()).includes("The table 0broken has no columns that can be read."));
    });

    await t.step("a table is shown under its own name, whatever it is", async () => {
      for (const [i, name] of NAMES.entries()) {
        if (name === "..") continue;
        const path = `/tables/${encodeURIComponent(name)}/rows`;
        const { status, body } = await client.in<{ rows: unknown[][] }>("GET", path);
        assert.equal(status, 200, name);
        assert.deepEqual(body.rows, [[1, `row of ${i}`]], name);
        const page = await fetch(`${gatekeeper.url}/w/main/data/${encodeURIComponent(name)}`);
        assert.ok((await page.text()).includes(`row of ${i}<`), name);
      }
    });

    await t.step("a change to nine tables shows all of them and can be approved", async () => {
      const { body: action } = await client.in<Action>("POST", "/actions", {
        title: "Nine",
        description: "",
        statements: Array.from({ length: 9 }, (_, i) => ({ sql: `UPDATE t${i} SET v = 2 WHERE id = 1` })),
      });
      assert.equal(action.affected.length, 9);
      assert.deepEqual(action.affectedTotal, { tables: 9, rows: 9 });
      assert.equal((await client.approve(action, await ana.sign(action, "approve"))).status, 200);
      assert.equal((await client.action(action.id)).affected.length, 9);
    });

    await t.step(
      "a change to a table of a very long name is approved, and marks what else waits for it",
      async () => {
        const [first, second] = [
          await client.propose(`UPDATE ${LONG_NAME} SET v = 2 WHERE id = 1`),
          await client.propose(`UPDATE ${LONG_NAME} SET v = 3 WHERE id = 1`),
        ];
        assert.equal((await client.approve(first, await ana.sign(first, "approve"))).body.state, "approved");
        assert.equal((await client.action(second.id)).maybeStale, true);
        await client.in("POST", `/actions/${second.id}/withdraw`, {});
        await client.in("POST", `/actions/${first.id}/revert`, { approval: await ana.sign(first, "revert") });
      },
    );

    await t.step("a summary is at most 2 KB, whatever was proposed; the action has it whole", async () => {
      const title = "🙂".repeat(100);
      const description = "説明".repeat(1_000);
      const sql = `UPDATE "größe" SET v = '${"ü".repeat(5_000)}' WHERE id = 1`;
      const { body } = await client.in<Action>("POST", "/actions", {
        title,
        description,
        statements: [{ sql }],
      });
      assert.deepEqual([body.title, body.description, body.sql], [title, description, sql]);
      const feed = await client.live();
      const { body: { actions } } = await client.in<ActionList>("GET", "/actions?limit=200");
      const { body: rejected } = await client.in<Action>("POST", `/actions/${body.id}/reject`, {
        reason: "ß".repeat(900),
      });
      assert.equal(rejected.reason?.length, 900);
      const again = await client.in<ActionList>("GET", "/actions?limit=200");
      for (const action of [...actions, ...again.body.actions]) {
        assert.ok(new TextEncoder().encode(JSON.stringify(action)).length <= 2_048, action.title);
      }
      await feed.close();
    });

    await t.step("the pages of a change to ten thousand rows cost one preview, not fifty", async () => {
      const numbers =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT i FROM n";
      const action = await client.propose(`INSERT INTO "select" (id, v) SELECT i + 1, 'x' FROM (${numbers})`);
      assert.deepEqual([action.preview?.pages.length, action.affected[0].inserted], [50, 10_000]);
      const started = performance.now();
      let rows = 0;
      for (let page = 0; page < 50; page++) {
        const { status, body } = await client.in<{ changes: unknown[] }>(
          "GET",
          `/actions/${action.id}/changes?page=${page}`,
        );
        assert.equal(status, 200);
        rows += body.changes.length;
      }
      const ms = performance.now() - started;
      assert.equal(rows, 10_000);
      assert.ok(ms < 5_000, `${ms} ms`);
      await client.in("POST", `/actions/${action.id}/withdraw`, {});
    });

    await t.step("two hundred wait at most, also when all come at once", async () => {
      const propose = (i: number) =>
        client.in("POST", "/actions", {
          title: `p${i}`,
          statements: [{ sql: "UPDATE t0 SET v = 3 WHERE id = 1" }],
        });
      const answers = await Promise.all(Array.from({ length: 230 }, (_, i) => propose(i)));
      const made = answers.filter(({ status }) => status === 201).length;
      const { body: { counts } } = await client.in<ActionList>("GET", "/actions");
      assert.equal(counts.pending, 200);
      assert.equal(made, 200);
      assert.ok(answers.every(({ status }) => status === 201 || status === 409));
    });

    await t.step("one approval costs the same when two hundred wait on the same table", async () => {
      const { body: { actions } } = await client.in<ActionList>("GET", "/actions?state=pending&limit=2");
      const timed = async (action: Action) => {
        const approval = await ana.sign(action, "approve");
        const started = performance.now();
        assert.equal((await client.approve(action, approval)).status, 200);
        return performance.now() - started;
      };
      // What this machine takes now for a change that nobody else waits for.
      await client.in("POST", `/actions/${actions[1].id}/withdraw`, {});
      const usual = await timed(await client.propose("UPDATE t1 SET v = 3 WHERE id = 1"));
      const ms = await timed(await client.action(actions[0].id));
      assert.ok(ms < 150 + 4 * usual, `${ms} ms, else ${usual} ms`);
      const { body } = await client.in<ActionList>("GET", "/actions?state=pending&limit=200");
      assert.ok(body.actions.every(({ maybeStale }) => maybeStale));
    });
  } finally {
    await gatekeeper.stop();
    await Deno.remove(varDir, { recursive: true });
  }
});
