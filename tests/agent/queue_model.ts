/**
 * What the queue and the database ought to be, written down a second time as plain objects: no KV, no SQL, no digest
 * and no state table of the product. The test does the same things to both and compares.
 */
import type { ActionState } from "@/agent/types.ts";
import { type Data, type Edit, type Program, sameEdits, textOf } from "./queue_model_data.ts";

/** How an approval would be judged by whoever checks signatures, beside what it is used for. */
export type Signed = "good" | "bad_signature" | "not_approver" | "approval_expired";

/** What a decision comes to: `ok`, or the code of its refusal. */
export type Outcome = "ok" | "drift" | "refused_sql" | "conflict" | Exclude<Signed, "good">;

export interface ModelAction {
  id: number;
  title: string;
  state: ActionState;
  program: Program;
  /** The preview as it stands, and how often it was made anew with another outcome. */
  shown: Edit[];
  previewedAt: number;
  expiresAt: number;
  decidedBy: string | null;
  reason: string | null;
  /** The database refused it, and it was not previewed since. */
  failed: boolean;
  canRevert: boolean;
  /** What it did, with the keys that it got. */
  done: Edit[] | null;
  reverted: boolean;
  decision: Decision | null;
}

/** A decision that was claimed and has no outcome yet. */
export interface Decision {
  kind: "approve" | "revert";
  by: string;
  signed: Signed;
  /** What was signed: a delayed request carries this, whatever the action has become. */
  program: Program;
  shown: Edit[];
}

/** How long a proposal waits, in milliseconds (SPEC Q8). */
const WEEK_MS = 7 * 24 * 3_600_000;
const OPEN: readonly ActionState[] = ["pending", "stale", "failed"];

export class Model {
  readonly actions: ModelAction[] = [];
  /** Decisions that took effect, in order. */
  readonly chain: { id: number; kind: Decision["kind"] }[] = [];
  /** What the conversation was told, in order. */
  readonly told: string[] = [];
  readonly #changed = new Map<string, number>();
  #ticks = 0;

  constructor(readonly data: Data) {}

  get(id: number): ModelAction {
    const found = this.actions.find((action) => action.id === id);
    if (!found) throw new Error(`The model has no #${id}.`);
    return found;
  }

  propose(id: number, title: string, program: Program, now: number): "ok" | "refused_sql" {
    const shown = this.data.effectOf(program);
    if (shown === null) return "refused_sql";
    this.actions.push({
      id,
      title,
      state: "pending",
      program,
      shown,
      previewedAt: ++this.#ticks,
      expiresAt: now + WEEK_MS,
      decidedBy: null,
      reason: null,
      failed: false,
      canRevert: false,
      done: null,
      reverted: false,
      decision: null,
    });
    return "ok";
  }

  /** Whether a decision to approve is taken up at all. `fits`: the digest that was sent is that of the preview. */
  mayApprove(
    { state, expiresAt }: ModelAction,
    fits: boolean,
    now: number,
  ): "ok" | "not_pending" | "stale_digest" {
    if (state !== "pending" || expiresAt < now) return "not_pending";
    return fits ? "ok" : "stale_digest";
  }

  mayRevert({ state, canRevert }: ModelAction): "ok" | "not_approved" {
    return state === "approved" && canRevert ? "ok" : "not_approved";
  }

  claim(action: ModelAction, kind: Decision["kind"], by: string, signed: Signed): Decision {
    const { program, shown } = action;
    action.state = kind === "approve" ? "executing" : "reverting";
    if (kind === "approve") action.decidedBy = by;
    return action.decision = { kind, by, signed, program, shown };
  }

  /** What the database does with a decision that reaches it: its effect happens at most once. */
  deliver(action: ModelAction, decision: Decision): Outcome {
    const { kind, signed } = decision;
    if (kind === "approve" ? action.done : action.reverted) return "ok";
    if (signed !== "good") return signed;
    return kind === "approve" ? this.#execute(action, decision) : this.#restore(action);
  }

  /** What the queue makes of the answer. */
  settle(action: ModelAction, outcome: Outcome): void {
    const { decision } = action;
    if (!decision) throw new Error(`#${action.id} has no decision to settle.`);
    action.decision = null;
    if (decision.kind === "revert") {
      action.state = outcome === "ok" ? "reverted" : "approved";
      if (outcome !== "ok") return;
      action.decidedBy = decision.by;
      action.canRevert = false;
      this.#note(action.done ?? []);
    } else if (outcome === "ok") {
      action.state = "approved";
      action.canRevert = (action.done?.length ?? 0) > 0;
      this.#note(action.done ?? []);
    } else if (outcome === "drift") {
      action.state = "stale";
      action.decidedBy = null;
      action.shown = this.data.effectOf(action.program) ?? [];
      action.previewedAt = ++this.#ticks;
    } else if (outcome === "refused_sql") {
      action.state = "failed";
      action.failed = true;
    } else {
      action.state = "pending";
      action.decidedBy = null;
      return;
    }
    this.#tell(action);
  }

  reject(action: ModelAction, by: string, reason: string): "ok" | "not_pending" {
    if (action.state !== "pending" && action.state !== "stale") return "not_pending";
    this.#end(action, "rejected", by);
    action.reason = reason;
    return "ok";
  }

  withdraw(action: ModelAction, by: string): "ok" | "not_pending" {
    if (!OPEN.includes(action.state)) return "not_pending";
    this.#end(action, "withdrawn", by);
    return "ok";
  }

  /** A fresh preview of the same statements. */
  look(action: ModelAction): "ok" | "not_pending" | "refused_sql" {
    return this.#look(action, action.program);
  }

  /** A fresh preview without some rows of the one that is shown, which must still be true of the others. */
  narrow(
    action: ModelAction,
    left: (edit: Edit) => boolean,
  ): "ok" | "not_pending" | "invalid" | "drift" | "refused_sql" {
    if (!OPEN.includes(action.state)) return "not_pending";
    const rest = action.shown.filter((edit) => !left(edit));
    if (rest.length === 0) return "invalid";
    const program: Program = [{ kind: "exactly", edits: rest }];
    const effect = this.data.effectOf(program);
    if (effect !== null && !sameEdits(effect, rest)) return "drift";
    return this.#look(action, program);
  }

  expire(now: number): void {
    for (const action of this.actions) {
      const isOpen = action.state === "pending" || action.state === "stale";
      if (isOpen && action.expiresAt < now) this.#end(action, "expired", null);
    }
  }

  /** Whether a reader is warned that the data may have moved on since the preview. */
  maybeStale({ state, shown, previewedAt }: ModelAction): boolean {
    if (state !== "pending") return false;
    const tables = shown.length > 0 ? shown.map(({ table }) => table) : [...this.#changed.keys()];
    return tables.some((table) => (this.#changed.get(table) ?? 0) >= previewedAt);
  }

  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { state } of this.actions) counts[state] = (counts[state] ?? 0) + 1;
    return counts;
  }

  #look(action: ModelAction, program: Program): "ok" | "not_pending" | "refused_sql" {
    if (!OPEN.includes(action.state)) return "not_pending";
    const shown = this.data.effectOf(program);
    if (shown === null) return "refused_sql";
    Object.assign(action, { state: "pending", program, shown, decidedBy: null, failed: false });
    action.previewedAt = ++this.#ticks;
    return "ok";
  }

  #execute(action: ModelAction, { program, shown }: Decision): Outcome {
    const effect = this.data.effectOf(program);
    if (effect === null) return "refused_sql";
    if (!sameEdits(effect, shown)) return "drift";
    action.done = this.data.apply(program);
    this.chain.push({ id: action.id, kind: "approve" });
    return "ok";
  }

  #restore(action: ModelAction): Outcome {
    const done = action.done ?? [];
    const moved = done.some(({ table, key, after }) => textOf(this.data.row(table, key)) !== textOf(after));
    if (moved) return "conflict";
    for (const { table, key, before } of done) this.data.put(table, key, before);
    action.reverted = true;
    this.chain.push({ id: action.id, kind: "revert" });
    return "ok";
  }

  #end(action: ModelAction, state: ActionState, by: string | null): void {
    action.state = state;
    if (by !== null) action.decidedBy = by;
    this.#tell(action);
  }

  #tell({ id, state }: ModelAction): void {
    this.told.push(`#${id} ${state}`);
  }

  #note(edits: readonly Edit[]): void {
    this.#ticks++;
    for (const { table } of edits) this.#changed.set(table, this.#ticks);
  }
}
