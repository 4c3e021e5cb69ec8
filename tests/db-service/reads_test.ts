/** Reads are free, and free of effects: every attack as it would be sent, and the questions people really ask. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { Problem, ReadResult, RowsResult, Schema } from "@/db-service/contract/schemas.ts";
import { ENDLESS, readAttacks, RUNAWAYS } from "./read_attacks.ts";
import { type DbService, startDbService } from "./start.ts";

const READ = "/v1/databases/main/read";

/** Runs `work` on a service over the sample, some more tables, and a secret of the system's. */
async function withService(
  work: (service: DbService) => Promise<void>,
  { env = {}, more = "" }: { env?: Record<string, string>; more?: string } = {},
): Promise<void> {
  const service = await startDbService({ env });
  try {
    using db = new DatabaseSync(`${service.dataDir}/main.db`);
    db.exec(`CREATE TABLE _gk_secret (k TEXT); INSERT INTO _gk_secret VALUES ('secret');
      CREATE VIEW peek AS SELECT k FROM _gk_secret;
      CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id) ON DELETE CASCADE,
        amount REAL, at TEXT, big INTEGER, data BLOB, doc TEXT);
      INSERT INTO orders VALUES (1, 1, 1.5, '2026-01-15', 9007199254740993, x'00ff', '{"tags":["a","b"]}'),
        (2, 1, 2, '2026-02-15', -1, NULL, '{"tags":["b"]}'), (3, 2, 1e999, '2026-02-20', 0, x'', '[]');
      ${more}`);
    db.close();
    await work(service);
  } finally {
    await service.stop();
  }
}

async function read(service: DbService, sql: string, more: Record<string, unknown> = {}) {
  const { status, body } = await service.call("POST", READ, { sql, ...more });
  assert.equal(status, 200, `${sql}: ${JSON.stringify(body)}`);
  return ReadResult.parse(body);
}

async function refused(service: DbService, sql: string) {
  const { status, body } = await service.call("POST", READ, { sql });
  assert.equal(status, body.code === "limit" ? 409 : 422, `${sql}: ${JSON.stringify(body)}`);
  return Problem.parse(body);
}

/** Everything about the folder and the database that an attack could change. */
function state(folder: string): string {
  using db = new DatabaseSync(`${folder}/main.db`, { readOnly: true });
  const all = (sql: string) => JSON.stringify(db.prepare(sql).all());
  const rows = all("SELECT * FROM customers") + all("SELECT id, customer_id, amount, at FROM orders");
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort().join();
  return [
    rows,
    all("SELECT * FROM sqlite_schema"),
    all("PRAGMA user_version"),
    all("PRAGMA journal_mode"),
    files,
  ].join();
}

Deno.test("no attack through a read has an effect, and the service answers afterwards", async (t) => {
  await withService(async (service) => {
    const before = state(service.dataDir);
    const attacks = readAttacks(service.dataDir);
    assert(attacks.length >= 60);
    for (const [name, ...statements] of attacks) {
      await t.step(name, async () => {
        for (const sql of statements) {
          const { code, detail } = await refused(service, sql);
          assert.match(code, /^(refused_sql|limit)$/);
          assert.notEqual(detail, "");
          assert.doesNotMatch(detail, /secret['"]|root:/);
        }
        assert.equal(state(service.dataDir), before);
      });
    }
    assert.equal((await read(service, "SELECT count(*) FROM customers")).rows[0]?.[0], 8);
    assert.equal(
      service.log.filter((line) => line.includes("child_ended")).length,
      0,
      "no attack killed a process",
    );
  });
});

Deno.test("a runaway query costs its own deadline while others are answered", async () => {
  await withService(async (service) => {
    for (const [name, sql] of RUNAWAYS) {
      const started = performance.now();
      let isOver = false;
      const runaway = refused(service, sql).finally(() => isOver = true);
      // While it runs: whoever waits gets another process.
      for (let i = 0; i < 5; i++) await read(service, "SELECT count(*) FROM customers");
      if (name === ENDLESS) assert(!isOver, "the others waited for it");
      assert.equal((await runaway).code, "limit", name);
      const ms = performance.now() - started;
      assert(ms < 5_000, `${name} took ${ms} ms`);
    }
    assert.equal((await read(service, "SELECT 1")).rowCount, 1);
  });
});

Deno.test("the questions people ask of their data are answered", async (t) => {
  const questions: [name: string, sql: string, first: unknown[], args?: unknown[]][] = [
    ["WITH", "WITH gold AS (SELECT * FROM customers WHERE tier = 'Gold') SELECT count(*) FROM gold", [3]],
    ["leading comments", "-- how many?\n/* all */ SELECT count(*) FROM customers;", [8]],
    ["trailing comment", "SELECT count(*) FROM customers -- all of them", [8]],
    ["VALUES", "VALUES (1, 'a'), (2, 'b')", [1, "a"]],
    ["an argument", "SELECT name FROM customers WHERE id = ?", ["Carol Johnson"], [3]],
    [
      "group and order",
      "SELECT region, count(*) AS n FROM customers GROUP BY region ORDER BY n DESC, region",
      ["East", 3],
    ],
    ["order is kept", "SELECT name FROM customers ORDER BY name DESC", ["Hank Davis"]],
    ["window", "SELECT name, row_number() OVER (PARTITION BY tier ORDER BY id) FROM customers ORDER BY id", [
      "Alice Chen",
      1,
    ]],
    ["running total", "SELECT sum(amount) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) FROM orders", [1.5]],
    [
      "outer join",
      "SELECT c.name, o.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id ORDER BY c.id, o.id",
      ["Alice Chen", 1],
    ],
    ["months", "SELECT strftime('%Y-%m', at) AS m, count(*) FROM orders GROUP BY m ORDER BY m", [
      "2026-01",
      1,
    ]],
    [
      "date arithmetic",
      "SELECT date('2026-01-31', '+1 day'), julianday('2026-01-02') - julianday('2026-01-01')",
      ["2026-02-01", 1],
    ],
    ["json field", "SELECT doc ->> '$.tags[0]' FROM orders WHERE id = 1", ["a"]],
    [
      "json_each",
      "SELECT t.value, count(*) FROM orders, json_each(doc, '$.tags') AS t GROUP BY 1 ORDER BY 2 DESC",
      ["b", 2],
    ],
    [
      "json_group_array",
      "SELECT json_group_array(name) FROM (SELECT name FROM customers ORDER BY id LIMIT 2)",
      ['["Alice Chen","Bob Martinez"]'],
    ],
    [
      "recursion with an end",
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT sum(i) FROM n",
      [15],
    ],
    ["percentages", "SELECT round(100.0 * sum(tier = 'Gold') / count(*), 1) FROM customers", [37.5]],
    ["CASE and LIKE", "SELECT sum(CASE WHEN name LIKE '%AN%' THEN 1 ELSE 0 END) FROM customers", [2]],
    [
      "EXISTS",
      "SELECT count(*) FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)",
      [2],
    ],
    ["UNION", "SELECT 'a' UNION SELECT 'b' ORDER BY 1 DESC", ["b"]],
    ["words that sound like writes", "SELECT 'DELETE FROM customers; --', replace('abc', 'b', 'x')", [
      "DELETE FROM customers; --",
      "axc",
    ]],
    ["exact integers", "SELECT big FROM orders WHERE id = 1", [{ $int: "9007199254740993" }]],
    ["blobs and infinity", "SELECT data, 1e999 FROM orders WHERE id = 1", [{ $blob: "AP8=" }, {
      $real: "Infinity",
    }]],
    ["an exact argument", "SELECT id FROM orders WHERE big = ?", [1], [{ $int: "9007199254740993" }]],
    ["the argument's type", "SELECT typeof(?), typeof(?), typeof(?)", ["integer", "real", "blob"], [1, 1.5, {
      $blob: "AA==",
    }]],
  ];
  await withService(async (service) => {
    for (const [name, sql, first, args = []] of questions) {
      await t.step(name, async () => assert.deepEqual((await read(service, sql, { args })).rows[0], first));
    }
    await t.step("columns of one name keep it", async () => {
      const { columns } = await read(service, "SELECT c.id, o.id FROM customers c JOIN orders o");
      assert.deepEqual(columns, ["id", "id"]);
    });
    await t.step("no rows", async () => {
      const { rows, columns, truncated } = await read(service, "SELECT id, name FROM customers WHERE 0");
      assert.deepEqual({ rows, columns, truncated }, { rows: [], columns: ["id", "name"], truncated: false });
    });
  });
});

Deno.test("what is cut says so", async () => {
  const numbers = (n: number) =>
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${n}) `;
  await withService(async (service) => {
    const exact = await read(service, numbers(1_000) + "SELECT i FROM n");
    assert.deepEqual([exact.rowCount, exact.truncated], [1_000, false]);
    const rows = await read(service, numbers(1_001) + "SELECT i FROM n");
    assert.deepEqual([rows.rowCount, rows.truncated], [1_000, true]);
    const fewer = await read(service, numbers(10) + "SELECT i FROM n", { maxRows: 3 });
    assert.deepEqual([fewer.rowCount, fewer.truncated], [3, true]);
    const bytes = await read(service, numbers(500) + "SELECT printf('%0100000d', i) FROM n");
    assert(bytes.truncated && bytes.rowCount > 15 && bytes.rowCount < 21, `${bytes.rowCount} rows`);
  });
});

Deno.test("an error in the middle of the rows is an error, not fewer rows", async () => {
  await withService(async (service) => {
    const { detail } = await refused(
      service,
      "SELECT json(v) FROM (SELECT '[1]' AS v UNION ALL SELECT 'bad')",
    );
    assert.match(detail, /malformed JSON/);
    assert.equal((await read(service, "SELECT 1")).rowCount, 1);
  });
});

Deno.test("READ_DENY hides a table and a column from queries, schema and rows", async () => {
  const more =
    "CREATE VIEW mails AS SELECT email FROM customers; CREATE TABLE salaries (a); INSERT INTO salaries VALUES (1)";
  await withService(async (service) => {
    const denied = [
      "SELECT email FROM customers",
      "SELECT * FROM customers",
      "SELECT 1 FROM customers WHERE EMAIL LIKE 'a%'",
      "SELECT count(*) FROM customers GROUP BY email",
      "SELECT * FROM mails",
      "SELECT (SELECT max(email) FROM customers)",
      "SELECT * FROM customers c JOIN customers d USING (email)",
      "SELECT count(*) FROM salaries",
      "SELECT 1 FROM Salaries",
    ];
    for (const sql of denied) assert.match((await refused(service, sql)).detail, /READ_DENY/, sql);
    assert.equal((await read(service, "SELECT name FROM customers WHERE id = 1")).rows[0]?.[0], "Alice Chen");
    const { tables } = Schema.parse((await service.call("GET", "/v1/databases/main/schema")).body);
    assert(!tables.some(({ name }) => name === "salaries"));
    const customers = tables.find(({ name }) => name === "customers");
    assert.deepEqual(customers?.columns.map(({ name }) => name), ["id", "name", "tier", "region"]);
    assert.equal((await service.call("GET", "/v1/databases/main/rows/salaries")).status, 404);
    const rows = RowsResult.parse((await service.call("GET", "/v1/databases/main/rows/customers")).body);
    assert.doesNotMatch(JSON.stringify(rows), /alice@/);
    const leak = {
      statements: [{ sql: "UPDATE customers SET name = (SELECT max(email) FROM customers) WHERE id = 1" }],
    };
    assert.equal((await service.call("POST", "/v1/databases/main/preview", leak)).status, 422);
  }, { env: { READ_DENY: "salaries, customers.email" }, more });
});
