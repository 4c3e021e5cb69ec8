/** The remote engine against a real server: its tokens, its limits, and what happens when the connection breaks. */
import assert from "node:assert/strict";
import { openRemote, WRITE_DEADLINE_MS } from "@/db-service/engine/remote.ts";
import { Server } from "@/db-service/engine/remote/server.ts";
import { begin } from "@/db-service/engine/remote/tx.ts";
import { type Engine, ServiceError } from "@/db-service/engine/types.ts";
import { execute, preview } from "@/db-service/gate.ts";
import { ReadResult, Schema } from "@/db-service/contract/schemas.ts";
import { addSample, withService } from "./engines.ts";
import { Child } from "./child.ts";
import { makeSigner, refuses, sign } from "./lab.ts";
import { ENDLESS, readAttacks, RUNAWAYS } from "./read_attacks.ts";
import { type Sqld, startSqld } from "./sqld.ts";
import type { Dump } from "./witness.ts";

const READ = "/v1/databases/main/read";

/** Runs `work` on an engine over the sample. */
async function withEngine(
  work: (engine: Engine, sqld: Sqld) => Promise<void>,
  { deny = [] }: { deny?: string[] } = {},
): Promise<void> {
  const sqld = await startSqld();
  try {
    await addSample(sqld);
    const engine = openRemote(sqld, { deny });
    await work(engine, sqld);
    await engine.close();
  } finally {
    await sqld.stop();
  }
}

async function dumpOf(sqld: Sqld): Promise<Dump> {
  const witness = await new Child("witness.ts", [sqld.file, "read-only"]).ready();
  const dump = await witness.ask<Dump>("dump", {});
  await witness.end();
  return dump;
}

/**
 * What a server answers although a local file refuses it: its SQLite makes NULL of a text that is too long, takes longer
 * patterns, and leaves out the order of a subquery with all that is called there.
 */
const HARMLESS = new Set([
  "function in ORDER BY",
  "memory in one value",
  "a value that is too long",
  "a LIKE pattern that is too long",
]);

Deno.test("no attack through a read has an effect on a server, and it answers afterwards", async (t) => {
  const script = "CREATE TABLE _gk_secret(k); INSERT INTO _gk_secret VALUES ('secret'); " +
    "CREATE VIEW peek AS SELECT k FROM _gk_secret; CREATE VIRTUAL TABLE notes USING fts5(body); " +
    "INSERT INTO notes VALUES ('secret')";
  await withService("remote", { script }, async (service, sqld) => {
    assert(sqld !== null);
    const folder = sqld.file.slice(0, sqld.file.lastIndexOf("/"));
    const files = () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    const before = [await dumpOf(sqld), files()];
    const attacks = [
      ...readAttacks(folder, Number(new URL(sqld.url).port)).filter(([name]) => !HARMLESS.has(name)),
      ["a virtual table", "SELECT body FROM notes"],
      ["what a virtual table is kept in", "SELECT * FROM notes_content"],
      ["a module beside json_each", "SELECT * FROM json_each('[1]'), fsdir('/etc')"],
      ["a module by a quoted name", `SELECT * FROM json_each('[1]'), "fsdir"('/etc')`],
      ["the server's own tables", "SELECT * FROM libsql_wasm_func_table"],
    ];
    for (const [name, ...statements] of attacks) {
      await t.step(name ?? "", async () => {
        for (const sql of statements) {
          const { status, body } = await service.call("POST", READ, { sql });
          assert.notEqual(status, 200, `${sql}: ${JSON.stringify(body)}`);
          assert.match(JSON.stringify(body), /"code":"(refused_sql|limit)"/, sql);
          assert.doesNotMatch(JSON.stringify(body), /secret['"]|root:/);
        }
      });
    }
    assert.deepEqual([await dumpOf(sqld), files()], before);
    const { body } = await service.call("POST", READ, { sql: "SELECT count(*) FROM customers" });
    assert.deepEqual(ReadResult.parse(body).rows, [[8]]);
    for (const secret of [sqld.token, sqld.readToken]) assert(!service.log.join("\n").includes(secret));
  });
});

Deno.test("a query that never ends is stopped on the server too", async () => {
  await withEngine(async ({ reader }, sqld) => {
    const endless = RUNAWAYS.find(([name]) => name === ENDLESS)?.[1] ?? "";
    await refuses(reader.read({ sql: endless }), "limit", /1\.5 s/);
    // Its processor time stands still: asked twice, some while apart, for the server needs a moment to notice.
    const ticks = async () => {
      const stat = await Deno.readTextFile(`/proc/${sqld.pid}/stat`);
      const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13);
      return Number(user) + Number(system);
    };
    for (const end = Date.now() + 20_000;;) {
      const before = await ticks();
      await new Promise((resolve) => setTimeout(resolve, 200));
      if (await ticks() - before < 10) break;
      assert(Date.now() < end, "the server is still busy with it");
    }
  });
});

Deno.test("a token for reads that can write reads nothing", async () => {
  await withEngine(async (_, sqld) => {
    const before = await dumpOf(sqld);
    const engine = openRemote({ ...sqld, url: sqld.url, readToken: sqld.token }, { deny: [] });
    for (const ask of [() => engine.reader.read({ sql: "SELECT 1" }), () => engine.reader.schema()]) {
      await refuses(ask(), "db_unavailable", /readToken of this database can write/);
    }
    assert.deepEqual(await dumpOf(sqld), before);
    await engine.close();
    const wrong = openRemote({ url: sqld.url, token: "x", readToken: "y" }, { deny: [] });
    await refuses(wrong.reader.read({ sql: "SELECT 1" }), "db_unavailable", /refuses the token/);
    await refuses(wrong.writer.approvers(), "db_unavailable", /refuses the token/);
    await wrong.close();
  });
});

Deno.test("databases are neither created nor found where LIBSQL_DATABASES does not name them", async () => {
  await withService("remote", {}, async (service) => {
    assert.deepEqual((await service.call("GET", "/v1/databases")).body, { databases: ["main"] });
    const { status, body } = await service.call("PUT", "/v1/databases/other", {});
    assert.equal(status, 400);
    assert.match(JSON.stringify(body), /name them in LIBSQL_DATABASES/);
    assert.equal((await service.call("PUT", "/v1/databases/main", {})).status, 200);
    assert.equal((await service.call("GET", "/v1/databases/other/schema")).status, 404);
  });
});

Deno.test("the version moves with every commit, whoever makes it, and with nothing else", async () => {
  await withEngine(async (engine, sqld) => {
    const { reader } = engine;
    const first = await reader.version();
    await preview(engine, { database: "main", statements: [{ sql: "DELETE FROM customers" }] });
    await reader.read({ sql: "SELECT * FROM customers" });
    assert.equal(await reader.version(), first);
    assert.equal((await reader.schema()).version, first);
    await sqld.run("UPDATE customers SET tier = 'Lead' WHERE id = 1");
    const second = await reader.version();
    assert.notEqual(second, first);
    const { tables } = Schema.parse(await reader.schema());
    const tier = tables[0]?.columns.find(({ name }) => name === "tier");
    assert.deepEqual(tier?.values, ["Bronze", "Gold", "Lead", "Silver"]);
  });
});

Deno.test("a schema that moves is noticed before anything is read or judged by the old one", async () => {
  await withEngine(async (engine, sqld) => {
    const { reader } = engine;
    await reader.read({ sql: "SELECT 1 FROM customers" });
    // The same root page now belongs to a table of the system's.
    await sqld.run("ALTER TABLE customers RENAME TO _gk_customers");
    await refuses(reader.read({ sql: "SELECT * FROM customers" }), "refused_sql", /no such table/);
    await refuses(
      reader.read({ sql: "SELECT * FROM _gk_customers" }),
      "refused_sql",
      /belongs to the system/,
    );
    await sqld.run("CREATE TABLE customers(id INTEGER PRIMARY KEY)");
    assert.equal((await reader.rows("customers", {})).total, 0);
  });
});

Deno.test("a server that is gone is told as that; when it is back, everything is as it was committed", async () => {
  await withEngine(async (engine, sqld) => {
    const before = await dumpOf(sqld);
    const tx = await begin(new Server(sqld), WRITE_DEADLINE_MS, new AbortController().signal);
    await tx.run("DELETE FROM customers");
    await sqld.kill();
    await refuses(engine.reader.read({ sql: "SELECT 1" }), "db_unavailable", /can't be reached/);
    await refuses(engine.writer.approvers(), "db_unavailable", /can't be reached/);
    await sqld.restart();
    // The transaction is gone with the server that had it: what comes after must not run by itself.
    await assert.rejects(tx.run("DELETE FROM customers WHERE id = 1"));
    await assert.rejects(tx.commit());
    await tx.rollback();
    assert.deepEqual((await dumpOf(sqld)).tables, before.tables);
    assert.deepEqual((await engine.reader.read({ sql: "SELECT count(*) FROM customers" })).rows, [[8]]);
  });
});

Deno.test("a transaction that was lost runs nothing more", async () => {
  await withEngine(async (_, sqld) => {
    const before = await dumpOf(sqld);
    const tx = await begin(new Server(sqld), WRITE_DEADLINE_MS, new AbortController().signal);
    await tx.run("UPDATE customers SET tier = 'x'");
    await assert.rejects(
      tx.run("INSERT OR ROLLBACK INTO customers(id, name, email) VALUES (1, 'x', 'x')"),
      /UNIQUE/,
    );
    await assert.rejects(tx.run("DELETE FROM customers"), /ended the transaction/);
    await assert.rejects(tx.run("ROLLBACK TO _gk_attempt"), /no such savepoint/);
    await assert.rejects(tx.commit(), /ended the transaction/);
    await tx.rollback();
    assert.deepEqual(await dumpOf(sqld), before);
  });
});

Deno.test("a connection that breaks at the commit leaves one effect, whichever side of it", async () => {
  for (const side of ["before", "after"] as const) {
    await withEngine(async (_, sqld) => {
      let recorded = false, broken = 0;
      const proxy = proxyTo(sqld.url, async (body, forward) => {
        recorded ||= body.includes("INSERT INTO _gk_change(");
        if (!recorded || !body.includes('"COMMIT"') || broken > 0) return await forward();
        broken++;
        if (side === "after") await (await forward()).body?.cancel();
        return null;
      });
      const direct = openRemote(sqld, { deny: [] });
      const engine = openRemote({ url: proxy.url, token: sqld.token, readToken: sqld.readToken }, {
        deny: [],
      });
      const signer = await makeSigner();
      await direct.writer.enrol({ publicKey: signer.publicKey, name: "Ana" }, "local");
      const statements = [{ sql: "UPDATE customers SET tier = tier || '+'" }];
      const { digest, statementsSha256 } = await preview(direct, { database: "main", statements });
      const actionUid = crypto.randomUUID();
      const approval = await sign(signer, { actionUid, digest, statementsSha256 });
      const request = { database: "main", statements, actionUid, digest, approval };
      proxy.armed = true;
      await refuses(execute(engine, request), "db_unavailable", /Ask again: nothing runs twice/);
      assert.equal(broken, 1);
      const again = await untilAvailable(() => execute(engine, request));
      assert.deepEqual([again.state, again.replay], ["executed", side === "after"]);
      const { rows } = await direct.reader.read({ sql: "SELECT tier FROM customers WHERE id = 1" });
      assert.deepEqual(rows, [["Gold+"]]);
      await engine.close();
      await direct.close();
      await proxy.stop();
    });
  }
});

/** Asks again as the app does: a server keeps a transaction that nobody ends for five seconds, and the lock with it. */
async function untilAvailable<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await work();
    } catch (error) {
      const isTrouble = error instanceof ServiceError && /^(db_unavailable|busy)$/.test(error.code);
      if (!isTrouble || attempt === 4) throw error;
    }
  }
}

/** A way to the server on which `pass` decides about each request; null stands for a connection that broke. */
function proxyTo(
  url: string,
  pass: (body: string, forward: () => Promise<Response>) => Promise<Response | null>,
) {
  const proxy = { armed: false };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const body = await request.text();
    const { pathname } = new URL(request.url);
    const forward = () => fetch(url + pathname, { method: request.method, headers: request.headers, body });
    const answer = proxy.armed ? await pass(body, forward) : await forward();
    if (answer !== null) {
      const headers = { "content-type": answer.headers.get("content-type") ?? "text/plain" };
      return new Response(await answer.text(), { status: answer.status, headers });
    }
    // What stands before a server says when that broke off.
    return new Response(null, { status: 502 });
  });
  const { port } = server.addr;
  return Object.assign(proxy, { url: `http://127.0.0.1:${port}`, stop: () => server.shutdown() });
}
