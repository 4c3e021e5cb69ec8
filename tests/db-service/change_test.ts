import assert from "node:assert/strict";
import { entryHash } from "../../db-service/contract/chain.ts";
import { onEveryEngine } from "./benches.ts";
import { Lab, refuses, sign } from "./lab.ts";

onEveryEngine(
  "an approved action takes effect once, however often and whoever asks at the same time",
  async (engine) => {
    await using lab = await Lab.open({
      engine,
      schema: ["CREATE TABLE counter(n)", "INSERT INTO counter VALUES (0)"],
    });
    const input = await lab.input("UPDATE counter SET n = n + 1");
    const { digest, statementsSha256 } = await lab.writer.preview(input);
    const actionUid = crypto.randomUUID();
    const approval = await sign(lab.signer, { actionUid, digest, statementsSha256 });
    const rivals = await Promise.all([1, 2].map(() => lab.bench.rival()));
    const request = { ...input, actionUid, digest, approval };
    const results = await Promise.all(
      rivals.flatMap((rival) => Array.from({ length: 10 }, () => rival.execute(request))),
    );
    assert.equal(results.length, 20);
    assert.deepEqual(results.map(({ state }) => state), Array(20).fill("executed"));
    assert.equal(results.filter(({ replay }) => !replay).length, 1);
    assert.deepEqual((await lab.dump()).tables.counter[1].values, [1]);
    await Promise.all(rivals.map((rival) => rival.end()));
  },
);

onEveryEngine("a known action id answers what it did, and nothing else goes under it", async (engine) => {
  let now = Date.now();
  await using lab = await Lab.open({ engine, sample: true, now: () => now });
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

onEveryEngine("drift changes nothing and shows the new preview, which can be approved", async (engine) => {
  await using lab = await Lab.open({ engine, sample: true });
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

onEveryEngine("a schema that moved since the inspection makes the writer ask for another", async (engine) => {
  await using lab = await Lab.open({ engine, sample: true });
  const input = await lab.input("UPDATE customers SET tier = 'x'");
  await lab.outside("CREATE TABLE another(v)");
  await refuses(lab.writer.preview(input), "busy", /^schema moved$/);
});

onEveryEngine("an execution does not make pending inspections stale", async (engine) => {
  await using lab = await Lab.open({ engine, sample: true });
  // The first change to a table creates the log of its rows.
  await lab.approve("UPDATE customers SET tier = 'x' WHERE id = 1");
  const pending = await lab.input("UPDATE customers SET tier = 'x' WHERE id = 2");
  await lab.approve("UPDATE customers SET tier = 'y' WHERE id = 1");
  if (engine === "remote") {
    // There the capture's own objects move the schema: the service inspects again by itself.
    await refuses(lab.writer.preview(pending), "busy", /^schema moved$/);
    pending.inspection = await lab.inspect(pending.statements);
  }
  assert.equal((await lab.writer.preview(pending)).changes.length, 1);
});

onEveryEngine("the record is a chain whose hashes hold, and tells who approved what", async (engine) => {
  await using lab = await Lab.open({ engine, sample: true });
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

onEveryEngine("a database of our own begins with the sample; any other keeps what it has", async (engine) => {
  await using lab = await Lab.open({ engine, sample: true });
  const rows = Object.values((await lab.dump()).tables.customers).map(({ values }) => values);
  assert.equal(rows.length, 8);
  assert.deepEqual(rows[7], [8, "Hank Davis", "hank@example.com", "Silver", "East"]);
  await lab.outside("DELETE FROM customers");
  assert.deepEqual(await lab.writer.seed({ sample: true }), { sample: false });
  await using other = await Lab.open({ engine, schema: ["CREATE TABLE mine(v)"] });
  assert.deepEqual(await other.writer.seed({ sample: true }), { sample: false });
  assert.deepEqual(Object.keys((await other.dump()).tables), ["mine"]);
});
