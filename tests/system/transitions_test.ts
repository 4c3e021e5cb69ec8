/** Every operation in every state, over HTTP: what is not on an edge of the table answers 409 and changes nothing. */
import assert from "node:assert/strict";
import type { Stored } from "@/agent/queue/store.ts";
import { keys } from "@/agent/store/keys.ts";
import type { Action, ActionList, ActionState } from "@/agent/types.ts";
import { Approver } from "./client.ts";
import { Rig } from "./crash_rig.ts";
import { until } from "./start.ts";

const HARMLESS = "UPDATE customers SET tier = tier || '.' WHERE id IN (1, 3)";

/** In which states each operation is taken (SPEC Q1, Q5). Elsewhere it is refused. */
const TAKEN: Record<Operation, readonly ActionState[]> = {
  approve: ["pending"],
  reject: ["pending", "stale"],
  withdraw: ["pending", "stale", "failed"],
  preview: ["pending", "stale", "failed"],
  "leave rows out": ["pending", "stale", "failed"],
  revert: ["approved"],
};
type Operation = "approve" | "reject" | "withdraw" | "preview" | "leave rows out" | "revert";

Deno.test("every operation in every state: 200 on an edge of the table, elsewhere 409 and nothing changes", async (t) => {
  const rig = await Rig.open();
  const { client, file, wire } = rig;
  try {
    const ana = await Approver.enrolled(client);
    file.exec("CREATE TABLE codes (code TEXT PRIMARY KEY)");
    const rows = () => JSON.stringify(file.prepare("SELECT * FROM customers").all());
    const decide = async (action: Action, kind: "approve" | "revert") => {
      const answer = await (await rig.decide(ana, action, kind)).answer;
      return [answer, await client.action(action.id)] as const;
    };
    /** Holds a decision on its way, for as long as the connection lasts. */
    const hold = async (action: Action, kind: "approve" | "revert") => {
      const held = wire.next("held");
      await rig.decide(ana, action, kind);
      await held.reached;
      return { action: await client.action(action.id), end: () => held.release(true) };
    };
    const end = async (action: Action, verb: string) => {
      const { status, body } = await client.in<Action>("POST", `/actions/${action.id}/${verb}`, {});
      assert.equal(status, 200, verb);
      return body;
    };
    const approved = async () => (await decide(await client.propose(HARMLESS), "approve"))[1];

    /** Brings an action into a state in the way in which that happens. */
    const make: Record<ActionState, () => Promise<{ action: Action; end?: () => void }>> = {
      pending: async () => ({ action: await client.propose(HARMLESS) }),
      executing: async () => await hold(await client.propose(HARMLESS), "approve"),
      approved: async () => ({ action: await approved() }),
      reverting: async () => await hold(await approved(), "revert"),
      reverted: async () => ({ action: (await decide(await approved(), "revert"))[1] }),
      rejected: async () => ({ action: await end(await client.propose(HARMLESS), "reject") }),
      withdrawn: async () => ({ action: await end(await client.propose(HARMLESS), "withdraw") }),
      stale: async () => {
        const action = await client.propose(HARMLESS);
        file.exec("UPDATE customers SET tier = tier || '!' WHERE id = 1");
        return { action: (await decide(action, "approve"))[1] };
      },
      failed: async () => {
        const code = crypto.randomUUID();
        const action = await client.propose(`INSERT INTO codes VALUES ('${code}'), ('another')`);
        file.exec(`INSERT INTO codes VALUES ('${code}')`);
        const [, failed] = await decide(action, "approve");
        file.exec(`DELETE FROM codes WHERE code = '${code}'`);
        return { action: failed };
      },
      expired: async () => {
        const action = await client.propose(HARMLESS);
        // Its week is over: only the clock of the test is not.
        await rig.killApp();
        const [past, at] = [Date.now() - 1_000, Date.parse(action.expiresAt ?? "")];
        await rig.withStore(async (kv) => {
          const { value } = await kv.get<Stored>(keys.action("main", action.id));
          assert.ok(value);
          const summary = { ...value.summary, expiresAt: new Date(past).toISOString() };
          await kv.atomic().set(keys.action("main", action.id), { ...value, summary })
            .delete(keys.expiry(at, "main", action.id)).set(keys.expiry(past, "main", action.id), 1).commit();
        });
        await rig.startApp();
        return {
          action: await until("it to expire", async () => {
            const now = await client.action(action.id);
            return now.state === "expired" && now;
          }),
        };
      },
    };

    const operate: Record<Operation, (action: Action) => Promise<[status: number | null, code: string]>> = {
      approve: async (action) =>
        await said("approve", action, { digest: action.digest, approval: await ana.sign(action, "approve") }),
      reject: (action) => said("reject", action, { reason: "No" }),
      withdraw: (action) => said("withdraw", action, {}),
      preview: (action) => said("preview", action, {}),
      "leave rows out": (action) =>
        said("preview", action, {
          exclude: action.preview?.changes.slice(0, 1).map(({ table, key }) => ({ table, key })) ?? [],
        }),
      revert: async (action) => await said("revert", action, { approval: await ana.sign(action, "revert") }),
    };
    const said = async (verb: string, { id }: Action, body: unknown): Promise<[number, string]> => {
      const answer = await client.in<{ code?: string }>("POST", `/actions/${id}/${verb}`, body);
      return [answer.status, answer.body.code ?? ""];
    };
    const operations = Object.keys(TAKEN).filter(isOperation);

    for (const [state, bring] of Object.entries(make)) {
      await t.step(state, async () => {
        const { action, end } = await bring();
        assert.equal(action.state, state);
        const before = JSON.stringify(await client.action(action.id));
        const data = rows();
        const { counts } = (await client.in<ActionList>("GET", "/actions?limit=1")).body;
        for (const operation of operations.filter((one) => !TAKEN[one].some((taken) => taken === state))) {
          const code = operation === "revert" ? "not_approved" : "not_pending";
          assert.deepEqual(await operate[operation](action), [409, code], `${operation} of what is ${state}`);
          assert.equal(JSON.stringify(await client.action(action.id)), before, operation);
          assert.equal(rows(), data, operation);
        }
        assert.deepEqual((await client.in<ActionList>("GET", "/actions?limit=1")).body.counts, counts);
        end?.();
        await rig.settled(action.id);
        for (const operation of operations.filter((one) => TAKEN[one].some((taken) => taken === state))) {
          const fresh = (await bring()).action;
          assert.deepEqual(await operate[operation](fresh), [200, ""], `${operation} of what is ${state}`);
        }
      });
    }

    await t.step("a read, and what is not there", async () => {
      await client.in("POST", "/chat", { message: "Show me all customers" }, { prefer: "respond-async" });
      const read = await until("the read", async () => {
        const { body } = await client.in<ActionList>("GET", "/actions?type=observation");
        return body.actions.length > 0 && await client.action(body.actions[0].id);
      });
      for (const operation of operations) {
        const code = operation === "revert" ? "not_approved" : "not_pending";
        assert.deepEqual(await operate[operation](read), [409, code], operation);
        assert.deepEqual(await operate[operation]({ ...read, id: 999 }), [404, "not_found"], operation);
      }
    });
  } finally {
    await rig.close();
  }
});

function isOperation(text: string): text is Operation {
  return text in TAKEN;
}
