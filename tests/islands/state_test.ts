/** What the page keeps: plain data that can travel, and the rules of the lists. */
import assert from "node:assert/strict";
import { Signal } from "@preact/signals";
import type { ActionState } from "@/agent/types.ts";
import {
  cellId,
  createState,
  FILTERS,
  isDecidable,
  isExecuted,
  isWaiting,
  matches,
  waitingCount,
  withEntries,
  withMessage,
} from "@/islands/lib/state.ts";
import { entry, view } from "./fixtures.ts";

Deno.test("the state is signals and plain data alone: nothing in it is lost on the way to the browser", () => {
  const check = (value: unknown, where: string): void => {
    if (value instanceof Signal) {
      // A computed signal refuses to be set.
      assert.doesNotThrow(() => value.value = value.peek(), `${where} is computed`);
      return check(value.peek(), where);
    }
    assert.notEqual(typeof value, "function", `${where} is a function`);
    if (typeof value !== "object" || value === null) return;
    assert.ok(
      Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype,
      `${where} is a class`,
    );
    for (const [name, inner] of Object.entries(value)) check(inner, `${where}.${name}`);
  };
  check(createState(view([entry(1, "pending")])), "state");
});

Deno.test("a page opens on what waits, when something does", () => {
  assert.equal(
    createState(view([entry(1, "pending"), entry(2, "approved")])).listing.peek().filter,
    "waiting",
  );
  assert.equal(createState(view([entry(2, "approved")])).listing.peek().filter, "all");
});

Deno.test("every entry stands under exactly one filter besides all", () => {
  const states: ActionState[] = [
    "pending",
    "executing",
    "approved",
    "reverting",
    "reverted",
    "rejected",
    "failed",
    "stale",
    "expired",
    "withdrawn",
  ];
  const entries = states.flatMap((state, i) => [entry(i, state), entry(100 + i, state, "observation")]);
  for (const one of entries) {
    const under = FILTERS.filter((filter) => matches(one, filter));
    assert.equal(under.length, 2, `${one.type} ${one.state}`);
    assert.ok(under.includes("all"));
    assert.ok(!isDecidable(one) || isWaiting(one));
  }
  assert.deepEqual(entries.filter(isDecidable).map(({ state }) => state), ["pending", "stale"]);
  assert.deepEqual(states.filter((state) => isExecuted(entry(1, state))), [
    "approved",
    "reverting",
    "reverted",
  ]);
  assert.equal(waitingCount({ pending: 2, stale: 1, approved: 9 }), 3);
});

Deno.test("an entry that comes again replaces the one it was; the newest stands first", () => {
  const list = withEntries([entry(3, "pending"), entry(1, "approved")], [
    entry(1, "reverted"),
    entry(4, "pending"),
  ]);
  assert.deepEqual(list.map(({ id, state }) => [id, state]), [[4, "pending"], [3, "pending"], [
    1,
    "reverted",
  ]]);
});

Deno.test("a message that comes again, as the sent one does by the feed, stays in its place", () => {
  const message = (id: string, pending: boolean) => ({
    id,
    role: "user" as const,
    parts: [],
    metadata: {},
    pending,
  });
  const list = withMessage([message("a", true), message("b", false)], message("a", false));
  assert.deepEqual(list.map(({ id, pending }) => [id, pending]), [["a", false], ["b", false]]);
  assert.deepEqual(withMessage(list, message("c", true)).map(({ id }) => id), ["a", "b", "c"]);
});

Deno.test("a cell's name is its row's key and its column, unmistakably", () => {
  assert.notEqual(cellId({ a: 1 }, "b"), cellId({ a: "1" }, "b"));
  assert.notEqual(cellId({ a: "x", b: "y" }, "c"), cellId({ a: "x" }, "c"));
});
