import assert from "node:assert/strict";
import type { Change } from "../../db-service/contract/schemas.ts";
import { clockMarks } from "../../db-service/engine/capture/clock.ts";
import { fuzz, KEYS, SCHEMA } from "./fuzz.ts";
import { Lab, refuses } from "./lab.ts";

/** Changes as short texts: table, operation, key, before → after. */
function short(changes: Change[]): string[] {
  return changes.map(({ table, op, key, before, after }) =>
    `${table} ${op} ${JSON.stringify(key)} ${JSON.stringify(before)} ${JSON.stringify(after)}`
  );
}

Deno.test("a preview shows the exact rows and leaves everything as it was", async () => {
  await using lab = await Lab.open({ sample: true });
  const objects = async () => {
    const tx = await lab.begin();
    const rows = await tx.query(
      "SELECT type, name, sql FROM sqlite_schema UNION ALL SELECT type, name, sql FROM sqlite_temp_schema",
    );
    await tx.rollback();
    return rows;
  };
  const [before, objectsBefore] = [await lab.dump(), await objects()];
  const preview = await lab.preview(["UPDATE customers SET tier = ? WHERE region = ?", "Gold", "East"]);
  assert.deepEqual(preview.counts, [{ table: "customers", inserted: 0, updated: 3, deleted: 0 }]);
  assert.deepEqual(preview.columns, { customers: ["id", "name", "email", "tier", "region"] });
  assert.deepEqual(
    short(preview.changes)[0],
    'customers update {"id":2} [2,"Bob Martinez","bob@example.com","Silver","East"] [2,"Bob Martinez","bob@example.com","Gold","East"]',
  );
  assert.deepEqual(await lab.dump(), before);
  assert.deepEqual(await objects(), objectsBefore);
  assert.deepEqual((await lab.preview("UPDATE customers SET tier = tier")).changes, []);
});

Deno.test("what triggers and cascades change is shown too, and a row that ends as it began is not", async () => {
  await using lab = await Lab.open({
    schema: [
      "CREATE TABLE team(id INTEGER PRIMARY KEY, name TEXT)",
      "CREATE TABLE person(id INTEGER PRIMARY KEY, team INTEGER REFERENCES team ON DELETE CASCADE ON UPDATE CASCADE)",
      "CREATE TABLE log(n INTEGER PRIMARY KEY, msg)",
      "CREATE TRIGGER bye AFTER DELETE ON person BEGIN INSERT INTO log(msg) VALUES ('bye ' || OLD.id); END",
      "INSERT INTO team VALUES (1, 'a'), (2, 'b')",
      "INSERT INTO person VALUES (10, 1), (11, 2)",
    ],
  });
  const { changes } = await lab.preview("DELETE FROM team WHERE id = 1");
  assert.deepEqual(short(changes), [
    'log insert {"n":{"$key":1}} null [{"$key":1},"bye 10"]',
    'person delete {"id":10} [10,1] null',
    'team delete {"id":1} [1,"a"] null',
  ]);
  const there = await lab.preview(
    "UPDATE team SET id = 9 WHERE id = 2",
    "UPDATE team SET id = 2 WHERE id = 9",
  );
  assert.deepEqual(there.changes, []);
});

Deno.test("a row is named by its key: primary key, composite, or rowid", async () => {
  await using lab = await Lab.open({
    schema: [
      "CREATE TABLE pair(a TEXT, b INTEGER, v, PRIMARY KEY(a, b)) WITHOUT ROWID",
      "CREATE TABLE named(name TEXT NOT NULL PRIMARY KEY, v)",
      "CREATE TABLE loose(name TEXT PRIMARY KEY, v)",
      "CREATE TABLE bare(v)",
      "CREATE TABLE backwards(id INTEGER PRIMARY KEY DESC, v)",
      "CREATE TABLE hidden(rowid TEXT, v)",
      "INSERT INTO pair VALUES ('x', 1, 0)",
      "INSERT INTO named VALUES ('n', 0)",
      "INSERT INTO loose VALUES (NULL, 0)",
      "INSERT INTO bare VALUES (0)",
      "INSERT INTO backwards VALUES (7, 0)",
      "INSERT INTO hidden VALUES ('own', 0)",
    ],
  });
  const tables = ["pair", "named", "loose", "bare", "backwards", "hidden"];
  const { changes } = await lab.preview(...tables.map((table) => `UPDATE ${table} SET v = 1`));
  assert.deepEqual(Object.fromEntries(changes.map(({ table, key }) => [table, key])), {
    pair: { a: "x", b: 1 },
    named: { name: "n" },
    loose: { rowid: 1 },
    bare: { rowid: 1 },
    backwards: { rowid: 1 },
    hidden: { rowid: 1 },
  });
});

Deno.test("REPLACE shows the rows that it removes, also where a default fills the key", async () => {
  await using lab = await Lab.open({
    schema: [
      "CREATE TABLE t(id INTEGER PRIMARY KEY, email TEXT UNIQUE COLLATE NOCASE, v)",
      "CREATE TABLE d(k TEXT NOT NULL DEFAULT 'none' PRIMARY KEY, v)",
      "INSERT INTO t VALUES (1, 'A@x', 1), (2, 'b@x', 2)",
      "INSERT INTO d VALUES ('none', 1)",
    ],
  });
  assert.deepEqual(short((await lab.preview("REPLACE INTO t(email, v) VALUES ('a@X', 9)")).changes), [
    't delete {"id":1} [1,"A@x",1] null',
    't insert {"id":{"$key":1}} null [{"$key":1},"a@X",9]',
  ]);
  assert.deepEqual(short((await lab.preview("UPDATE OR REPLACE t SET email = 'B@X' WHERE id = 1")).changes), [
    't update {"id":1} [1,"A@x",1] [1,"B@X",1]',
    't delete {"id":2} [2,"b@x",2] null',
  ]);
  assert.deepEqual(short((await lab.preview("REPLACE INTO d VALUES (NULL, 2)")).changes), [
    'd update {"k":"none"} ["none",1] ["none",2]',
  ]);
});

Deno.test("keys that SQLite assigns are marked, so that two pending inserts can both be approved", async () => {
  await using lab = await Lab.open({
    schema: [
      "CREATE TABLE post(id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT DEFAULT CURRENT_TIMESTAMP, v)",
      "CREATE TABLE mark(id INTEGER PRIMARY KEY, post INTEGER REFERENCES post, plain INTEGER)",
      "CREATE TRIGGER m AFTER INSERT ON post BEGIN INSERT INTO mark(post, plain) VALUES (NEW.id, 5); END",
    ],
  });
  const input = await lab.input("INSERT INTO post(v) VALUES ('x'), ('y')");
  const pending = await lab.writer.preview(input);
  assert.deepEqual(short(pending.changes), [
    'mark insert {"id":{"$key":1}} null [{"$key":1},{"$key":1},5]',
    'mark insert {"id":{"$key":2}} null [{"$key":2},{"$key":2},5]',
    'post insert {"id":{"$key":1}} null [{"$key":1},{"$now":"CURRENT_TIMESTAMP"},"x"]',
    'post insert {"id":{"$key":2}} null [{"$key":2},{"$now":"CURRENT_TIMESTAMP"},"y"]',
  ]);
  await lab.approve("INSERT INTO post(v) VALUES ('first')");
  // The clock has to move on: there is no event for that.
  await new Promise((resolve) => setTimeout(resolve, 1_000 - (Date.now() % 1_000)));
  assert.equal(
    (await lab.writer.preview(await lab.input("INSERT INTO post(v) VALUES ('x'), ('y')"))).digest,
    pending.digest,
  );
  const given = await lab.preview("INSERT INTO post(id, at, v) VALUES (50, 'then', 'x')");
  assert.deepEqual(given.changes.at(-1)?.key, { id: 50 });
});

Deno.test("a cell is the clock's only in the seconds in which the statements ran", () => {
  const mark = clockMarks({
    from: Date.UTC(2026, 0, 31, 23, 59, 59) / 1000,
    to: Date.UTC(2026, 1, 1) / 1000,
  });
  assert.equal(mark("2026-01-31 23:59:59"), "CURRENT_TIMESTAMP");
  assert.equal(mark("2026-02-01 00:00:00"), "CURRENT_TIMESTAMP");
  assert.equal(mark("2026-02-01"), "CURRENT_DATE");
  assert.equal(mark("00:00:00"), "CURRENT_TIME");
  assert.equal(mark(BigInt(Date.UTC(2026, 1, 1) / 1000)), "unixepoch()");
  for (const other of ["2026-02-01 00:00:01", "2026-01-30", "", null, 5n]) assert.equal(mark(other), null);
});

Deno.test("generated columns, integers beyond 2^53, blobs and reals are shown as they are", async () => {
  await using lab = await Lab.open({
    schema: [
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a, twice AS (a || a), size INTEGER AS (length(a)) STORED)",
    ],
  });
  const { changes, columns } = await lab.preview(
    [
      "INSERT INTO t VALUES (1, ?), (2, ?), (3, ?), (4, ?)",
      { $int: "9223372036854775807" },
      { $blob: "AAE=" },
      1.5,
      "é",
    ],
  );
  assert.deepEqual(columns.t, ["id", "a", "twice", "size"]);
  assert.deepEqual(changes.map(({ after }) => after?.[1]), [
    { $int: "9223372036854775807" },
    { $blob: "AAE=" },
    1.5,
    "é",
  ]);
  assert.deepEqual(changes[3].after, [4, "é", "éé", 1]);
});

Deno.test("a text is shown to its end, and one that is no text is refused instead of ending the process", async () => {
  await using lab = await Lab.open({
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
  assert.deepEqual(await lab.dump(), before);
});

Deno.test("what can't be shown exactly is refused with the reason", async () => {
  await using lab = await Lab.open({
    schema: [
      "CREATE TABLE t(id INTEGER PRIMARY KEY, v)",
      "CREATE VIEW w AS SELECT v FROM t",
      "CREATE TRIGGER wi INSTEAD OF UPDATE ON w BEGIN UPDATE t SET v = NEW.v; END",
      "CREATE TABLE e(v TEXT)",
      "CREATE UNIQUE INDEX ei ON e(lower(v))",
      "CREATE TABLE h(rowid, oid, _rowid_)",
      "CREATE VIRTUAL TABLE f USING fts5(body)",
    ],
  });
  const through = await lab.input("UPDATE w SET v = 1");
  through.inspection.direct = ["w"];
  await refuses(lab.writer.preview(through), "uninspectable", /w is a view/);
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

Deno.test("a change of more than 10,000 rows is refused", async () => {
  await using lab = await Lab.open({ schema: ["CREATE TABLE t(id INTEGER PRIMARY KEY, v)"] });
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

Deno.test("a refusal names the constraint, whichever way it ends the statement", async () => {
  await using lab = await Lab.open({
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

Deno.test("a preview does not promise what the commit would refuse", async () => {
  await using lab = await Lab.open({
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

Deno.test("capture in the main schema, as a remote server needs it, sees the same", async () => {
  const seen = [];
  for (const scope of ["temp", "main"] as const) {
    await using lab = await Lab.open({ schema: SCHEMA, keys: KEYS, scope });
    const { executed, refused, rows, mismatches } = await fuzz(lab, { rounds: 12, seed: 7 });
    seen.push({ executed, refused, rows, mismatches });
  }
  assert.deepEqual(seen[0], seen[1]);
});
