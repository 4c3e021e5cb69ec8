/** The row diff: nothing that changes may be folded away. */
import assert from "node:assert/strict";
import type { Change } from "@/agent/types.ts";
import { diffTables, isWide } from "@/islands/lib/diff.ts";

const COLUMNS = { customers: ["id", "name", "email", "tier", "region"], log: ["at", "what"] };
const BOB: (string | number | null)[] = [2, "Bob", "bob@example.com", "Silver", "East"];

function update(after: Change["after"], before: Change["before"] = BOB): Change {
  return { table: "customers", op: "update", key: { id: 2 }, before, after, columnsSha256: "" };
}

Deno.test("an update shows its key, what changes, and one column to know the row by", () => {
  const [diff] = diffTables([update(BOB.with(3, "Gold"))], COLUMNS);
  assert.deepEqual(diff?.keyColumns, ["id"]);
  assert.deepEqual(diff?.shown, ["tier", "name"]);
  assert.deepEqual(diff?.folded, ["email", "region"]);
  assert.deepEqual(diff?.rows[0]?.cells.tier, { before: "Silver", after: "Gold", changed: true });
  assert.equal(diff?.rows[0]?.cells.name?.changed, false);
});

Deno.test("columns that change in any row are shown for all", () => {
  const [diff] = diffTables([update(BOB.with(3, "Gold")), update(BOB.with(4, null))], COLUMNS);
  assert.deepEqual(diff?.shown, ["tier", "region", "name"]);
  assert.deepEqual(diff?.rows[1]?.cells.region, { before: "East", after: null, changed: true });
});

Deno.test("rows that come or go show every cell", () => {
  for (const op of ["insert", "delete"] as const) {
    const change: Change = {
      table: "customers",
      op,
      key: { id: op === "insert" ? { $key: 1 } : 2 },
      before: op === "insert" ? null : BOB,
      after: op === "insert" ? [{ $key: 1 }, "Zoë", "z@example.com", "Bronze", null] : null,
      columnsSha256: "",
    };
    const [diff] = diffTables([change], COLUMNS);
    assert.deepEqual(diff?.shown, ["name", "email", "tier", "region"]);
    assert.deepEqual(diff?.folded, []);
    assert.deepEqual(diff?.rows[0]?.key, [op === "insert" ? { $key: 1 } : 2]);
  }
});

Deno.test("a row with more values than a narrow place holds is wide; many that are deleted stay lines", () => {
  const change = (op: Change["op"], id: number, cells: (string | null)[]): Change => ({
    table: "wide",
    op,
    key: { id },
    before: op === "insert" ? null : [id, ...cells],
    after: op === "delete" ? null : [id, ...cells],
    columnsSha256: "",
  });
  const wide = (op: Change["op"], count: number, width: number, text = "some words") => {
    const columns = { wide: ["id", ...Array.from({ length: width }, (_, i) => `column${i}`)] };
    const changes = Array.from({ length: count }, (_, i) => change(op, i, Array(width).fill(text)));
    const [diff] = diffTables(changes, columns);
    return diff && isWide(diff, diff.shown);
  };
  assert.deepEqual([wide("insert", 1, 2), wide("insert", 1, 4)], [false, true]);
  assert.deepEqual([wide("insert", 2, 4), wide("insert", 2, 6), wide("insert", 200, 6)], [false, true, true]);
  assert.deepEqual([wide("delete", 5, 6), wide("delete", 6, 6)], [true, false]);
  assert.deepEqual([wide("insert", 1, 2, ""), wide("insert", 1, 2, "x".repeat(400))], [false, true]);
});

Deno.test("what a new row comes with stands before its NULLs", () => {
  const after = [{ $key: 1 }, null, "z@example.com", null, "East"];
  const change: Change = {
    table: "customers",
    op: "insert",
    key: { id: { $key: 1 } },
    before: null,
    after,
    columnsSha256: "",
  };
  assert.deepEqual(diffTables([change], COLUMNS)[0]?.shown, ["email", "region", "name", "tier"]);
});

Deno.test("a key that changes is shown as a change", () => {
  const [diff] = diffTables([update(BOB.with(0, 99))], COLUMNS);
  assert.ok(diff?.shown.includes("id"));
  assert.deepEqual(diff?.rows[0]?.cells.id, { before: 2, after: 99, changed: true });
});

Deno.test("marks and big values are compared by what they say", () => {
  const same = update(BOB.with(1, "x"), BOB);
  const int = (text: string) => ({ $int: text });
  const [diff] = diffTables([
    {
      ...same,
      before: [2, int("9007199254740993"), null, 1, "a"],
      after: [2, int("9007199254740993"), null, "1", "a"],
    },
  ], COLUMNS);
  assert.deepEqual(
    diff?.shown.slice(0, 1),
    ["tier"],
    "the number 1 and the text 1 differ, equal marks don't",
  );
});

Deno.test("tables stand apart, and a row without a primary key goes by its rowid", () => {
  const diffs = diffTables([
    update(BOB.with(3, "Gold")),
    {
      table: "log",
      op: "insert",
      key: { rowid: { $key: 1 } },
      before: null,
      after: [{ $now: "CURRENT_TIMESTAMP" }, "x"],
      columnsSha256: "",
    },
  ], COLUMNS);
  assert.deepEqual(diffs.map(({ table }) => table), ["customers", "log"]);
  assert.deepEqual(diffs[1]?.keyColumns, ["rowid"]);
  assert.deepEqual(diffs[1]?.shown, ["at", "what"]);
});

Deno.test("rows stand in the order of a key that is a number; any other order is kept as it was captured", () => {
  const keys = (changes: Change[]) => diffTables(changes, COLUMNS)[0]?.rows.map(({ key }) => key[0]);
  const one = (id: Change["key"][string]): Change => ({ ...update(BOB.with(3, "Gold")), key: { id } });
  assert.deepEqual(keys([one(10), one(2), one(-1)]), [-1, 2, 10]);
  assert.deepEqual(keys([one("b"), one(2), one("a")]), ["b", 2, "a"]);
  const pair = (a: number, b: number): Change => ({ ...one(0), key: { a, b } });
  assert.deepEqual(keys([pair(2, 1), pair(1, 2)]), [2, 1]);
});
