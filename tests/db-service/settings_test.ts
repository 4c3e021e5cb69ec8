/** Starting fails at once and says why. */
import assert from "node:assert/strict";
import { spawnDbService } from "./start.ts";

Deno.test("a missing or malformed setting ends the start with one sentence", async (t) => {
  const dataDir = await Deno.makeTempDir();
  const good = { GATEKEEPER_MODE: "local", DB_SERVICE_TOKEN: "x".repeat(16), DATA_DIR: dataDir, PORT: "0" };
  const cases: [name: string, env: Record<string, string>, says: RegExp][] = [
    ["DB_SERVICE_TOKEN", { ...good, DB_SERVICE_TOKEN: "" }, /DB_SERVICE_TOKEN is missing/],
    [
      "a short token",
      { ...good, DB_SERVICE_TOKEN: "x".repeat(15) },
      /DB_SERVICE_TOKEN must have at least 16/,
    ],
    ["DATA_DIR", { ...good, DATA_DIR: "" }, /DATA_DIR is missing/],
    ["a folder that is not there", { ...good, DATA_DIR: `${dataDir}/none` }, /DATA_DIR .* does not exist/],
    ["PORT", { ...good, PORT: "http" }, /PORT must be a number/],
    ["HOST", { ...good, HOST: "0.0.0.0" }, /HOST must be a loopback address/],
    ["GATEKEEPER_MODE", { ...good, GATEKEEPER_MODE: "dev" }, /GATEKEEPER_MODE must be/],
    ["READ_DENY", { ...good, READ_DENY: "a.b.c" }, /READ_DENY must be a list/],
  ];
  for (const [name, env, says] of cases) {
    await t.step(name, async () => {
      const { code, stderr } = await spawnDbService(env).output();
      const lines = new TextDecoder().decode(stderr).trim().split("\n");
      assert.equal(code, 1);
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.match(lines[0] ?? "", says);
    });
  }
  await Deno.remove(dataDir, { recursive: true });
});
