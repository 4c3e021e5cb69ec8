/** The way from a request to a change: inspected first, and what is done stays done. */
import assert from "node:assert/strict";
import {
  approvalBytes,
  base64url,
  KEY_ALGORITHM,
  SIGNATURE,
  statementsHash,
} from "@/db-service/contract/digest.ts";
import { Approver, type Decision, ExecuteResult, Preview, Problem } from "@/db-service/contract/schemas.ts";
import { openBeside } from "@/tests/sqlite.ts";
import { type DbService, startDbService } from "./start.ts";

const DB = "/v1/databases/main";
const STATEMENTS = [{ sql: "UPDATE customers SET tier = ? WHERE region = ?", args: ["Gold", "East"] }];

/** A person with a key that this service knows; `execute` previews, signs and sends. */
async function approver(service: DbService) {
  const keys = await crypto.subtle.generateKey(KEY_ALGORITHM, false, ["sign", "verify"]);
  const { x = "", y = "" } = await crypto.subtle.exportKey("jwk", keys.publicKey);
  const publicKey = { kty: "EC", crv: "P-256", x, y };
  const { key } = Approver.parse(
    (await service.call("POST", `${DB}/approvers`, { publicKey, name: "Ada" })).body,
  );
  const sign = async (decision: Decision, actionUid: string, digest: string) => {
    const statementsSha256 = await statementsHash(STATEMENTS);
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const bytes = approvalBytes({
      database: "main",
      actionUid,
      decision,
      statementsSha256,
      digest,
      expiresAt,
    });
    const signature = await crypto.subtle.sign(SIGNATURE, keys.privateKey, bytes);
    return { key, expiresAt, signature: base64url(new Uint8Array(signature)) };
  };
  return async (actionUid: string) => {
    const { digest } = Preview.parse(
      (await service.call("POST", `${DB}/preview`, { statements: STATEMENTS })).body,
    );
    const approval = await sign("approve", actionUid, digest);
    return { actionUid, statements: STATEMENTS, digest, approval };
  };
}

Deno.test("a retry gets the recorded outcome even when its table is gone; another use of its id does not", async () => {
  const service = await startDbService();
  try {
    const request = await (await approver(service))(crypto.randomUUID());
    const first = ExecuteResult.parse((await service.call("POST", `${DB}/execute`, request)).body);
    assert.deepEqual([first.affected, first.replay], [
      [{ table: "customers", inserted: 0, updated: 3, deleted: 0 }],
      false,
    ]);
    assert.deepEqual((await service.call("GET", `${DB}/version`)).body, { version: first.version });
    {
      using db = openBeside(`${service.dataDir}/main.db`);
      db.exec("DROP TABLE customers");
    }
    const again = ExecuteResult.parse((await service.call("POST", `${DB}/execute`, request)).body);
    assert.deepEqual([again.affected, again.replay], [first.affected, true]);
    const other = { ...request, statements: [{ sql: "DROP TABLE orders" }] };
    assert.equal(
      Problem.parse((await service.call("POST", `${DB}/execute`, other)).body).code,
      "action_id_reused",
    );
    const unknown = {
      ...request,
      actionUid: crypto.randomUUID(),
      statements: [{ sql: "DELETE FROM customers" }],
    };
    assert.equal(
      Problem.parse((await service.call("POST", `${DB}/execute`, unknown)).body).code,
      "refused_sql",
    );
  } finally {
    await service.stop();
  }
});

Deno.test("what the inspection refuses never reaches the writer, by preview or execute", async () => {
  const service = await startDbService();
  try {
    const request = await (await approver(service))(crypto.randomUUID());
    for (
      const sql of [
        "DROP TABLE customers",
        "DELETE FROM _gk_approvers",
        "PRAGMA foreign_keys = OFF",
        "SELECT 1",
      ]
    ) {
      const statements = [STATEMENTS[0], { sql }];
      for (
        const [path, body] of [["preview", { statements }], ["execute", { ...request, statements }]] as const
      ) {
        const { code, detail } = Problem.parse((await service.call("POST", `${DB}/${path}`, body)).body);
        assert.equal(code, "refused_sql", `${path} ${sql}`);
        assert.match(detail, /^Statement 2: /);
      }
    }
  } finally {
    await service.stop();
  }
});
