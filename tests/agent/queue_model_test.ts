import assert from "node:assert/strict";
import { runSequences } from "./queue_model_runs.ts";

/** More of them: `deno task soak:queue 1000 SEED`. */
const SEQUENCES = 60;
const SEED = 20_000;

Deno.test("random sequences by several people, with crashes: the queue, the data and the feed are as the model says", async () => {
  const { tally } = await runSequences(SEQUENCES, SEED);
  const ends = Object.keys(tally).map((what) => what.split(" → ")[1]);
  // A test that no longer comes to the places that matter would pass as well.
  for (
    const code of [
      "ok",
      "drift",
      "conflict",
      "not_pending",
      "not_approved",
      "stale_digest",
      "refused_sql",
      "bad_signature",
      "not_approver",
      "approval_expired",
      "db_unavailable",
      "invalid",
    ]
  ) {
    assert.ok(ends.includes(code), `nothing ended in ${code}`);
  }
  for (const what of ["crash of approve", "crash of revert", "answer comes late", "request comes late"]) {
    assert.ok(Object.keys(tally).some((name) => name.startsWith(what)), `there was no ${what}`);
  }
  assert.ok(tally["failed"] > 0, "the database refused nothing");
});
