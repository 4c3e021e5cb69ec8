/**
 * Actions in KV: one entry each, the summary in it and the rest beside it. Reading, and the one way to write: an atomic
 * check-and-set that announces itself in the feed. Lists are in list.ts.
 */
import type { Approval, Decision } from "@/db-service/contract/schemas.ts";
import type { Action, ActionSummary, Actor, ChatMessage, LeftOut, Preview, Statement } from "../types.ts";
import { appendMessages } from "../chat/store.ts";
import { Refusal } from "../errors.ts";
import { announce, type FeedEvent } from "../store/feed.ts";
import { keys } from "../store/keys.ts";
import { backoff, MAX_TRIES, openStore } from "../store/kv.ts";
import { dropLarge, getLarge, type Large, putLarge } from "../store/large.ts";
import { inTurn } from "../store/turns.ts";
import { type Previewed, withFreshness } from "./freshness.ts";
import { moveIndex } from "./index.ts";
import { mayBecome } from "./states.ts";
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
  leftOut?: LeftOut;
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
  /** The step is not taken once this key is there: `error` is thrown instead. */
  unless?: { key: Deno.KvKey; error: Refusal };
  /** Nor when so many wait already: `limit` is thrown. */
  most?: number;
}

const DECREMENT = 2n ** 64n - 1n;

/** Adds an action to the queue under the next number. Throws `limit` when `most` wait already. */
export function insertAction(ws: string, make: Make, most = Infinity): Promise<ActionSummary> {
  return inTurn(`${ws}/actions`, () => insert(ws, make, most));
}

/** An entry that is not in the queue yet. */
export interface NewEntry {
  summary: ActionSummary;
  body: Body;
  previewed: Previewed | null;
}

/** Makes an entry for the number it gets. */
type Make = (id: number) => NewEntry;

/** Writes a new entry and all that it is found by into an operation. Its number must not be given out otherwise. */
export function addEntry(op: Deno.AtomicOperation, ws: string, stored: Stored): void {
  const { id, type, state } = stored.summary;
  op.set(keys.action(ws, id), stored).set(keys.nextAction(ws), id + 1);
  moveIndex(op, ws, null, stored);
  // The first entry of all: there are none that the index lacks.
  if (id === 1) op.set(keys.indexed(ws), 1);
  if (type === "action") op.sum(keys.count(ws, state), 1n);
}

async function insert(ws: string, make: Make, most: number): Promise<ActionSummary> {
  const kv = await openStore();
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const next = await kv.get<number>(keys.nextAction(ws));
    const id = next.value ?? 1;
    const { summary: made, body, previewed } = make(id);
    const op = kv.atomic().check(next);
    if (most !== Infinity) await checkRoom(kv, op, ws, most);
    const large = await putLarge(kv, ws, body);
    const summary = await withFreshness(kv, ws, made, previewed);
    addEntry(op, ws, { summary, body: large, claim: null, previewed });
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
    const summary = await withFreshness(kv, ws, { ...old.summary, ...change.summary }, previewed);
    if (summary.state !== old.summary.state && !mayBecome(old.summary.state, summary.state)) {
      throw notPending(old.summary);
    }
    const op = kv.atomic().check(entry);
    if (change.unless) await checkAbsent(kv, op, change.unless);
    if (change.most !== undefined) await checkRoom(kv, op, ws, change.most);
    const body = change.body ? await putLarge(kv, ws, change.body) : old.body;
    const claim = change.claim === undefined ? old.claim : change.claim;
    op.set(keys.action(ws, id), { summary, body, claim, previewed } satisfies Stored);
    for (const table of change.changed ?? []) op.set(keys.change(ws, table), Date.now());
    moveIndex(op, ws, old, { summary, previewed });
    if (summary.state !== old.summary.state) {
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
  return (await getWhole(ws, id)).action;
}

/** An action whole, with the claim on it. Throws `not_found`. */
export async function getWhole(ws: string, id: number): Promise<{ action: Action; claim: Claim | null }> {
  const kv = await openStore();
  // A body that is replaced between the two reads is found under its new name the second time.
  for (let tries = 0; tries < 5; tries++) {
    const stored = await getStored(ws, id);
    const body = await getLarge<Body>(kv, ws, stored.body);
    if (!body) continue;
    const summary = await withFreshness(kv, ws, stored.summary, stored.previewed);
    const sql = body.statements.map(({ sql }) => sql).join(";\n");
    const affected = body.preview?.counts ?? summary.affected;
    return { action: { ...summary, ...body, sql, affected }, claim: stored.claim };
  }
  throw new Refusal("busy", `#${id} is changing. Try again.`);
}

export function notPending(summary: ActionSummary): Refusal {
  return new Refusal(
    "not_pending",
    summary.type === "action"
      ? `#${summary.id} is ${summary.state} already. Nothing was changed by this.`
      : `#${summary.id} is a read: there is nothing to decide.`,
  );
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

async function checkAbsent(
  kv: Deno.Kv,
  op: Deno.AtomicOperation,
  { key, error }: NonNullable<Step["unless"]>,
): Promise<void> {
  const there = await kv.get(key);
  if (there.versionstamp !== null) throw error;
  op.check(there);
}

function notFound(id: number): Refusal {
  return new Refusal("not_found", `There is no #${id}.`);
}
