/** What the page keeps: plain data that can travel, and the rules of the lists. */
import assert from "node:assert/strict";
import { Signal } from "@preact/signals";
import type { ActionState, ActionSummary, WorkspaceView } from "@/agent/types.ts";
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

function entry(id: number, state: ActionState, type: ActionSummary["type"] = "action"): ActionSummary {
  return {
    id,
    uid: `uid-${id}`,
    database: "main",
    type,
    title: `Action ${id}`,
    description: "",
    sql: "UPDATE t SET a = 1",
    state,
    canRevert: false,
    createdAt: "2026-01-01T00:00:00.000Z",
    resolvedAt: null,
    expiresAt: null,
    proposedBy: { id: "p", name: "Ana", via: "agent" },
    decidedBy: null,
    messageId: null,
    reason: null,
    error: null,
    maybeStale: false,
    digest: null,
    affected: [],
    badges: [],
    rowCount: null,
    ms: null,
  };
}

function view(actions: ActionSummary[]): WorkspaceView {
  const workspace = { id: "main", name: "Main", role: "owner" as const, features: { chat: true } };
  return {
    me: { person: { id: "p", name: "Ana" }, mode: "local", workspaces: [workspace] },
    workspace,
    database: { name: "main", ok: true, detail: null },
    chat: {
      messages: [{ id: "m", role: "user", parts: [{ type: "text", text: "hello" }] }],
      run: null,
      cursor: "c",
      before: null,
    },
    queue: { actions, cursor: null, counts: {} },
    selected: null,
    tables: [],
    table: null,
    model: { builtin: true, name: "built-in" },
    examples: [],
    commands: [],
    panel: "chat",
    cursor: "c",
    now: "2026-01-01T00:00:00.000Z",
    build: "b",
  };
}

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
  assert.equal(createState(view([entry(1, "pending"), entry(2, "approved")])).filter.peek(), "waiting");
  assert.equal(createState(view([entry(2, "approved")])).filter.peek(), "all");
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
