import assert from "node:assert/strict";
import type { ExecuteResult } from "../../db-service/contract/schemas.ts";
import { statementsHash } from "../../db-service/contract/digest.ts";
import { openLocal } from "../../db-service/engine/change/local_tx.ts";
import { inTransaction, RollbackFailed } from "../../db-service/engine/change/transaction.ts";
import { createWriter } from "../../db-service/engine/change/writer.ts";
import { MAX_REVERT_SQL } from "../../db-service/engine/change/revert_sql.ts";
import { entryHash } from "../../db-service/record/chain.ts";
import { Child, Lab, makeSigner, refuses, sign } from "./lab.ts";

const WRITER = "../../db-service/engine/writer_child.ts";

/** Ordinary tables with everything that a revert has to get right. */
const SHOP = [
  "CREATE TABLE customer(id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE, data)",
  "CREATE TABLE sale(id INTEGER PRIMARY KEY, customer REFERENCES customer ON DELETE CASCADE ON UPDATE CASCADE, sum)",
  "CREATE TABLE stock(place TEXT, sku TEXT, n, PRIMARY KEY(place, sku)) WITHOUT ROWID",
  "CREATE TABLE log(n INTEGER PRIMARY KEY, msg)",
  "CREATE TRIGGER log_sale AFTER DELETE ON sale BEGIN INSERT INTO log(msg) VALUES ('gone ' || OLD.id); END",
  "CREATE TRIGGER  \"log stock\"\n  AFTER UPDATE ON stock /* kept */ BEGIN INSERT INTO log(msg) VALUES ('moved'); END",
  "INSERT INTO customer VALUES (1, 'a@x', x'00ff'), (2, 'b@x', 9223372036854775807), (3, 'c@x', 2.0), (4, 'd@x', NULL)",
  "INSERT INTO sale VALUES (10, 1, 5), (11, 1, 6), (12, 2, 7)",
  "INSERT INTO stock VALUES ('N', 's1', 1), ('N', 's2', '1'), ('S', 's1', 1.0)",
];

Deno.test("an approved action takes effect once, however often and whoever asks at the same time", async () => {
  await using lab = await Lab.open({ schema: ["CREATE TABLE counter(n)", "INSERT INTO counter VALUES (0)"] });
  const input = await lab.input("UPDATE counter SET n = n + 1");
  const { digest, statementsSha256 } = await lab.writer.preview(input);
  const actionUid = crypto.randomUUID();
  const approval = await sign(lab.signer, { actionUid, digest, statementsSha256 });
  const children = await Promise.all([1, 2].map(() => new Child(WRITER, [lab.file]).ready()));
  const request = { ...input, actionUid, digest, approval };
  const results = await Promise.all(
    children.flatMap((child) =>
      Array.from({ length: 10 }, () => child.ask("execute", request, (result) => result as ExecuteResult))
    ),
  );
  assert.equal(results.length, 20);
  assert.deepEqual(results.map(({ state }) => state), Array(20).fill("executed"));
  assert.equal(results.filter(({ replay }) => !replay).length, 1);
  assert.equal((await lab.dump()).tables.counter[1].exact, "1 integer");
  await Promise.all(children.map((child) => child.end()));
});

Deno.test("a known action id answers what it did, and nothing else goes under it", async () => {
  let now = Date.now();
  await using lab = await Lab.open({ sample: true, now: () => now });
  const { input, preview, actionUid, approval, result } = await lab.approve(
    "UPDATE customers SET tier = 'x'",
  );
  now += 60 * 60_000;
  const again = await lab.writer.execute({ ...input, actionUid, digest: preview.digest, approval });
  assert.deepEqual(again, { ...result, replay: true });
  const other = await lab.input("DELETE FROM customers");
  await refuses(
    lab.writer.execute({ ...other, actionUid, digest: preview.digest, approval }),
    "action_id_reused",
    /another change/,
  );
  const digest = (await lab.writer.preview(other)).digest;
  await refuses(
    lab.writer.execute({ ...input, actionUid, digest, approval }),
    "action_id_reused",
    /another change/,
  );
});

Deno.test("drift changes nothing and shows the new preview, which can be approved", async () => {
  await using lab = await Lab.open({ sample: true });
  const input = await lab.input("UPDATE customers SET tier = 'Gold' WHERE region = 'East'");
  const { digest, statementsSha256 } = await lab.writer.preview(input);
  await lab.outside("UPDATE customers SET name = 'Bobby' WHERE id = 2");
  const before = await lab.dump();
  const actionUid = crypto.randomUUID();
  const approval = await sign(lab.signer, { actionUid, digest, statementsSha256 });
  const error = await refuses(
    lab.writer.execute({ ...input, actionUid, digest, approval }),
    "drift",
    /Look again/,
  );
  assert.deepEqual(await lab.dump(), before);
  assert.deepEqual(await lab.writer.record(actionUid), { state: "none", actionUid });
  const preview = error.extra.preview;
  assert.deepEqual(preview?.changes[0].before?.[1], "Bobby");
  const fresh = await sign(lab.signer, { actionUid, statementsSha256, digest: preview?.digest ?? "" });
  const result = await lab.writer.execute({
    ...input,
    actionUid,
    digest: preview?.digest ?? "",
    approval: fresh,
  });
  assert.equal(result.replay, false);
});

Deno.test("a revert restores every value exactly and fires nobody's triggers", async () => {
  const actions: Record<string, string[]> = {
    "cascade and trigger": ["DELETE FROM customer WHERE id IN (1, 2)"],
    "values of every type": ["UPDATE customer SET data = 'gone'", "UPDATE stock SET n = 7"],
    "inserts": ["INSERT INTO customer(email) VALUES ('e@x')", "INSERT INTO stock VALUES ('S', 's9', NULL)"],
    "composite keys that move": ["UPDATE stock SET sku = sku || '!'"],
    "a parent key that moves with its children": ["UPDATE customer SET id = 77 WHERE id = 1"],
    "unique values that swap": [
      "UPDATE customer SET email = 'tmp' WHERE id = 1",
      "UPDATE customer SET email = 'a@x' WHERE id = 2",
      "UPDATE customer SET email = 'b@x' WHERE id = 1",
    ],
    "rows that REPLACE removed": ["REPLACE INTO customer(id, email, data) VALUES (9, 'a@x', 1)"],
    "everything at once": [
      "DELETE FROM stock",
      "DELETE FROM sale",
      "INSERT INTO sale SELECT id, id, 0 FROM customer",
    ],
  };
  await using lab = await Lab.open({ schema: SHOP, keys: { stock: "place || sku" } });
  for (const [what, statements] of Object.entries(actions)) {
    const before = await lab.dump();
    const action = await lab.approve(...statements);
    assert.notDeepEqual(await lab.dump(), before, what);
    assert.equal(action.result.canRevert, true);
    const { replay } = await lab.revert(action);
    assert.equal(replay, false);
    assert.deepEqual(await lab.dump(), before, what);
    assert.equal((await lab.revert(action)).replay, true);
    assert.deepEqual(await lab.dump(), before, what);
  }
});

Deno.test("rows that moved since are listed before, after and now, and nothing is reverted", async () => {
  await using lab = await Lab.open({ sample: true });
  const action = await lab.approve(
    "UPDATE customers SET tier = 'Gold' WHERE region = 'East'",
    "DELETE FROM customers WHERE id = 1",
    "INSERT INTO customers(name, email) VALUES ('New', 'n@x')",
  );
  await lab.outside(
    `UPDATE customers SET tier = 'Lead' WHERE id = 2; DELETE FROM customers WHERE id IN (5, 9);
     INSERT INTO customers VALUES (1, 'Other', 'o@x', 'Lead', 'West')`,
  );
  const before = await lab.dump();
  const { extra } = await refuses(lab.revert(action), "conflict", /4 rows changed since/);
  assert.deepEqual(extra.conflicts, [
    {
      table: "customers",
      key: { id: 1 },
      before: [1, "Alice Chen", "alice@example.com", "Gold", "West"],
      after: null,
      current: [1, "Other", "o@x", "Lead", "West"],
    },
    {
      table: "customers",
      key: { id: 2 },
      before: [2, "Bob Martinez", "bob@example.com", "Silver", "East"],
      after: [2, "Bob Martinez", "bob@example.com", "Gold", "East"],
      current: [2, "Bob Martinez", "bob@example.com", "Lead", "East"],
    },
    {
      table: "customers",
      key: { id: 5 },
      before: [5, "Eve Williams", "eve@example.com", "Silver", "East"],
      after: [5, "Eve Williams", "eve@example.com", "Gold", "East"],
      current: null,
    },
    {
      table: "customers",
      key: { id: 9 },
      before: null,
      after: [9, "New", "n@x", "Bronze", "Unknown"],
      current: null,
    },
  ]);
  assert.deepEqual(await lab.dump(), before);
  assert.equal((await lab.writer.record(action.actionUid)).state, "executed");
});

Deno.test("a revert does not take along what came later", async () => {
  await using lab = await Lab.open({
    schema: [...SHOP, "CREATE TABLE note(customer REFERENCES customer)"],
    keys: { stock: "place || sku" },
  });
  const later: [string, RegExp][] = [
    // Would cascade into a sale that the action never saw.
    ["INSERT INTO sale VALUES (99, 5, 1)", /came later depend/],
    // Would leave a note behind that refers to nobody.
    ["INSERT INTO note VALUES (6)", /came to refer/],
    // Took the unique value that would come back.
    ["INSERT INTO customer(email) VALUES ('a@x')", /UNIQUE constraint failed: customer\.email/],
  ];
  const statements = [
    "INSERT INTO customer(id, email) VALUES (5, 'e@x')",
    "INSERT INTO customer(id, email) VALUES (6, 'f@x')",
    "UPDATE customer SET email = 'z@x' WHERE id = 1",
  ];
  for (const [i, [sql, sentence]] of later.entries()) {
    const action = await lab.approve(statements[i]);
    await lab.outside(sql);
    const before = await lab.dump();
    await refuses(lab.revert(action), "conflict", sentence);
    assert.deepEqual(await lab.dump(), before);
  }
});

Deno.test("a table that got other columns can't be restored and says so; an index more is no matter", async () => {
  await using lab = await Lab.open({ sample: true });
  const action = await lab.approve("UPDATE customers SET tier = 'x' WHERE id = 1");
  await lab.outside("CREATE INDEX i ON customers(tier)");
  const second = await lab.approve("UPDATE customers SET tier = 'y' WHERE id = 2");
  await lab.revert(second);
  await lab.outside("ALTER TABLE customers ADD COLUMN more");
  await refuses(lab.revert(action), "conflict", /customers has other columns/);
  await lab.outside("DROP TABLE customers");
  await refuses(lab.revert(action), "conflict", /customers is gone/);
});

Deno.test("what never ran, or changed nothing, can't be reverted", async () => {
  await using lab = await Lab.open({ sample: true });
  const { input, preview } = await lab.approve("UPDATE customers SET tier = tier");
  await refuses(
    lab.revert({ input, preview, actionUid: crypto.randomUUID() }),
    "not_approved",
    /never executed/,
  );
  const nothing = await lab.approve("UPDATE customers SET tier = tier");
  assert.equal(nothing.result.canRevert, false);
  await refuses(lab.revert(nothing), "conflict", /changed no row/);
});

Deno.test("a schema that moved since the inspection makes the writer ask for another", async () => {
  await using lab = await Lab.open({ sample: true });
  const input = await lab.input("UPDATE customers SET tier = 'x'");
  await lab.outside("CREATE TABLE another(v)");
  await refuses(lab.writer.preview(input), "busy", /schema moved/);
});

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

Deno.test("an execution does not make pending inspections stale", async () => {
  await using lab = await Lab.open({ sample: true });
  // The first change to a table creates the log of its rows.
  await lab.approve("UPDATE customers SET tier = 'x' WHERE id = 1");
  const pending = await lab.input("UPDATE customers SET tier = 'x' WHERE id = 2");
  await lab.approve("UPDATE customers SET tier = 'y' WHERE id = 1");
  assert.equal((await lab.writer.preview(pending)).changes.length, 1);
});

Deno.test("the way back is shown as SQL that can be read, and not longer than that", async () => {
  await using lab = await Lab.open({ schema: SHOP, keys: { stock: "place || sku" } });
  const sqlOf = async (...statements: string[]) =>
    (await lab.approve(...statements)).result.revertSql.split("\n");
  assert.deepEqual(await sqlOf("UPDATE sale SET sum = 8 WHERE customer = 1"), [
    'UPDATE "sale" SET "sum" = 5 WHERE "id" = 10;',
    'UPDATE "sale" SET "sum" = 6 WHERE "id" = 11;',
  ]);
  assert.deepEqual(
    await sqlOf("DELETE FROM customer WHERE id = 3", "UPDATE stock SET n = 2 WHERE sku = 's1'"),
    [
      `INSERT INTO "customer"("id", "email", "data") VALUES (3, 'c@x', 2.0);`,
      'DELETE FROM "log" WHERE "n" IN (1, 2);',
      'UPDATE "stock" SET "n" = 1 WHERE ("place" = \'N\' AND "sku" = \'s1\');',
      'UPDATE "stock" SET "n" = 1.0 WHERE ("place" = \'S\' AND "sku" = \'s1\');',
    ],
  );
  const many = await lab.approve(
    "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 900) " +
      "INSERT INTO log(msg) SELECT 'a longer message, number ' || i FROM c",
    "UPDATE log SET n = n + 100000",
  );
  assert.ok(many.result.revertSql.length <= MAX_REVERT_SQL);
  const all = await lab.approve("DELETE FROM log");
  assert.ok(all.result.revertSql.length <= MAX_REVERT_SQL);
  assert.match(all.result.revertSql, /\n-- and \d+ more statements, too long to show$/);
});

Deno.test("the record is a chain whose hashes hold, and tells who approved what", async () => {
  await using lab = await Lab.open({ sample: true });
  const first = await lab.approve("UPDATE customers SET tier = 'x' WHERE id = 1");
  await lab.approve("UPDATE customers SET tier = 'x' WHERE id = 2");
  await lab.revert(first);
  const chain = await lab.writer.changes(0);
  assert.deepEqual(chain.map(({ seq, decision }) => `${seq} ${decision}`), [
    "1 approve",
    "2 approve",
    "3 revert",
  ]);
  let prev = "";
  for (const entry of chain) {
    assert.equal(entry.prev, prev);
    assert.equal(entry.hash, await entryHash(entry));
    assert.notEqual(entry.hash, await entryHash({ ...entry, approver: "Eve" }));
    prev = entry.hash;
  }
  assert.deepEqual((await lab.writer.changes(2)).map(({ seq }) => seq), [3]);
  const record = await lab.writer.record(first.actionUid);
  assert.ok(record.state === "reverted");
  assert.equal(record.executed.approver, "Ana");
  assert.deepEqual(record.executed.approval, first.approval);
  assert.equal(record.digest, first.preview.digest);
  assert.equal(record.canRevert, false);
  assert.notEqual(record.reverted?.approval.signature, record.executed.approval.signature);
});

Deno.test("a database of our own begins with the sample; any other keeps what it has", async () => {
  await using lab = await Lab.open({ sample: true });
  const rows = Object.values((await lab.dump()).tables.customers).map(({ values }) => values);
  assert.equal(rows.length, 8);
  assert.deepEqual(rows[7], [8, "Hank Davis", "hank@example.com", "Silver", "East"]);
  await lab.outside("DELETE FROM customers");
  assert.deepEqual(await lab.writer.seed({ sample: true }), { sample: false });
  await using other = await Lab.open({ schema: ["CREATE TABLE mine(v)"] });
  assert.deepEqual(await other.writer.seed({ sample: true }), { sample: false });
  assert.deepEqual(Object.keys((await other.dump()).tables), ["mine"]);
});

Deno.test("a writer killed in the middle has executed wholly or not at all, and asking again settles it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "killed" });
  const file = `${folder}/main.db`;
  const witness = await new Child("witness.ts", [file]).ready();
  const start = () => new Child(WRITER, [file]).ready();
  const signer = await makeSigner();
  let child = await start();
  await child.ask("seed", { sample: false }, () => null);
  await witness.ask(
    "run",
    { sql: "CREATE TABLE counter(n); INSERT INTO counter VALUES (0); CREATE TABLE t(v)" },
    () => null,
  );
  await child.ask(
    "enrol",
    { request: { publicKey: signer.publicKey, name: "Ana" }, mode: "local" },
    () => null,
  );
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
    const { tables } = await witness.ask("dump", {}, (result) => result as Awaited<ReturnType<Lab["dump"]>>);
    return [Number(tables.counter[1].values[0]), Object.keys(tables.t).length];
  };
  for (let round = 0; round < 6; round++) {
    const inspection = await witness.ask("inspect", { statements }, (result) => result);
    const input = { database: "main", statements, inspection };
    const { digest } = await child.ask("preview", input, (result) => result as { digest: string });
    const actionUid = crypto.randomUUID();
    const approval = await sign(signer, { actionUid, digest, statementsSha256 });
    const request = { ...input, actionUid, digest, approval };
    await child.send("execute", request);
    // Somewhere between the request's arrival and its answer: which point it is doesn't matter, all must hold.
    await new Promise((resolve) => setTimeout(resolve, 8 + round * 12));
    await child.kill();
    const half = await counts();
    assert.ok(half[0] === round || half[0] === round + 1);
    assert.equal(half[1], half[0] * 3000, "all or nothing");
    child = await start();
    const fresh = {
      ...request,
      inspection: await witness.ask("inspect", { statements }, (result) => result),
    };
    const result = await child.ask("execute", fresh, (answer) => answer as ExecuteResult);
    assert.equal(result.replay, half[0] === round + 1);
    assert.deepEqual(await counts(), [round + 1, (round + 1) * 3000]);
  }
  await child.end();
  await witness.end();
  await Deno.remove(folder, { recursive: true });
});
