/**
 * The app and the db-service as two real processes with a wire between them that can be cut at any point, and each of
 * them killed at any moment. KV and database lie on the disk and outlive both.
 */
import assert from "node:assert/strict";
import type { DatabaseSync } from "node:sqlite";
import type { Action, ChatTail } from "@/agent/types.ts";
import { ChainPage } from "@/db-service/contract/schemas.ts";
import { appCommand } from "@/dev.ts";
import { Wire } from "@/tests/agent/queue_model_wire.ts";
import { type DbService, startDbService } from "@/tests/db-service/start.ts";
import { openBeside } from "@/tests/sqlite.ts";
import { Approver, Client } from "./client.ts";
import { freePort } from "../ports.ts";
import { until } from "./start.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
/** Exactly once can be counted: a second time would add another plus. */
const STATEMENT = "UPDATE customers SET name = name || '+' WHERE region = 'East'";

export class Rig {
  readonly client: Client;
  readonly wire: Wire;
  #app: Deno.ChildProcess | null = null;

  private constructor(
    readonly varDir: string,
    readonly port: number,
    public db: DbService,
    readonly file: DatabaseSync,
  ) {
    this.client = new Client(`http://127.0.0.1:${port}`);
    this.wire = new Wire(db.url);
  }

  /** `mode` is that of the db-service; the app runs on this machine alone. */
  static async open(mode: "local" | "production" = "local"): Promise<Rig> {
    const built = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", "build.ts"], cwd: ROOT })
      .output();
    assert.ok(built.success, new TextDecoder().decode(built.stderr));
    const varDir = await Deno.makeTempDir({ prefix: "rig-" });
    for (const part of ["app", "db"]) await Deno.mkdir(`${varDir}/${part}`);
    const env = { GATEKEEPER_MODE: mode, HOST: "127.0.0.1" };
    const db = await startDbService({ dataDir: `${varDir}/db`, env });
    await db.call("PUT", "/v1/databases/main", { seed: true });
    const file = openBeside(`${varDir}/db/main.db`);
    const rig = new Rig(varDir, freePort(), db, file);
    await rig.startApp();
    return rig;
  }

  async startApp(): Promise<void> {
    const dbPort = Number(new URL(this.wire.url).port);
    const { args, env } = appCommand({ port: this.port, dbPort, varDir: this.varDir, token: this.db.token });
    const quiet = { stdin: "null", stdout: "null", stderr: "null" } as const;
    this.#app = new Deno.Command(Deno.execPath(), { args, env, clearEnv: true, ...quiet }).spawn();
    await until("the app to answer", async () => {
      const answer = await fetch(`${this.client.url}/healthz`).catch(() => null);
      await answer?.body?.cancel();
      return answer;
    }, 30_000);
  }

  /** kill -9: whatever it was about to do, it does not. */
  async killApp(): Promise<void> {
    this.#app?.kill("SIGKILL");
    await this.#app?.status;
    this.#app = null;
  }

  async startDb(): Promise<void> {
    this.db = await startDbService({ dataDir: `${this.varDir}/db` });
    this.wire.target = this.db.url;
  }

  /** The app's own store, while no app runs: it belongs to one process at a time. */
  async withStore(work: (kv: Deno.Kv) => Promise<void>): Promise<void> {
    const kv = await Deno.openKv(`${this.varDir}/app/kv.sqlite3`);
    try {
      await work(kv);
    } finally {
      kv.close();
    }
  }

  propose(): Promise<Action> {
    return this.client.propose(STATEMENT);
  }

  /** Sends a decision and does not wait: the process that takes it may not live to answer. */
  async decide(by: Approver, action: Action, kind: "approve" | "revert", expiresAt?: string): Promise<Sent> {
    const approval = await by.sign(action, kind, expiresAt === undefined ? {} : { expiresAt });
    const body = kind === "approve" ? { digest: action.digest, approval } : { approval };
    const answer = this.client.in<Action>("POST", `/actions/${action.id}/${kind}`, body)
      .then(({ status }) => status, () => null);
    return { answer };
  }

  /** The action, when it stands in one of these states. */
  settled(id: number, ms = 30_000): Promise<Action> {
    return until(`#${id} to settle`, async () => {
      const action = await this.client.action(id).catch(() => null);
      return action && !["executing", "reverting"].includes(action.state) && action;
    }, ms);
  }

  /** How often the change is in the data: the same for each of its rows. */
  effects(): number {
    const names = this.file.prepare("SELECT name FROM customers WHERE region = 'East'").all();
    const times = new Set(names.map(({ name }) => String(name).replace(/[^+]/g, "").length));
    assert.equal(times.size, 1, "all rows or none");
    return [...times][0];
  }

  /** What the db-service recorded of an action, in order. */
  async recorded({ uid }: Action): Promise<string[]> {
    const { changes } = ChainPage.parse(
      (await this.db.call("GET", "/v1/databases/main/changes?after=0")).body,
    );
    return changes.filter(({ actionUid }) => actionUid === uid).map(({ decision }) => decision);
  }

  /** What the conversation was told of an action, in order. */
  async told({ id }: Action): Promise<string[]> {
    const { body: { messages } } = await this.client.in<ChatTail>("GET", "/chat?limit=100");
    return messages.filter(({ metadata }) => metadata?.kind === "outcome" && metadata.actions?.includes(id))
      .flatMap(({ parts }) => parts.map((part) => part.type === "text" ? part.text : ""));
  }

  async close(): Promise<void> {
    await this.killApp();
    this.file.close();
    await this.wire.close();
    await this.db.stop();
    await Deno.remove(this.varDir, { recursive: true });
  }
}

/** A decision on its way. `answer` is its status, or null when nobody lived to give one. */
export interface Sent {
  answer: Promise<number | null>;
}
