import assert from "node:assert/strict";
import { badgesOf } from "@/agent/queue/risk.ts";
import type { Preview } from "@/agent/types.ts";

function preview(count: Partial<Preview["counts"][number]>, more: Partial<Preview> = {}): Preview {
  return {
    digest: "",
    statementsSha256: "",
    counts: [{ table: "t", inserted: 0, updated: 0, deleted: 0, ...count }],
    pages: [],
    columns: {},
    changes: [],
    truncated: false,
    effects: [],
    maxRows: 10_000,
    at: "",
    ...more,
  };
}
const codes = (p: Preview, ...sql: string[]) =>
  badgesOf(p, sql.map((sql) => ({ sql }))).map(({ code, level }) => `${code}:${level}`);

Deno.test("rows are counted: five warn, a hundred are danger", () => {
  const sql = "UPDATE t SET a = 1 WHERE b = 2";
  assert.deepEqual(codes(preview({ updated: 4 }), sql), []);
  assert.deepEqual(codes(preview({ updated: 5 }), sql), ["many_rows:warn"]);
  assert.deepEqual(codes(preview({ updated: 100 }), sql), ["many_rows:danger"]);
  assert.deepEqual(codes(preview({}), sql), ["no_change:info"]);
});

Deno.test("a reason says what makes it risky, not how much of which tables: that stands beside it", () => {
  const reasons = (p: Preview, sql: string) => badgesOf(p, [{ sql }]).map(({ reason }) => reason);
  const two = [
    { table: "t", inserted: 0, updated: 8_000, deleted: 2_000 },
    { table: "u", inserted: 0, updated: 1, deleted: 0 },
  ];
  assert.deepEqual(reasons(preview({}, { counts: two }), "DELETE FROM t WHERE b"), [
    "Deletes data.",
    "100 rows or more.",
    "More than one table.",
  ]);
  assert.deepEqual(reasons(preview({ updated: 7 }), "UPDATE t SET a = 1 WHERE b"), ["5 rows or more."]);
  assert.deepEqual(reasons(preview({}), "DELETE FROM t WHERE b"), [
    "A DELETE: it would delete nothing now.",
    "Approving it does nothing.",
  ]);
});

Deno.test("no WHERE is danger, wherever the word stands otherwise", () => {
  for (
    const sql of [
      "UPDATE t SET a = 1",
      "UPDATE t SET a = 'where'",
      'UPDATE t SET "where" = 1',
      "UPDATE t SET a = 1 -- where",
      "UPDATE t SET a = (SELECT max(b) FROM u WHERE c = 1)",
      "WITH x AS (SELECT 1 WHERE 1) UPDATE t SET a = 1",
      "/* where */ UPDATE t SET a = 1",
    ]
  ) assert.ok(codes(preview({ updated: 1 }), sql).includes("no_where:danger"), sql);
  assert.ok(!codes(preview({ updated: 1 }), "UPDATE t SET a = 1 WHERE b").includes("no_where:danger"));
  assert.ok(!codes(preview({ inserted: 1 }), "INSERT INTO t VALUES (1)").includes("no_where:danger"));
});

Deno.test("a deletion is danger, by what it does and by what it says", () => {
  assert.ok(codes(preview({ deleted: 1 }), "REPLACE INTO t VALUES (1)").includes("delete:danger"));
  assert.ok(codes(preview({}), "DELETE FROM t WHERE a = 1").includes("delete:danger"));
});

Deno.test("triggers, cascades and several tables warn, with their names", () => {
  const p = preview({ updated: 1 }, {
    counts: [{ table: "a", inserted: 0, updated: 1, deleted: 0 }, {
      table: "b",
      inserted: 1,
      updated: 0,
      deleted: 0,
    }],
    effects: [{ kind: "trigger", table: "a", name: "audit" }, { kind: "cascade", table: "b" }],
  });
  const badges = badgesOf(p, [{ sql: "UPDATE a SET x = 1 WHERE y = 2" }]);
  assert.deepEqual(badges.map(({ code }) => code), ["trigger", "cascade", "many_tables"]);
  assert.match(badges[0].reason, /audit/);
});

Deno.test("a word that isn't what it looks like warns, wherever it stands", () => {
  const found = (p: Preview, sql: string, args?: string[]) =>
    badgesOf(p, [{ sql, args }]).find(({ code }) => code === "lookalike");
  const one = preview({ updated: 1 });
  const honest = "UPDATE t SET a = 'Ивана' WHERE b = 'сахар'";
  assert.equal(found(one, honest), undefined);
  assert.deepEqual(found(one, "UPDATE сору SET a = 1 WHERE b = 2"), {
    code: "lookalike",
    level: "warn",
    reason: "“сору” isn't what it looks like: Cyrillic с looks like Latin c.",
  });
  assert.ok(found(one, honest.replace("сахар", "pаypal")), "in a literal");
  assert.ok(found(one, "UPDATE t SET a = ? WHERE b = 2", ["pаypal"]), "in an argument");
  const change = { table: "t", op: "update", key: { id: 1 }, columnsSha256: "" } as const;
  const writes = { ...one, changes: [{ ...change, before: [1, "paypal"], after: [1, "pаypal"] }] };
  assert.ok(found(writes, honest), "in a value that is written");
  const keeps = { ...one, changes: [{ ...change, before: ["pаypal", "a"], after: ["pаypal", "b"] }] };
  assert.equal(found(keeps, honest), undefined, "not in one that only stays");
  assert.ok(found({ ...one, columns: { t: ["id", "nаme"] } }, honest), "in a column's name");
  assert.match(found(one, "UPDATE сору SET nаme = 1 WHERE b")?.reason ?? "", /And 1 more such word\.$/);
});
