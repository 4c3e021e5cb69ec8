/** The real side of the model-based test: the agent's queue on a KV of its own, over a real db-service behind a wire. */
import assert from "node:assert/strict";
import type { DatabaseSync } from "node:sqlite";
import { closeHubs, hubOf } from "@/agent/live/hubs.ts";
import { Hub } from "@/agent/live/hub.ts";
import { dropRetries } from "@/agent/queue/settle.ts";
import { useSettings } from "@/agent/settings.ts";
import { closeStore } from "@/agent/store/kv.ts";
import type { Action, Actor } from "@/agent/types.ts";
import type { Approval, Decision, Statement } from "@/db-service/contract/schemas.ts";
import { makeSigner, sign, type Signer } from "@/tests/db-service/lab.ts";
import { type DbService, startDbService } from "@/tests/db-service/start.ts";
import { openBeside } from "@/tests/sqlite.ts";
import type { Signed } from "./queue_model.ts";
import type { Program, Step } from "./queue_model_data.ts";
import { localSettings } from "./store.ts";
import { Tab } from "./queue_model_tab.ts";
import { Wire } from "./queue_model_wire.ts";

export const WS = "main";
export const DATABASE = "main";
const SCHEMA =
  `CREATE TABLE items(id INTEGER PRIMARY KEY AUTOINCREMENT, grp TEXT NOT NULL, n INTEGER NOT NULL);
  CREATE TABLE notes(id INTEGER PRIMARY KEY, text TEXT NOT NULL);
  CREATE TABLE codes(code TEXT NOT NULL PRIMARY KEY)`;
const ROWS = `DELETE FROM items; DELETE FROM notes; DELETE FROM codes;
  DELETE FROM sqlite_sequence WHERE name = 'items';
  INSERT INTO items(grp, n) VALUES ('a', 1), ('a', 2), ('b', 3), ('b', 4), ('b', 5), ('c', 6);
  INSERT INTO notes VALUES (1, 'one'), (2, 'two')`;

/** A person, with the key that they sign with. */
export interface Person {
  actor: Actor;
  signer: Signer;
}

/** What outlives a sequence: starting it takes longer than a hundred of them. */
export class World {
  private constructor(
    readonly service: DbService,
    readonly wire: Wire,
    readonly file: DatabaseSync,
    readonly people: Person[],
    readonly stranger: Signer,
    readonly revoked: Signer,
  ) {}

  static async open(): Promise<World> {
    const service = await startDbService();
    const file = openBeside(`${service.dataDir}/${DATABASE}.db`);
    file.exec(`DROP TABLE customers; ${SCHEMA}`);
    const enrol = async ({ publicKey }: Signer, name: string) => {
      const { status } = await service.call("POST", `/v1/databases/${DATABASE}/approvers`, {
        publicKey,
        name,
      });
      assert.equal(status, 201);
    };
    const people: Person[] = [];
    for (const name of ["Ana", "Ben", "Cleo"]) {
      const signer = await makeSigner();
      await enrol(signer, name);
      people.push({ actor: { id: name.toLowerCase(), name, via: "person" }, signer });
    }
    const revoked = await makeSigner();
    await enrol(revoked, "Dan");
    await service.call("DELETE", `/v1/databases/${DATABASE}/approvers/${revoked.key}`);
    return new World(service, new Wire(service.url), file, people, await makeSigner(), revoked);
  }

  async close(): Promise<void> {
    await this.wire.close();
    this.file.close();
    await this.service.stop();
  }

  /** Runs one sequence on an empty queue and the data as they were in the beginning. */
  async sequence(run: (tabs: Tab[]) => Promise<void>): Promise<void> {
    this.file.exec(ROWS);
    useSettings({ ...localSettings(this.wire.url), dbServiceToken: this.service.token });
    const other = await Hub.open(WS);
    try {
      const hub = await hubOf(WS);
      // One stays, one comes and goes between two processes.
      await run([new Tab([hub]), new Tab([hub, other])]);
    } finally {
      this.wire.cut();
      dropRetries();
      await other.close();
      await closeHubs();
      await closeStore();
    }
  }

  /** Signs a decision as `signed` says that it shall be judged. */
  async approval(
    { signer }: Person,
    action: Pick<Action, "uid" | "digest" | "preview">,
    decision: Decision,
    signed: Signed,
  ): Promise<{ digest: string; approval: Approval }> {
    const { uid: actionUid, digest, preview } = action;
    assert.ok(digest && preview);
    const { statementsSha256 } = preview;
    const subject = { actionUid, digest, statementsSha256, decision };
    const by = signed === "not_approver" ? this.#outsider() : signer;
    const approval = await sign(by, {
      ...subject,
      ...(signed === "bad_signature" && { actionUid: crypto.randomUUID() }),
      ...(signed === "approval_expired" && { expiresAt: new Date(wallClock() - 1_000).toISOString() }),
      ...(signed === "good" && { expiresAt: new Date(wallClock() + 240_000).toISOString() }),
    });
    return { digest, approval };
  }

  #strangers = 0;
  #outsider(): Signer {
    return this.#strangers++ % 2 ? this.stranger : this.revoked;
  }
}

/** SQL that does what a step of the model does. */
export function statementsOf(program: Program): Statement[] {
  return program.map(statementOf);
}

function statementOf(step: Step): Statement {
  switch (step.kind) {
    case "add":
      return { sql: "UPDATE items SET n = n + ? WHERE grp = ?", args: [step.by, step.group] };
    case "set":
      return { sql: "UPDATE items SET n = ? WHERE id = ?", args: [step.n, step.id] };
    case "insert":
      return {
        sql: `INSERT INTO items(grp, n) VALUES ${step.rows.map(() => "(?, ?)").join(", ")}`,
        args: step.rows.flatMap(({ group, n }) => [group, n]),
      };
    case "delete":
      return { sql: "DELETE FROM items WHERE grp = ?", args: [step.group] };
    case "note":
      return { sql: "UPDATE notes SET text = ? WHERE id = ?", args: [step.text, step.id] };
    case "code":
      return { sql: "INSERT INTO codes(code) VALUES (?)", args: [step.code] };
    case "exactly":
      throw new Error("Nobody proposes this: it is what the queue itself makes of a bulk change.");
  }
}

/** The time of the world outside, whatever {@link withQuickTime} does to the clock of the app. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}

/** The app's clock: never the same millisecond twice, so that the order of things is certain; and it can be moved on. */
export interface QuickTime {
  advance(ms: number): void;
}

/** Waits of the app take a two-hundredth of their time, and its clock can be moved on. */
export async function withQuickTime<T>(work: (time: QuickTime) => Promise<T>): Promise<T> {
  const { now } = Date;
  const { setTimeout: wait } = globalThis;
  let [last, ahead] = [0, 0];
  Date.now = () => last = Math.max(last + 1, Math.floor(wallClock()) + ahead);
  globalThis.setTimeout = Object.assign(
    (work: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) => wait(work, ms / 200, ...given),
    wait,
  );
  try {
    return await work({ advance: (ms) => ahead += ms });
  } finally {
    Date.now = now;
    globalThis.setTimeout = wait;
  }
}
