/** Rows as what they are: sorted, charted, one number, marked, copied without becoming formulas. */
import assert from "node:assert/strict";
import type { Cell, RowsResult } from "@/agent/types.ts";
import { chartOf, csv, found, nextOrder, percent, singleNumber, sortRows } from "@/islands/lib/results.ts";
import { onlyRow } from "@/islands/lib/tables.ts";

const BY_TIER = "SELECT tier, count(*) AS n FROM customers GROUP BY tier";
const TIERS: Cell[][] = [["Gold", 1], ["Silver", 3], [null, 4]];

function sorted(cells: Cell[], isDown = false): Cell[] {
  return sortRows(cells.map((cell) => [cell]), { column: 0, isDown }).map(([cell]) => cell ?? null);
}

Deno.test("numbers sort by size, also great ones and numbers in texts; what has no value is last either way", () => {
  assert.deepEqual(sorted([10, null, 9, -1]), [-1, 9, 10, null]);
  assert.deepEqual(sorted([10, null, 9, -1], true), [10, 9, -1, null]);
  const great = { $int: "9007199254740993" }, greater = { $int: "9007199254740994" };
  assert.deepEqual(sorted([greater, great, 5]), [5, great, greater]);
  assert.deepEqual(sorted(["b10", "B9", "a", 3]), [3, "a", "B9", "b10"]);
  const rows: Cell[][] = [[2], [1]];
  assert.deepEqual(sortRows(rows, null), rows);
  assert.deepEqual(rows, [[2], [1]], "what was answered stays as it was");
});

Deno.test("a header sorts up, down, and as it was answered; another one starts anew", () => {
  const up = nextOrder(null, 1);
  const down = nextOrder(up, 1);
  assert.deepEqual([up, down], [{ column: 1, isDown: false }, { column: 1, isDown: true }]);
  assert.equal(nextOrder(down, 1), null);
  assert.deepEqual(nextOrder(down, 0), { column: 0, isDown: false });
});

Deno.test("a small group-by is a chart, with shares where they are of the whole", () => {
  assert.deepEqual(chartOf(BY_TIER, ["tier", "n"], TIERS), {
    bars: [0.25, 0.75, 1],
    shares: [0.125, 0.375, 0.5],
  });
  const sums = "SELECT sum(total), region FROM orders GROUP BY region";
  assert.deepEqual(chartOf(sums, ["s", "r"], [[5, "East"], [10, "West"]]), { bars: [0.5, 1], shares: null });
  for (const rest of ["LIMIT 2", "HAVING count(*) > 1"]) {
    assert.equal(chartOf(`${BY_TIER} ${rest}`, ["tier", "n"], TIERS)?.shares, null, rest);
  }
});

Deno.test("what is no small group-by of names and numbers is no chart", () => {
  const many = Array.from({ length: 21 }, (_, i): Cell[] => [`t${i}`, i + 1]);
  const cases: [string, string[], Cell[][]][] = [
    ["SELECT name, id FROM customers", ["name", "id"], TIERS],
    ["SELECT 'group by', 1 FROM t", ["a", "b"], TIERS],
    [BY_TIER, ["tier", "n", "x"], TIERS],
    [BY_TIER, ["tier", "n"], TIERS.slice(0, 1)],
    [BY_TIER, ["tier", "n"], many],
    [BY_TIER, ["tier", "n"], [["a", -1], ["b", 2]]],
    [BY_TIER, ["tier", "n"], [["a", 0], ["b", 0]]],
    [BY_TIER, ["tier", "n"], [["a", null], ["b", 2]]],
    [BY_TIER, ["tier", "n"], [["a", "1"], ["b", "2"]]],
    [BY_TIER, ["tier", "n"], [[1, 2], [3, 4]]],
  ];
  for (const [sql, columns, rows] of cases) {
    assert.equal(chartOf(sql, columns, rows), null, `${sql} ${JSON.stringify(rows)}`);
  }
  assert.deepEqual([0.375, 1, 0.0001, 0, 1 / 3].map(percent), ["37.5%", "100%", "<0.1%", "0%", "33.3%"]);
});

Deno.test("one number is a number; one text, one row of two or no value are not", () => {
  assert.equal(singleNumber([[8]]), 8);
  assert.equal(singleNumber([[0]]), 0);
  assert.deepEqual(singleNumber([[{ $int: "9007199254740993" }]]), { $int: "9007199254740993" });
  const others: Cell[][][] = [[["8"]], [[null]], [[1, 2]], [[1], [2]], []];
  for (const rows of others) assert.equal(singleNumber(rows), null, JSON.stringify(rows));
});

Deno.test("what is looked for is marked where it stands", () => {
  assert.deepEqual(found("Alice CHEN", ["x", "chen"]), { from: 6, to: 10 });
  assert.equal(found("Alice", ["chen"]), undefined);
  assert.equal(found("İ chen", ["chen"]), undefined, "its letters are counted otherwise when small");
});

Deno.test("CSV: quoted where it must be, and no cell becomes a formula", () => {
  const rows: Cell[][] = [
    ["a,b", 'say "hi"', "two\nlines"],
    ["=1+1", "@SUM(A1)", "-2+3"],
    ["+49", "\t=x", " =x"],
    [-5, null, { $int: "9007199254740993" }],
  ];
  assert.equal(
    csv(["x", "=y", "z z"], rows),
    [
      `x,"'=y",z z`,
      `"a,b","say ""hi""","two\nlines"`,
      `"'=1+1","'@SUM(A1)","'-2+3"`,
      `"'+49","'\t=x","' =x"`,
      `-5,,9007199254740993`,
      "",
    ].join("\r\n"),
  );
});

Deno.test("a key finds its row among those that merely contain it", () => {
  const result: RowsResult = {
    columns: [{ name: "id", type: "" }],
    rows: [[13], [3]],
    keys: [{ id: 13 }, { id: 3 }],
    cursor: "c",
    total: 2,
  };
  const one = onlyRow(result, "3");
  assert.deepEqual([one.rows, one.keys, one.cursor, one.total], [[[3]], [{ id: 3 }], null, 1]);
  assert.equal(onlyRow(result, "4"), result);
  assert.deepEqual(onlyRow({ ...result, keys: [{ a: 1, b: 2 }, { a: 1, b: 3 }] }, "1,3").rows, [[3]]);
  assert.equal(onlyRow({ ...result, keys: null }, "3").rows.length, 2);
});
