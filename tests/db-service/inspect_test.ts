/** What statements would write is known before they run: tables, triggers, cascades, replacements, the clock. */
import assert from "node:assert/strict";
import type { Statement } from "@/db-service/contract/schemas.ts";
import { FactsCache } from "@/db-service/engine/read/catalog.ts";
import { openForReading } from "@/db-service/engine/read/connection.ts";
import { Denials } from "@/db-service/engine/read/denials.ts";
import { inspect } from "@/db-service/engine/read/inspect.ts";
import { type Inspection, ServiceError } from "@/db-service/engine/types.ts";
import { openBeside } from "@/tests/sqlite.ts";

const SCHEMA = `
  CREATE TABLE Customers (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, email TEXT UNIQUE,
    created TEXT DEFAULT CURRENT_TIMESTAMP);
  CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INT REFERENCES Customers ON DELETE CASCADE, amount REAL);
  CREATE TABLE lines (id INTEGER PRIMARY KEY, order_id INT REFERENCES orders ON DELETE CASCADE);
  CREATE TABLE notes (id INTEGER PRIMARY KEY, customer_id INT REFERENCES Customers ON UPDATE SET NULL);
  CREATE TABLE audit (id INTEGER PRIMARY KEY, what TEXT);
  CREATE TABLE stock (sku TEXT PRIMARY KEY ON CONFLICT REPLACE, n INT) WITHOUT ROWID;
  CREATE TABLE tokens (id INTEGER PRIMARY KEY, t TEXT DEFAULT (hex(randomblob(8))));
  CREATE TABLE "odd ""name" (a);
  CREATE TABLE _gk_chain (a);
  CREATE VIEW names AS SELECT id, name FROM Customers;
  CREATE TRIGGER named INSTEAD OF UPDATE ON names BEGIN UPDATE Customers SET name = new.name WHERE id = new.id; END;
  CREATE TRIGGER priced AFTER UPDATE OF amount ON orders BEGIN INSERT INTO audit(what) VALUES ('amount'); END;
  CREATE TRIGGER upserted AFTER INSERT ON lines BEGIN INSERT OR REPLACE INTO audit(id, what) VALUES (1, 'x'); END;
  CREATE VIRTUAL TABLE search USING fts5(body);
  CREATE TABLE logged (id INTEGER PRIMARY KEY, body TEXT);
  CREATE TRIGGER indexed AFTER INSERT ON logged BEGIN INSERT INTO search(body) VALUES (new.body); END;
`;

async function withInspector(work: (look: (...statements: (string | Statement)[]) => Inspection) => void) {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/x.db`;
    {
      using db = openBeside(file);
      db.exec(SCHEMA);
    }
    using db = openForReading(file);
    const cache = new FactsCache();
    work((...statements) => {
      const list = statements.map((sql) => typeof sql === "string" ? { sql } : sql);
      return inspect(db, cache.get(db), new Denials([]), list);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("an inspection names every table that may be written, and why", async () => {
  const cases: [sql: string, expected: Partial<Inspection>][] = [
    ["UPDATE customers SET name = 'x'", {
      tables: ["Customers"],
      direct: ["Customers"],
      effects: [],
      mayReplace: false,
    }],
    ["-- why\nWITH x AS (SELECT 1 AS i) UPDATE [CUSTOMERS] SET name = 'x' WHERE id IN x", {
      tables: ["Customers"],
    }],
    ["UPDATE main.customers SET name = replace(name, 'a', 'b')", {
      tables: ["Customers"],
      mayReplace: false,
    }],
    ["UPDATE customers SET id = 9 WHERE id = 1", {
      tables: ["Customers", "notes"],
      effects: [{ kind: "cascade", table: "notes" }],
    }],
    ["DELETE FROM customers WHERE id = 1", {
      tables: ["Customers", "lines", "orders"],
      direct: ["Customers"],
      effects: [{ kind: "cascade", table: "lines" }, { kind: "cascade", table: "orders" }],
    }],
    ["DELETE FROM audit", { tables: ["audit"], effects: [] }],
    ["UPDATE orders SET amount = 1", {
      tables: ["audit", "orders"],
      effects: [{ kind: "trigger", table: "orders", name: "priced" }],
    }],
    ["UPDATE names SET name = 'x'", {
      tables: ["Customers"],
      direct: ["names"],
      effects: [{ kind: "trigger", table: "names", name: "named" }],
    }],
    ["INSERT INTO customers(name, created) VALUES ('x', 'y')", { tables: ["Customers"], usesClock: false }],
    ["INSERT INTO customers(name) VALUES ('x')", { tables: ["Customers"], usesClock: true }],
    ["UPDATE audit SET what = datetime('now')", { usesClock: true }],
    ["INSERT OR REPLACE INTO customers(id, name) VALUES (1, 'x')", {
      mayReplace: true,
      // A row that is replaced is deleted first, and its orders with it.
      effects: [
        { kind: "cascade", table: "lines" },
        { kind: "cascade", table: "orders" },
        { kind: "replace", table: "Customers" },
      ],
    }],
    ["REPLACE INTO audit VALUES (1, 'x')", {
      mayReplace: true,
      effects: [{ kind: "replace", table: "audit" }],
    }],
    ["INSERT INTO audit VALUES (1, 'x') ON CONFLICT DO UPDATE SET what = 'y'", {
      mayReplace: true,
      effects: [],
    }],
    ["INSERT INTO stock VALUES ('a', 1)", {
      mayReplace: true,
      effects: [{ kind: "replace", table: "stock" }],
    }],
    ["INSERT INTO lines VALUES (1, 1)", { tables: ["audit", "lines"], mayReplace: true }],
    ['INSERT INTO "odd ""name" VALUES (1)', { direct: ['odd "name'], tables: ['odd "name'] }],
    ["INSERT INTO audit(what) SELECT value FROM json_each('[1,2]')", { tables: ["audit"] }],
    ["DELETE FROM audit RETURNING id", { tables: ["audit"] }],
  ];
  await withInspector((look) => {
    for (const [sql, expected] of cases) {
      const found = look(sql);
      for (const [key, value] of Object.entries(expected)) {
        assert.deepEqual(Object.entries(found).find(([name]) => name === key)?.[1], value, `${sql}: ${key}`);
      }
    }
    const both = look("UPDATE audit SET what = 1", { sql: "DELETE FROM orders WHERE id = ?", args: [1] });
    assert.deepEqual(both.direct, ["audit", "orders"]);
    assert.deepEqual(both.tables, ["audit", "lines", "orders"]);
  });
});

Deno.test("what is no change of rows is refused with its reason", async () => {
  const cases: [sql: string, reason: RegExp][] = [
    ["SELECT * FROM customers", /only reads/],
    ["WITH x AS (SELECT 1) SELECT * FROM x", /only reads/],
    ["CREATE TABLE x (a)", /CREATE changes the schema/],
    ["DROP TABLE customers", /DROP changes the schema/],
    ["ALTER TABLE customers ADD COLUMN x", /ALTER changes the schema/],
    ["PRAGMA foreign_keys = OFF", /PRAGMA is not available/],
    ["ATTACH 'x' AS x", /ATTACH is not available/],
    ["VACUUM INTO 'x'", /VACUUM is not available/],
    ["EXPLAIN DELETE FROM customers", /EXPLAIN is not available/],
    ["BEGIN", /one transaction/],
    ["COMMIT", /one transaction/],
    ["SAVEPOINT x", /one transaction/],
    ["REINDEX", /schema/],
    ["DELETE FROM customers; DELETE FROM orders", /one statement at a time/],
    ["DELETE FROM _gk_chain", /belongs to the system/],
    ['UPDATE "_GK_chain" SET a = 1', /belongs to the system/],
    ["UPDATE sqlite_sequence SET seq = 0", /belongs to the system/],
    ["DELETE FROM sqlite_schema", /belongs to the system/],
    ["INSERT INTO audit(what) SELECT a FROM _gk_chain", /belongs to the system/],
    ["INSERT INTO audit(what) SELECT sql FROM sqlite_schema", /belongs to the system/],
    ["DELETE FROM temp.customers", /main database/],
    ["DELETE FROM nowhere", /no table nowhere/],
    ["UPDATE customers SET nope = 1", /no such column/],
    ["INSERT INTO search(body) VALUES ('x')", /Virtual tables/],
    ["INSERT INTO logged(body) VALUES ('x')", /Virtual tables|not the database itself/],
    [
      "INSERT INTO audit(what) SELECT name FROM pragma_table_list",
      /Virtual tables/,
    ],
    ["UPDATE audit SET what = random()", /random\(\) gives another value each time/],
    ["INSERT INTO tokens(id) VALUES (1)", /randomblob\(\) gives another value each time/],
    ["UPDATE audit SET what = last_insert_rowid()", /last_insert_rowid\(\)/],
    ["UPDATE audit SET what = load_extension('x')", /load_extension/],
    ["UPDATE audit SET what = ?", /takes 1 arguments and got 0/],
    ["UPDATE customers SET name = 'x", /never closed/],
    ["customers", /INSERT, UPDATE or DELETE/],
  ];
  await withInspector((look) => {
    for (const [sql, reason] of cases) {
      assert.throws(() => look(sql), (error: unknown) => {
        // What SQLite itself refuses to compile comes as its own error; the reader's process gives it the code.
        const message = error instanceof Error ? error.message : "";
        assert.match(message, reason, `${sql}: ${message}`);
        if (error instanceof ServiceError) assert.match(error.code, /refused_sql|uninspectable/, sql);
        return true;
      }, sql);
    }
    assert.throws(() => look("DELETE FROM audit", "DROP TABLE audit"), /^ServiceError: Statement 2: DROP/);
  });
});
