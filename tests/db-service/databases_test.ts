/** Databases side by side: none sees, changes or approves for another, and no name leads out of the folder. */
import assert from "node:assert/strict";
import {
  approvalBytes,
  base64url,
  KEY_ALGORITHM,
  SIGNATURE,
  statementsHash,
} from "@/db-service/contract/digest.ts";
import {
  Approver,
  ChainPage,
  type Decision,
  ExecuteResult,
  Preview,
  Problem,
  ReadResult,
} from "@/db-service/contract/schemas.ts";
import { type DbService, startDbService } from "./start.ts";

const STATEMENTS = [{ sql: "UPDATE customers SET tier = 'Gold' WHERE region = 'East'", args: [] }];

async function withTwo(work: (service: DbService) => Promise<void>): Promise<void> {
  const service = await startDbService();
  try {
    for (const name of ["east", "west"]) {
      assert.equal((await service.call("PUT", `/v1/databases/${name}`, { seed: true })).status, 201);
    }
    await work(service);
  } finally {
    await service.stop();
  }
}

async function ask(service: DbService, database: string, sql: string) {
  return ReadResult.parse((await service.call("POST", `/v1/databases/${database}/read`, { sql })).body).rows;
}

/** A person with a key that `database` knows. */
async function approver(service: DbService, database: string) {
  const keys = await crypto.subtle.generateKey(KEY_ALGORITHM, false, ["sign", "verify"]);
  const { x = "", y = "" } = await crypto.subtle.exportKey("jwk", keys.publicKey);
  const body = { publicKey: { kty: "EC", crv: "P-256", x, y }, name: "Ada" };
  const { key } = Approver.parse(
    (await service.call("POST", `/v1/databases/${database}/approvers`, body)).body,
  );
  return async (about: { database: string; actionUid: string; decision: Decision; digest: string }) => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const bytes = approvalBytes({ ...about, statementsSha256: await statementsHash(STATEMENTS), expiresAt });
    const signature = await crypto.subtle.sign(SIGNATURE, keys.privateKey, bytes);
    return { key, expiresAt, signature: base64url(new Uint8Array(signature)) };
  };
}

Deno.test("two databases never see each other: rows, digests, approvers, approvals, records", async () => {
  await withTwo(async (service) => {
    const sign = await approver(service, "east");
    const preview = async (database: string) =>
      Preview.parse(
        (await service.call("POST", `/v1/databases/${database}/preview`, { statements: STATEMENTS })).body,
      );
    const [east, west] = [await preview("east"), await preview("west")];
    assert.notEqual(east.digest, west.digest, "the same change elsewhere is another change");

    const actionUid = crypto.randomUUID();
    const request = {
      actionUid,
      statements: STATEMENTS,
      digest: east.digest,
      approval: await sign({ database: "east", actionUid, decision: "approve", digest: east.digest }),
    };
    const refusal = async (database: string, path: string, body: unknown) =>
      Problem.parse((await service.call("POST", `/v1/databases/${database}/${path}`, body)).body).code;
    assert.equal(await refusal("west", "execute", request), "not_approver");
    // Known in both, the key still signs for one of them.
    const both = await approver(service, "west");
    const forEast = await both({ database: "east", actionUid, decision: "approve", digest: west.digest });
    assert.equal(
      await refusal("west", "execute", { ...request, digest: west.digest, approval: forEast }),
      "bad_signature",
    );

    const executed = await service.call("POST", "/v1/databases/east/execute", request);
    assert.equal(ExecuteResult.parse(executed.body).affected[0]?.updated, 3);
    const gold = "SELECT count(*) FROM customers WHERE tier = 'Gold'";
    assert.deepEqual(await ask(service, "east", gold), [[6]]);
    for (const other of ["west", "main"]) {
      assert.deepEqual(await ask(service, other, gold), [[3]], other);
      const { body } = await service.call("GET", `/v1/databases/${other}/changes/${actionUid}`);
      assert.deepEqual(body, { state: "none", actionUid });
      const { changes } = ChainPage.parse(
        (await service.call("GET", `/v1/databases/${other}/changes`)).body,
      );
      assert.deepEqual(changes, []);
    }
    // An id belongs to its database: the same one is free in another.
    const revert = await both({ database: "west", actionUid, decision: "revert", digest: east.digest });
    assert.match(await refusal("west", "revert", { actionUid, approval: revert }), /not_approved|not_found/);

    for (
      const sql of [
        "SELECT * FROM west.customers",
        'SELECT * FROM "west.db".customers',
        "SELECT * FROM [../west]",
      ]
    ) {
      assert.equal(await refusal("east", "read", { sql }), "refused_sql", sql);
    }
    const file = `${service.dataDir}/west.db`;
    for (const sql of [`ATTACH '${file}' AS w`, `DELETE FROM "${file}"`, "DELETE FROM west.customers"]) {
      assert.equal(await refusal("east", "preview", { statements: [{ sql }] }), "refused_sql", sql);
    }
  });
});

Deno.test("a name that is no name is refused and makes no file", async () => {
  const names = [
    ...[
      "../x",
      "..%2Fx",
      "%2e%2e%2fx",
      "..%5Cx",
      "%2Fetc%2Fpasswd",
      "east%2F..%2Fwest",
      "east%2Fx",
      "%2e%2e",
      "%2e",
    ],
    ...[
      "",
      "%20",
      ".",
      "..",
      "east.db",
      "east%00",
      "%00",
      "east%0A",
      "east%20",
      "-x",
      "_gk",
      "x_y",
      "east;x",
      "~",
    ],
    ...["CON", "con", "nul", "aux", "com1", "lpt9", "EAST", "East", "a".repeat(64), "a".repeat(300)],
    ...[
      "m%C3%BCnchen",
      "%E6%9D%B1",
      "%F0%9F%98%80",
      "%EF%BC%A5ast",
      "e%E2%80%8Bast",
      "%FF",
      "%C0%AF",
      "%",
      "%E0%A4%A",
    ],
    ...["file:east", "east%3Fmode=rw", "http:%2F%2F127.0.0.1", ":memory:", "*", "east%23"],
  ];
  await withTwo(async (service) => {
    const files = () => [...Deno.readDirSync(service.dataDir)].map(({ name }) => name).sort();
    const before = files();
    for (const name of names) {
      const made = await service.call("PUT", `/v1/databases/${name}`, { seed: true });
      assert([400, 404].includes(made.status), `PUT ${name}: ${made.status}`);
      Problem.parse(made.body);
      for (
        const [method, path, body] of [["GET", "schema"], ["POST", "read", { sql: "SELECT 1" }]] as const
      ) {
        const answer = await service.call(method, `/v1/databases/${name}/${path}`, body);
        assert.equal(answer.status, 404, `${method} ${name}/${path}`);
        assert.doesNotMatch(JSON.stringify(answer.body), /gatekeeper\/|\.ts|\/tmp\//);
      }
    }
    assert.deepEqual(files(), before);
    for (const stray of ["x", "x.db", "west"]) {
      await assert.rejects(Deno.stat(`${service.dataDir}/../${stray}`), Deno.errors.NotFound);
    }
    for (const name of ["a", "0", "a".repeat(63), "a-b-"]) {
      assert.equal((await service.call("PUT", `/v1/databases/${name}`, {})).status, 201, name);
      assert.equal((await service.call("PUT", `/v1/databases/${name}`, {})).status, 200, name);
      assert.deepEqual(await ask(service, name, "SELECT 1"), [[1]]);
    }
    assert.equal((await service.call("GET", "/v1/databases")).status, 200);
  });
});
