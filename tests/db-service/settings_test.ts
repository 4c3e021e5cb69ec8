/** Starting fails at once and says why. */
import assert from "node:assert/strict";
import { spawnDbService } from "./start.ts";

Deno.test("a missing or malformed setting ends the start with one sentence", async (t) => {
  const dataDir = await Deno.makeTempDir();
  const good = { GATEKEEPER_MODE: "local", DB_SERVICE_TOKEN: "x".repeat(16), DATA_DIR: dataDir, PORT: "0" };
  const access = { url: "http://127.0.0.1:1", token: "sesame", readToken: "pomegranate" };
  const remote = (main: Record<string, unknown>, more: Record<string, string> = {}) => ({
    ...good,
    DATA_DIR: "",
    LIBSQL_DATABASES: JSON.stringify({ main: { ...access, ...main } }),
    ...more,
  });
  const cases: [name: string, env: Record<string, string>, says: RegExp][] = [
    ["DB_SERVICE_TOKEN", { ...good, DB_SERVICE_TOKEN: "" }, /DB_SERVICE_TOKEN is missing/],
    [
      "a short token",
      { ...good, DB_SERVICE_TOKEN: "x".repeat(15) },
      /DB_SERVICE_TOKEN must have at least 16/,
    ],
    ["no DB_ADMIN_TOKEN", { ...good, GATEKEEPER_MODE: "production" }, /DB_ADMIN_TOKEN is missing/],
    [
      "a short admin token",
      { ...good, DB_ADMIN_TOKEN: "sesame" },
      /DB_ADMIN_TOKEN must have at least 16/,
    ],
    [
      "one token for the app and the owner",
      { ...good, GATEKEEPER_MODE: "production", DB_ADMIN_TOKEN: good.DB_SERVICE_TOKEN },
      /DB_ADMIN_TOKEN must differ from DB_SERVICE_TOKEN/,
    ],
    ["DATA_DIR", { ...good, DATA_DIR: "" }, /DATA_DIR is missing/],
    ["a folder that is not there", { ...good, DATA_DIR: `${dataDir}/none` }, /DATA_DIR .* does not exist/],
    ["PORT", { ...good, PORT: "http" }, /PORT must be a number/],
    ["HOST", { ...good, HOST: "0.0.0.0" }, /HOST must be a loopback address/],
    ["GATEKEEPER_MODE", { ...good, GATEKEEPER_MODE: "dev" }, /GATEKEEPER_MODE must be/],
    [
      "both kinds of databases",
      remote({}, { DATA_DIR: dataDir }),
      /DATA_DIR and LIBSQL_DATABASES can't both/,
    ],
    ["no JSON", { ...remote({}), LIBSQL_DATABASES: "main" }, /LIBSQL_DATABASES must be JSON like/],
    ["no database", { ...remote({}), LIBSQL_DATABASES: "{}" }, /LIBSQL_DATABASES must be JSON like/],
    ["no readToken", remote({ readToken: undefined }), /"main" readToken is missing\. Reads need a token of/],
    ["one token for both", remote({ readToken: "sesame" }), /"main" readToken is the token that writes/],
    ["no token", remote({ token: undefined }), /"main" token is missing/],
    ["an address of another kind", remote({ url: "wss://sesame@x" }), /"main" url must be an address like/],
    ["a token in the address", remote({ url: "https://x?authToken=sesame" }), /without a token in it/],
    ["a field nobody knows", remote({ authToken: "sesame" }), /"main" must have url, token and readToken/],
    ["a name that is none", { ...remote({}), LIBSQL_DATABASES: '{"../x":{}}' }, /"\.\.\/x" is no name/],
    ["RETENTION_DAYS", { ...good, RETENTION_DAYS: "0" }, /RETENTION_DAYS must be a number of days/],
    ["READ_DENY", { ...good, READ_DENY: "a.b.c" }, /READ_DENY must be a list/],
  ];
  for (const [name, env, says] of cases) {
    await t.step(name, async () => {
      const { code, stderr } = await spawnDbService(env).output();
      const lines = new TextDecoder().decode(stderr).trim().split("\n");
      assert.equal(code, 1);
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.match(lines[0] ?? "", says);
      assert.doesNotMatch(lines[0] ?? "", /sesame|pomegranate/);
    });
  }
  await Deno.remove(dataDir, { recursive: true });
});
