/** Searching and filtering the queue (SPEC Q9): what is found, and that finding it costs what it shows. */
import assert from "node:assert/strict";
import { completeIndex } from "@/agent/queue/index.ts";
import { listActions, type ListQuery } from "@/agent/queue/list.ts";
import { withdraw } from "@/agent/queue/decide.ts";
import { observe } from "@/agent/queue/propose.ts";
import { tokensOf } from "@/agent/queue/search.ts";
import type { Stored } from "@/agent/queue/store.ts";
import { updateAction } from "@/agent/queue/store.ts";
import { keys } from "@/agent/store/keys.ts";
import { openStore } from "@/agent/store/kv.ts";
import type { ActionSummary } from "@/agent/types.ts";
import { seedQueue } from "../bench/seed.ts";
import { countingReads } from "./reads.ts";
import { withStore } from "./store.ts";

const WS = "main";
const MANY = 20_000;
const PERSON = { id: "ann", name: "Ann", via: "person" } as const;

Deno.test("every combination of filters finds exactly what reading everything finds, page by page", async () => {
  await withStore(async () => {
    const kv = await openStore();
    await seedQueue(kv, WS, 900);
    const all = await everything(kv);
    const queries: ListQuery[] = [];
    for (const state of [undefined, "pending", "approved", "waiting", "decided", "failed"] as const) {
      for (const type of [undefined, "action", "observation"] as const) {
        for (const table of [undefined, "orders", "nowhere"]) {
          for (
            const q of [undefined, "gold", "up", "carol ord", "#333", "42", "C-100", "absent", "x", "%%"]
          ) {
            queries.push({ state, type, table, q });
          }
        }
      }
    }
    for (const query of queries) {
      const expected = all.filter((entry) => isWanted(entry, query)).map(({ id }) => id);
      assert.deepEqual(await found(query, 40), expected, JSON.stringify(query));
    }
  });
});

Deno.test("twenty thousand entries: a page reads in proportion to what it shows, and never much", async () => {
  await withStore(async () => {
    const kv = await openStore();
    await seedQueue(kv, WS, MANY);
    const page = (query: ListQuery) => countingReads(kv, () => listActions(WS, { limit: 50, ...query }));
    const queries: ListQuery[] = [
      {},
      { cursor: "10000" },
      { type: "action" },
      { type: "observation", cursor: "9000" },
      { state: "pending" },
      { state: "waiting", type: "action" },
      { state: "decided", type: "action", cursor: "5000" },
      { state: "rejected", table: "orders" },
      { table: "suppliers", type: "action" },
      { q: "carol" },
      { q: "customers gold" },
      { q: "refund orders of judy", type: "action" },
      { q: "refund", state: "withdrawn", table: "invoices", type: "action" },
      { q: "c 101" },
      { q: "a" },
      { q: "1" },
    ];
    for (const query of queries) {
      const { reads, result } = await page(query);
      assert.equal(result.actions.length > 0, true, `${JSON.stringify(query)} finds nothing`);
      // Each entry itself, its place in each list that it must be in, and what those lists read ahead.
      const most = Math.max(300 + 12 * result.actions.length, result.actions.length < 50 ? 1_500 : 0);
      assert.ok(
        reads <= most,
        `${JSON.stringify(query)}: ${reads} reads for ${result.actions.length} entries`,
      );
    }
    for (const query of [{ q: "absent" }, { q: "carol absent" }, { q: "#999999" }, { table: "nowhere" }]) {
      const { reads, result } = await page(query);
      assert.deepEqual([result.actions, result.cursor], [[], null], JSON.stringify(query));
      assert.ok(reads < 100, `${JSON.stringify(query)}: ${reads} reads for nothing`);
    }
    // Both words are in thousands of entries and in one together: their lists have to be walked.
    await observe(
      { ws: WS, database: WS, by: PERSON, messageId: null },
      { sql: "SELECT 1", description: "Alice met Bob" },
      { rowCount: 1, ms: 1 },
    );
    const ids: number[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const { reads, result } = await page({ q: "alice bob", cursor });
      assert.ok(reads < 1_500, `${reads} reads for one answer`);
      ids.push(...result.actions.map(({ id }) => id));
      cursor = result.cursor ?? undefined;
      pages++;
    } while (cursor !== undefined && pages < 100);
    assert.deepEqual([ids, cursor], [[MANY + 1], undefined]);
    assert.ok(pages > 1, "one answer read everything");
  });
});

Deno.test("what changes is found by what it is now", async () => {
  await withStore(async () => {
    const kv = await openStore();
    await seedQueue(kv, WS, 60);
    const [action] = (await listActions(WS, { state: "pending", limit: 1 })).actions;
    await updateAction(WS, action.id, () => ({
      summary: { state: "pending", sql: "UPDATE warehouses SET area = 'Lisbon'" },
      previewed: { at: Date.now(), tables: ["warehouses"] },
    }));
    const ids = async (query: ListQuery) => (await found(query)).filter((id) => id === action.id);
    assert.deepEqual(await ids({ q: "lisb" }), [action.id]);
    assert.deepEqual(await ids({ table: "warehouses" }), [action.id]);
    assert.deepEqual(await ids({ table: action.affected[0].table }), []);
    await withdraw(WS, action.id, PERSON);
    assert.deepEqual(await ids({ q: "lisbon", state: "waiting" }), []);
    assert.deepEqual(await ids({ q: "lisbon", state: "withdrawn", table: "warehouses" }), [action.id]);
    // Nothing is left of it under what it was.
    const words = await Array.fromAsync(kv.list({ prefix: keys.allOfWord(WS, "where") }));
    assert.equal(words.some(({ key }) => key.at(-1) === action.id), false);
  });
});

Deno.test("entries older than the index are found before, while and after they are put into it", async () => {
  await withStore(async () => {
    const kv = await openStore();
    await seedQueue(kv, WS, 300);
    const queries: ListQuery[] = [{ q: "gold" }, { table: "orders" }, { q: "carol ord", type: "action" }];
    const whole = await Promise.all(queries.map((query) => found(query)));
    // As an earlier version left it.
    for (
      const prefix of [
        keys.allOfWord(WS, "").slice(0, -1),
        keys.allOfTable(WS, "").slice(0, -1),
        keys.expiries(),
      ]
    ) {
      for await (const { key } of kv.list({ prefix })) await kv.delete(key);
    }
    await kv.delete(keys.indexed(WS));
    const same = async () => assert.deepEqual(await Promise.all(queries.map((query) => found(query))), whole);
    await same();
    const completing = completeIndex(WS);
    await same();
    await completing;
    await same();
    assert.equal((await kv.get(keys.indexed(WS))).value, 1);
    const { reads } = await countingReads(kv, () => completeIndex(WS));
    assert.ok(reads <= 2, `${reads} reads where nothing is left to do`);
    assert.ok(
      (await Array.fromAsync(kv.list({ prefix: keys.expiries() }))).length > 0,
      "nothing would expire",
    );
  });
});

Deno.test("words: case, accents and widths don't matter, the title comes first, forty at most", () => {
  const entry = {
    title: "Crème BRÛLÉE für Ｇｏｌｄ",
    description: "",
    sql: "UPDATE order_items SET x = '東京'",
  };
  assert.deepEqual(tokensOf(entry, ["order_items"]), [
    "creme",
    "brulee",
    "fur",
    "gold",
    "order",
    "items",
    "update",
    "set",
    "x",
    "東",
    "京",
  ]);
  const long = {
    title: "first",
    description: "",
    sql: Array.from({ length: 99 }, (_, i) => `w${i}`).join(" "),
  };
  const tokens = tokensOf(long, ["second"]);
  assert.deepEqual([tokens.length, tokens[0], tokens[1]], [40, "first", "second"]);
});

/** Numbers of all that a query finds, over as many pages as it takes. */
async function found(query: ListQuery, limit = 200): Promise<number[]> {
  const ids: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await listActions(WS, { ...query, limit, cursor });
    ids.push(...page.actions.map(({ id }) => id));
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

async function everything(kv: Deno.Kv): Promise<ActionSummary[]> {
  const entries = await Array.fromAsync(kv.list<Stored>({ prefix: keys.actions(WS) }));
  return entries.map(({ value }) => value.summary).reverse();
}

/** The rule itself, by the plainest means. */
function isWanted(entry: ActionSummary, { state, type, table, q }: ListQuery): boolean {
  const waits = ["pending", "stale", "executing", "reverting"].includes(entry.state);
  if (state === "waiting" ? !waits : state === "decided" ? waits : state && entry.state !== state) {
    return false;
  }
  if (type && entry.type !== type) return false;
  if (table && !entry.affected.some((count) => count.table === table)) return false;
  if (q === undefined) return true;
  if (q === "%%") return false;
  if (q.startsWith("#")) return entry.id === Number(q.slice(1));
  const words = `${entry.title} ${entry.description} ${entry.sql}`.toLowerCase().split(/[^a-z0-9]+/);
  const asked = q.toLowerCase().split(/[^a-z0-9]+/);
  return asked.every((word, i) =>
    words.some((one) => i === asked.length - 1 ? one.startsWith(word) : one === word) ||
    entry.id === Number(word)
  );
}
