import assert from "node:assert/strict";
import { kept } from "@/agent/chat/kept.ts";
import type { Value } from "@/agent/types.ts";

const read = (rows: Value[][]) => ({ columns: ["a"], rows, rowCount: rows.length, truncated: false, ms: 1 });

Deno.test("what the conversation keeps of a read is small, whatever was read, and says that there is more", () => {
  const long = Array.from({ length: 2_000 }, () => "x".repeat(2_000));
  for (
    const rows of [
      Array.from({ length: 200 }, () => long.slice(0, 5)),
      Array.from({ length: 200 }, () => [{ $blob: "A".repeat(2_000) }, "\u0001".repeat(1_000)]),
      [["x".repeat(2_000_000)], ...Array.from({ length: 199 }, () => ["\ud83d".repeat(700)])],
    ]
  ) {
    const result = kept(read(rows));
    assert.ok(JSON.stringify(result).length < 450_000, `${JSON.stringify(result).length}`);
    assert.equal(result.truncated, true);
    assert.equal(result.rowCount, rows.length);
  }
});

Deno.test("a row is kept however long it is: a read that found something never looks like one that did not", () => {
  const result = kept(read([Array.from({ length: 600 }, () => "x".repeat(1_000)), ["y"]]));
  assert.deepEqual([result.rows.length, result.truncated], [1, true]);
});

Deno.test("a small read is kept as it is", () => {
  const rows: Value[][] = [[1, "Ada", null], [2, { $int: "9007199254740993" }, { $blob: "AAEC" }]];
  assert.deepEqual(kept(read(rows)), read(rows));
});
