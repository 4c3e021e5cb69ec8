/** What the app refused stays refused: a copy of the request that arrives late claims nothing. */
import assert from "node:assert/strict";
import { enrolKey } from "@/agent/approvers.ts";
import { approve, revert } from "@/agent/queue/decide.ts";
import { previewAgain } from "@/agent/queue/preview.ts";
import { propose } from "@/agent/queue/propose.ts";
import { getAction, getStored, updateAction } from "@/agent/queue/store.ts";
import { useSettings } from "@/agent/settings.ts";
import type { Action, ActionState } from "@/agent/types.ts";
import { ensureMain, findWorkspace } from "@/agent/workspaces.ts";
import { statementsHash } from "@/db-service/contract/digest.ts";
import type { Decision } from "@/db-service/contract/schemas.ts";
import { openBeside } from "@/tests/sqlite.ts";
import { makeSigner, sign, type Signer } from "../db-service/lab.ts";
import { startDbService } from "../db-service/start.ts";
import { ANN, WHERE } from "./conversation.ts";
import { localSettings, withStore } from "./store.ts";

const { ws } = WHERE;

interface Desk {
  ann: Signer;
  enrol(signer: Signer): Promise<void>;
  proposed(): Promise<Action>;
  /** The request that approves an action, as often as it is called. */
  request(action: Action, signer?: Signer): Promise<() => Promise<Action>>;
  /** Changes the database past everybody. */
  behind(sql: string): void;
  become(mode: "local" | "production"): void;
  tier(): Promise<unknown>;
}

Deno.test("an approval of what was previewed again meanwhile, when the old preview is true again", async () => {
  await withDesk(async ({ proposed, request, behind, tier }) => {
    const action = await proposed();
    const send = await request(action);
    behind("UPDATE customers SET email = 'moved@x' WHERE id = 1");
    await previewAgain(ws, action.id, {});
    await assert.rejects(send, { code: "stale_digest", message: /previewed again/ });
    behind("UPDATE customers SET email = 'alice@example.com' WHERE id = 1");
    await previewAgain(ws, action.id, {});
    const again = await getAction(ws, action.id);
    assert.equal(again.digest, action.digest, "it waits as it was signed");
    await assert.rejects(send, { code: "stale_digest", message: /refused before/ });
    assert.deepEqual([(await getStored(ws, action.id)).claim, await tier()], [null, "Gold"]);
    assert.equal((await (await request(again))()).state, "approved");
  });
});

Deno.test("an approval of what was stale, when it is pending again", async () => {
  await withDesk(async ({ proposed, request, tier }) => {
    const action = await proposed();
    const send = await request(action);
    await become(action.id, "stale");
    await assert.rejects(send, { code: "not_pending" });
    await become(action.id, "pending");
    await assert.rejects(send, { code: "stale_digest", message: /refused before/ });
    assert.equal(await tier(), "Gold");
  });
});

Deno.test("an approval by a key that nobody had enrolled, when somebody has", async () => {
  await withDesk(async ({ enrol, proposed, request, become, tier }) => {
    const action = await proposed();
    const late = await makeSigner();
    const send = await request(action, late);
    become("production");
    await assert.rejects(send, { code: "not_approver" });
    await enrol(late);
    await assert.rejects(send, { code: "stale_digest", message: /refused before/ });
    assert.equal(await tier(), "Gold");
    assert.equal((await (await request(action, late))()).state, "approved");
  });
});

Deno.test("a revert of what was being reverted, when it is not", async () => {
  await withDesk(async ({ ann, proposed, request, tier }) => {
    const action = await proposed();
    const done = await (await request(action))();
    const approval = await approvalOf(ann, done, "revert");
    const send = () => revert(ws, action.id, ANN, approval);
    await become(action.id, "reverting");
    await assert.rejects(send, { code: "not_approved" });
    await become(action.id, "approved");
    await assert.rejects(send, { code: "conflict", message: /refused before/ });
    assert.equal(await tier(), "Gold!");
    const anew = await approvalOf(ann, done, "revert");
    assert.equal((await revert(ws, action.id, ANN, anew)).state, "reverted");
  });
});

Deno.test("copies that arrive while it becomes pending: one of them is told that it is approved, or none ever is", async () => {
  await withDesk(async ({ proposed, request }) => {
    for (let round = 0; round < 12; round++) {
      const action = await proposed();
      await become(action.id, "stale");
      const send = await request(action);
      const copies = Array.from({ length: 4 }, () => send());
      const pending = become(action.id, "pending");
      copies.push(...Array.from({ length: 4 }, () => send()));
      const answers = await Promise.allSettled(copies);
      await pending;
      await assert.rejects(send, `round ${round}`);
      const isTold = answers.some((answer) => answer.status === "fulfilled");
      assert.equal((await getAction(ws, action.id)).state, isTold ? "approved" : "pending", `round ${round}`);
    }
  });
});

async function withDesk(test: (desk: Desk) => Promise<void>): Promise<void> {
  const service = await startDbService();
  try {
    await withStore(async () => {
      const become: Desk["become"] = (mode) =>
        useSettings({ ...localSettings(service.url), dbServiceToken: service.token, mode });
      become("local");
      await ensureMain();
      const workspace = await findWorkspace(ws);
      assert.ok(workspace);
      const enrol = async ({ publicKey }: Signer) => {
        await enrolKey({ workspace, person: ANN, role: "owner" }, { publicKey, name: "Ann" });
      };
      const ann = await makeSigner();
      await enrol(ann);
      const file = () => openBeside(`${service.dataDir}/main.db`);
      await test({
        ann,
        enrol,
        become,
        async proposed() {
          const statements = [{ sql: "UPDATE customers SET tier = tier || '!' WHERE id = 1" }];
          const proposal = { title: "A change", description: "", statements };
          const { id } = await propose({ ...WHERE, by: ANN, messageId: null }, proposal);
          return await getAction(ws, id);
        },
        async request(action, signer = ann) {
          const approval = await approvalOf(signer, action, "approve");
          return () => approve(ws, action.id, ANN, { digest: action.digest ?? "", approval });
        },
        behind(sql) {
          using db = file();
          db.exec(sql);
        },
        tier() {
          using db = file();
          return Promise.resolve(db.prepare("SELECT tier FROM customers WHERE id = 1").get()?.tier);
        },
      });
    });
  } finally {
    await service.stop();
  }
}

async function approvalOf(signer: Signer, { uid, digest, statements }: Action, decision: Decision) {
  const statementsSha256 = await statementsHash(statements);
  return await sign(signer, { actionUid: uid, digest: digest ?? "", statementsSha256, decision });
}

function become(id: number, state: ActionState) {
  return updateAction(ws, id, () => ({ summary: { state } }));
}
