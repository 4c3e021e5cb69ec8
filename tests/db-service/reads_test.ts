/** Reads are free: the questions people really ask, what is cut, and what never ends. Attacks: attacks_test.ts. */
import assert from "node:assert/strict";
import { Problem, ReadResult } from "@/db-service/contract/schemas.ts";
import { ENDLESS, RUNAWAYS } from "./read_attacks.ts";
import { type EngineName, onEveryEngine } from "./benches.ts";
import { withService } from "./engines.ts";
import type { DbService } from "./start.ts";

const READ = "/v1/databases/main/read";

/** Some more tables beside the sample, and a secret of the system's. */
const SCRIPT = `CREATE TABLE _gk_secret (k TEXT); INSERT INTO _gk_secret VALUES ('secret');
  CREATE VIEW peek AS SELECT k FROM _gk_secret;
  CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id) ON DELETE CASCADE,
    amount REAL, at TEXT, big INTEGER, data BLOB, doc TEXT);
  INSERT INTO orders VALUES (1, 1, 1.5, '2026-01-15', 9007199254740993, x'00ff', '{"tags":["a","b"]}'),
    (2, 1, 2, '2026-02-15', -1, NULL, '{"tags":["b"]}'), (3, 2, 1e999, '2026-02-20', 0, x'', '[]');`;

function onService(engine: EngineName, work: (service: DbService) => Promise<void>): Promise<void> {
  return withService(engine, { script: SCRIPT }, work);
}

async function read(service: DbService, sql: string, more: Record<string, unknown> = {}) {
  const { status, body } = await service.call("POST", READ, { sql, ...more });
  assert.equal(status, 200, `${sql}: ${JSON.stringify(body)}`);
  return ReadResult.parse(body);
}

async function refused(service: DbService, sql: string) {
  const { status, body } = await service.call("POST", READ, { sql });
  const problem = Problem.parse(body);
  assert.equal(status, problem.code === "limit" ? 409 : 422, `${sql}: ${JSON.stringify(body)}`);
  return problem;
}

onEveryEngine("a runaway query costs its own deadline while others are answered", async (engine) => {
  await onService(engine, async (service) => {
    for (const [name, sql] of RUNAWAYS) {
      const started = performance.now();
      let isOver = false;
      const runaway = refused(service, sql).finally(() => isOver = true);
      // While it runs: whoever waits gets another process.
      await read(service, "SELECT count(*) FROM customers");
      if (name === ENDLESS) assert(!isOver, "the others waited for it");
      for (let i = 0; i < 4; i++) await read(service, "SELECT count(*) FROM customers");
      assert.equal((await runaway).code, "limit", name);
      const ms = performance.now() - started;
      assert(ms < 10_000, `${name} took ${ms} ms`);
    }
    assert.equal((await read(service, "SELECT 1")).rowCount, 1);
  });
});

onEveryEngine("the questions people ask of their data are answered", async (engine, t) => {
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
  await onService(engine, async (service) => {
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

onEveryEngine("what is cut says so", async (engine) => {
  const numbers = (n: number) =>
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${n}) `;
  await onService(engine, async (service) => {
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

onEveryEngine("an error in the middle of the rows is an error, not fewer rows", async (engine) => {
  await onService(engine, async (service) => {
    const { detail } = await refused(
      service,
      "SELECT json(v) FROM (SELECT '[1]' AS v UNION ALL SELECT 'bad')",
    );
    assert.match(detail, /malformed JSON/);
    assert.equal((await read(service, "SELECT 1")).rowCount, 1);
  });
});
