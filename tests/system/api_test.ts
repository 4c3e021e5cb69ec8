/** The product over HTTP, as a program uses it and as an attacker does. One running installation serves all. */
import assert from "node:assert/strict";
import type { Action, Change } from "@/agent/types.ts";
import { Approver, Client } from "./client.ts";
import { startGatekeeper } from "./start.ts";

interface ProblemBody {
  code: string;
  detail: string;
  errors?: { path: string; message: string }[];
}

const EAST = "UPDATE customers SET tier = ? WHERE region = 'East'";

Deno.test("the product over HTTP", async (t) => {
  const gatekeeper = await startGatekeeper();
  const client = new Client(gatekeeper.url);
  const ana = await Approver.enrolled(client);
  const tiers = async () => (await client.rows("customers")).map(({ tier }) => tier).join(" ");

  try {
    await t.step("the sample is there, whole", async () => {
      const rows = await client.rows("customers");
      assert.deepEqual(rows.map(({ name, email, tier, region }) => [name, email, tier, region]), [
        ["Alice Chen", "alice@example.com", "Gold", "West"],
        ["Bob Martinez", "bob@example.com", "Silver", "East"],
        ["Carol Johnson", "carol@example.com", "Bronze", "West"],
        ["Dave Kim", "dave@example.com", "Gold", "Central"],
        ["Eve Williams", "eve@example.com", "Silver", "East"],
        ["Frank Brown", "frank@example.com", "Bronze", "West"],
        ["Grace Lee", "grace@example.com", "Gold", "Central"],
        ["Hank Davis", "hank@example.com", "Silver", "East"],
      ]);
    });

    await t.step("propose, approve, revert: exactly the rows that were shown, and exactly back", async () => {
      const before = await client.rows("customers");
      const action = await client.propose(EAST, ["Gold"]);
      assert.equal(action.state, "pending");
      assert.deepEqual(action.affected, [{ table: "customers", inserted: 0, updated: 3, deleted: 0 }]);
      assert.deepEqual(
        action.preview?.changes.map((change: Change) => [change.before?.[3], change.after?.[3]]),
        [
          ["Silver", "Gold"],
          ["Silver", "Gold"],
          ["Silver", "Gold"],
        ],
      );
      assert.deepEqual(await client.rows("customers"), before, "a preview changes nothing");
      const approved = await client.approve(action, await ana.sign(action, "approve"));
      assert.deepEqual([approved.status, approved.body.state, approved.body.canRevert], [
        200,
        "approved",
        true,
      ]);
      assert.equal(await tiers(), "Gold Gold Bronze Gold Gold Bronze Gold Gold");
      const reverted = await client.in<Action>("POST", `/actions/${action.id}/revert`, {
        approval: await ana.sign(action, "revert"),
      });
      assert.deepEqual([reverted.status, reverted.body.state], [200, "reverted"]);
      assert.deepEqual(await client.rows("customers"), before);
    });

    await t.step("twenty approvals at once have one effect", async () => {
      const action = await client.propose("UPDATE customers SET name = name || '!' WHERE id = 1");
      const approvals = await Promise.all(Array.from({ length: 20 }, () => ana.sign(action, "approve")));
      const answers = await Promise.all(approvals.map((approval) => client.approve(action, approval)));
      const statuses = answers.map(({ status }) => status).sort();
      assert.deepEqual(statuses, [200, ...Array(19).fill(409)]);
      assert.equal((await client.rows("customers"))[0].name, "Alice Chen!");
      const approved = await client.action(action.id);
      await client.in("POST", `/actions/${action.id}/revert`, {
        approval: await ana.sign(approved, "revert"),
      });
    });

    await t.step("rejecting changes nothing and stays", async () => {
      const action = await client.propose(EAST, ["Platinum"]);
      const { body } = await client.in<Action>("POST", `/actions/${action.id}/reject`, { reason: "not now" });
      assert.deepEqual([body.state, body.reason, body.decidedBy?.name], ["rejected", "not now", "Owner"]);
      assert.ok(!(await tiers()).includes("Platinum"));
      const again = await client.approve(action, await ana.sign(action, "approve"));
      assert.equal(again.status, 409);
      assert.ok(!(await tiers()).includes("Platinum"));
    });

    await t.step("no signature but the right one is enough", async () => {
      const action = await client.propose(EAST, ["Stolen"]);
      const stranger = await Approver.make();
      const other = await client.propose("UPDATE customers SET tier = 'Other' WHERE id = 2");
      const good = await ana.sign(action, "approve");
      const attempts: [string, unknown][] = [
        ["a key nobody enrolled", await stranger.sign(action, "approve")],
        ["another action's signature", await ana.sign(other, "approve")],
        ["a signature for reverting", await ana.sign(action, "revert")],
        ["another database", await ana.sign(action, "approve", { database: "other" })],
        [
          "other statements",
          await ana.sign(action, "approve", { statementsSha256: other.preview?.statementsSha256 ?? "" }),
        ],
        ["another digest", await ana.sign(action, "approve", { digest: other.digest ?? "" })],
        [
          "an expiry in the past",
          await ana.sign(action, "approve", { expiresAt: new Date(Date.now() - 1).toISOString() }),
        ],
        [
          "an expiry too far ahead",
          await ana.sign(action, "approve", {
            expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
          }),
        ],
        ["an expiry moved after signing", {
          ...good,
          expiresAt: new Date(Date.now() + 200_000).toISOString(),
        }],
        ["one bit turned", {
          ...good,
          signature: (good.signature[0] === "A" ? "B" : "A") + good.signature.slice(1),
        }],
      ];
      for (const [name, approval] of attempts) {
        const { status } = await client.in("POST", `/actions/${action.id}/approve`, {
          digest: action.digest,
          approval,
        });
        assert.equal(status, 403, name);
        const { state, decidedBy } = await client.action(action.id);
        assert.deepEqual([state, decidedBy], ["pending", null], name);
      }
      for (const approval of [null, {}, { ...good, signature: "" }, { ...good, key: "x" }]) {
        const { status } = await client.in("POST", `/actions/${action.id}/approve`, {
          digest: action.digest,
          approval,
        });
        assert.equal(status, 400);
      }
      assert.ok(!(await tiers()).includes("Stolen"));
      await client.in("POST", `/actions/${action.id}/withdraw`, {});
      await client.in("POST", `/actions/${other.id}/withdraw`, {});
    });

    await t.step("the app's own token can't write without a signature", async () => {
      const action = await client.propose(EAST, ["Forged"]);
      const stranger = await Approver.make();
      const execute = (approval: unknown) =>
        fetch(`${gatekeeper.dbUrl}/v1/databases/main/execute`, {
          method: "POST",
          headers: { authorization: `Bearer ${gatekeeper.dbToken}` },
          body: JSON.stringify({
            actionUid: action.uid,
            statements: action.statements,
            digest: action.digest,
            approval,
          }),
        });
      for (
        const [status, approval] of [[400, undefined], [403, await stranger.sign(action, "approve")]] as const
      ) {
        const answer = await execute(approval);
        assert.equal(answer.status, status);
        await answer.body?.cancel();
      }
      assert.ok(!(await tiers()).includes("Forged"));
      await client.in("POST", `/actions/${action.id}/withdraw`, {});
    });

    await t.step(
      "data that moved since the preview is not changed: the action is stale, with the new preview",
      async () => {
        const action = await client.propose("UPDATE customers SET tier = 'Late' WHERE tier = 'Bronze'");
        const first = await client.propose("UPDATE customers SET tier = 'Silver' WHERE id = 3");
        await client.approve(first, await ana.sign(first, "approve"));
        assert.equal((await client.action(action.id)).maybeStale, true);
        const { status, body } = await client.approve(action, await ana.sign(action, "approve"));
        assert.deepEqual([status, "code" in body && body.code], [409, "drift"]);
        const stale = await client.action(action.id);
        assert.equal(stale.state, "stale");
        assert.equal(stale.affected[0].updated, 1);
        assert.ok(!(await tiers()).includes("Late"));
        const { body: fresh } = await client.in<Action>("POST", `/actions/${action.id}/preview`, {});
        assert.equal(fresh.state, "pending");
        assert.equal((await client.approve(fresh, await ana.sign(fresh, "approve"))).status, 200);
        assert.equal((await client.rows("customers"))[5].tier, "Late");
        for (const done of [fresh, first]) {
          const { status } = await client.in("POST", `/actions/${done.id}/revert`, {
            approval: await ana.sign(done, "revert"),
          });
          assert.equal(status, 200);
        }
      },
    );

    await t.step(
      "a revert over rows that moved changes nothing and shows before, after and now",
      async () => {
        const first = await client.propose("UPDATE customers SET tier = 'A' WHERE id = 1");
        await client.approve(first, await ana.sign(first, "approve"));
        const second = await client.propose("UPDATE customers SET tier = 'B' WHERE id = 1");
        await client.approve(second, await ana.sign(second, "approve"));
        const { status, body } = await client.in<
          ProblemBody & { conflicts: { before: unknown[]; after: unknown[]; current: unknown[] }[] }
        >(
          "POST",
          `/actions/${first.id}/revert`,
          { approval: await ana.sign(first, "revert") },
        );
        assert.deepEqual([status, body.code], [409, "conflict"]);
        assert.deepEqual(
          body.conflicts.map(({ before, after, current }) => [before[3], after[3], current[3]]),
          [["Gold", "A", "B"]],
        );
        assert.equal((await client.action(first.id)).state, "approved");
        assert.equal((await client.rows("customers"))[0].tier, "B");
        for (const done of [second, first]) {
          await client.in("POST", `/actions/${done.id}/revert`, { approval: await ana.sign(done, "revert") });
        }
        assert.equal((await client.rows("customers"))[0].tier, "Gold");
      },
    );

    await t.step("two pending inserts can both be approved: the key is assigned on approval", async () => {
      const insert = "INSERT INTO customers (name, email) VALUES (?, ?)";
      const [one, two] = [
        await client.propose(insert, ["Ida", "ida@example.com"]),
        await client.propose(insert, ["Jo", "jo@example.com"]),
      ];
      assert.deepEqual(one.preview?.changes[0].key, { id: { $key: 1 } });
      for (const action of [one, two]) {
        assert.equal((await client.approve(action, await ana.sign(action, "approve"))).status, 200);
      }
      assert.deepEqual((await client.rows("customers")).slice(8).map(({ name }) => name), ["Ida", "Jo"]);
      for (const action of [two, one]) {
        await client.in("POST", `/actions/${action.id}/revert`, {
          approval: await ana.sign(action, "revert"),
        });
      }
      assert.equal((await client.rows("customers")).length, 8);
    });

    await t.step(
      "rows of a bulk change can be left out: new statements, new preview, the same for what remains",
      async () => {
        const action = await client.propose(EAST, ["Gold"]);
        const { body } = await client.in<Action>("POST", `/actions/${action.id}/preview`, {
          exclude: [{ table: "customers", key: { id: 5 } }],
        });
        assert.equal(body.affected[0].updated, 2);
        assert.notEqual(body.digest, action.digest);
        assert.deepEqual(body.preview?.changes.map(({ key }) => key), [{ id: 2 }, { id: 8 }]);
        const stale = await client.approve(action, await ana.sign(action, "approve"));
        assert.deepEqual([stale.status, "code" in stale.body && stale.body.code], [409, "stale_digest"]);
        assert.equal((await client.approve(body, await ana.sign(body, "approve"))).status, 200);
        assert.equal((await client.rows("customers"))[4].tier, "Silver");
        await client.in("POST", `/actions/${action.id}/revert`, { approval: await ana.sign(body, "revert") });
      },
    );
  } finally {
    await gatekeeper.stop();
    await Deno.remove(gatekeeper.varDir, { recursive: true });
  }
});
