/** Notes of decisions that follow each other are one line. */
import assert from "node:assert/strict";
import { groupOutcomes, outcomeLine } from "@/islands/lib/outcomes.ts";
import type { ShownMessage } from "@/islands/lib/stream.ts";

function message(id: string, text: string, metadata: ShownMessage["metadata"] = {}): ShownMessage {
  const role = metadata.kind === "outcome" ? "system" : "assistant";
  return { id, role, parts: [{ type: "text", text, streaming: false }], metadata };
}

function note(action: number, words: string): ShownMessage {
  return message(`note ${action} ${words}`, `#${action} ${words}`, { kind: "outcome", actions: [action] });
}

Deno.test("only notes are grouped, only while nothing is said between them", () => {
  const said = message("a", "Done.");
  const notes = [3, 4, 5].map((id) => note(id, "was approved by Ana: 1 row updated in customers."));
  const [first, second, third] = notes;
  assert.ok(first && second && third);
  assert.deepEqual(groupOutcomes([said, said, first, second, said, third]), [
    [said],
    [said],
    [first, second],
    [said],
    [third],
  ]);
});

Deno.test("the line tells which were decided how", () => {
  assert.equal(
    outcomeLine([
      note(3, "was approved by Ana: 1 row updated in customers."),
      note(4, "was approved by Ana: 1 row updated in customers."),
      note(5, "was rejected by Ana: #9 was approved"),
      note(3, "was reverted by Ana: its rows are as they were before."),
      note(6, "failed: UNIQUE constraint failed"),
      note(7, "was not executed: the data moved since its preview."),
    ]),
    "5 changes decided: #3, #4 approved; #5 rejected; #3 reverted; #6 failed; #7 not executed",
  );
  const many = Array.from({ length: 50 }, (_, i) => note(i + 1, "was approved by Ana: 1 row."));
  assert.match(outcomeLine(many), /^50 changes decided: #1, #2, .*#8 and 42 more approved$/);
});
