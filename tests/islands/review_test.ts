/** Deciding on several: what is alike, where each stands, and what the outcomes say. */
import assert from "node:assert/strict";
import type { Action } from "@/agent/types.ts";
import type { Answer, Failure } from "@/islands/lib/api.ts";
import { kindOf, kindWords, like, mixWords } from "@/islands/lib/kinds.ts";
import { clearPicks, picked, togglePick } from "@/islands/lib/pick.ts";
import { type Item, leftOver, outcomeOf, standingOf, sumCounts, summaryOf } from "@/islands/lib/review.ts";
import { createState } from "@/islands/lib/state.ts";
import { isCount } from "@/islands/lib/typed.ts";
import { actionOf, entry, upgrades, view } from "./fixtures.ts";

const changing = (id: number, ...counts: [table: string, ins: number, upd: number, del: number][]) => ({
  id,
  affected: counts.map(([table, inserted, updated, deleted]) => ({ table, inserted, updated, deleted })),
  affectedTotal: { tables: counts.length, rows: 1 },
});

Deno.test("actions are alike that do the same to the same tables, however many rows", () => {
  const one = changing(1, ["customers", 0, 3, 0]);
  assert.equal(kindOf(one), kindOf(changing(2, ["customers", 0, 99, 0])));
  assert.equal(
    kindOf(changing(1, ["a", 1, 0, 0], ["b", 0, 1, 0])),
    kindOf(changing(2, ["b", 0, 5, 0], ["a", 2, 0, 0])),
    "in any order",
  );
  for (
    const other of [
      changing(2, ["orders", 0, 3, 0]),
      changing(2, ["customers", 0, 0, 3]),
      changing(2, ["customers", 1, 3, 0]),
      changing(2, ["customers", 0, 3, 0], ["orders", 0, 1, 0]),
      { ...one, affectedTotal: { tables: 9, rows: 3 } },
      changing(2),
    ]
  ) assert.notEqual(kindOf(one), kindOf(other));
});

Deno.test("a mix is said plainly, and what is like the first is what remains", () => {
  const mix = [
    changing(4, ["customers", 0, 1, 0]),
    changing(5, ["orders", 0, 0, 1]),
    changing(7, ["customers", 0, 2, 0]),
    changing(9),
  ];
  assert.equal(mixWords(mix), "#4 and 1 more change customers; #5 deletes from orders; #9 changes no row");
  assert.deepEqual(like(mix[0], mix).map(({ id }) => id), [4, 7]);
  assert.equal(kindWords(changing(1, ["a", 1, 1, 0])), "changes a and adds to a");
});

Deno.test("selected is what still waits, oldest first", () => {
  const entries = [entry(5, "stale"), entry(4, "pending"), entry(3, "pending"), entry(2, "approved")];
  const state = createState(view(entries));
  for (const id of [5, 3, 4, 2, 4]) toggle(state, id);
  assert.deepEqual(picked(state).map(({ id }) => id), [3, 5]);
  clearPicks(state);
  assert.deepEqual(picked(state), []);
});

Deno.test("what ran is selected apart from what waits, and taken back newest first", () => {
  const ran = [6, 2, 1].map((id) => ({ ...entry(id, "approved"), canRevert: id !== 1 }));
  const entries = [...ran, entry(5, "pending"), entry(3, "reverted")].sort((a, b) => b.id - a.id);
  const state = createState(view(entries));
  for (const id of [5, 2, 1, 3, 6]) toggle(state, id);
  assert.deepEqual(picked(state).map(({ id }) => id), [6, 2], "what can't be reverted is not selected");
  toggle(state, 5);
  assert.deepEqual(picked(state).map(({ id }) => id), [5], "another group begins anew");
  state.entries.value = entries.map((one) =>
    one.id === 5 ? { ...one, state: "approved", canRevert: true } : one
  );
  assert.deepEqual(picked(state), [], "selected to be decided is not selected to be reverted");
});

Deno.test("one that is not as it was shown is not ready", async () => {
  const action = await actionOf(upgrades(2));
  const item: Item = { id: 1, action, more: [], trouble: null, outcome: null };
  assert.equal(standingOf({ ...item, action: null }, action, "decide"), "loading");
  assert.equal(standingOf(item, undefined, "decide"), "ready");
  assert.equal(
    standingOf(item, { ...action, maybeStale: true }, "decide"),
    "ready",
    "the database decides by its digest",
  );
  assert.equal(standingOf(item, { ...action, digest: "another" }, "decide"), "changed");
  assert.equal(standingOf(item, { ...action, state: "stale" }, "decide"), "stale");
  assert.equal(standingOf(item, { ...action, state: "approved" }, "decide"), "over");
  assert.equal(standingOf(item, { ...action, state: "approved", canRevert: true }, "revert"), "ready");
  assert.equal(standingOf(item, { ...action, state: "approved", canRevert: false }, "revert"), "over");
  assert.equal(standingOf(item, { ...action, state: "reverted" }, "revert"), "over");
  assert.equal(leftOver("changed").kind, "changed");
  assert.equal(leftOver("over").kind, "refused");
  assert.equal(leftOver("ready").kind, "unsent");
});

Deno.test("each answer is one outcome; what all others would meet too stops the rest", async () => {
  const action = await actionOf(upgrades(1));
  const ok = (state: Action["state"]): Answer<Action> => ({
    ok: true,
    data: { ...action, state, error: "no" },
  });
  const no = (code: Failure["code"], status: number, path?: string): Failure => ({
    ok: false,
    status,
    code,
    message: "m",
    retryAfter: null,
    problem: code === "offline"
      ? null
      : { type: "", title: "", status, code, detail: "m", ...(path && { errors: [{ path, message: "" }] }) },
  });
  const outcomes: [Answer<Action>, kind: string, stops: boolean][] = [
    [ok("approved"), "approved", false],
    [ok("rejected"), "rejected", false],
    [ok("failed"), "failed", false],
    [ok("executing"), "unknown", true],
    [ok("withdrawn"), "withdrawn", false],
    [ok("reverted"), "reverted", false],
    [ok("reverting"), "unknown", true],
    [no("conflict", 409), "refused", false],
    [no("drift", 409), "drift", false],
    [no("stale_digest", 409), "changed", false],
    [no("not_pending", 409), "refused", false],
    [no("bad_signature", 0), "refused", false],
    [no("internal", 500), "refused", false],
    [no("internal", 0), "refused", true],
    [no("offline", 0), "refused", true],
    [no("not_approver", 403), "refused", true],
    [no("forbidden", 403, "publicKey"), "refused", true],
    [no("db_unavailable", 503), "refused", true],
  ];
  for (const [answer, kind, stops] of outcomes) {
    const outcome = outcomeOf(answer);
    assert.deepEqual(
      [outcome.kind, outcome.stops ?? false],
      [kind, stops],
      JSON.stringify(answer).slice(0, 60),
    );
  }
});

Deno.test("the summary names each kind once", () => {
  const of = (...kinds: Parameters<typeof summaryOf>[0][number]["kind"][]) =>
    summaryOf(kinds.map((kind) => ({ kind, detail: "" })));
  assert.equal(of(...Array<"approved">(19).fill("approved"), "drift"), "19 approved, 1 needs another look");
  assert.equal(
    of("approved", "drift", "changed", "failed", "unsent"),
    "1 approved, 2 need another look, 1 failed, 1 not sent",
  );
});

Deno.test("counts of several add up by table", async () => {
  const sum = sumCounts([await actionOf(upgrades(2)), await actionOf(upgrades(3))]);
  assert.deepEqual(sum, [{ table: "customers", inserted: 0, updated: 5, deleted: 0 }]);
});

Deno.test("a typed count is the count, as people write it, and nothing near it", () => {
  for (
    const typed of [
      "1450",
      "1,450",
      "1.450",
      "1 450",
      "1\u00a0450",
      "1\u202f450",
      "1'450",
      " 1450 ",
      "１４５０",
    ]
  ) {
    assert.ok(isCount(typed, 1450), JSON.stringify(typed));
  }
  for (
    const typed of [
      "",
      " ",
      "145",
      "14500",
      "14,50",
      "1450x",
      "1450 rows",
      "1.45",
      "-1450",
      "1450.0",
      "1,,450",
      "0x5aa",
    ]
  ) {
    assert.ok(!isCount(typed, 1450), JSON.stringify(typed));
  }
  assert.ok(isCount("0", 0) && !isCount("", 0));
  assert.ok(isCount("1,234,567", 1_234_567) && !isCount("12,34,567", 1_234_567));
});

/** Selects an entry by its number, as a click on its box does. */
function toggle(state: ReturnType<typeof createState>, id: number): void {
  const found = state.entries.peek().find((one) => one.id === id);
  if (found) togglePick(state, found);
}
