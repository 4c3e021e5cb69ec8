import assert from "node:assert/strict";
import { fuzz, KEYS, SCHEMA } from "./fuzz.ts";
import { Lab } from "./lab.ts";

const ROUNDS = Number(Deno.env.get("GK_FUZZ_ROUNDS") ?? 60);
const SEED = Number(Deno.env.get("GK_FUZZ_SEED") ?? 1);

const FAMILIES = [
  { engine: "local", scope: "temp", rounds: ROUNDS },
  { engine: "local", scope: "main", rounds: ROUNDS },
  // Each step is a round trip there.
  { engine: "remote", scope: "main", rounds: Math.ceil(ROUNDS / 3) },
] as const;

for (const { engine, scope, rounds } of FAMILIES) {
  Deno.test(`random changes: shown exactly, done exactly, reverted exactly (${engine}, ${scope} capture)`, async () => {
    await using lab = await Lab.open({ engine, schema: SCHEMA, keys: KEYS, scope });
    const report = await fuzz(lab, { rounds, seed: SEED });
    if (Deno.env.has("GK_FUZZ_ROUNDS")) console.log(report);
    assert.deepEqual(report.mismatches, []);
    assert.deepEqual(report.stuck, []);
    assert.ok(report.executed > rounds / 3, "most rounds must do something");
    assert.ok(report.reverted > rounds / 10);
  });
}

Deno.test("a capture that misses something is caught by the same rounds", async () => {
  const holes: [string, (sql: string) => string | null][] = [
    ["deletes", (sql) => /^CREATE TEMP TRIGGER \S+bd /.test(sql) ? null : sql],
    ["updates", (sql) => /^CREATE TEMP TRIGGER \S+bu /.test(sql) ? null : sql],
    [
      "rows that REPLACE removes",
      (sql) => sql.replace(/INSERT INTO _gk_c\d+ SELECT t\..*?; (?=INSERT INTO)/g, ""),
    ],
    ["inserted rows", (sql) => /^CREATE TEMP TRIGGER \S+(ai|bi) /.test(sql) ? null : sql],
  ];
  for (const [what, through] of holes) {
    await using lab = await Lab.open({
      schema: SCHEMA,
      keys: KEYS,
      tamper: (tx) => ({
        ...tx,
        script: (sqls) =>
          tx.script(
            sqls.flatMap((sql) => through(sql.replace(/^DROP TRIGGER /, "DROP TRIGGER IF EXISTS ")) ?? []),
          ),
      }),
    });
    const { mismatches } = await fuzz(lab, { rounds: ROUNDS, seed: SEED, stopAt: 1 });
    assert.ok(mismatches.length > 0, `${what}: nobody noticed`);
  }
});
