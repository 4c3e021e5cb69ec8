import assert from "node:assert/strict";
import type { ActionSummary } from "@/agent/types.ts";
import { actionLines, tableLines } from "@/agent/commands/words.ts";
import { countWords, outcomeWords } from "@/agent/queue/words.ts";
import { CUSTOMERS } from "@/tests/fakes/database.ts";
import { entry } from "@/tests/islands/fixtures.ts";

Deno.test("numbers in sentences have their thousands apart, and their noun", () => {
  const counts = [{ table: "customers", inserted: 1, updated: 12_345, deleted: 0 }];
  const words = "1 row added to customers, 12,345 rows updated in customers";
  assert.equal(countWords(counts), words);
  assert.equal(countWords([]), "no row changed");
  const action = { ...entry(1, "approved"), affected: counts };
  assert.ok(outcomeWords(action).endsWith(`: ${words}.`));
  assert.match(
    actionLines([{ ...entry(2, "approved", "observation"), rowCount: 1_000 }]),
    /a read, 1,000 rows$/,
  );
  assert.match(tableLines([{ ...CUSTOMERS, rows: 100_000 }]), /\(100,000 rows\)/);
});

Deno.test("what became of an action is one sentence: by whom, how many rows, or why not (SPEC C4)", () => {
  const counts = [{ table: "customers", inserted: 0, updated: 3, deleted: 0 }];
  const ana = { id: "a", name: "Ana", via: "person" as const };
  const cases: [Partial<ActionSummary>, string][] = [
    [{ state: "approved", decidedBy: ana }, "#1 was approved by Ana: 3 rows updated in customers."],
    [{ state: "reverted", decidedBy: ana }, "#1 was reverted by Ana: its rows are as they were before."],
    [{ state: "rejected", decidedBy: ana, reason: "too early" }, "#1 was rejected by Ana: too early"],
    [{ state: "failed", error: "UNIQUE constraint failed." }, "#1 failed: UNIQUE constraint failed."],
    [{ state: "withdrawn", decidedBy: ana }, "#1 was withdrawn by Ana."],
    [{ state: "expired" }, "#1 expired: nobody decided it in time."],
    [
      { state: "stale" },
      "#1 was not executed: the data moved since its preview. A person has to look again.",
    ],
  ];
  for (const [facts, words] of cases) {
    assert.equal(outcomeWords({ ...entry(1, "pending"), affected: counts, ...facts }), words);
  }
});
