/** A change that would never end costs its own deadline; meanwhile reads go on, and afterwards writes do (D2, D4). */
import assert from "node:assert/strict";
import { startDbService } from "./start.ts";

const BASE = "/v1/databases/main";
const ENDLESS = `UPDATE customers SET name = (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)
  SELECT count(*) FROM c) WHERE id = 1`;

Deno.test("a preview that would never end is stopped after five seconds of work", async () => {
  const service = await startDbService();
  try {
    const started = performance.now();
    let over = false;
    const preview = service.call("POST", `${BASE}/preview`, { statements: [{ sql: ENDLESS }] }).finally(() =>
      over = true
    );
    let reads = 0;
    while (!over) {
      const { status } = await service.call("POST", `${BASE}/read`, {
        sql: "SELECT count(*) FROM customers",
      });
      assert.equal(status, 200);
      reads++;
    }
    const { status, body } = await preview;
    const ms = performance.now() - started;
    assert.deepEqual([status, Object(body).code], [409, "limit"]);
    assert.ok(ms > 5_000 && ms < 9_500, `${ms} ms`);
    assert.ok(reads > 10, `${reads} reads meanwhile`);
    const after = await service.call("POST", `${BASE}/preview`, {
      statements: [{ sql: "UPDATE customers SET tier = 'x' WHERE id = 1" }],
    });
    assert.equal(after.status, 200);
  } finally {
    await service.stop();
  }
});
