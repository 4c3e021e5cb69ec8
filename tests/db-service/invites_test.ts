/** Who lets a person's key in: in production the owner, by a code that the app never sees. */
import assert from "node:assert/strict";
import { inviteProof } from "@/db-service/contract/invite.ts";
import { Approver, type Invite, Preview, Problem } from "@/db-service/contract/schemas.ts";
import { INVITE_MS } from "@/db-service/record/invites.ts";
import { openBeside } from "@/tests/sqlite.ts";
import { type EngineName, onEveryEngine } from "./benches.ts";
import { remoteEnv, withService } from "./engines.ts";
import { Lab, makeSigner, refuses, sign, type Signer } from "./lab.ts";
import type { Sqld } from "./sqld.ts";
import { type DbService, startDbService } from "./start.ts";

const DB = "/v1/databases/main";
const PRODUCTION = { GATEKEEPER_MODE: "production", HOST: "127.0.0.1" };
const MINUTE = 60_000;

/** The service in production mode, over the sample. */
function inProduction(
  engine: EngineName,
  work: (service: DbService, sqld: Sqld | null) => Promise<void>,
): Promise<void> {
  return withService(engine, { env: PRODUCTION }, async (service, sqld) => {
    if (sqld === null) await service.call("PUT", DB, { seed: true });
    await work(service, sqld);
  });
}

/** What a browser sends to enrol its key with an invite. `name` is what the app says of it. */
async function enrolment({ publicKey, key }: Signer, { codeId, code }: Pick<Invite, "codeId" | "code">) {
  return { publicKey, name: "Mallory", codeId, proof: await inviteProof(code, key) };
}

async function enrol(service: DbService, signer: Signer, invite: Pick<Invite, "codeId" | "code">) {
  return await service.call("POST", `${DB}/approvers`, await enrolment(signer, invite));
}

async function approvers(service: DbService): Promise<unknown> {
  return (await service.call("GET", `${DB}/approvers`)).body;
}

/** Signs and executes a small change; answers with the status. */
async function execute(service: DbService, signer: Signer): Promise<number> {
  const statements = [{ sql: "UPDATE customers SET tier = 'Gold' WHERE region = 'East'", args: [] }];
  const { digest, statementsSha256 } = Preview.parse(
    (await service.call("POST", `${DB}/preview`, { statements })).body,
  );
  const actionUid = crypto.randomUUID();
  const approval = await sign(signer, { actionUid, digest, statementsSha256 });
  return (await service.call("POST", `${DB}/execute`, { actionUid, statements, digest, approval })).status;
}

onEveryEngine(
  "an invite's code enrols one key, under the name that the owner gave it",
  (engine) =>
    inProduction(engine, async (service, sqld) => {
      const [ana, eve] = [await makeSigner(), await makeSigner()];
      const asked = Date.now();
      const invite = await service.invite("  Ana Silva ");
      const life = Date.parse(invite.expiresAt) - asked;
      assert.ok(life >= INVITE_MS && life < INVITE_MS + MINUTE, `${life} ms`);
      assert.equal(await execute(service, ana), 403, "not before");
      const request = await enrolment(ana, invite);
      const first = await service.call("POST", `${DB}/approvers`, request);
      assert.equal(first.status, 201, JSON.stringify(first.body));
      const { key, name } = Approver.parse(first.body);
      assert.deepEqual([key, name], [ana.key, "Ana Silva"]);
      assert.equal(await execute(service, ana), 200);
      assert.equal((await enrol(service, eve, invite)).status, 403, "it is used up");
      assert.deepEqual(await service.call("POST", `${DB}/approvers`, request), first, "a lost answer");
      assert.deepEqual(await approvers(service), { approvers: [first.body] });
      for (const file of [sqld?.file ?? `${service.dataDir}/main.db`]) {
        for (const part of [file, `${file}-wal`]) {
          const bytes = new TextDecoder("latin1").decode(
            await Deno.readFile(part).catch(() => new Uint8Array()),
          );
          assert.ok(!bytes.includes(invite.code), `${part} holds the code`);
        }
      }
      assert.doesNotMatch(service.log.join("\n"), new RegExp(`${invite.code}|${request.proof}|Silva`));
    }),
);

onEveryEngine(
  "whatever is wrong with a code, the answer is the same",
  (engine) =>
    inProduction(engine, async (service) => {
      const [ana, eve] = [await makeSigner(), await makeSigner()];
      const [invite, other, used] = [
        await service.invite("Ana"),
        await service.invite("Ben"),
        await service.invite("Cem"),
      ];
      await enrol(service, await makeSigner(), used);
      const stolen = await enrolment(ana, invite);
      const wrong: [string, Record<string, unknown>][] = [
        ["an unknown code", await enrolment(eve, { ...invite, codeId: "A".repeat(16) })],
        ["another invite's code", await enrolment(eve, { ...invite, code: other.code })],
        ["a used one", await enrolment(eve, used)],
        ["a proof for another key", { ...stolen, publicKey: eve.publicKey }],
        ["half a proof", { ...stolen, publicKey: eve.publicKey, proof: stolen.proof.slice(0, 21) }],
        ["the code in place of the proof", { ...stolen, publicKey: eve.publicKey, proof: invite.code }],
        ["no invite named", { ...stolen, publicKey: eve.publicKey, codeId: undefined }],
      ];
      const answers = new Set<string>();
      for (const [what, body] of wrong) {
        const answer = await service.call("POST", `${DB}/approvers`, body);
        assert.deepEqual([answer.status, Problem.parse(answer.body).code], [403, "forbidden"], what);
        answers.add(JSON.stringify(answer.body));
      }
      assert.equal(answers.size, 1, [...answers].join("\n"));
      // Before they are burnt: the invite itself is still good.
      assert.equal((await service.call("POST", `${DB}/approvers`, stolen)).status, 201);
    }),
);

onEveryEngine("five wrong tries end a code; four don't", (engine) =>
  inProduction(engine, async (service) => {
    for (const [tries, status] of [[4, 201], [5, 403]] as const) {
      const invite = await service.invite("Ana");
      const guess = await service.invite("Ben");
      for (let i = 0; i < tries; i++) {
        assert.equal((await enrol(service, await makeSigner(), { ...invite, code: guess.code })).status, 403);
      }
      assert.equal((await enrol(service, await makeSigner(), invite)).status, status, `${tries} tries`);
    }
  }));

onEveryEngine(
  "of many keys that race for one code, through two services, one gets in",
  (engine) =>
    inProduction(engine, async (service, sqld) => {
      const rival = await startDbService(
        sqld === null
          ? { dataDir: service.dataDir, env: PRODUCTION }
          : { env: { ...PRODUCTION, ...remoteEnv(sqld) } },
      );
      try {
        const invite = await service.invite("Ana");
        const signers = await Promise.all(Array.from({ length: 8 }, makeSigner));
        const answers = await Promise.all(
          signers.map((signer, i) => enrol(i % 2 === 0 ? service : rival, signer, invite)),
        );
        // A rival that waited too long for the lock is told so.
        assert.ok(
          answers.every(({ status }) => [201, 403, 409, 503].includes(status)),
          JSON.stringify(answers),
        );
        assert.equal(answers.filter(({ status }) => status === 201).length, 1);
      } finally {
        await rival.stop();
      }
    }),
);

onEveryEngine("a code ends after fifteen minutes", async (engine) => {
  let now = Date.now();
  await using lab = await Lab.open({ engine, now: () => now });
  const [early, late] = [await lab.writer.invite("Ana"), await lab.writer.invite("Ben")];
  now += INVITE_MS - 1;
  const approver = await lab.writer.enrol(await enrolment(await makeSigner(), early), "production");
  assert.equal(approver.name, "Ana");
  now += 1;
  const attempt = lab.writer.enrol(await enrolment(await makeSigner(), late), "production");
  await refuses(attempt, "forbidden", /wrong, used or expired/);
  // Making another one sweeps out those that are over.
  await lab.writer.invite("Cem");
  const tx = await lab.begin();
  assert.deepEqual(await tx.query("SELECT name FROM _gk_invite"), [["Cem"]]);
  await tx.rollback();
});

onEveryEngine(
  "a key is renamed, and revoked for good whatever code comes with it",
  (engine) =>
    inProduction(engine, async (service) => {
      const ana = await makeSigner();
      await enrol(service, ana, await service.invite("Ana"));
      const renamed = await service.call("PATCH", `${DB}/approvers/${ana.key}`, { name: "Ana, laptop" });
      assert.deepEqual([renamed.status, Approver.parse(renamed.body).name], [200, "Ana, laptop"]);
      assert.deepEqual(await approvers(service), { approvers: [renamed.body] });
      assert.equal((await service.call("DELETE", `${DB}/approvers/${ana.key}`)).status, 204);
      assert.equal(await execute(service, ana), 403);
      const invite = await service.invite("Ana");
      const back = Problem.parse((await enrol(service, ana, invite)).body);
      assert.deepEqual([back.code, back.errors?.[0].path], ["forbidden", "publicKey"]);
      assert.equal((await service.call("PATCH", `${DB}/approvers/${ana.key}`, { name: "x" })).status, 404);
      assert.equal(
        (await enrol(service, await makeSigner(), invite)).status,
        201,
        "the code was not used up",
      );
    }),
);

onEveryEngine("each token opens its own doors", (engine) =>
  inProduction(engine, async (service) => {
    for (const token of [service.token, `${service.adminToken}x`, ""]) {
      const { status } = await service.call("POST", `${DB}/invites`, { name: "Eve" }, token);
      assert.equal(status, 401, token);
    }
    const doors: [method: string, path: string, body?: unknown][] = [
      ["GET", "/v1/databases"],
      ["GET", `${DB}/schema`],
      ["POST", `${DB}/read`, { sql: "SELECT 1" }],
      ["GET", `${DB}/approvers`],
      ["DELETE", `${DB}/approvers/x`],
      ["GET", "/nothing"],
    ];
    for (const [method, path, body] of doors) {
      const { status } = await service.call(method, path, body, service.adminToken);
      assert.equal(status, 401, `${method} ${path}`);
    }
    const missing = "/v1/databases/none/invites";
    assert.equal((await service.call("POST", missing, { name: "Eve" }, service.adminToken)).status, 404);
    const nameless = await service.call("POST", `${DB}/invites`, { name: " " }, service.adminToken);
    assert.deepEqual(Problem.parse(nameless.body).errors?.map(({ path }) => path), ["name"]);
  }));

onEveryEngine(
  "whoever has the app's token, and no code, gets no key in and writes nothing",
  (engine) =>
    inProduction(engine, async (service) => {
      const eve = await makeSigner();
      const { codeId } = await service.invite("Ana");
      const body = { publicKey: eve.publicKey, name: "Ana" };
      const zeros = "A".repeat(43);
      const attempts: [method: string, path: string, body: unknown][] = [
        ["POST", "approvers", body],
        ["POST", "approvers", { ...body, mode: "local" }],
        ["POST", "approvers", { ...body, codeId, proof: zeros }],
        ["POST", "approvers", { ...body, codeId, proof: await inviteProof("", eve.key) }],
        ["POST", "approvers", { ...body, codeId, proof: await inviteProof(codeId, eve.key) }],
        ["POST", "approvers", { ...body, codeId: "' OR 1 --", proof: zeros }],
        ["POST", "invites", { name: "Eve" }],
        ["PATCH", `approvers/${eve.key}`, { name: "Ana" }],
        ["POST", "read", { sql: "SELECT secret FROM _gk_invite" }],
        ["POST", "read", { sql: 'SELECT * FROM main."_GK_invite"' }],
        ["POST", "read", { sql: "SELECT group_concat(sql) FROM sqlite_schema" }],
        ["GET", "rows/_gk_invite", undefined],
        ...[
          "INSERT INTO _gk_invite VALUES('x', 'y', 'Eve', '9999', 0)",
          "UPDATE _gk_invite SET secret = ''",
          "DELETE FROM _gk_invite",
          "UPDATE customers SET name = (SELECT secret FROM _gk_invite)",
          `INSERT INTO _gk_approver VALUES('${eve.key}', 'Eve', '${
            JSON.stringify(eve.publicKey)
          }', '', NULL)`,
        ].map((sql): [string, string, unknown] => ["POST", "preview", { statements: [{ sql }] }]),
      ];
      for (const [method, path, sent] of attempts) {
        const { status, body } = await service.call(method, `${DB}/${path}`, sent);
        assert.ok([401, 403, 404, 422].includes(status), `${method} ${path} ${JSON.stringify([sent, body])}`);
      }
      assert.equal(await execute(service, eve), 403);
      assert.deepEqual(await approvers(service), { approvers: [] });
    }),
);

Deno.test("a database from before there were invites takes them", async () => {
  const dataDir = await Deno.makeTempDir();
  const before = await startDbService({ dataDir });
  await before.call("GET", `${DB}/approvers`);
  await before.stop();
  {
    using file = openBeside(`${dataDir}/main.db`);
    file.exec("DROP TABLE _gk_invite");
  }
  const service = await startDbService({ dataDir, env: PRODUCTION });
  try {
    assert.equal((await enrol(service, await makeSigner(), await service.invite("Ana"))).status, 201);
  } finally {
    await service.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("local mode enrols without a code", async () => {
  const service = await startDbService({ env: { DB_ADMIN_TOKEN: "" } });
  try {
    const { publicKey } = await makeSigner();
    assert.equal((await service.call("POST", `${DB}/approvers`, { publicKey, name: "Ana" })).status, 201);
    // Without an admin token nobody has it.
    for (const token of ["", "null", "undefined"]) {
      assert.equal((await service.call("POST", `${DB}/invites`, { name: "Eve" }, token)).status, 401);
    }
  } finally {
    await service.stop();
  }
});
