/** An attacker who holds the app's token and speaks to the db-service as the app does: nothing of it is a write. */
import assert from "node:assert/strict";
import { base64url, fromBase64url, thumbprint } from "@/db-service/contract/digest.ts";
import { inviteProof } from "@/db-service/contract/invite.ts";
import { ChangeRecord, ExecuteResult } from "@/db-service/contract/schemas.ts";
import { makeSigner } from "@/tests/db-service/lab.ts";
import { Target } from "./attacker_target.ts";

const HOSTILE = "UPDATE customers SET tier = 'Stolen'";
const HARMLESS = "UPDATE customers SET tier = ? WHERE id = 2";
const GOLD = { args: ["Gold"] };
const random = (bytes: number) => base64url(crypto.getRandomValues(new Uint8Array(bytes)));
const soon = () => new Date(Date.now() + 60_000).toISOString();

Deno.test("the app's token alone causes no write", async (t) => {
  const target = await Target.open();
  const { ana, dan } = target;
  try {
    const hostile = await target.plan(HOSTILE);
    const harmless = await target.plan(HARMLESS, GOLD);
    const genuine = await target.sign(harmless);

    await t.step("approvals that nobody gave", async () => {
      const self = await makeSigner();
      const flipped = fromBase64url((await target.sign(hostile)).signature);
      flipped[10] ^= 4;
      const forged: [string, string, unknown][] = [
        ["random bytes under Ana's key", "bad_signature", {
          key: ana.key,
          expiresAt: soon(),
          signature: random(64),
        }],
        ["nothing but zeros", "bad_signature", {
          key: ana.key,
          expiresAt: soon(),
          signature: "A".repeat(86),
        }],
        ["one bit turned", "bad_signature", { ...await target.sign(hostile), signature: base64url(flipped) }],
        ["a key of one's own", "not_approver", await target.sign(hostile, {}, self)],
        [
          "a key of one's own under Ana's name",
          "bad_signature",
          await target.sign(hostile, {}, { ...self, key: ana.key }),
        ],
        ["the name of a key that does not exist", "not_approver", { ...genuine, key: random(32) }],
        ["a revoked key", "not_approver", await target.sign(hostile, {}, dan)],
      ];
      for (const [what, code, approval] of forged) {
        await target.refuses(what, [403, code], () => target.execute(hostile, approval));
      }
      for (const approval of [undefined, null, {}, { key: ana.key }, { ...genuine, signature: "" }]) {
        await target.refuses(
          JSON.stringify(approval) ?? "none",
          [400, "invalid"],
          () => target.execute(hostile, approval),
        );
      }
    });

    await t.step("a genuine signature in another place", async () => {
      const other = await target.plan("DELETE FROM customers WHERE id = 2");
      const same = await target.plan(HARMLESS, GOLD);
      const inPayroll = await target.plan(HARMLESS, { ...GOLD, database: "payroll" });
      const later = new Date(Date.parse(genuine.expiresAt) + 30_000).toISOString();
      const attacks: [string, () => Promise<{ status: number; body: unknown }>, string?][] = [
        ["another action with the same statements", () => target.execute(same, genuine)],
        ["another action", () => target.execute(other, genuine)],
        [
          "hostile statements under its id",
          () => target.execute({ ...hostile, actionUid: harmless.actionUid }, genuine),
        ],
        [
          "hostile statements under its id and digest",
          () => target.execute({ ...harmless, statements: hostile.statements }, genuine),
        ],
        [
          "one more statement",
          () =>
            target.execute(
              { ...harmless, statements: [...harmless.statements, ...hostile.statements] },
              genuine,
            ),
        ],
        [
          "another argument",
          () =>
            target.execute(
              { ...harmless, statements: [{ ...harmless.statements[0], args: ["Stolen"] }] },
              genuine,
            ),
        ],
        ["another digest", () => target.execute({ ...harmless, digest: hostile.digest }, genuine)],
        ["a later end", () => target.execute(harmless, { ...genuine, expiresAt: later })],
        [
          "another spelling of its end",
          () => target.execute(harmless, { ...genuine, expiresAt: genuine.expiresAt.replace("Z", "0Z") }),
        ],
        [
          "another database, where she may not approve",
          () => target.execute({ ...inPayroll, actionUid: harmless.actionUid }, genuine, "payroll"),
          "not_approver",
        ],
      ];
      for (const [what, attack, code = "bad_signature"] of attacks) {
        await target.refuses(what, [403, code], attack);
      }
      const expired = await target.sign(harmless, { expiresAt: new Date(Date.now() - 1).toISOString() });
      await target.refuses(
        "after its end",
        [403, "approval_expired"],
        () => target.execute(harmless, expired),
      );
      const far = await target.sign(harmless, { expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
      await target.refuses(
        "signed for an hour",
        [403, "approval_expired"],
        () => target.execute(harmless, far),
      );
      const forRevert = await target.sign(harmless, { decision: "revert" });
      await target.refuses(
        "signed as a revert",
        [403, "bad_signature"],
        () => target.execute(harmless, forRevert),
      );
    });

    await t.step("letting a key in without a code", async () => {
      const eve = await makeSigner();
      const body = { publicKey: eve.publicKey, name: "Ana" };
      const invite = await target.service.invite("Ben");
      const ben = await makeSigner();
      // What the app carries for Ben, and could alter on the way.
      const carried = {
        publicKey: ben.publicKey,
        name: "Ben",
        codeId: invite.codeId,
        proof: await inviteProof(invite.code, ben.key),
      };
      const attempts: [string, Record<string, unknown>][] = [
        ["no code", body],
        ["an invented code", { ...body, codeId: random(12), proof: random(32) }],
        ["a real code's id and an invented proof", { ...body, codeId: invite.codeId, proof: random(32) }],
        ["Ben's proof for another key", { ...carried, publicKey: eve.publicKey }],
        ["a proof under the code's id", {
          ...body,
          codeId: invite.codeId,
          proof: await inviteProof(invite.codeId, eve.key),
        }],
        ["a proof under the app's token", {
          ...body,
          codeId: invite.codeId,
          proof: await inviteProof(target.service.token, eve.key),
        }],
      ];
      for (const [what, attempt] of attempts) {
        await target.refuses(what, [403, "forbidden"], () => target.call("approvers", attempt));
      }
      await target.refuses(
        "the app invites",
        [401, "unauthorized"],
        () => target.call("invites", { name: "Eve" }),
      );
      const again = await target.service.invite("Ben");
      const proof = await inviteProof(again.code, ben.key);
      assert.equal((await target.call("approvers", { ...carried, codeId: again.codeId, proof })).status, 201);
      await target.refuses(
        "a code that was used",
        [403, "forbidden"],
        () => target.call("approvers", { ...body, codeId: again.codeId, proof }),
      );
      await target.refuses(
        "in another database",
        [403, "forbidden"],
        () => target.call("approvers", { ...carried, codeId: again.codeId, proof }, "payroll"),
      );
      await target.refuses(
        "Dan's revoked key",
        [403, "forbidden"],
        () => target.call("approvers", { publicKey: dan.publicKey, name: "Dan" }),
      );
      await target.refuses(
        "the key that no code let in",
        [403, "not_approver"],
        async () => target.execute(hostile, await target.sign(hostile, {}, eve)),
      );
    });

    await t.step("writing where the keys and the record are", async () => {
      const key = await thumbprint((await makeSigner()).publicKey);
      for (
        const sql of [
          `INSERT INTO _gk_approver(key, name, jwk, created_at) VALUES ('${key}', 'Ana', '{}', '2026')`,
          "UPDATE _gk_approver SET revoked_at = NULL",
          "DELETE FROM _gk_change",
          "UPDATE _gk_invite SET wrong = 0",
          "CREATE TRIGGER t AFTER INSERT ON customers BEGIN DELETE FROM _gk_change; END",
        ]
      ) {
        const statements = [{ sql, args: [] }];
        await target.refuses(sql, [422, "refused_sql"], () => target.call("preview", { statements }));
        await target.refuses(
          sql,
          [422, "refused_sql"],
          async () => target.execute({ ...hostile, statements }, await target.sign(hostile)),
        );
        await target.refuses(sql, [422, "refused_sql"], () => target.call("read", { sql }));
      }
    });

    await t.step("a genuine approval, used again: the recorded outcome, and nothing more", async () => {
      const first = ExecuteResult.parse((await target.execute(harmless, genuine)).body);
      assert.equal(first.replay, false);
      const after = target.dump();
      for (let n = 0; n < 3; n++) {
        const again = ExecuteResult.parse((await target.execute(harmless, genuine)).body);
        assert.deepEqual([again.replay, again.affected], [true, first.affected]);
      }
      assert.equal(target.dump(), after);
      await target.refuses(
        "its id for hostile statements",
        [409, "action_id_reused"],
        () => target.execute({ ...hostile, actionUid: harmless.actionUid }, genuine),
      );
      await target.refuses(
        "its approval to revert it",
        [403, "bad_signature"],
        () => target.call("revert", { actionUid: harmless.actionUid, approval: genuine }),
      );
      const { actionUid } = harmless;
      await target.refuses(
        "a revert that was never approved",
        [403, "bad_signature"],
        () =>
          target.call("revert", {
            actionUid,
            approval: { key: ana.key, expiresAt: soon(), signature: random(64) },
          }),
      );
      await target.refuses(
        "a revert by a revoked key",
        [403, "not_approver"],
        async () =>
          target.call("revert", {
            actionUid,
            approval: await target.sign(harmless, { decision: "revert" }, dan),
          }),
      );
      const approval = await target.sign(harmless, { decision: "revert" });
      assert.equal((await target.call("revert", { actionUid, approval })).status, 200);
      const reverted = target.dump();
      assert.equal((await target.call("revert", { actionUid, approval })).status, 200);
      // The approval is still good for minutes: it does not do again what was reverted.
      assert.equal(ExecuteResult.parse((await target.execute(harmless, genuine)).body).replay, true);
      assert.equal(target.dump(), reverted);
      const { body } = await target.service.call("GET", `/v1/databases/main/changes/${actionUid}`);
      assert.equal(ChangeRecord.parse(body).state, "reverted");
    });
  } finally {
    await target.close();
  }
});
