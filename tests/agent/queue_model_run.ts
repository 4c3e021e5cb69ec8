/** One random sequence: several people, agents, crashes and other programs, done to the product and to the model alike. */
import { approve } from "@/agent/queue/decide.ts";
import { expireDue } from "@/agent/queue/expiry.ts";
import { previewAgain } from "@/agent/queue/preview.ts";
import { observe, propose } from "@/agent/queue/propose.ts";
import { getAction } from "@/agent/queue/store.ts";
import type { Decision, Signed } from "./queue_model.ts";
import { Checker, textOfChange } from "./queue_model_check.ts";
import { texts } from "./queue_model_data.ts";
import { Faults, ORIGIN } from "./queue_model_faults.ts";
import { codeOf, verbs } from "./queue_model_hands.ts";
import type { Fault } from "./queue_model_wire.ts";
import { statementsOf, WS } from "./queue_model_world.ts";

const DAY_MS = 24 * 3_600_000;

export class Sequence extends Faults {
  #observations = 0;
  #joins = 0;

  /** Does `steps` random things, and compares after each. Returns where the chain ends. */
  async run(steps: number, head: { seq: number; hash: string }): Promise<{ seq: number; hash: string }> {
    const checker = await Checker.begin(this.world, this.model, head);
    const check = (deep = false) => checker.all(this.tabs, { observations: this.#observations, deep });
    for (const tab of this.tabs) await tab.join();
    // Something to decide on from the beginning.
    await this.propose(4);
    await check();
    for (let n = 0; n < steps; n++) {
      await this.step(check);
      await check(n % 5 === 0);
    }
    while (this.zombies.length > 0) await this.wake(this.zombies[0]);
    for (const tab of this.tabs) await tab.join();
    await check(true);
    return checker.head;
  }

  protected async step(check: () => Promise<void>): Promise<void> {
    const table: [number, string, () => Promise<void>][] = [
      [5, "propose", () => this.propose(1)],
      [1, "propose twenty at once", () => this.propose(this.random(4) ? 3 : 20)],
      [6, "approve", () => this.decide("approve", "good")],
      [2, "approve wrongly", () => this.decide("approve", this.wrong())],
      [2, "approve with another digest", () => this.approveOther()],
      [
        2,
        "approve over a bad line",
        () => this.decide("approve", "good", this.pick(["lost", "unanswered"])),
      ],
      [3, "revert", () => this.decide("revert", "good")],
      [2, "revert what moved since", () => this.revertMoved()],
      [1, "revert wrongly", () => this.decide("revert", this.wrong())],
      [1, "revert over a bad line", () => this.decide("revert", "good", this.pick(["lost", "unanswered"]))],
      [3, "crash", () => this.crash(this.random(3) ? "approve" : "revert", check)],
      [1, "outage", () => this.outage(check)],
      [2, "all at once", () => this.race()],
      [1, "reject", () => this.close("reject")],
      [1, "withdraw", () => this.close("withdraw")],
      [3, "look again", () => this.look()],
      [5, "leave rows out", () => this.narrow()],
      [5, "another program writes", () => this.outside()],
      [1, "time passes", () => this.expire()],
      [1, "observe", () => this.observe()],
      [2, "a process wakes", () => this.wakeOne()],
      [2, "a tab comes or goes", () => this.comeOrGo()],
    ];
    let at = this.random(table.reduce((sum, [weight]) => sum + weight, 0));
    const [, name, act] = table.find(([weight]) => (at -= weight) < 0) ?? table[0];
    this.doing = name;
    this.say(name);
    await act();
  }

  protected async propose(times: number): Promise<void> {
    const programs = Array.from({ length: times }, () => this.program());
    const proposed = await Promise.all(programs.map(async (program) => {
      const title = `title${++this.numbers}x`;
      const proposal = { title, description: "", statements: statementsOf(program) };
      let id = 0;
      const said = await codeOf(propose(ORIGIN, proposal).then((summary) => void (id = summary.id)));
      return { program, title, said, id };
    }));
    for (const { program, title, said, id } of proposed.sort((a, b) => a.id - b.id)) {
      const expected = this.model.propose(id, title, program, Date.now());
      this.expect(said, expected, `#${id} ${JSON.stringify(program)}`);
    }
  }

  /** One person decides, and everything goes as it goes. */
  protected async decide(
    kind: Decision["kind"],
    signed: Signed,
    fault?: Fault,
    action = this.action(kind === "approve" ? ["pending"] : ["approved"]),
  ): Promise<void> {
    if (!action) return;
    const by = this.pick(this.world.people);
    if (fault) this.world.wire.next(fault);
    const said = await codeOf(this.send(action, kind, by, signed));
    this.world.wire.mend();
    this.expect(
      said,
      this.outcome(action, kind, by, signed),
      `${kind} #${action.id} ${signed} ${fault ?? ""}`,
    );
  }

  /** Another program writes to a row that a decision changed, and then it is to be taken back. */
  protected async revertMoved(): Promise<void> {
    const action = this.action(["approved"], true);
    const edit = action?.done?.find(({ table, after }) => table === "items" && after !== null);
    if (!action || !edit) return;
    await this.outside({ kind: "set", id: Number(edit.key), n: ++this.numbers });
    await this.decide("revert", "good", undefined, action);
  }

  protected async approveOther(): Promise<void> {
    const action = this.action(["pending"]);
    if (!action) return;
    const by = this.pick(this.world.people);
    const now = await getAction(WS, action.id);
    const older = (this.digests.get(action.id) ?? []).filter((digest) => digest !== now.digest);
    const digest = older.length > 0 && this.random(2) ? this.pick(older) : now.uid;
    const { approval } = await this.world.approval(by, now, "approve", "good");
    const said = await codeOf(approve(WS, action.id, by.actor, { digest, approval }));
    this.expect(said, this.model.mayApprove(action, false, Date.now()), `#${action.id} by ${digest}`);
  }

  protected async close(verb: "reject" | "withdraw"): Promise<void> {
    const action = this.action(["pending", "stale", "failed"]);
    if (!action) return;
    const by = this.pick(this.world.people);
    const said = await codeOf(verbs[verb](action.id, by));
    this.expect(said, this.closed(action, verb, by), `${verb} #${action.id}`);
  }

  protected async look(): Promise<void> {
    const action = this.action(["pending", "stale", "failed"]);
    if (!action) return;
    await this.remember(action);
    const said = await codeOf(previewAgain(WS, action.id, {}));
    this.expect(said, this.model.look(action), `#${action.id}`);
  }

  protected async narrow(): Promise<void> {
    const action = this.action(["pending", "stale", "failed"], true);
    if (!action) return;
    await this.remember(action);
    const { preview } = await getAction(WS, action.id);
    const out = (preview?.changes ?? []).filter(() => this.random(3) === 0);
    if (out.length === 0) return;
    const left = new Set(out.map(textOfChange));
    const said = await codeOf(
      previewAgain(WS, action.id, { exclude: out.map(({ table, key }) => ({ table, key })) }),
    );
    const expected = this.model.narrow(action, (edit) => left.has(texts([edit])[0]));
    this.expect(said, expected, `#${action.id} without ${[...left].join(", ")}`);
  }

  protected async expire(): Promise<void> {
    this.time.advance((1 + this.random(4)) * DAY_MS);
    if (this.random(4) === 0) return;
    await expireDue();
    this.model.expire(Date.now());
  }

  protected async observe(): Promise<void> {
    await observe(ORIGIN, { sql: "SELECT 1", description: "A look" }, { rowCount: 1, ms: 1 });
    this.#observations++;
  }

  protected async comeOrGo(): Promise<void> {
    const [, tab] = this.tabs;
    if (tab.isHere) tab.leave();
    else await tab.join(++this.#joins);
  }
}
