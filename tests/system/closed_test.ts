/** Closed from the start: who may talk to the product, and what its processes can reach (SPEC A1, D1). */
import assert from "node:assert/strict";
import { appCommand } from "@/dev.ts";
import { freePort } from "../ports.ts";
import { raw } from "./raw.ts";
import { startGatekeeper } from "./start.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Every route, and a file. */
const DOORS = [
  ["GET", "/"],
  ["GET", "/w/main"],
  ["GET", "/w/main/actions/1"],
  ["GET", "/w/main/data/customers"],
  ["GET", "/tokens.css"],
  ["GET", "/healthz"],
  ["GET", "/api/me"],
  ["POST", "/api/workspaces"],
  ["GET", "/api/workspaces/main/chat"],
  ["POST", "/api/workspaces/main/chat"],
  ["DELETE", "/api/workspaces/main/chat"],
  ["GET", "/api/workspaces/main/chat/stream"],
  ["GET", "/api/workspaces/main/chat/any/stream"],
  ["POST", "/api/workspaces/main/chat/stop"],
  ["GET", "/api/workspaces/main/actions"],
  ["POST", "/api/workspaces/main/actions"],
  ["GET", "/api/workspaces/main/actions/1"],
  ["GET", "/api/workspaces/main/actions/1/changes"],
  ["POST", "/api/workspaces/main/actions/1/approve"],
  ["POST", "/api/workspaces/main/actions/1/reject"],
  ["POST", "/api/workspaces/main/actions/1/withdraw"],
  ["POST", "/api/workspaces/main/actions/1/preview"],
  ["POST", "/api/workspaces/main/actions/1/revert"],
  ["GET", "/api/workspaces/main/tables"],
  ["GET", "/api/workspaces/main/tables/customers/rows"],
  ["GET", "/api/workspaces/main/approvers"],
  ["POST", "/api/workspaces/main/approvers"],
  ["PATCH", "/api/workspaces/main/approvers/x"],
  ["DELETE", "/api/workspaces/main/approvers/x"],
  ["GET", "/api/workspaces/main/suspicions"],
  ["GET", "/api/workspaces/main/settings"],
  ["PUT", "/api/workspaces/main/settings"],
  ["GET", "/api/workspaces/main/export"],
  ["GET", "/api/workspaces/main/live"],
] as const;

Deno.test("no route is missing among the doors", async () => {
  let routes = 0;
  for await (const file of routeFiles(`${ROOT}routes`)) {
    const path = file.slice(`${ROOT}routes`.length).replace(/(\/index)?\.tsx?$/, "") || "/";
    const pattern = new RegExp(`^${path.replace(/\[\w+\]/g, "[^/]+")}$`);
    for (const [, method] of (await Deno.readTextFile(file)).matchAll(/^ {2}(?:async )?([A-Z]{3,6})[:(]/gm)) {
      routes++;
      assert.ok(DOORS.some((door) => door[0] === method && pattern.test(door[1])), `${method} ${path}`);
    }
  }
  assert.ok(routes >= DOORS.length - 1, `${routes} routes`);
});

Deno.test("a local installation answers this machine alone, on every door", async () => {
  const gatekeeper = await startGatekeeper();
  try {
    const { host } = new URL(gatekeeper.url);
    const dbHost = new URL(gatekeeper.dbUrl).host;
    const strangers: Record<string, string>[] = [
      { host: "evil.example" },
      { host: `evil.example:${host.split(":")[1]}` },
      { host, "x-forwarded-for": "1.2.3.4" },
      { host, forwarded: "for=1.2.3.4" },
      { host, origin: "http://evil.example" },
      { host, origin: "null" },
      { host, "sec-fetch-site": "cross-site" },
      { host, "sec-fetch-site": "same-site" },
    ];
    for (const [method, path] of DOORS) {
      for (const headers of strangers) {
        const { status } = await raw(gatekeeper.url, method, path, headers);
        assert.equal(status, 403, `${method} ${path} ${JSON.stringify(headers)}`);
      }
    }
    for (const headers of strangers) {
      const upgrade = {
        upgrade: "websocket",
        connection: "Upgrade",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      };
      const { status } = await raw(gatekeeper.url, "GET", "/api/workspaces/main/live", {
        ...upgrade,
        ...headers,
      });
      assert.equal(status, 403, `the live feed with ${JSON.stringify(headers)}`);
      const authorization = `Bearer ${gatekeeper.dbToken}`;
      const db = { ...headers, host: headers.host === host ? dbHost : headers.host, authorization };
      assert.equal((await raw(gatekeeper.dbUrl, "GET", "/v1/databases/main/schema", db)).status, 403);
    }
    assert.equal((await raw(gatekeeper.url, "GET", "/api/me", { host })).status, 200, "curl passes");
    for (
      const authorization of [
        "",
        "Bearer ",
        "Bearer wrong",
        `Basic ${gatekeeper.dbToken}`,
        `Bearer ${gatekeeper.dbToken}x`,
      ]
    ) {
      const { status } = await raw(gatekeeper.dbUrl, "GET", "/v1/databases/main/schema", {
        host: dbHost,
        authorization,
      });
      assert.equal(status, 401, authorization);
    }
  } finally {
    await gatekeeper.stop();
    await Deno.remove(gatekeeper.varDir, { recursive: true });
  }
});

Deno.test("the app's process reaches neither the database nor another host", async () => {
  const varDir = await Deno.makeTempDir({ prefix: "gatekeeper-" });
  await Deno.mkdir(`${varDir}/app`);
  await Deno.mkdir(`${varDir}/db`);
  const file = `${varDir}/db/main.db`;
  await Deno.writeTextFile(file, "the customers");
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    const probe = `${varDir}/app/probe.js`;
    const elsewhere = `http://127.0.0.1:${listener.addr.port}/`;
    await Deno.writeTextFile(probe, PROBE);
    const { args, env } = appCommand({
      port: freePort(),
      dbPort: freePort(),
      varDir,
      token: "a-token-of-sixteen",
    });
    // The very permissions that the launcher gives, on a program that tries everything.
    const flags = args.slice(1, -1).filter((arg) => !/^--(host|port)=/.test(arg));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", ...flags, `--config=${ROOT}deno.json`, probe, file, `${varDir}/app`, elsewhere, ROOT],
      env,
      clearEnv: true,
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const results: [string, string][] = JSON.parse(new TextDecoder().decode(stdout));
    assert.ok(results.length > 15);
    for (const [what, outcome] of results) {
      if (what.startsWith("may ")) assert.equal(outcome, "done", what);
      else {assert.match(
          outcome,
          /NotCapable|not permitted|Requires|denied|PermissionDenied|EPERM|EACCES|attached databases - max 0/i,
          what,
        );}
    }
    assert.equal(await Deno.readTextFile(file), "the customers");
  } finally {
    listener.close();
    await Deno.remove(varDir, { recursive: true });
  }
});

const PROBE = `
import { DatabaseSync } from "node:sqlite";
import fs from "node:fs";
import { connect } from "node:net";
import { createRequire } from "node:module";
const [file, own, elsewhere, root] = Deno.args;
const results = [];
const attempt = async (what, act) => {
  try { await act(); results.push([what, "done"]); } catch (e) { results.push([what, e.name + ": " + e.message]); }
};
await attempt("may write its own state", () => Deno.writeTextFile(own + "/x", "y"));
await attempt("may open its own store", async () => (await Deno.openKv(own + "/kv.sqlite3")).close());
await attempt("read the file", () => Deno.readFile(file));
await attempt("read it by node", () => fs.readFileSync(file));
await attempt("open it with SQLite", () => new DatabaseSync(file).exec("select 1"));
await attempt("open it read-only", () => new DatabaseSync(file, { readOnly: true }).exec("select 1"));
await attempt("attach it", () => new DatabaseSync(":memory:").exec("attach '" + file + "' as x; select * from x.sqlite_schema"));
await attempt("vacuum into its folder", () => new DatabaseSync(":memory:").exec("vacuum into '" + file + ".copy'"));
await attempt("open it as a KV store", async () => (await Deno.openKv(file)).close());
await attempt("copy it", () => Deno.copyFile(file, own + "/copy"));
await attempt("link it", () => Deno.link(file, own + "/link"));
await attempt("symlink it", () => Deno.symlink(file, own + "/symlink"));
await attempt("rename it", () => Deno.rename(file, own + "/moved"));
await attempt("remove it", () => Deno.remove(file));
await attempt("list its folder", () => [...Deno.readDirSync(file + "/..")]);
await attempt("walk out of its own folder", () => Deno.readFile(own + "/../db/main.db"));
await attempt("import it", () => import("file://" + file));
await attempt("load the native engine", () => createRequire("file://" + root + "x.js")("@libsql/linux-x64-gnu"));
await attempt("load a library", () => Deno.dlopen("libc.so.6", {}));
await attempt("run a program", () => new Deno.Command("cat", { args: [file] }).output());
await attempt("read the project's sources", () => Deno.readTextFile(root + "main.ts"));
await attempt("reach another port", () => fetch(elsewhere));
await attempt("reach another host", () => fetch("http://example.com/"));
await attempt("connect elsewhere", () => Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(elsewhere).port) }));
await attempt("connect elsewhere by node", () => new Promise((ok, no) => connect(Number(new URL(elsewhere).port), "127.0.0.1", ok).on("error", no)));
await attempt("ask the machine about itself", () => Deno.networkInterfaces());
console.log(JSON.stringify(results));
Deno.exit(0);
`;

Deno.test("production lets nobody in before people exist, and refuses to start without its secrets", async () => {
  const port = freePort();
  const folder = await Deno.makeTempDir();
  const environment = {
    PATH: Deno.env.get("PATH") ?? "",
    HOME: Deno.env.get("HOME") ?? "",
    DB_SERVICE_URL: "http://127.0.0.1:9",
    DB_SERVICE_TOKEN: "a-token-of-sixteen",
    KV_PATH: `${folder}/kv.sqlite3`,
  };
  const secrets = {
    SESSION_SECRET: "s".repeat(32),
    KEY_ENCRYPTION_KEY: "k".repeat(32),
    SETUP_TOKEN: "t".repeat(16),
  };
  const command = (env: Record<string, string>) =>
    new Deno.Command(Deno.execPath(), {
      args: ["serve", "-A", "--unstable-kv", "--host=127.0.0.1", `--port=${port}`, `${ROOT}_fresh/server.js`],
      env,
      clearEnv: true,
      stdout: "null",
      stderr: "piped",
    });
  await new Deno.Command(Deno.execPath(), {
    args: ["task", "build"],
    cwd: ROOT,
    stdout: "null",
    stderr: "null",
  }).output();
  try {
    const bare = await command(environment).output();
    const words = new TextDecoder().decode(bare.stderr);
    assert.notEqual(bare.code, 0);
    for (const name of Object.keys(secrets)) assert.match(words, new RegExp(`${name} is not set`));
    const short = new TextDecoder().decode(
      (await command({ ...environment, ...secrets, SETUP_TOKEN: "short" }).output()).stderr,
    );
    assert.match(short, /SETUP_TOKEN must have at least 16 characters/);

    const child = command({ ...environment, ...secrets }).spawn();
    const log = new Response(child.stderr).text();
    try {
      const url = `http://127.0.0.1:${port}`;
      await ready(`${url}/healthz`);
      for (const [method, path] of DOORS) {
        if (path === "/healthz") continue;
        const { status, body } = await raw(url, method, path, { host: "gatekeeper.example" });
        assert.equal(status, 401, `${method} ${path}`);
        assert.match(body, /"code":"unauthorized"/);
      }
      const forged = {
        host: "gatekeeper.example",
        cookie: "__Host-session=x",
        authorization: "Bearer x",
        "x-person": "owner",
      };
      assert.equal((await raw(url, "GET", "/api/me", forged)).status, 401);
    } finally {
      child.kill("SIGTERM");
      await child.status;
      await log;
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The files of the routes: what begins with a bracket or an underscore is none. */
async function* routeFiles(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (/^[(_]/.test(name)) continue;
    if (isDirectory) yield* routeFiles(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}

async function ready(url: string): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    try {
      await (await fetch(url)).body?.cancel();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error("it never answered");
}

Deno.test("the raw request really reaches the product", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => new Response(request.headers.get("host")),
  );
  const { body } = await raw(`http://127.0.0.1:${server.addr.port}`, "GET", "/", { host: "evil.example" });
  assert.match(body, /evil\.example/);
  await server.shutdown();
});
