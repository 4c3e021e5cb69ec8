import assert from "node:assert/strict";
import { onEveryEngine } from "./benches.ts";
import { Lab, refuses, short } from "./lab.ts";

onEveryEngine(
  "a text is shown to its end, and one that is no text is refused instead of ending the process",
  async (engine) => {
    await using lab = await Lab.open({
      engine,
      schema: [
        "CREATE TABLE t(id INTEGER PRIMARY KEY, v)",
        "INSERT INTO t VALUES (1, 'a' || char(0) || 'b'), (2, CAST(x'ff41' AS TEXT))",
      ],
    });
    const before = await lab.dump();
    const action = await lab.approve("UPDATE t SET v = v || 'c' WHERE id = 1");
    assert.deepEqual(short(action.preview.changes), ['t update {"id":1} [1,"a\\u0000b"] [1,"a\\u0000bc"]']);
    await lab.revert(action);
    await refuses(lab.preview("DELETE FROM t"), "uninspectable", /not valid UTF-8/);
    await refuses(lab.preview(["DELETE FROM t WHERE v = ?", "\ud800"]), "invalid", /lone surrogate/);
    const halved = await lab.input(["DELETE FROM t WHERE v = ?", "\ud800"]);
    const { actionUid, preview: { digest }, approval } = action;
    await refuses(
      lab.writer.execute({ ...halved, actionUid, digest, approval }),
      "invalid",
      /lone surrogate/,
    );
    assert.deepEqual(await lab.dump(), before);
  },
);

onEveryEngine("what can't be shown exactly is refused with the reason", async (engine) => {
  await using lab = await Lab.open({
    engine,
    schema: [
      "CREATE TABLE t(id INTEGER PRIMARY KEY, v)",
      "CREATE TABLE e(v TEXT)",
      "CREATE UNIQUE INDEX ei ON e(lower(v))",
      "CREATE TABLE h(rowid, oid, _rowid_)",
      "CREATE VIRTUAL TABLE f USING fts5(body)",
    ],
  });
  const virtual = await lab.input("UPDATE t SET v = 1");
  virtual.inspection.tables = ["f"];
  await refuses(lab.writer.preview(virtual), "uninspectable", /f is a virtual table/);
  await refuses(lab.preview("REPLACE INTO e VALUES ('x')"), "uninspectable", /unique index on an expression/);
  assert.equal((await lab.preview("INSERT INTO e VALUES ('x') ON CONFLICT DO NOTHING")).changes.length, 1);
  await refuses(lab.preview("INSERT INTO h VALUES (1, 2, 3)"), "uninspectable", /hide its rowid/);
  const internal = await lab.input("UPDATE t SET v = 1");
  internal.inspection.tables = ["_gk_change"];
  await refuses(lab.writer.preview(internal), "refused_sql", /internal/);
});

onEveryEngine("a change of more than 10,000 rows is refused", async (engine) => {
  await using lab = await Lab.open({ engine, schema: ["CREATE TABLE t(id INTEGER PRIMARY KEY, v)"] });
  const insert = (n: number) =>
    `WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${n}) INSERT INTO t SELECT i, 0 FROM c`;
  const most = await lab.preview(insert(10_000));
  assert.equal(most.pages.length, 50);
  assert.equal(most.changes.length, 200);
  assert.equal(most.truncated, true);
  const last = await lab.writer.preview({ ...await lab.input(insert(10_000)), page: 49 });
  assert.equal(last.digest, most.digest);
  assert.equal(last.changes.length, 200);
  await refuses(lab.writer.preview({ ...await lab.input(insert(3)), page: 1 }), "not_found", /1 pages/);
  await refuses(lab.preview(insert(10_001)), "limit", /10,000 rows/);
});

onEveryEngine("a refusal names the constraint, whichever way it ends the statement", async (engine) => {
  await using lab = await Lab.open({
    engine,
    schema: [
      "CREATE TABLE t(id INTEGER PRIMARY KEY, u UNIQUE, n NOT NULL DEFAULT 0, c CHECK (c > 0), f REFERENCES t)",
      "CREATE TABLE r(u UNIQUE ON CONFLICT ROLLBACK)",
      "CREATE TRIGGER no BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, 'rows of t stay'); END",
      "INSERT INTO t VALUES (1, 1, 1, 1, NULL)",
      "INSERT INTO r VALUES (1)",
    ],
  });
  const before = await lab.dump();
  const refused: [string, RegExp][] = [
    ["INSERT INTO t(u) VALUES (1)", /UNIQUE constraint failed: t\.u/],
    ["UPDATE t SET n = NULL", /NOT NULL constraint failed: t\.n/],
    ["UPDATE t SET c = 0", /CHECK constraint failed: c > 0/],
    ["UPDATE t SET f = 9", /FOREIGN KEY constraint failed/],
    ["DELETE FROM t", /rows of t stay/],
    ["INSERT INTO r VALUES (1)", /UNIQUE constraint failed: r\.u/],
    ["INSERT OR FAIL INTO t(u) VALUES (2), (1)", /UNIQUE constraint failed: t\.u/],
  ];
  for (const [sql, sentence] of refused) {
    await refuses(lab.preview(sql), "refused_sql", sentence);
    await refuses(lab.preview("UPDATE t SET n = 5", sql), "refused_sql", /statement 2/);
    assert.deepEqual(await lab.dump(), before);
  }
});

onEveryEngine("a preview does not promise what the commit would refuse", async (engine) => {
  await using lab = await Lab.open({
    engine,
    schema: [
      "PRAGMA defer_foreign_keys = ON",
      "CREATE TABLE p(id INTEGER PRIMARY KEY)",
      "CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
      "INSERT INTO p VALUES (1)",
      "INSERT INTO c VALUES (1, 1)",
    ],
  });
  // A row that dangled before is nobody's fault now.
  await lab.outside("PRAGMA foreign_keys = OFF; INSERT INTO c VALUES (2, 77)");
  await refuses(lab.preview("INSERT INTO c VALUES (5, 9)"), "refused_sql", /FOREIGN KEY/);
  await refuses(lab.preview("DELETE FROM p"), "refused_sql", /FOREIGN KEY/);
  const { result } = await lab.approve("INSERT INTO c VALUES (5, 9)", "INSERT INTO p VALUES (9)");
  assert.equal(result.state, "executed");
});
