/** The hands of the model-based test: how anyone proposes, decides and changes data, and what the model expects of it. */
import assert from "node:assert/strict";
import { Refusal } from "@/agent/errors.ts";
import { approve, reject, revert, withdraw } from "@/agent/queue/decide.ts";
import { getAction } from "@/agent/queue/store.ts";
import type { ActionState } from "@/agent/types.ts";
import { randomFrom } from "@/tests/random.ts";
import { type Decision, Model, type ModelAction, type Signed } from "./queue_model.ts";
import { CODES, Data, GROUPS, type Program, type Step } from "./queue_model_data.ts";
import type { Tab } from "./queue_model_tab.ts";
import { type Person, type QuickTime, statementsOf, type World, WS } from "./queue_model_world.ts";

/** What a run of sequences met, by name. */
export type Tally = Record<string, number>;

export class Hands {
  readonly model = new Model(Data.fresh());
  /** What was done, in words: the story of a failure. */
  readonly story: string[] = [];
  protected readonly random: (below: number) => number;
  protected readonly digests = new Map<number, string[]>();
  protected doing = "propose";
  protected numbers = 100;

  constructor(
    readonly world: World,
    readonly time: QuickTime,
    readonly tabs: readonly Tab[],
    seed: number,
    readonly tally: Tally,
  ) {
    this.random = randomFrom(seed);
  }

  /** Another program changes the data, or changes them back. */
  protected outside(step: Step = this.#anyStep()): Promise<void> {
    const { data } = this.model;
    this.say(JSON.stringify(step));
    if (data.effectOf([step]) === null) return Promise.resolve();
    for (const { sql, args = [] } of statementsOf([step])) {
      this.world.file.prepare(sql).run(...args.map((arg) => typeof arg === "number" ? arg : String(arg)));
    }
    data.apply([step]);
    return Promise.resolve();
  }

  #anyStep(): Step {
    return this.pick<() => Step>([
      () => ({ kind: "set", id: 1 + this.random(8), n: 1 + this.random(4) }),
      () => ({ kind: "set", id: 1 + this.random(8), n: 1 + this.random(4) }),
      () => ({ kind: "insert", rows: [this.newRow()] }),
      () => ({ kind: "delete", group: this.pick(GROUPS) }),
      () => ({ kind: "note", id: 1 + this.random(2), text: this.pick(["one", "two", "three"]) }),
      () => ({ kind: "code", code: this.pick(CODES) }),
    ])();
  }

  protected send(action: ModelAction, kind: Decision["kind"], by: Person, signed: Signed): Promise<unknown> {
    return (async () => {
      const now = await getAction(WS, action.id);
      const input = await this.world.approval(by, now, kind, signed);
      return await (kind === "approve"
        ? approve(WS, action.id, by.actor, input)
        : revert(WS, action.id, by.actor, input.approval));
    })();
  }

  protected refusal(action: ModelAction, kind: Decision["kind"]): string {
    return kind === "approve"
      ? this.model.mayApprove(action, true, Date.now())
      : this.model.mayRevert(action);
  }

  /** What a decision that nothing stands in the way of must come to. */
  protected outcome(action: ModelAction, kind: Decision["kind"], by: Person, signed: Signed): string {
    const refusal = this.refusal(action, kind);
    if (refusal !== "ok") return refusal;
    const decision = this.model.claim(action, kind, by.actor.name, signed);
    const outcome = this.model.deliver(action, decision);
    this.model.settle(action, outcome);
    if (outcome !== "refused_sql") return outcome;
    // That the database refused it is the action's own state; nobody did anything wrong.
    this.count("failed");
    return "ok";
  }

  protected closed(action: ModelAction, verb: "reject" | "withdraw", by: Person): string {
    const { name } = by.actor;
    return verb === "reject" ? this.model.reject(action, name, "No") : this.model.withdraw(action, name);
  }

  protected async remember({ id }: ModelAction): Promise<void> {
    const { digest } = await getAction(WS, id);
    this.digests.set(id, [...this.digests.get(id) ?? [], digest ?? ""]);
  }

  protected program(): Program {
    const step = this.pick<() => Step>([
      () => ({ kind: "add", group: this.pick(GROUPS), by: 1 + this.random(2) }),
      () => ({ kind: "add", group: this.pick(GROUPS), by: 1 + this.random(2) }),
      () => ({ kind: "set", id: 1 + this.random(8), n: 1 + this.random(4) }),
      () => ({ kind: "insert", rows: Array.from({ length: 1 + this.random(3) }, () => this.newRow()) }),
      () => ({ kind: "delete", group: this.pick(GROUPS) }),
      () => ({ kind: "note", id: 1 + this.random(3), text: this.pick(["one", "two", "three"]) }),
      () => ({ kind: "code", code: this.pick(CODES) }),
      () => ({ kind: "code", code: this.pick(CODES) }),
    ]);
    return this.random(4) ? [step()] : [step(), step()];
  }

  protected newRow() {
    return { group: this.pick(GROUPS), n: ++this.numbers };
  }

  /** Mostly one in a state where it fits, sometimes any. */
  protected action(states: readonly ActionState[], only = false): ModelAction | null {
    const fitting = this.model.actions.filter(({ state }) => states.includes(state));
    const from = only || (fitting.length > 0 && this.random(5)) ? fitting : this.model.actions;
    return from.length > 0 ? this.pick(from) : null;
  }

  protected wrong(): Signed {
    return this.pick<Signed>(["bad_signature", "not_approver", "approval_expired"]);
  }

  protected pick<T>(from: readonly T[]): T {
    return from[this.random(from.length)];
  }

  protected say(words: string): void {
    this.story.push(words);
  }

  protected count(what: string): void {
    this.tally[what] = (this.tally[what] ?? 0) + 1;
  }

  protected expect(said: string, expected: string, what = ""): void {
    this.say(`${what}: ${said}`);
    assert.equal(said, expected, what);
    this.count(`${this.doing} → ${said}`);
  }
}

/** Ends a proposal that nobody carries out. */
export const verbs = {
  reject: (id: number, { actor }: Person) => reject(WS, id, actor, "No"),
  withdraw: (id: number, { actor }: Person) => withdraw(WS, id, actor),
};

/** The code of the refusal that a decision ends in, or `ok`. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "ok";
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}
