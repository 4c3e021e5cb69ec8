/** Any process may be killed at any moment: nothing is lost and nothing happens twice (SPEC M5, Q6). */
import assert from "node:assert/strict";
import type { Action, ActionList, ChatTail } from "@/agent/types.ts";
import { Approver, Client } from "./client.ts";
import { descendants, type Running, startGatekeeper, until } from "./start.ts";

const RAISE = "UPDATE customers SET name = name || '+' WHERE region = 'East'";

Deno.test("kill -9 of each process between the steps of the script: everything is as it was", async () => {
  let gatekeeper = await startGatekeeper();
  const { varDir } = gatekeeper;
  const client = () => new Client(gatekeeper.url);
  const again = async (pid: number) => {
    gatekeeper.kill(pid);
    await gatekeeper.ended;
    await gatekeeper.stop();
    gatekeeper = await startGatekeeper({ varDir });
  };
  try {
    await say(client(), "Show me all customers");
    const said = await tail(client());
    await again((await gatekeeper.pids()).app);
    assert.deepEqual((await tail(client())).messages, said.messages);

    await say(client(), "Upgrade all East customers to Gold");
    const action = await pending(client());
    await again((await gatekeeper.pids()).db);
    assert.deepEqual(await pending(client()), action);

    const ana = await Approver.enrolled(client());
    assert.equal((await client().approve(action, await ana.sign(action, "approve"))).status, 200);
    await again((await gatekeeper.pids()).launcher);
    const approved = await client().action(action.id);
    assert.deepEqual([approved.state, approved.decidedBy?.name, approved.canRevert], [
      "approved",
      "Owner",
      true,
    ]);
    assert.equal(await east(client()), "Gold Gold Gold");

    await again((await gatekeeper.pids()).app);
    const { status } = await client().in("POST", `/actions/${action.id}/revert`, {
      approval: await ana.sign(approved, "revert"),
    });
    assert.equal(status, 200);
    await again((await gatekeeper.pids()).db);
    assert.equal(await east(client()), "Silver Silver Silver");
    assert.equal((await client().action(action.id)).state, "reverted");
  } finally {
    await gatekeeper.stop();
    await Deno.remove(varDir, { recursive: true });
  }
});

Deno.test("kill -9 in the middle of a command: it is answered as interrupted, and can be sent again", async () => {
  let gatekeeper = await startGatekeeper();
  const { varDir } = gatekeeper;
  const text = "/query SELECT count(*) FROM customers";
  try {
    const before = new Client(gatekeeper.url);
    const { app, db } = await gatekeeper.pids();
    // Its answer waits for the database.
    Deno.kill(db, "SIGSTOP");
    const asked = before.in("POST", "/chat", { message: text }, { prefer: "respond-async" }).catch(() =>
      null
    );
    await until("the command", async () => (await tail(before)).messages.length === 1);
    gatekeeper.kill(app);
    Deno.kill(db, "SIGCONT");
    await asked;
    await gatekeeper.ended;
    await gatekeeper.stop();
    gatekeeper = await startGatekeeper({ varDir });
    const { messages: [question, answer, ...more] } = await tail(new Client(gatekeeper.url));
    assert.deepEqual([question.metadata?.kind, more.length], ["command", 0]);
    assert.deepEqual([answer.metadata?.kind, answer.metadata?.status], ["command", "interrupted"]);
    const data = answer.parts.flatMap((part) => part.type === "data-command" ? [part.data] : []);
    assert.ok("again" in data[0] && data[0].again === text);
  } finally {
    await gatekeeper.stop();
    await Deno.remove(varDir, { recursive: true });
  }
});

Deno.test("kill -9 in the middle of an approval: it happens once or not at all, and the queue knows which", async () => {
  let gatekeeper = await startGatekeeper();
  const { varDir } = gatekeeper;
  try {
    const ana = await Approver.enrolled(new Client(gatekeeper.url));
    let applied = 0;
    for (let round = 0; round < 6; round++) {
      const client = new Client(gatekeeper.url);
      const action = await client.propose(RAISE);
      const approval = await ana.sign(action, "approve");
      const victim = await victims[round % victims.length](gatekeeper);
      const request = client.approve(action, approval).catch(() => null);
      await new Promise((resolve) => setTimeout(resolve, round * 3));
      gatekeeper.kill(victim);
      await request;
      if (round % victims.length !== 2) {
        await gatekeeper.ended;
        await gatekeeper.stop();
        gatekeeper = await startGatekeeper({ varDir });
      }
      const after = new Client(gatekeeper.url);
      const settled = await until("the action to settle", async () => {
        const { state } = await after.action(action.id);
        return state !== "executing" && state;
      });
      if (settled === "approved") applied++;
      else assert.equal(settled, "pending");
      const names = (await after.rows("customers")).filter(({ region }) => region === "East").map((
        { name },
      ) => String(name));
      assert.deepEqual(
        names.map((name) => name.replace(/[^+]/g, "").length),
        [applied, applied, applied],
        `round ${round}`,
      );
      if (settled === "pending") await after.in("POST", `/actions/${action.id}/withdraw`, {});
    }
  } finally {
    await gatekeeper.stop();
    await Deno.remove(varDir, { recursive: true });
  }
});

/** Whom to kill: the app, the db-service, and the db-service's own writer, which it must bring back by itself. */
const victims: ((gatekeeper: Running) => Promise<number>)[] = [
  async (gatekeeper) => (await gatekeeper.pids()).app,
  async (gatekeeper) => (await gatekeeper.pids()).db,
  async (gatekeeper) => {
    const { launcher } = await gatekeeper.pids();
    const writer = (await descendants(launcher)).find(({ command }) => command.includes("writer_child.ts"));
    assert.ok(writer);
    return writer.pid;
  },
];

async function say(client: Client, message: string): Promise<void> {
  const { status } = await client.in("POST", "/chat", { message }, { prefer: "respond-async" });
  assert.equal(status, 202);
  await until("the answer", async () => {
    const { messages, run } = await tail(client);
    return run === null && messages.at(-1)?.role === "assistant";
  });
}

async function tail(client: Client): Promise<ChatTail> {
  return (await client.in<ChatTail>("GET", "/chat")).body;
}

async function pending(client: Client): Promise<Action> {
  const { body: { actions } } = await client.in<ActionList>("GET", "/actions?state=pending");
  assert.equal(actions.length, 1);
  return await client.action(actions[0].id);
}

async function east(client: Client): Promise<string> {
  return (await client.rows("customers")).filter(({ region }) => region === "East").map(({ tier }) => tier)
    .join(" ");
}
