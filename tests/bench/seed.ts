/**
 * Fills a workspace's queue with entries like those of a year of work, by the functions that make real ones: reads,
 * changes that were decided, and some that wait. `deno run -A tests/bench/seed.ts KV_FILE 100000 [WORKSPACE]`; nothing
 * else may have the file open.
 */
import { digestOf, hash, pageHash, statementsHash } from "@/db-service/contract/digest.ts";
import { type Origin, proposalEntry, readEntry } from "@/agent/queue/propose.ts";
import { addEntry, type NewEntry } from "@/agent/queue/store.ts";
import { keys } from "@/agent/store/keys.ts";
import { putLarge } from "@/agent/store/large.ts";
import type { ActionState, ActionSummary, Change, Preview } from "@/agent/types.ts";

/** KV takes 1,000 mutations in a commit, and 800 KiB; an entry has about 30, and 4 KiB. */
const BATCH = 25;
/** Of what waits, so many are left undecided: a workspace holds 200 at most. */
const WAITING = 40;

const VERBS = ["Upgrade", "Correct", "Archive", "Rename", "Refund", "Close", "Move", "Merge", "Discount"];
const REGIONS = ["East", "West", "Central", "North", "South"];
const TIERS = ["Bronze", "Silver", "Gold"];
const TABLES = ["customers", "orders", "invoices", "products", "suppliers"];
const NAMES = ["Alice", "Bob", "Carol", "Dave", "Eve", "Frank", "Grace", "Hank", "Ivy", "Judy"];
const DECIDED: ActionState[] = [
  "approved",
  "approved",
  "approved",
  "rejected",
  "reverted",
  "withdrawn",
  "expired",
];

/** Adds `count` entries to the queue of a workspace, oldest first; two in three are reads. */
export async function seedQueue(kv: Deno.Kv, ws: string, count: number): Promise<void> {
  const first = (await kv.get<number>(keys.nextAction(ws))).value ?? 1;
  const origin: Origin = {
    ws,
    database: ws,
    by: { id: "agent", name: "Agent", via: "agent" },
    messageId: "m-1",
  };
  const preview = await previewOf(ws);
  for (let done = 0; done < count; done += BATCH) {
    const op = kv.atomic();
    for (let i = done; i < Math.min(count, done + BATCH); i++) {
      const { summary, body, previewed } = entryOf(origin, first + i, count - i, preview);
      addEntry(op, ws, { summary, body: await putLarge(kv, ws, body), claim: null, previewed });
    }
    if (!(await op.commit()).ok) throw new Error("The queue changed while it was filled.");
  }
}

/** The entry of a number; the last ones wait. */
function entryOf(origin: Origin, id: number, left: number, preview: Preview): NewEntry {
  const pick = <T>(list: readonly T[], salt: number) => list[mixed(id, salt) % list.length];
  const table = pick(TABLES, 1), region = pick(REGIONS, 2), tier = pick(TIERS, 3), name = pick(NAMES, 4);
  const now = Date.now() - left * 60_000;
  if (id % 3 !== 0) {
    const sql = `SELECT * FROM ${table} WHERE region = '${region}' AND name LIKE '${name}%' LIMIT ${
      id % 500
    }`;
    const read = { sql, description: `${name}'s ${table} in the ${region}` };
    return readEntry(origin, id, { read, outcome: { rowCount: id % 90, ms: 1 + id % 7 }, now });
  }
  const verb = pick(VERBS, 5);
  const proposal = {
    title: `${verb} ${table} of ${name} to ${tier}, case C-${100_000 + id}`,
    description: `Asked for by the ${region} office.`,
    statements: [{
      sql: `UPDATE ${table} SET tier = ? WHERE region = ? AND id = ${id}`,
      args: [tier, region],
    }],
  };
  const counts = [{ table, inserted: 0, updated: 3, deleted: 0 }];
  const expiresAt = new Date(Date.now() + 7 * 24 * 3_600_000).toISOString();
  const made = proposalEntry(origin, id, {
    proposal,
    preview: { ...preview, counts },
    at: now,
    now,
    expiresAt,
  });
  return left <= WAITING * 3 ? made : { ...made, summary: decided(made.summary, pick(DECIDED, 6), now) };
}

/** A number that looks like chance and is the same each time (the finalizer of MurmurHash3). */
function mixed(n: number, salt: number): number {
  let h = Math.imul(n, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function decided(summary: ActionSummary, state: ActionState, now: number): ActionSummary {
  return {
    ...summary,
    state,
    resolvedAt: new Date(now + 30_000).toISOString(),
    canRevert: state === "approved",
    decidedBy: state === "expired" ? null : { id: "owner", name: "Owner", via: "person" },
  };
}

/** The preview that all of them show: three rows of a table get another tier. */
async function previewOf(database: string): Promise<Preview> {
  const columns = ["id", "name", "email", "tier", "region"];
  const columnsSha256 = await hash(columns);
  const changes: Change[] = [2, 5, 8].map((id) => ({
    table: "customers",
    op: "update",
    key: { id },
    before: [id, NAMES[id], `${NAMES[id].toLowerCase()}@example.com`, "Silver", "East"],
    after: [id, NAMES[id], `${NAMES[id].toLowerCase()}@example.com`, "Gold", "East"],
    columnsSha256,
  }));
  const counts = [{ table: "customers", inserted: 0, updated: 3, deleted: 0 }];
  const statementsSha256 = await statementsHash([{ sql: "UPDATE customers SET tier = 'Gold'", args: [] }]);
  const pages = [await pageHash(changes)];
  return {
    digest: await digestOf({ database, statementsSha256, counts, pages }),
    statementsSha256,
    counts,
    pages,
    columns: { customers: columns },
    changes,
    truncated: false,
    effects: [],
    maxRows: 10_000,
    at: new Date().toISOString(),
  };
}

if (import.meta.main) {
  const [path, count = "1000", ws = "main"] = Deno.args;
  if (!path) throw new Error("Name the file: deno run -A tests/bench/seed.ts KV_FILE 100000 [WORKSPACE]");
  const kv = await Deno.openKv(path);
  const began = performance.now();
  await seedQueue(kv, ws, Number(count));
  kv.close();
  console.log(`${count} entries in ${Math.round(performance.now() - began)} ms`);
}
