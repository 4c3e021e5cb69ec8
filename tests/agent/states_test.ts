import assert from "node:assert/strict";
import { EDGES, isClaimed, isOpen, mayBecome } from "@/agent/queue/states.ts";
import type { ActionState } from "@/agent/types.ts";

const STATES = Object.keys(EDGES).filter((text): text is ActionState => text in EDGES);

Deno.test("every edge is one that the specification names, and no other", () => {
  const named = new Set([
    "pending>executing",
    "pending>rejected",
    "pending>stale",
    "pending>expired",
    "pending>withdrawn",
    "pending>pending",
    "executing>approved",
    "executing>failed",
    "executing>stale",
    "executing>pending",
    "approved>reverting",
    "reverting>reverted",
    "reverting>approved",
    "failed>pending",
    "failed>withdrawn",
    "stale>pending",
    "stale>rejected",
    "stale>withdrawn",
    "stale>expired",
  ]);
  for (const from of STATES) {
    for (const to of STATES) {
      assert.equal(mayBecome(from, to), named.has(`${from}>${to}`), `${from} to ${to}`);
    }
  }
});

Deno.test("what is decided for good has no way on, and a claim can't be taken back by a person", () => {
  for (const state of ["rejected", "reverted", "expired", "withdrawn"] as const) {
    assert.deepEqual(EDGES[state], []);
  }
  for (const state of STATES) assert.ok(!(isOpen(state) && isClaimed(state)), state);
  assert.equal(mayBecome("executing", "withdrawn"), false);
  assert.equal(mayBecome("executing", "rejected"), false);
});
