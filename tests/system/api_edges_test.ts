/** The product over HTTP where it says no, and where something else is away. */
import assert from "node:assert/strict";
import type { ActionList } from "@/agent/types.ts";
import { Approver, Client } from "./client.ts";
import { startGatekeeper, until } from "./start.ts";

interface ProblemBody {
  code: string;
  detail: string;
  errors?: { path: string; message: string }[];
}

Deno.test("the product over HTTP: what is refused, followed, and away", async (t) => {
  const gatekeeper = await startGatekeeper();
  const client = new Client(gatekeeper.url);
  const ana = await Approver.enrolled(client);
  const refused = async (expected: [number, string], method: string, path: string, body?: unknown) => {
    const answer = await client.call<ProblemBody>(method, path, body);
    assert.deepEqual([answer.status, answer.body.code], expected, `${method} ${path}`);
    assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
    return answer.body;
  };

  try {
    await t.step("what is not there is a 404, and says so", async () => {
      await refused([404, "not_found"], "GET", "/workspaces/nope/actions");
      await refused([404, "not_found"], "GET", "/workspaces/../actions");
      await refused([404, "not_found"], "GET", "/workspaces/main/actions/999999");
      await refused([404, "not_found"], "GET", "/workspaces/main/actions/x");
      await refused([404, "not_found"], "POST", "/workspaces/main/actions/999999/approve", {});
      await refused([404, "not_found"], "GET", "/workspaces/main/tables/nope/rows");
      await refused([404, "not_found"], "GET", "/nope");
      await refused([404, "not_found"], "DELETE", "/me");
    });

    await t.step("bad bodies name the field; large ones are turned away", async () => {
      const path = "/workspaces/main/actions";
      await refused([400, "invalid"], "POST", path, "{not json");
      const { errors } = await refused([400, "invalid"], "POST", path, {
        title: "x",
        statements: [{ sql: 1 }],
      });
      assert.deepEqual(errors?.map(({ path }) => path), ["statements.0.sql"]);
      await refused([400, "invalid"], "POST", path, { title: "x", statements: [], extra: 1 });
      await refused([400, "invalid"], "GET", `${path}?state=nonsense`);
      await refused([400, "invalid"], "GET", `${path}?limit=0`);
      await refused([400, "invalid"], "POST", "/workspaces/main/chat", { message: "  " });
      await refused([413, "too_large"], "POST", path, {
        title: "x",
        statements: [{ sql: "x".repeat(1_000_001) }],
      });
      // Sent in pieces, it tells no length before.
      const pieces = ReadableStream.from([JSON.stringify({ title: "x".repeat(1_000_000) })])
        .pipeThrough(new TextEncoderStream());
      const headers = { "content-type": "application/json" };
      const streamed = await fetch(`${gatekeeper.url}/api${path}`, { method: "POST", headers, body: pieces });
      assert.deepEqual([streamed.status, (await streamed.json()).code], [413, "too_large"]);
    });

    await t.step("SQL that may not run is refused with the reason, and nothing is queued", async () => {
      const { body: { counts } } = await client.in<ActionList>("GET", "/actions");
      for (
        const sql of [
          "DROP TABLE customers",
          "PRAGMA user_version = 7",
          "ATTACH 'x.db' AS x",
          "SELECT 1",
          "UPDATE customers SET tier = 'x'; DELETE FROM customers",
          "COMMIT",
          "VACUUM",
          "DELETE FROM sqlite_sequence",
          "DELETE FROM _gk_change",
          "UPDATE customers SET name = random() WHERE id = 1",
          "UPDATE customers SET name = load_extension('x') WHERE id = 1",
          "UPDATE nowhere SET x = 1",
          "INSERT INTO customers (name, email) VALUES (NULL, 'x')",
          "not sql at all",
        ]
      ) {
        const { detail } = await refused([422, "refused_sql"], "POST", "/workspaces/main/actions", {
          title: "x",
          statements: [{ sql }],
        });
        assert.ok(detail.length > 10, sql);
      }
      assert.deepEqual((await client.in<ActionList>("GET", "/actions")).body.counts, counts);
      assert.equal((await client.rows("customers")).length, 8);
    });

    await t.step("every tab hears of every change, once, also after an absence", async () => {
      const feed = await client.live();
      const action = await client.propose("UPDATE customers SET tier = 'Feed' WHERE id = 4");
      const isAction = (state: string) => () =>
        feed.frames.some((frame) =>
          frame.type === "action" && frame.data.id === action.id && frame.data.state === state
        );
      await until("the pending action", isAction("pending"));
      const { cursor } = feed.frames[feed.frames.length - 1];
      await feed.close();
      await client.approve(action, await ana.sign(action, "approve"));
      const back = await client.live(cursor);
      await until("the rest", () => back.frames.some((frame) => frame.type === "data"));
      const states = back.frames.flatMap((frame) =>
        frame.type === "action" && frame.data.id === action.id ? [frame.data.state] : []
      );
      assert.deepEqual(states, ["executing", "approved"]);
      await back.close();
      await client.in("POST", `/actions/${action.id}/revert`, { approval: await ana.sign(action, "revert") });
    });

    await t.step("a workspace of its own has a database of its own", async () => {
      assert.equal((await client.call("POST", "/workspaces", { id: "second", name: "Second" })).status, 201);
      await refused([409, "conflict"], "POST", "/workspaces", { id: "second", name: "Second" });
      await refused([400, "invalid"], "POST", "/workspaces", { id: "../x", name: "x" });
      const second = new Client(gatekeeper.url, "second");
      assert.deepEqual((await second.in<{ tables: unknown[] }>("GET", "/tables")).body.tables, []);
      assert.deepEqual((await second.in<ActionList>("GET", "/actions")).body.actions, []);
    });

    await t.step(
      "a db-service that hangs is said to; the app goes on, and so does everything when it is back",
      async () => {
        const { db } = await gatekeeper.pids();
        const feed = await client.live();
        const action = await client.propose("UPDATE customers SET tier = 'Slow' WHERE id = 6");
        Deno.kill(db, "SIGSTOP");
        try {
          await until(
            "word that the database is away",
            () => feed.frames.some((frame) => frame.type === "database" && !frame.data.ok),
            20_000,
          );
          const page = await fetch(`${gatekeeper.url}/w/main`);
          assert.equal(page.status, 200);
          assert.match(await page.text(), /database service does not answer/);
          const health = await fetch(`${gatekeeper.url}/healthz`);
          assert.equal(health.status, 503);
          await health.body?.cancel();
          const list = await client.in<ActionList>("GET", "/actions");
          assert.equal(list.status, 200);
        } finally {
          Deno.kill(db, "SIGCONT");
        }
        await until(
          "word that it is back",
          () => feed.frames.some((frame) => frame.type === "database" && frame.data.ok),
          20_000,
        );
        assert.equal((await client.approve(action, await ana.sign(action, "approve"))).status, 200);
        await feed.close();
      },
    );
  } finally {
    await gatekeeper.stop();
    await Deno.remove(gatekeeper.varDir, { recursive: true });
  }
});
