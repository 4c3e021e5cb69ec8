import assert from "node:assert/strict";
import { clockMarks } from "../../db-service/engine/capture/clock.ts";
import { fuzz, KEYS, SCHEMA } from "./fuzz.ts";
import { Lab, refuses, short, sign } from "./lab.ts";

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
  const subject = {
    actionUid: crypto.randomUUID(),
    digest: pending.digest,
    statementsSha256: pending.statementsSha256,
  };
  const approval = await sign(lab.signer, subject);
  // The first approval created the logs of these tables, which moved the schema: the statements are inspected again.
  const { inspection } = await lab.input("INSERT INTO post(v) VALUES ('x'), ('y')");
  assert.equal((await lab.writer.execute({ ...input, inspection, ...subject, approval })).replay, false);
  const given = await lab.preview("INSERT INTO post(id, at, v) VALUES (50, 'then', 'x')");
  assert.deepEqual(given.changes.at(-1)?.key, { id: 50 });
});

Deno.test("a key that was only guessed is not an assigned one: it drifts when the guess is wrong", async () => {
  await using lab = await Lab.open({
    schema: [
      "CREATE TABLE a(id INTEGER PRIMARY KEY, v)",
      "CREATE TABLE b(id INTEGER PRIMARY KEY, a REFERENCES a)",
    ],
  });
  const input = await lab.input("INSERT INTO a(v) VALUES ('x')", "INSERT INTO b(id, a) VALUES (7, 1)");
  const pending = await lab.writer.preview(input);
  assert.deepEqual(short(pending.changes)[1], 'b insert {"id":7} null [7,{"$key":1}]');
  await lab.approve("INSERT INTO a(v) VALUES ('first')");
  const subject = {
    actionUid: crypto.randomUUID(),
    digest: pending.digest,
    statementsSha256: pending.statementsSha256,
  };
  const approval = await sign(lab.signer, subject);
  const { inspection } = await lab.input(
    "INSERT INTO a(v) VALUES ('x')",
    "INSERT INTO b(id, a) VALUES (7, 1)",
  );
  await refuses(lab.writer.execute({ ...input, inspection, ...subject, approval }), "drift", /moved/);
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

Deno.test("capture in the main schema, as a remote server needs it, sees the same", async () => {
  const seen = [];
  for (const scope of ["temp", "main"] as const) {
    await using lab = await Lab.open({ schema: SCHEMA, keys: KEYS, scope });
    const { executed, refused, rows, mismatches } = await fuzz(lab, { rounds: 12, seed: 7 });
    seen.push({ executed, refused, rows, mismatches });
  }
  assert.deepEqual(seen[0], seen[1]);
});
