/** An answer that does not say whether the decision took effect settles nothing: it may have, before that was asked. */
import assert from "node:assert/strict";
import { enrolKey } from "@/agent/approvers.ts";
import { approve, revert } from "@/agent/queue/decide.ts";
import { propose } from "@/agent/queue/propose.ts";
import { getAction } from "@/agent/queue/store.ts";
import { useSettings } from "@/agent/settings.ts";
import type { Action } from "@/agent/types.ts";
import { ensureMain, findWorkspace } from "@/agent/workspaces.ts";
import { statementsHash } from "@/db-service/contract/digest.ts";
import { problemOf, STATUS } from "@/db-service/contract/problem.ts";
import { ChangeRecord, type Decision, type ProblemCode } from "@/db-service/contract/schemas.ts";
import { makeSigner, sign } from "../db-service/lab.ts";
import { startDbService } from "../db-service/start.ts";
import { ANN, WHERE } from "./conversation.ts";
import { localSettings, withStore } from "./store.ts";

/** What becomes of a request: it is done and its answer lost, answered with a code without being heard, or passed on. */
type Fate = "lost" | ProblemCode | "passed";

/** One decision's requests in turn, and where the action is after them. */
const CASES: { fates: Fate[]; state: { approve: string; revert: string } }[] = [
  // The database is not there for a while, as when its disk is mounted late after a restart.
  { fates: ["lost", "not_found", "passed"], state: { approve: "approved", revert: "reverted" } },
  { fates: ["not_found", "passed"], state: { approve: "approved", revert: "reverted" } },
  // What is between them, or another release of the service, turns the request away.
  { fates: ["lost", "invalid", "passed"], state: { approve: "approved", revert: "reverted" } },
  { fates: ["lost", "forbidden", "passed"], state: { approve: "approved", revert: "reverted" } },
  { fates: ["lost", "too_large", "passed"], state: { approve: "approved", revert: "reverted" } },
  // Here nothing can have happened.
  { fates: ["invalid"], state: { approve: "failed", revert: "approved" } },
  { fates: ["forbidden"], state: { approve: "pending", revert: "approved" } },
];

Deno.test("the queue never says otherwise than the record, whatever answers come in between", async (t) => {
  const service = await startDbService();
  const fates: Fate[] = [];
  const between = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const decides = /\/(execute|revert)$/.test(pathname);
    const fate = decides ? fates.shift() ?? "passed" : "passed";
    if (fate !== "lost" && fate !== "passed") {
      return Response.json(problemOf(fate, "Not now."), { status: STATUS[fate] });
    }
    const { method, headers } = request;
    const body = method === "GET" ? null : await request.text();
    const answer = await fetch(service.url + pathname, {
      method,
      headers: { authorization: headers.get("authorization") ?? "", "content-type": "application/json" },
      body,
    });
    const text = await answer.text();
    return fate === "lost" ? new Response("gone", { status: 502 }) : new Response(text, answer);
  });
  try {
    await withStore(async () => {
      const dbServiceUrl = `http://127.0.0.1:${between.addr.port}`;
      useSettings({ ...localSettings(dbServiceUrl), dbServiceToken: service.token });
      await ensureMain();
      const workspace = await findWorkspace(WHERE.ws);
      assert.ok(workspace);
      const ann = await makeSigner();
      await enrolKey({ workspace, person: ANN, role: "owner" }, { publicKey: ann.publicKey, name: "Ann" });
      const approvalOf = async ({ uid, digest, statements }: Action, decision: Decision) =>
        await sign(ann, {
          actionUid: uid,
          digest: digest ?? "",
          statementsSha256: await statementsHash(statements),
          decision,
        });
      const proposed = async () => {
        const statements = [{ sql: "UPDATE customers SET tier = tier || '!' WHERE id = 1" }];
        const proposal = { title: "A change", description: "", statements };
        const { id } = await propose({ ...WHERE, by: ANN, messageId: null }, proposal);
        return await getAction(WHERE.ws, id);
      };
      const decide = {
        approve: async (action: Action) => {
          const approval = await approvalOf(action, "approve");
          return await approve(WHERE.ws, action.id, ANN, { digest: action.digest ?? "", approval });
        },
        revert: async (action: Action) =>
          await revert(WHERE.ws, action.id, ANN, await approvalOf(action, "revert")),
      };
      const recorded = async ({ uid }: Action) =>
        ChangeRecord.parse((await service.call("GET", `/v1/databases/main/changes/${uid}`)).body).state;

      for (const { fates: inTurn, state } of CASES) {
        for (const decision of ["approve", "revert"] as const) {
          await t.step(`${decision}: ${inTurn.join(", ")}`, async () => {
            const action = await proposed();
            if (decision === "revert") await decide.approve(action);
            fates.push(...inTurn);
            await decide[decision](action).catch(() => {});
            assert.deepEqual(fates, [], "all of it was asked");
            const now = await getAction(WHERE.ws, action.id);
            assert.equal(now.state, state[decision]);
            const says = new Map<string, string>([["approved", "executed"], ["reverted", "reverted"]]).get(
              now.state,
            );
            assert.equal(await recorded(action), says ?? "none");
          });
        }
      }
    });
  } finally {
    await between.shutdown();
    await service.stop();
  }
});
