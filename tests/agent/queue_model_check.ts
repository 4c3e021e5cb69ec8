/** Compares everything that can be seen of the queue, the database and the feed with the reference model. */
import assert from "node:assert/strict";
import { countStates, idsOfState, listActions, type ListQuery } from "@/agent/queue/list.ts";
import { EDGES } from "@/agent/queue/states.ts";
import { getAction, getStored } from "@/agent/queue/store.ts";
import { keys } from "@/agent/store/keys.ts";
import { openStore } from "@/agent/store/kv.ts";
import type { ActionList, ActionState, ActionSummary, Change } from "@/agent/types.ts";
import {
  approvalBytes,
  fromBase64url,
  hash,
  KEY_ALGORITHM,
  SIGNATURE,
} from "@/db-service/contract/digest.ts";
import { ChainPage } from "@/db-service/contract/schemas.ts";
import type { Model, ModelAction } from "./queue_model.ts";
import { type Cells, textOf, texts } from "./queue_model_data.ts";
import { outcomes, type Tab } from "./queue_model_tab.ts";
import { DATABASE, type World, WS } from "./queue_model_world.ts";

const STATES = Object.keys(EDGES).filter((text): text is ActionState => text in EDGES);
const CLOSED: readonly ActionState[] = [
  "approved",
  "reverting",
  "reverted",
  "rejected",
  "failed",
  "expired",
  "withdrawn",
];

export class Checker {
  /** Where the chain stood when the sequence began, and how far it has been verified. */
  #chain: { seq: number; hash: string };
  #verified = 0;
  readonly #uids = new Map<number, string>();
  /** Digests by what they stand for. */
  readonly #digests = new Map<string, string>();

  private constructor(readonly world: World, readonly model: Model, head: { seq: number; hash: string }) {
    this.#chain = head;
  }

  /** Begins at the end of the chain as it is. */
  static async begin(world: World, model: Model, head: { seq: number; hash: string }): Promise<Checker> {
    const { changes } = await chain(world, head.seq);
    const last = changes.at(-1);
    return new Checker(world, model, last ? { seq: last.seq, hash: last.hash } : head);
  }

  /** The end of the chain. */
  get head(): { seq: number; hash: string } {
    return this.#chain;
  }

  /** All that one step may have changed; `deep` asks every list and filter too, which takes as long again. */
  async all(
    tabs: readonly Tab[],
    { observations, deep }: { observations: number; deep: boolean },
  ): Promise<void> {
    for (const action of this.model.actions) await this.#action(action);
    const listed = await this.#pages(observations);
    await this.#indexes(listed);
    if (deep) await this.#filters();
    this.#rows();
    await this.#record();
    const told = inOrder(this.model.told);
    assert.deepEqual(inOrder(await outcomes(WS)), told, "the conversation");
    // Tabs are told of a claim when its result is a while in coming, from when their process has read of it.
    if (this.model.actions.some(({ decision }) => decision)) {
      for (const tab of tabs) if (tab.isHere) await tab.upToDate();
      await new Promise((told) => setTimeout(told, 1_000));
    }
    for (const [i, tab] of tabs.entries()) {
      if (!tab.isHere) continue;
      await tab.upToDate();
      const shown = [...tab.actions.values()].sort((a, b) => b.id - a.id);
      assert.deepEqual(shown.map(steady), listed.map(steady), `the queue in tab ${i}`);
      assert.deepEqual(present(tab.counts), this.model.counts(), `the counts in tab ${i}`);
      assert.deepEqual(inOrder(tab.notes), told, `the notes in tab ${i}`);
    }
  }

  async #action(expected: ModelAction): Promise<void> {
    const action = await getAction(WS, expected.id);
    const { claim } = await getStored(WS, expected.id);
    this.#uids.set(action.id, action.uid);
    const who = `#${action.id}`;
    const isClosed = CLOSED.includes(expected.state);
    assert.deepEqual({
      state: action.state,
      decidedBy: action.decidedBy?.name ?? null,
      reason: action.reason,
      canRevert: action.canRevert,
      maybeStale: action.maybeStale,
      hasError: action.error !== null,
      isResolved: action.resolvedAt !== null,
      claimedFor: claim?.decision ?? null,
      shown: action.preview?.changes.map(textOfChange).sort(),
    }, {
      state: expected.state,
      decidedBy: expected.decidedBy,
      reason: expected.reason,
      canRevert: expected.canRevert,
      maybeStale: this.model.maybeStale(expected),
      hasError: expected.failed,
      isResolved: isClosed,
      claimedFor: expected.decision?.kind ?? null,
      shown: texts(expected.shown),
    }, who);
    assert.equal(action.preview?.digest, action.digest, who);
    const meaning = JSON.stringify([action.statements, texts(expected.shown)]);
    const known = this.#digests.get(meaning);
    if (known === undefined) {
      assert.ok(
        ![...this.#digests.values()].includes(action.digest ?? ""),
        `${who}: a digest of something else`,
      );
      this.#digests.set(meaning, action.digest ?? "");
    } else assert.equal(action.digest, known, `${who}: the same preview, another digest`);
  }

  /** The whole queue page by page, newest first, without a gap. */
  async #pages(observations: number): Promise<ActionSummary[]> {
    const listed: ActionSummary[] = [];
    let cursor: string | null = null;
    do {
      const page: ActionList = await listActions(WS, { limit: 7, ...(cursor && { cursor }) });
      listed.push(...page.actions);
      cursor = page.cursor;
    } while (cursor !== null);
    assert.equal(listed.length, this.model.actions.length + observations, "entries");
    const ids = listed.map(({ id }) => id);
    assert.deepEqual(ids, ids.map((_, i) => ids.length - i), "numbers without a gap, newest first");
    return listed;
  }

  /** Counts and keys, which are written beside the entries. */
  async #indexes(listed: readonly ActionSummary[]): Promise<void> {
    assert.deepEqual(present(await countStates(WS)), this.model.counts(), "counts");
    const kv = await openStore();
    for (const [prefix, what] of [["by_state", "state"], ["by_type", "type"]] as const) {
      const entries = await Array.fromAsync(kv.list({ prefix: ["ws", WS, prefix] }));
      const indexed = entries.map(({ key }) => `${String(key.at(-1))} ${String(key.at(-2))}`).sort();
      assert.deepEqual(indexed, listed.map((entry) => `${entry.id} ${entry[what]}`).sort(), prefix);
    }
    assert.equal((await kv.get(keys.nextAction(WS))).value ?? 1, listed.length + 1);
  }

  /** What each filter finds. */
  async #filters(): Promise<void> {
    const { actions } = this.model;
    const finds = async (query: ListQuery, expected: readonly ModelAction[]) => {
      const { actions: found } = await listActions(WS, { ...query, limit: 200 });
      const ids = expected.map(({ id }) => id);
      assert.deepEqual(found.map(({ id }) => id).reverse(), ids, `found by ${JSON.stringify(query)}`);
    };
    await finds({ type: "action" }, actions);
    for (const state of STATES) {
      const expected = actions.filter((action) => action.state === state);
      assert.deepEqual(await idsOfState(WS, state), expected.map(({ id }) => id), `all that are ${state}`);
      await finds({ state, type: "action" }, expected);
    }
    for (const table of ["items", "notes", "codes"] as const) {
      await finds({ table }, actions.filter(({ shown }) => shown.some((edit) => edit.table === table)));
    }
    for (const action of [actions[0], actions.at(-1)]) if (action) await finds({ q: action.title }, [action]);
  }

  #rows(): void {
    for (const table of ["items", "notes", "codes"] as const) {
      const rows = this.world.file.prepare(`SELECT * FROM ${table}`).all()
        .map((row) =>
          textOf(Object.values(row).map((cell) => typeof cell === "number" ? cell : String(cell)))
        );
      assert.deepEqual(rows.sort(), this.model.data.dump(table), `the rows of ${table}`);
    }
  }

  /** What the db-service recorded: each decision that took effect, once, in order, chained and signed. */
  async #record(): Promise<void> {
    const { changes, approvers } = await chain(this.world, this.#chain.seq);
    const expected = this.model.chain.slice(this.#verified);
    assert.deepEqual(
      changes.map(({ actionUid, decision }) => ({ uid: actionUid, decision })),
      expected.map(({ id, kind }) => ({ uid: this.#uids.get(id), decision: kind })),
      "what the db-service recorded",
    );
    for (const { hash: own, statements, ...entry } of changes) {
      assert.equal(await hash(statements), entry.statementsSha256);
      assert.deepEqual([entry.seq, entry.prev], [this.#chain.seq + 1, this.#chain.hash]);
      assert.equal(await hash(entry), own);
      const approver = approvers.find(({ key }) => key === entry.approval.key);
      assert.ok(approver);
      const key = await crypto.subtle.importKey("jwk", approver.publicKey, KEY_ALGORITHM, true, ["verify"]);
      const bytes = approvalBytes({ database: DATABASE, ...entry, expiresAt: entry.approval.expiresAt });
      assert.ok(await crypto.subtle.verify(SIGNATURE, key, fromBase64url(entry.approval.signature), bytes));
      this.#chain = { seq: entry.seq, hash: own };
    }
    this.#verified = this.model.chain.length;
  }
}

async function chain(world: World, after: number): Promise<ChainPage> {
  const { body } = await world.service.call("GET", `/v1/databases/${DATABASE}/changes?after=${after}`);
  return ChainPage.parse(body);
}

/** A change of the product as the model writes it. */
export function textOfChange({ table, key, before, after }: Change): string {
  const [id] = Object.values(key);
  const isAssigned = typeof id === "object" && id !== null && "$key" in id;
  const cells = (row: Change["before"]) =>
    row && row.map((cell): Cells[number] => typeof cell === "object" && cell !== null ? "*" : cell);
  return `${table} ${isAssigned ? "*" : String(id)} ${textOf(cells(before))} ${textOf(cells(after))}`;
}

/** All of a summary but what is marked when it is read. */
function steady({ maybeStale: _, ...summary }: ActionSummary): Omit<ActionSummary, "maybeStale"> {
  return summary;
}

/** What expires together expires in the order of its time, which proposals made together get as it comes: by number here. */
function inOrder(told: readonly string[]): string[] {
  const isOver = (note: string | undefined) => note?.endsWith(" expired") === true;
  const ordered: string[] = [];
  for (let from = 0; from < told.length;) {
    let to = from + 1;
    while (isOver(told[from]) && isOver(told[to])) to++;
    ordered.push(...told.slice(from, to).sort());
    from = to;
  }
  return ordered;
}

/** Counts without the states that nothing is in. */
function present(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== 0));
}
