/** What goes wrong: processes that die and come back, a db-service that is away, many who decide at once. */
import assert from "node:assert/strict";
import { approve, revert } from "@/agent/queue/decide.ts";
import { propose } from "@/agent/queue/propose.ts";
import { dropRetries, recover } from "@/agent/queue/settle.ts";
import { getAction } from "@/agent/queue/store.ts";
import type { Decision, ModelAction, Signed } from "./queue_model.ts";
import { codeOf, Hands, verbs } from "./queue_model_hands.ts";
import { DATABASE, statementsOf, WS } from "./queue_model_world.ts";
import type { Held } from "./queue_model_wire.ts";

const AGENT = { id: "agent", name: "Agent", via: "agent" } as const;
export const ORIGIN = { ws: WS, database: DATABASE, by: AGENT, messageId: null };
/** Longer than the lease of a claim. */
const LEASE_OVER_MS = 16_000;

/** A process that was taken for dead, and what it still waits for. */
interface Zombie {
  action: ModelAction;
  decision: Decision;
  held: Held;
  /** Its request arrived; only the answer did not. */
  isDelivered: boolean;
  ended: Promise<string>;
}

export class Faults extends Hands {
  protected readonly zombies: Zombie[] = [];

  /** The process dies with its request or its answer on the way; another one takes over, and it may come back later. */
  protected async crash(kind: Decision["kind"], check: () => Promise<void>): Promise<void> {
    const action = this.action(kind === "approve" ? ["pending"] : ["approved"], true);
    if (!action || this.refusal(action, kind) !== "ok") return;
    const by = this.pick(this.world.people);
    const signed: Signed = this.random(4) ? "good" : "approval_expired";
    const isDelivered = this.random(2) === 0;
    const held = this.world.wire.next(isDelivered ? "held answer" : "held");
    const ended = codeOf(this.send(action, kind, by, signed)).catch((error) => `unexpected ${error}`);
    await held.reached;
    const decision = this.model.claim(action, kind, by.actor.name, signed);
    if (isDelivered) this.model.deliver(action, decision);
    this.say(`${kind} #${action.id} ${signed}, ${isDelivered ? "answer" : "request"} held`);
    await check();
    if (this.random(3) === 0) await this.outside();
    for (const zombie of this.zombies.filter((other) => other.action === action)) await this.wake(zombie);
    await check();
    if (this.random(2)) {
      const { delivered } = this.world.wire;
      await recover(WS);
      assert.equal(this.world.wire.delivered, delivered, "a claim whose lease runs is its maker's");
      this.time.advance(LEASE_OVER_MS);
      await recover(WS);
    } else await recover(WS, true);
    const outcome = this.model.deliver(action, decision);
    this.model.settle(action, outcome);
    this.count(`crash of ${kind}, ${isDelivered ? "answer" : "request"} held → ${outcome}`);
    this.zombies.push({ action, decision, held, isDelivered, ended });
  }

  /** The db-service is away for longer than anyone waits. */
  protected async outage(check: () => Promise<void>): Promise<void> {
    const kind = this.random(3) ? "approve" : "revert";
    const action = this.action(kind === "approve" ? ["pending"] : ["approved"]);
    this.world.wire.down = true;
    const statements = statementsOf(this.program());
    this.expect(
      await codeOf(propose(ORIGIN, { title: "x", description: "", statements })),
      "db_unavailable",
    );
    if (!action || this.refusal(action, kind) !== "ok") return this.world.wire.mend();
    const by = this.pick(this.world.people);
    this.expect(
      await codeOf(this.send(action, kind, by, "good")),
      "ok",
      `${kind} #${action.id} in the dark`,
    );
    const decision = this.model.claim(action, kind, by.actor.name, "good");
    await check();
    this.world.wire.mend();
    if (this.random(2)) {
      dropRetries();
      await recover(WS, true);
    } else {
      for (
        let tries = 0;
        /ing$/.test((await getAction(WS, action.id)).state.replace("pending", ""));
        tries++
      ) {
        assert.ok(tries < 2_000, "nobody sent it again");
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    const outcome = this.model.deliver(action, decision);
    this.model.settle(action, outcome);
    this.count(`outage → ${outcome} afterwards`);
  }

  /** Many decide on one action in the same moment: one is heard, and has one effect. */
  protected async race(): Promise<void> {
    const kind = this.random(2) ? "approve" : "revert";
    const action = this.action(kind === "approve" ? ["pending"] : ["approved"], true);
    if (!action || this.refusal(action, kind) !== "ok") return;
    const now = await getAction(WS, action.id);
    const deciders = Array.from({ length: this.random(3) ? 3 : 20 }, () => this.pick(this.world.people));
    const inputs = await Promise.all(deciders.map((by) => this.world.approval(by, now, kind, "good")));
    const others = kind === "approve" && this.random(2) ? ["reject", "withdraw"] as const : [];
    const said = await Promise.all([
      ...inputs.map((input, i) =>
        codeOf(
          kind === "approve"
            ? approve(WS, action.id, deciders[i].actor, input)
            : revert(WS, action.id, deciders[i].actor, input.approval),
        )
      ),
      ...others.map((verb) => codeOf(verbs[verb](action.id, deciders[0]))),
    ]);
    const lost = kind === "approve" ? "not_pending" : "not_approved";
    const winners = said.flatMap((one, i) => one === lost ? [] : [i]);
    this.say(`${kind} #${action.id} by ${said.length} at once: ${said.join(" ")}`);
    // Who is refused for the data's sake leaves the action open to those who come after.
    for (const i of winners) {
      const verb = others[i - deciders.length];
      if (verb) this.expect(said[i], this.closed(action, verb, deciders[0]), verb);
      else this.expect(said[i], this.outcome(action, kind, deciders[i], "good"), `decider ${i}`);
    }
    assert.ok(winners.length > 0, "nobody was heard");
  }

  protected async wakeOne(): Promise<void> {
    if (this.zombies.length > 0) await this.wake(this.pick(this.zombies));
  }

  /** What was taken for dead goes on: its answer comes late, or its request does. */
  protected async wake(zombie: Zombie): Promise<void> {
    this.zombies.splice(this.zombies.indexOf(zombie), 1);
    const { action, decision, held, isDelivered, ended } = zombie;
    // Only its connection is gone for good; and nothing can be recalled that a person signed and that is still true.
    const isStillTrue = !isDelivered && this.wouldAct(action, decision);
    this.say(`#${action.id} ${decision.kind} wakes${isStillTrue ? ", cut off" : ""}`);
    if (isStillTrue && action.decision) return void this.zombies.push(zombie);
    held.release(!isStillTrue);
    const said = await ended;
    assert.doesNotMatch(said, /unexpected/);
    this.count(
      `${isDelivered ? "answer" : isStillTrue ? "request cut off" : "request"} comes late → ${said}`,
    );
  }

  /** Whether a request that arrived now would still have an effect. */
  protected wouldAct({ done, reverted }: ModelAction, { kind, signed }: Decision): boolean {
    return signed === "good" && (kind === "approve" ? !done : !reverted);
  }
}
