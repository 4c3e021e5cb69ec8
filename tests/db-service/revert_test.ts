import assert from "node:assert/strict";
import { MAX_REVERT_SQL } from "../../db-service/engine/change/revert_sql.ts";
import { onEveryEngine } from "./benches.ts";
import { Lab, refuses } from "./lab.ts";

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

onEveryEngine("a revert restores every value exactly and fires nobody's triggers", async (engine) => {
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
  await using lab = await Lab.open({ engine, schema: SHOP, keys: { stock: "place || sku" } });
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

onEveryEngine(
  "a row with a declared key gets its hidden rowid back, unless another row has it now",
  async (engine) => {
    await using lab = await Lab.open({
      engine,
      schema: [
        "CREATE TABLE word(w TEXT NOT NULL PRIMARY KEY, n)",
        "INSERT INTO word VALUES ('a', 1), ('b', 2), ('c', 3)",
      ],
      keys: { word: "rowid" },
    });
    const before = await lab.dump();
    for (
      const sql of ["DELETE FROM word", "UPDATE word SET w = w || 'x'", "UPDATE word SET w = 'd' WHERE n = 2"]
    ) {
      await lab.revert(await lab.approve(sql));
      assert.deepEqual(await lab.dump(), before, sql);
    }
    const action = await lab.approve("DELETE FROM word WHERE w = 'c'");
    await lab.outside("INSERT INTO word VALUES ('d', 4)");
    await lab.revert(action);
    const rows = Object.entries((await lab.dump()).tables.word).map(([rowid, { values }]) =>
      `${rowid} ${values}`
    );
    assert.deepEqual(rows, ["1 a,1", "2 b,2", "3 d,4", "4 c,3"]);
  },
);

onEveryEngine(
  "rows that moved since are listed before, after and now, and nothing is reverted",
  async (engine) => {
    await using lab = await Lab.open({ engine, sample: true });
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
  },
);

onEveryEngine("a revert does not take along what came later", async (engine) => {
  await using lab = await Lab.open({
    engine,
    schema: [...SHOP, "CREATE TABLE note(customer REFERENCES customer)"],
    keys: { stock: "place || sku" },
  });
  const later: [string, RegExp][] = [
    // Would cascade into a sale that the action never saw.
    ["INSERT INTO sale VALUES (99, 5, 1)", /came to refer/],
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

onEveryEngine(
  "a key that moves back takes those along that refer to its row, and nobody else",
  async (engine) => {
    await using lab = await Lab.open({
      engine,
      schema: [
        "CREATE TABLE p(id INTEGER PRIMARY KEY, code TEXT UNIQUE)",
        "CREATE TABLE moves(id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE)",
        "CREATE TABLE stays(id INTEGER PRIMARY KEY, code REFERENCES p(code) ON DELETE SET NULL ON UPDATE CASCADE)",
        "CREATE TABLE falls(id INTEGER PRIMARY KEY, code REFERENCES p(code) ON DELETE CASCADE)",
        "INSERT INTO p VALUES (1, 'a'), (2, 'b')",
        "INSERT INTO moves VALUES (1, 1), (2, 2)",
        "INSERT INTO stays VALUES (1, 'a')",
        "INSERT INTO falls VALUES (1, 'a')",
      ],
    });
    const before = await lab.dump();
    const action = await lab.approve("UPDATE p SET id = 10 WHERE id = 1");
    await lab.outside("INSERT INTO stays VALUES (2, 'a'); INSERT INTO falls VALUES (2, 'a')");
    await lab.revert(action);
    await lab.outside("DELETE FROM stays WHERE id = 2; DELETE FROM falls WHERE id = 2");
    assert.deepEqual(await lab.dump(), before);
  },
);

onEveryEngine(
  "a table that got other columns can't be restored and says so; an index more is no matter",
  async (engine) => {
    await using lab = await Lab.open({ engine, sample: true });
    const action = await lab.approve("UPDATE customers SET tier = 'x' WHERE id = 1");
    await lab.outside("CREATE INDEX i ON customers(tier)");
    const second = await lab.approve("UPDATE customers SET tier = 'y' WHERE id = 2");
    await lab.revert(second);
    await lab.outside("ALTER TABLE customers ADD COLUMN more");
    await refuses(lab.revert(action), "conflict", /customers has other columns/);
    await lab.outside("DROP TABLE customers");
    await refuses(lab.revert(action), "conflict", /customers is gone/);
  },
);

onEveryEngine("what never ran, or changed nothing, can't be reverted", async (engine) => {
  await using lab = await Lab.open({ engine, sample: true });
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

onEveryEngine("the way back is shown as SQL that can be read, and not longer than that", async (engine) => {
  await using lab = await Lab.open({ engine, schema: SHOP, keys: { stock: "place || sku" } });
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
