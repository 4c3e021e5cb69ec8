/** A copy of a refused request that arrives over HTTP when the action waits as it was signed: refused all the same. */
import assert from "node:assert/strict";
import type { Action } from "@/agent/types.ts";
import { openBeside } from "@/tests/sqlite.ts";
import { Approver, Client } from "./client.ts";
import { startGatekeeper } from "./start.ts";

Deno.test("what was refused while the action was stale, or had not run yet, is refused for good", async () => {
  const gatekeeper = await startGatekeeper();
  try {
    const client = new Client(gatekeeper.url);
    const ana = await Approver.enrolled(client);
    const refused = async (expected: [number, string], path: string, body: unknown) => {
      const answer = await client.in<{ code: string; detail: string }>("POST", path, body);
      assert.deepEqual([answer.status, answer.body.code], expected, answer.body.detail);
      return answer.body.detail;
    };
    const email = (to: string) => {
      using file = openBeside(`${gatekeeper.varDir}/db/main.db`);
      file.exec(`UPDATE customers SET email = '${to}' WHERE id = 1`);
    };
    const first = (await client.rows("customers"))[0];

    const action = await client.propose("UPDATE customers SET tier = 'Late' WHERE id = 1");
    const approve = `/actions/${action.id}/approve`;
    // Two tabs; within one millisecond their approvals would be one.
    const [one, two] = await Promise.all([120_000, 180_000].map(async (ms) => {
      const expiresAt = new Date(Date.now() + ms).toISOString();
      return { digest: action.digest, approval: await ana.sign(action, "approve", { expiresAt }) };
    }));
    email("moved@example.com");
    await refused([409, "drift"], approve, one);
    await refused([409, "not_pending"], approve, two);
    email(String(first.email));
    const again = await client.in<Action>("POST", `/actions/${action.id}/preview`, {});
    assert.deepEqual([again.body.state, again.body.digest], ["pending", action.digest]);
    assert.match(await refused([409, "stale_digest"], approve, two), /refused before/);
    assert.deepEqual((await client.rows("customers"))[0], first);
    assert.equal((await client.action(action.id)).state, "pending");
    // The other is known to the db-service, which was asked.
    await refused([409, "drift"], approve, one);
    await client.in("POST", `/actions/${action.id}/preview`, {});

    const early = { approval: await ana.sign(action, "revert") };
    await refused([409, "not_approved"], `/actions/${action.id}/revert`, early);
    assert.equal((await client.approve(action, await ana.sign(action, "approve"))).status, 200);
    assert.match(await refused([409, "conflict"], `/actions/${action.id}/revert`, early), /refused before/);
    assert.equal((await client.rows("customers"))[0].tier, "Late");
    const anew = { approval: await ana.sign(action, "revert") };
    assert.equal((await client.in("POST", `/actions/${action.id}/revert`, anew)).status, 200);
    assert.deepEqual((await client.rows("customers"))[0], first);
  } finally {
    await gatekeeper.stop();
    await Deno.remove(gatekeeper.varDir, { recursive: true });
  }
});
