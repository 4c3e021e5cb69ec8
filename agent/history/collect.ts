/**
 * The history, read from where it is kept as it is sent: a page of the db-service's chain and ten entries of the queue
 * at a time, however many there are.
 */
import type { ApproverKey, ChainPage, ChainRecord } from "@/db-service/contract/schemas.ts";
import type { ActionState, ActionSummary } from "../types.ts";
import { database } from "../database.ts";
import { type Body, getAction, type Stored } from "../queue/store.ts";
import { keys } from "../store/keys.ts";
import { openStore } from "../store/kv.ts";
import { getLarge } from "../store/large.ts";
import type { HistoryEntry, Known, QueueEntry } from "./shape.ts";

export interface History {
  /** The name that the approvals are signed for. */
  database: string;
  /** Every decision that took effect, in the order in which they did. */
  decisions(): AsyncGenerator<HistoryEntry[]>;
  /** Everything in the queue that is over and never took effect, and the reads, by number. */
  others(): AsyncGenerator<QueueEntry[]>;
  /** Every key that ever approved here; whole once {@link decisions} has ended. */
  approvers(): ApproverKey[];
}

/** Begins to read. Throws `db_unavailable` at once where the chain can't be read; later it ends in the middle. */
export async function openHistory(ws: string, name: string): Promise<History> {
  const db = database(name);
  const first = await db.changes(0);
  let approvers = first.approvers;
  return {
    database: first.database,
    approvers: () => approvers,
    async *decisions() {
      let page: ChainPage = first;
      for (let last = page.changes.at(-1); last; last = page.changes.at(-1)) {
        for (let i = 0; i < page.changes.length; i += GROUP) {
          yield await withActions(ws, page.changes.slice(i, i + GROUP));
        }
        page = await db.changes(last.seq);
        approvers = page.approvers;
      }
    },
    others: () => listOthers(ws),
  };
}

/** Entries that are read, and sent, together: as many keys as one read of KV may name. */
const GROUP = 10;

/** Where an action ends without having had an effect. One that still waits is no history yet. */
const WITHOUT_EFFECT: ReadonlySet<ActionState> = new Set(["rejected", "withdrawn", "expired", "failed"]);

async function withActions(ws: string, records: ChainRecord[]): Promise<HistoryEntry[]> {
  const kv = await openStore();
  const numbers = await kv.getMany<number[]>(records.map(({ actionUid }) => keys.numberOf(ws, actionUid)));
  // A number that nobody has stands for none: one read for all keeps them in order.
  const entries = await kv.getMany<Stored[]>(numbers.map(({ value }) => keys.action(ws, value ?? 0)));
  return await Promise.all(records.map(async (record, i) => {
    const stored = entries[i]?.value;
    return { ...record, action: stored ? known(stored.summary, await bodyOf(kv, ws, stored)) : null };
  }));
}

async function* listOthers(ws: string): AsyncGenerator<QueueEntry[]> {
  const kv = await openStore();
  let group: QueueEntry[] = [];
  for await (const { value } of kv.list<Stored>({ prefix: keys.actions(ws) }, { batchSize: 100 })) {
    const { summary } = value;
    if (summary.type === "action" && !WITHOUT_EFFECT.has(summary.state)) continue;
    group.push(other(summary, await bodyOf(kv, ws, value)));
    if (group.length === GROUP) {
      yield group;
      group = [];
    }
  }
  yield group;
}

async function bodyOf(kv: Deno.Kv, ws: string, { summary, body }: Stored): Promise<Body> {
  // One that was replaced between the two reads is found whole by its number.
  return await getLarge<Body>(kv, ws, body) ?? await getAction(ws, summary.id);
}

function known(summary: ActionSummary, { description }: Body): Known {
  const { id, title, state, proposedBy, createdAt, decidedBy, resolvedAt, reason, error } = summary;
  return { id, title, description, state, proposedBy, createdAt, decidedBy, resolvedAt, reason, error };
}

function other(summary: ActionSummary, body: Body): QueueEntry {
  const { uid, type, affected, rowCount, ms } = summary;
  return {
    uid,
    type,
    ...known(summary, body),
    statements: body.statements,
    affected: body.preview?.counts ?? affected,
    rowCount,
    ms,
  };
}
