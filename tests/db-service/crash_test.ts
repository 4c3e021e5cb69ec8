import assert from "node:assert/strict";
import type { Executed, Preview } from "../../db-service/contract/schemas.ts";
import { statementsHash } from "../../db-service/contract/digest.ts";
import { openLocal } from "../../db-service/engine/change/local_tx.ts";
import { inTransaction, RollbackFailed } from "../../db-service/engine/change/transaction.ts";
import { createWriter } from "../../db-service/engine/change/writer.ts";
import type { Inspection } from "../../db-service/engine/types.ts";
import type { Dump } from "./witness.ts";
import { Child } from "./child.ts";
import { Lab, makeSigner, refuses, sign } from "./lab.ts";

const WRITER = "../../db-service/engine/writer_child.ts";

Deno.test("what only the commit refuses is a refusal too, and the writer goes on", async () => {
  await using lab = await Lab.open({
    schema: [
      "CREATE TABLE p(id INTEGER PRIMARY KEY)",
      "CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
      "INSERT INTO p VALUES (1)",
    ],
  });
  const input = await lab.input("INSERT INTO c(p) VALUES (1)");
  const { digest, statementsSha256 } = await lab.writer.preview(input);
  await lab.outside("DELETE FROM p");
  const actionUid = crypto.randomUUID();
  const approval = await sign(lab.signer, { actionUid, digest, statementsSha256 });
  const execution = lab.writer.execute({ ...input, actionUid, digest, approval });
  await refuses(execution, "refused_sql", /commit: FOREIGN KEY constraint failed/);
  assert.deepEqual((await lab.dump()).tables, { p: {}, c: {} });
  assert.equal((await lab.approve("INSERT INTO p VALUES (1)")).result.state, "executed");
});

Deno.test("a database that another program writes to is busy, and free again afterwards", async () => {
  await using lab = await Lab.open({ sample: true });
  const local = await openLocal(lab.file, 20);
  const writer = createWriter({ ...local, scope: "temp", now: Date.now });
  const input = await lab.input("UPDATE customers SET tier = 'x'");
  const other = await lab.begin();
  await refuses(writer.preview(input), "busy", /Another program/);
  await other.rollback();
  const preview = await writer.preview(input);
  const actionUid = crypto.randomUUID();
  const approval = await sign(lab.signer, { actionUid, ...preview });
  const { state } = await writer.execute({ ...input, actionUid, digest: preview.digest, approval });
  assert.equal(state, "executed");
  await writer.close();
});

Deno.test("a transaction that can't be rolled back is told from every other failure", async () => {
  const nothing = () => Promise.resolve();
  const tx = {
    query: () => Promise.resolve([]),
    run: nothing,
    script: nothing,
    commit: nothing,
    rollback: () => Promise.reject(new Error("disk gone")),
  };
  const failing = inTransaction(() => Promise.resolve(tx), () => Promise.reject(new Error("refused")));
  await assert.rejects(failing, RollbackFailed);
  assert.equal(await inTransaction(() => Promise.resolve(tx), async (_, commit) => (await commit(), 7)), 7);
});

Deno.test("a writer killed in the middle has executed wholly or not at all, and asking again settles it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "killed" });
  const file = `${folder}/main.db`;
  const witness = await new Child("witness.ts", [file]).ready();
  const start = () => new Child(WRITER, [file]).ready();
  const signer = await makeSigner();
  let child = await start();
  await child.ask("seed", { sample: false });
  await witness.ask("run", {
    sql: "CREATE TABLE counter(n); INSERT INTO counter VALUES (0); CREATE TABLE t(v)",
  });
  await child.ask("enrol", { request: { publicKey: signer.publicKey, name: "Ana" }, mode: "local" });
  const statements = [
    { sql: "UPDATE counter SET n = n + 1", args: [] },
    {
      sql:
        "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000) INSERT INTO t SELECT i FROM c",
      args: [],
    },
  ];
  const statementsSha256 = await statementsHash(statements);
  const counts = async () => {
    const { tables } = await witness.ask<Dump>("dump", {});
    return [Number(tables.counter[1].values[0]), Object.keys(tables.t).length];
  };
  const ROUNDS = 7;
  for (let round = 0; round < ROUNDS; round++) {
    const inspection = await witness.ask<Inspection>("inspect", { statements });
    const input = { database: "main", statements, inspection };
    const begin = performance.now();
    const { digest } = await child.ask<Preview>("preview", input);
    // An execution does what a preview does and some more.
    const usual = 1.3 * (performance.now() - begin);
    const actionUid = crypto.randomUUID();
    const approval = await sign(signer, { actionUid, digest, statementsSha256 });
    const request = { ...input, actionUid, digest, approval };
    // Somewhere between the request's arrival and its answer, and in the end after an answer that nobody read: which
    // point it is doesn't matter, all must hold.
    if (round < ROUNDS - 1) {
      await child.send("execute", request);
      await new Promise((resolve) => setTimeout(resolve, (usual * (round + 1)) / (ROUNDS - 1)));
    } else await child.ask("execute", request);
    await child.kill();
    const half = await counts();
    assert.ok(half[0] === round || half[0] === round + 1);
    assert.equal(half[1], half[0] * 3000, "all or nothing");
    child = await start();
    const fresh = {
      ...request,
      inspection: await witness.ask<Inspection>("inspect", { statements }),
    };
    const result = await child.ask<Executed>("execute", fresh);
    assert.equal(result.replay, half[0] === round + 1);
    assert.ok(result.replay || round < ROUNDS - 1, "an answer was given");
    assert.deepEqual(await counts(), [round + 1, (round + 1) * 3000]);
  }
  await child.end();
  await witness.end();
  await Deno.remove(folder, { recursive: true });
});
