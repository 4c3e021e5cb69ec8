/** Words for numbers, values, counts and times. */
import assert from "node:assert/strict";
import { path, query } from "@/islands/lib/api.ts";
import {
  blobSize,
  bytes,
  cellText,
  countsOf,
  duration,
  entrySentence,
  entrySummary,
  keyText,
  rows,
  sentence,
  summary,
  tableNamed,
  totalRows,
} from "@/islands/lib/format.ts";
import { statementsText } from "@/islands/lib/SqlBlock.tsx";
import { changedCells, nextSort } from "@/islands/lib/tables.ts";
import { relative } from "@/islands/lib/time.tsx";
import { proposal, readOutput, tableRead } from "@/islands/lib/tools.ts";
import { actionOf, entry, upgrades } from "./fixtures.ts";

const count = (inserted: number, updated: number, deleted: number, table = "customers") => ({
  table,
  inserted,
  updated,
  deleted,
});

Deno.test("what will happen is one computed sentence, and past once it happened", () => {
  const changes = [{
    table: "customers",
    op: "update" as const,
    key: { id: 2 },
    before: [2, "Silver", "East"],
    after: [2, "Gold", "West"],
    columnsSha256: "",
  }];
  const columns = { customers: ["id", "tier", "region"] };
  assert.equal(
    sentence([count(0, 1, 0)], "will", changes, columns),
    "1 row in customers changes: tier and region.",
  );
  assert.equal(sentence([count(0, 3, 0)], "done"), "3 rows in customers changed.");
  assert.equal(
    sentence([count(1, 3, 0)], "would"),
    "3 rows in customers would change. 1 row would be added to customers.",
  );
  assert.equal(
    sentence([count(1, 0, 0), count(0, 0, 1200, "orders")]),
    "1 row is added to customers. 1,200 rows are deleted from orders.",
  );
  assert.equal(sentence([]), "No row changes.");
});

Deno.test("a change to more tables than a list names is told by how much it is in all", () => {
  const few = { ...entry(1, "pending"), affected: [count(0, 3, 0)], affectedTotal: { tables: 1, rows: 3 } };
  assert.equal(entrySentence(few, "will"), "3 rows in customers change.");
  assert.equal(entrySummary(few, false), "customers: 3 to update");
  const none = {
    ...few,
    affected: [],
    affectedTotal: { tables: 0, rows: 0 },
    sql: "UPDATE customers SET tier = 'A'",
  };
  assert.equal(entrySummary(none, false), "customers: no rows", "its statement names the table");
  assert.equal(entrySummary({ ...none, sql: "…" }, false), "no rows");
  const many = { ...few, affectedTotal: { tables: 12, rows: 12_345 } };
  assert.equal(entrySentence(many, "will"), "12,345 rows in 12 tables change.");
  assert.equal(entrySentence(many, "done"), "12,345 rows in 12 tables changed.");
  assert.equal(entrySummary(many, false), "12 tables: 12,345 rows to change");
  assert.equal(entrySummary(many, true), "12 tables: 12,345 rows");
});

Deno.test("an action whole is told by its preview, whatever its summary was cut to", async () => {
  const action = await actionOf(upgrades(3));
  assert.equal(totalRows(countsOf({ ...action, affected: [] })), 3);
  assert.equal(totalRows(countsOf({ ...action, preview: null })), 3);
});

Deno.test("counts, sizes and times have units", () => {
  assert.equal(summary([count(1, 2, 0), count(0, 1, 4)]), "3 updated, 1 added, 4 deleted");
  assert.equal(summary([count(0, 3, 0)], false), "3 to update");
  assert.equal(summary([]), "no rows");
  assert.equal(rows(1), "1 row");
  assert.equal(rows(1_000), "1,000 rows");
  assert.deepEqual([0.42, 3.04, 12.6, 1_540].map(duration), ["0.4 ms", "3 ms", "13 ms", "1.5 s"]);
  assert.deepEqual([1, 999, 1_500, 2_500_000].map(bytes), ["1 byte", "999 bytes", "1.5 KB", "2.5 MB"]);
});

Deno.test("values say what they are", () => {
  assert.equal(cellText(null), "NULL");
  assert.equal(cellText({ $int: "9223372036854775807" }), "9223372036854775807");
  assert.equal(cellText({ $key: 2 }), "assigned on approval");
  assert.equal(cellText({ $now: "CURRENT_TIMESTAMP" }), "time of approval");
  assert.equal(cellText({ $blob: btoa("hello world") }), "blob, 11 bytes");
  assert.deepEqual(["", "a", "ab", "abc", "abcd"].map((text) => blobSize(btoa(text))), [0, 1, 2, 3, 4]);
  assert.equal(keyText({ order: 7, line: 2 }), "order 7 · line 2");
});

Deno.test("times are relative, and days after a month", () => {
  const now = Date.parse("2026-03-01T12:00:00Z");
  assert.equal(relative(now - 10_000, now), "just now");
  assert.equal(relative(now - 5 * 60_000, now), "5 min. ago");
  assert.equal(relative(now + 7 * 86_400_000, now), "in 7 days");
  assert.equal(relative(now - 45 * 86_400_000, now), "2026-01-15");
});

Deno.test("path parameters can't leave their segment", () => {
  assert.equal(path`/tables/${"a/../b?c#d"}/rows`, "/tables/a%2F..%2Fb%3Fc%23d/rows");
  assert.equal(query({ a: "x y", b: "", c: null, d: 0 }), "?a=x+y&d=0");
  assert.equal(query({}), "");
});

Deno.test("the SQL on show hides no statement and no argument", () => {
  const text = statementsText({
    sql: "cut…",
    statements: [
      { sql: "UPDATE a SET b = ?", args: ["it's\n--"] },
      { sql: "DELETE FROM c WHERE d = ?", args: [{ $int: "9007199254740993" }] },
    ],
  });
  assert.equal(
    text,
    'UPDATE a SET b = ?\n-- ?1 = "it\'s\\n--";\n\nDELETE FROM c WHERE d = ?\n-- ?1 = 9007199254740993',
  );
});

Deno.test("a live change marks exactly the cells that differ, by key and not by place", () => {
  const columns = [{ name: "id", type: "INTEGER" }, { name: "tier", type: "TEXT" }];
  const page = (rows: (string | number)[][]) => ({
    columns,
    rows,
    keys: rows.map(([id]) => ({ id: id ?? null })),
    cursor: null,
    total: rows.length,
  });
  const before = page([[1, "Gold"], [2, "Silver"]]);
  assert.deepEqual(changedCells(before, page([[2, "Gold"], [1, "Gold"]])), ['[{"id":2},"tier"]']);
  assert.deepEqual(changedCells(before, page([[1, "Gold"], [2, "Silver"]])), []);
  assert.deepEqual(changedCells(before, page([[1, "Gold"], [3, "x"]])), [
    '[{"id":3},"id"]',
    '[{"id":3},"tier"]',
  ]);
  assert.deepEqual(["", "tier", "-tier"].map((sort) => nextSort(sort, "tier")), ["tier", "-tier", ""]);
});

Deno.test("tool answers of another shape are not drawn", () => {
  assert.equal(readOutput({ columns: ["a"], rows: "x" }), null);
  assert.equal(readOutput(null), null);
  assert.deepEqual(readOutput({ error: "no", code: "refused_sql" }), { error: "no" });
  assert.deepEqual(readOutput({ columns: ["a"], rows: [[1]], rowCount: 1, truncated: false }), {
    columns: ["a"],
    rows: [[1]],
    rowCount: 1,
    truncated: false,
    ms: null,
  });
  assert.equal(proposal({ actionId: "1" }), null);
  assert.deepEqual(proposal({ actionId: 3 }), { actionId: 3 });
  assert.equal(tableRead('SELECT * FROM "order items" o'), "order items");
  assert.equal(tableRead("SELECT 1"), "data");
  for (
    const sql of [
      "UPDATE orders SET a = 1",
      'UPDATE OR IGNORE "orders" SET a = 1',
      "DELETE FROM orders",
      "INSERT OR REPLACE INTO [orders] SELECT * FROM other",
    ]
  ) assert.equal(tableNamed(sql), "orders", sql);
});
