/** The task with which an owner makes an invite, run as the owner runs it. */
import assert from "node:assert/strict";
import { inviteProof, readInvite } from "@/db-service/contract/invite.ts";
import { Approver } from "@/db-service/contract/schemas.ts";
import { makeSigner } from "./lab.ts";
import { startDbService } from "./start.ts";

const FOLDER = new URL("../../db-service/", import.meta.url).pathname;

async function task(args: string[], env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "invite", ...args],
    cwd: FOLDER,
    env: { NO_COLOR: "1", DB_SERVICE_URL: "", DB_ADMIN_TOKEN: "", ...env },
    stdin: "null",
  }).output();
  const [out, trouble] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, trouble };
}

Deno.test("deno task invite prints a code that enrols a key, or says what is wrong", async (t) => {
  const service = await startDbService({ env: { GATEKEEPER_MODE: "production", HOST: "127.0.0.1" } });
  const env = { DB_SERVICE_URL: `${service.url}/`, DB_ADMIN_TOKEN: service.adminToken };
  try {
    await service.call("PUT", "/v1/databases/main", { seed: true });

    await t.step("a code", async () => {
      const { code, out, trouble } = await task(["main", "Ana Silva"], env);
      assert.deepEqual([code, trouble], [0, ""]);
      assert.match(out, /An invite for Ana Silva to approve changes of the database main/);
      assert.match(out, /works once, until .*\d:\d\d:\d\d/);
      const invite = out.split("\n").map(readInvite).find((found) => found !== null);
      assert.ok(invite, out);
      const { publicKey, key } = await makeSigner();
      const proof = await inviteProof(invite.code, key);
      const enrolled = await service.call("POST", "/v1/databases/main/approvers", {
        publicKey,
        name: "x",
        codeId: invite.codeId,
        proof,
      });
      assert.equal(Approver.parse(enrolled.body).name, "Ana Silva");
    });

    const wrong: [what: string, args: string[], env: Record<string, string>, code: number, says: RegExp][] = [
      ["no name", ["main"], env, 2, /^Use: deno task invite DATABASE NAME/],
      ["a name of two words without quotes", ["main", "Ana", "Silva"], env, 2, /^Use: /],
      ["an empty name", ["main", " "], env, 2, /^NAME must have 1 to 80 characters/],
      ["a database that can't be", ["../main", "Ana"], env, 2, /is no name of a database/],
      ["no address", ["main", "Ana"], { ...env, DB_SERVICE_URL: "" }, 2, /^DB_SERVICE_URL is not set/],
      ["no URL", ["main", "Ana"], { ...env, DB_SERVICE_URL: "db" }, 2, /^DB_SERVICE_URL must be an address/],
      ["no token", ["main", "Ana"], { ...env, DB_ADMIN_TOKEN: "" }, 2, /^DB_ADMIN_TOKEN is not set/],
      [
        "the app's token",
        ["main", "Ana"],
        { ...env, DB_ADMIN_TOKEN: service.token },
        1,
        /does not take this DB_ADMIN_TOKEN/,
      ],
      ["a database that is not there", ["none", "Ana"], env, 1, /^There is no database none\./],
      [
        "nobody there",
        ["main", "Ana"],
        { ...env, DB_SERVICE_URL: "http://127.0.0.1:9" },
        1,
        /does not answer/,
      ],
    ];
    for (const [what, args, environment, exit, says] of wrong) {
      await t.step(what, async () => {
        const { code, out, trouble } = await task(args, environment);
        assert.deepEqual([code, out], [exit, ""], trouble);
        assert.match(trouble, says);
        assert.ok(!trouble.includes(service.token) && !trouble.includes(service.adminToken));
      });
    }
  } finally {
    await service.stop();
  }
});
