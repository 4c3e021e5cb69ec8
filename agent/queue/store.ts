/**
 * Actions in KV: one entry each, the summary in it and the rest beside it. Reading, listing, and the one way to write:
 * an atomic check-and-set that announces itself in the feed.
 */
import type { Approval, Decision } from "@/db-service/contract/schemas.ts";
import type {
  Action,
  ActionList,
  ActionState,
  ActionSummary,
  Actor,
  ChatMessage,
  Counts,
  Preview,
  Statement,
} from "../types.ts";
import { appendMessages } from "../chat/store.ts";
import { Refusal } from "../errors.ts";
import { announce, type FeedEvent } from "../store/feed.ts";
import { keys } from "../store/keys.ts";
import { backoff, MAX_TRIES, openStore } from "../store/kv.ts";
import { dropLarge, getLarge, type Large, putLarge } from "../store/large.ts";
import { inTurn } from "../store/turns.ts";
import { changedTables, isBehind, type Previewed } from "./freshness.ts";
import { EDGES, mayBecome } from "./states.ts";
import { fit } from "./summary.ts";

/** What a decision needs to be sent again after a crash: the very request that a person signed. */
export interface Claim {
  decision: Decision;
  approval: Approval;
  digest: string;
  by: Actor;
  /** Until then the claimer is presumed alive; afterwards anyone may send the request again. ISO 8601. */
  until: string;
}

/** The part of an action that lists don't need. */
export interface Body {
  statements: Required<Statement>[];
  description: string;
  preview: Preview | null;
  revertSql: string | null;
}

export interface Stored {
  summary: ActionSummary;
  body: Large;
  claim: Claim | null;
  previewed: Previewed | null;
}

/** What a step changes. `body` replaces the old one; `messages` enter the conversation in the same commit. */
export interface Step {
  summary?: Partial<ActionSummary>;
  body?: Body;
  claim?: Claim | null;
  previewed?: Previewed;
  /** Tables that the database confirmed as changed. */
  changed?: readonly string[];
  messages?: (action: ActionSummary) => ChatMessage[];
  events?: FeedEvent[];
}

const DECREMENT = 2n ** 64n - 1n;

/** Adds an action to the queue under the next number. Throws `limit` when `most` wait already. */
export function insertAction(ws: string, make: Make, most = Infinity): Promise<ActionSummary> {
  return inTurn(`${ws}/actions`, () => insert(ws, make, most));
}

/** Makes an entry for the number it gets. */
type Make = (id: number) => { summary: ActionSummary; body: Body; previewed?: Previewed };

async function insert(ws: string, make: Make, most: number): Promise<ActionSummary> {
  const kv = await openStore();
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const next = await kv.get<number>(keys.nextAction(ws));
    const id = next.value ?? 1;
    const { summary: made, body, previewed = null } = make(id);
    const op = kv.atomic().check(next).set(keys.nextAction(ws), id + 1);
    if (most !== Infinity) await checkRoom(kv, op, ws, most);
    const large = await putLarge(kv, ws, body);
    const summary = await fresh(kv, ws, made, previewed);
    op.set(keys.action(ws, id), { summary, body: large, claim: null, previewed } satisfies Stored);
    op.set(keys.byState(ws, summary.state, id), summary.type).set(keys.byType(ws, summary.type, id), 1);
    if (summary.type === "action") op.sum(keys.count(ws, summary.state), 1n);
    announce(kv, op, ws, [{ t: "action", action: fit(summary) }]);
    if ((await op.commit()).ok) return summary;
    await dropLarge(kv, ws, large);
    await backoff(tries);
  }
  throw new Refusal("busy", "The queue is busy. Try again.");
}

/**
 * Changes an action by one atomic check-and-set. `step` sees the current entry and returns what changes, or throws;
 * it runs again when another writer was faster. A state that the table does not allow is `not_pending`.
 */
export async function updateAction(
  ws: string,
  id: number,
  step: (stored: Stored) => Step | null,
): Promise<ActionSummary> {
  const kv = await openStore();
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const entry = await kv.get<Stored>(keys.action(ws, id));
    if (!entry.value) throw notFound(id);
    const old = entry.value;
    const change = step(old);
    if (!change) return old.summary;
    const previewed = change.previewed ?? old.previewed;
    const summary = await fresh(kv, ws, { ...old.summary, ...change.summary }, previewed);
    if (summary.state !== old.summary.state && !mayBecome(old.summary.state, summary.state)) {
      throw notPending(old.summary);
    }
    const body = change.body ? await putLarge(kv, ws, change.body) : old.body;
    const claim = change.claim === undefined ? old.claim : change.claim;
    const op = kv.atomic().check(entry);
    op.set(keys.action(ws, id), { summary, body, claim, previewed } satisfies Stored);
    for (const table of change.changed ?? []) op.set(keys.change(ws, table), Date.now());
    if (summary.state !== old.summary.state) {
      op.delete(keys.byState(ws, old.summary.state, id)).set(
        keys.byState(ws, summary.state, id),
        summary.type,
      );
      op.sum(keys.count(ws, old.summary.state), DECREMENT).sum(keys.count(ws, summary.state), 1n);
    }
    const events: FeedEvent[] = [{ t: "action", action: fit(summary) }, ...change.events ?? []];
    if (change.messages) events.push(...await appendMessages(kv, op, ws, change.messages(summary)));
    announce(kv, op, ws, events);
    if ((await op.commit()).ok) {
      if (change.body) await dropLarge(kv, ws, old.body);
      return summary;
    }
    if (change.body) await dropLarge(kv, ws, body);
    await backoff(tries);
  }
  throw new Refusal("busy", "The queue is busy. Try again.");
}

/** The stored entry of an action. Throws `not_found`. */
export async function getStored(ws: string, id: number): Promise<Stored> {
  const kv = await openStore();
  const entry = await kv.get<Stored>(keys.action(ws, id));
  if (!entry.value) throw notFound(id);
  return entry.value;
}

/** An action whole. Throws `not_found`. */
export async function getAction(ws: string, id: number): Promise<Action> {
  const kv = await openStore();
  // A body that is replaced between the two reads is found under its new name the second time.
  for (let tries = 0; tries < 5; tries++) {
    const stored = await getStored(ws, id);
    const body = await getLarge<Body>(kv, ws, stored.body);
    if (!body) continue;
    const summary = await fresh(kv, ws, stored.summary, stored.previewed);
    const sql = body.statements.map(({ sql }) => sql).join(";\n");
    return { ...summary, ...body, sql, affected: body.preview?.counts ?? summary.affected };
  }
  throw new Refusal("busy", `#${id} is changing. Try again.`);
}

/** How many actions are in each state. Observations are not counted: nobody decides them. */
export async function countStates(ws: string): Promise<Counts> {
  const kv = await openStore();
  const counts: Counts = {};
  for await (const { key, value } of kv.list<Deno.KvU64>({ prefix: keys.counts(ws) })) {
    const state = key.at(-1);
    if (typeof state === "string" && isState(state)) counts[state] = Number(value.value);
  }
  return counts;
}

export interface ListQuery {
  state?: ActionState;
  type?: "action" | "observation";
  table?: string;
  q?: string;
  limit?: number;
  cursor?: string;
}

/** A page looks at no more entries than this before it answers with what it found and a cursor to go on. */
const SCAN = 2_000;

/** One page, newest first. */
export async function listActions(ws: string, query: ListQuery): Promise<ActionList> {
  const kv = await openStore();
  const limit = query.limit ?? 50;
  const prefix = query.state
    ? keys.allOfState(ws, query.state)
    : query.type
    ? keys.allOfType(ws, query.type)
    : keys.actions(ws);
  const before = query.cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(query.cursor);
  if (!Number.isSafeInteger(before)) throw new Refusal("invalid", "The cursor is not one of ours.");
  const found: ActionSummary[] = [];
  const changed = await changedTables(kv, ws);
  let scanned = 0;
  let last: number | null = null;
  const direct = !query.state && !query.type;
  for await (
    const entry of kv.list<Stored>({ start: prefix, end: [...prefix, before] }, {
      reverse: true,
      batchSize: 100,
    })
  ) {
    const id = Number(entry.key.at(-1));
    const stored = direct ? entry.value : (await kv.get<Stored>(keys.action(ws, id))).value;
    last = id;
    if (stored && matches(stored.summary, query)) found.push(fit(marked(stored, changed)));
    if (found.length === limit || ++scanned === SCAN) break;
  }
  const more = found.length === limit || scanned === SCAN;
  return {
    actions: found,
    cursor: more && last !== null ? String(last) : null,
    counts: await countStates(ws),
  };
}

/** Numbers of all actions in a state, oldest first. */
export async function idsOfState(ws: string, state: ActionState): Promise<number[]> {
  const kv = await openStore();
  const ids: number[] = [];
  for await (const { key, value } of kv.list<string>({ prefix: keys.allOfState(ws, state) })) {
    if (value === "action") ids.push(Number(key.at(-1)));
  }
  return ids;
}

export function notPending(summary: ActionSummary): Refusal {
  return new Refusal(
    "not_pending",
    `#${summary.id} is ${summary.state} already. Nothing was changed by this.`,
  );
}

/** A summary with what is known now of its preview. */
function marked(
  { summary, previewed }: Pick<Stored, "summary" | "previewed">,
  changed: ReadonlyMap<string, number>,
) {
  const maybeStale = summary.state === "pending" && previewed !== null && isBehind(previewed, changed);
  return maybeStale === summary.maybeStale ? summary : { ...summary, maybeStale };
}

async function fresh(
  kv: Deno.Kv,
  ws: string,
  summary: ActionSummary,
  previewed: Previewed | null,
): Promise<ActionSummary> {
  const changed = summary.state === "pending" ? await changedTables(kv, ws) : new Map<string, number>();
  return marked({ summary, previewed }, changed);
}

/** Twenty proposals at once find the same room: the counts that were read must be the counts at the commit. */
async function checkRoom(kv: Deno.Kv, op: Deno.AtomicOperation, ws: string, most: number): Promise<void> {
  let open = 0;
  for (const state of ["pending", "stale"] as const) {
    const count = await kv.get<Deno.KvU64>(keys.count(ws, state));
    open += Number(count.value?.value ?? 0);
    op.check(count);
  }
  if (open >= most) throw new Refusal("limit", `${most} changes wait already. Decide some of them first.`);
}

function notFound(id: number): Refusal {
  return new Refusal("not_found", `There is no #${id}.`);
}

function matches(summary: ActionSummary, { state, type, table, q }: ListQuery): boolean {
  if (state && summary.state !== state) return false;
  if (type && summary.type !== type) return false;
  if (table && !summary.affected.some((count) => count.table === table)) return false;
  if (!q) return true;
  const text = `#${summary.id} ${summary.title} ${summary.description} ${summary.sql}`.toLowerCase();
  return q.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function isState(text: string): text is ActionState {
  return Object.hasOwn(EDGES, text);
}
