/**
 * The shape of Deno Deploy: its Deno version from npm, all permissions, the built server, no disk for data, and the
 * database on a libSQL server. The main job (SPEC M2) over HTTP.
 *
 * The db-service runs in production mode, so that it takes an invite to enrol a key. The app runs in local mode: in
 * production it lets nobody in without sign-in.
 */
import assert from "node:assert/strict";
import type { Action } from "@/agent/types.ts";
import { Invite } from "@/db-service/contract/schemas.ts";
import { lines } from "@/db-service/engine/child_loop.ts";
import { addSample, remoteEnv } from "../db-service/engines.ts";
import { startSqld } from "../db-service/sqld.ts";
import { Approver, Client } from "./client.ts";
import { freePort } from "../ports.ts";
import { descendants, until } from "./start.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
/** The newest patch of the version that Deno Deploy runs. */
const DEPLOY_DENO = "2.5.7";
const TOKEN = "a-token-between-the-two-deployments";
const ADMIN_TOKEN = "a-token-that-the-owner-alone-knows";
const OLD = "Gold Silver Bronze Gold Silver Bronze Gold Silver";
const NEW = "Gold Gold Bronze Gold Gold Bronze Gold Gold";

Deno.test("the main job runs as on Deno Deploy, over a database server", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "deploy-" });
  const sqld = await startSqld();
  const started: Service[] = [];
  try {
    const deno = await installDeno(folder);
    await addSample(sqld);
    await run(deno, ["run", "-A", "build.ts"]);
    const [port, dbPort] = [freePort(), freePort()];
    const db = start(deno, ["run", "-A", "--config=db-service/deno.json", "db-service/main.ts"], {
      HOST: "127.0.0.1",
      PORT: String(dbPort),
      DB_SERVICE_TOKEN: TOKEN,
      DB_ADMIN_TOKEN: ADMIN_TOKEN,
      ...remoteEnv(sqld),
    });
    started.push(db);
    await answers(`http://127.0.0.1:${dbPort}/healthz`, db);
    const app = start(
      deno,
      ["serve", "-A", "--unstable-kv", "--host=127.0.0.1", `--port=${port}`, "_fresh/server.js"],
      {
        GATEKEEPER_MODE: "local",
        KV_PATH: `${folder}/kv.sqlite3`,
        DB_SERVICE_URL: `http://127.0.0.1:${dbPort}`,
        DB_SERVICE_TOKEN: TOKEN,
      },
    );
    started.push(app);
    await answers(`http://127.0.0.1:${port}/healthz`, app);
    const client = new Client(`http://127.0.0.1:${port}`);
    await assert.rejects(Approver.enrolled(client), /answered 403/, "not without a code");
    const invite = await inviteBy(`http://127.0.0.1:${dbPort}`);
    const approver = await Approver.enrolled(client, "Ana", invite);
    const tiers = async () => (await client.rows("customers")).map(({ tier }) => tier).join(" ");
    const inState = (id: number, state: string) =>
      until(`#${id} ${state}`, async () => {
        const action = await client.action(id);
        return action.state === state && action;
      });

    await t.step('"Show me all customers": a read is logged', async () => {
      await say(client, "Show me all customers");
      const read = await inState(1, "approved");
      assert.deepEqual([read.type, read.rowCount], ["observation", 8]);
    });

    let action: Action;
    await t.step('"Upgrade all East customers to Gold": a pending action with its three rows', async () => {
      await say(client, "Upgrade all East customers to Gold");
      action = await inState(2, "pending");
      assert.deepEqual(action.affected, [{ table: "customers", inserted: 0, updated: 3, deleted: 0 }]);
      assert.equal(await tiers(), OLD, "nothing has changed yet");
    });

    await t.step("Approve: the rows change", async () => {
      const { status } = await client.approve(action, await approver.sign(action, "approve"));
      assert.equal(status, 200);
      await inState(2, "approved");
      assert.equal(await tiers(), NEW);
    });

    await t.step("Revert: exactly the old tiers come back", async () => {
      const approval = await approver.sign(action, "revert");
      assert.equal((await client.in("POST", "/actions/2/revert", { approval })).status, 200);
      await inState(2, "reverted");
      assert.equal(await tiers(), OLD);
    });

    await t.step("propose again and Reject: nothing changes", async () => {
      await say(client, "Upgrade all East customers to Gold");
      await inState(3, "pending");
      assert.equal((await client.in("POST", "/actions/3/reject", { reason: "not this month" })).status, 200);
      await inState(3, "rejected");
      assert.equal(await tiers(), OLD);
    });

    await t.step("the db-service started no process, and the tokens are in no log", async () => {
      assert.deepEqual((await descendants(db.pid)).map(({ pid }) => pid), [db.pid]);
      const log = [...db.log, ...app.log].join("\n");
      for (const secret of [sqld.token, sqld.readToken, TOKEN, ADMIN_TOKEN, invite.code]) {
        assert(!log.includes(secret));
      }
    });
  } finally {
    for (const service of started.reverse()) await service.stop();
    await sqld.stop();
    await Deno.remove(folder, { recursive: true });
  }
});

/** Makes an invite as the owner does. */
async function inviteBy(url: string): Promise<Invite> {
  const answer = await fetch(`${url}/v1/databases/main/invites`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    body: JSON.stringify({ name: "Ana" }),
  });
  return Invite.parse(await answer.json());
}

/** Says something when the agent is done with what was said before. */
async function say(client: Client, message: string): Promise<void> {
  const { status } = await until("the agent is free", async () => {
    const answer = await client.in("POST", "/chat", { message }, { prefer: "respond-async" });
    return answer.status !== 409 && answer;
  });
  assert.equal(status, 202);
}

/** The binary itself, for the script of the package would stand between us and it. */
async function installDeno(folder: string): Promise<string> {
  const { success, stderr } = await new Deno.Command("npm", {
    args: [
      "install",
      "--prefix",
      folder,
      "--ignore-scripts",
      "--no-fund",
      "--no-audit",
      `deno@${DEPLOY_DENO}`,
    ],
  }).output();
  assert.ok(success, `Deno ${DEPLOY_DENO} can't be installed: ${new TextDecoder().decode(stderr)}`);
  for await (const { name } of Deno.readDir(`${folder}/node_modules/@deno`)) {
    const deno = `${folder}/node_modules/@deno/${name}/deno`;
    await Deno.chmod(deno, 0o755);
    const { stdout } = await new Deno.Command(deno, { args: ["--version"] }).output();
    const version = new TextDecoder().decode(stdout);
    assert.ok(version.startsWith(`deno ${DEPLOY_DENO} `), version);
    return deno;
  }
  throw new Error("The package deno brought no binary.");
}

async function run(deno: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(deno, { args, cwd: ROOT, env: { NO_COLOR: "1" } })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

interface Service {
  pid: number;
  log: string[];
  ended: Promise<Deno.CommandStatus>;
  stop(): Promise<void>;
}

function start(deno: string, args: string[], env: Record<string, string>): Service {
  const inherited: Record<string, string> = { NO_COLOR: "1" };
  for (const name of ["PATH", "HOME", "DENO_DIR"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) inherited[name] = value;
  }
  const child = new Deno.Command(deno, {
    args,
    cwd: ROOT,
    clearEnv: true,
    env: { ...inherited, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const log: string[] = [];
  const drain = async (stream: ReadableStream<Uint8Array>) => {
    for await (const line of lines(stream)) log.push(line);
  };
  const drained = Promise.all([drain(child.stdout), drain(child.stderr)]);
  return {
    pid: child.pid,
    log,
    ended: child.status,
    async stop() {
      child.kill("SIGKILL");
      await child.status;
      await drained;
    },
  };
}

async function answers(url: string, service: Service): Promise<void> {
  let hasEnded = false;
  service.ended.then(() => hasEnded = true);
  await until(`${url} answers`, async () => {
    assert.ok(!hasEnded, service.log.join("\n"));
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    return answer?.ok;
  }, 30_000);
}
