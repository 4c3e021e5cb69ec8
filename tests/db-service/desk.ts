/**
 * A database behind the real service: an approver who previews, signs, executes and reverts over HTTP, and a witness in
 * another process who reads the file itself.
 */
import type {
  Approval,
  Executed,
  Preview,
  Problem,
  Statement,
  Value,
} from "@/db-service/contract/schemas.ts";
import { statementsHash } from "@/db-service/contract/digest.ts";
import { Child } from "./child.ts";
import { DATABASE, makeSigner, sign, type Signer } from "./lab.ts";
import { remoteEnv } from "./engines.ts";
import type { Sqld } from "./sqld.ts";
import { type DbService, startDbService } from "./start.ts";
import type { Dump, WitnessQuestion } from "./witness.ts";

/** A statement with its arguments behind it, or alone. */
export type Written = string | [string, ...Value[]];

/** The service said no. */
export class Refused extends Error {
  override readonly name = "Refused";
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
  }
}

/** An action on its way: what is executed, and as what. */
export interface Action {
  actionUid: string;
  statements: Statement[];
  digest: string;
}

/** Statements with their arguments as the contract wants them. */
export function toStatements(written: readonly Written[]): Statement[] {
  return written.map((one) => typeof one === "string" ? { sql: one } : { sql: one[0], args: one.slice(1) });
}

export class Desk {
  #isOwn: boolean;
  #run: (sql: string) => Promise<unknown>;
  #start: () => Promise<DbService>;

  private constructor(
    readonly dataDir: string,
    readonly file: string,
    readonly signer: Signer,
    readonly witness: Child,
    public service: DbService,
    { isOwn, run, start }: {
      isOwn: boolean;
      run: (sql: string) => Promise<unknown>;
      start: () => Promise<DbService>;
    },
  ) {
    this.#isOwn = isOwn;
    this.#run = run;
    this.#start = start;
  }

  /** Starts the service over one database file, which holds nothing but what `before` put there. */
  static async open(
    { before, dataDir: given, through, server }: {
      before?: string;
      dataDir?: string;
      through?: string[];
      /** The libSQL server that holds the database instead of a file. */
      server?: Sqld;
    } = {},
  ): Promise<Desk> {
    const dataDir = given ?? await Deno.makeTempDir({ prefix: "desk" });
    const file = server?.file ?? `${dataDir}/${DATABASE}.db`;
    const witness = await new Child("witness.ts", [file]).ready();
    const run = server?.run ?? ((sql) => witness.ask("run", { sql }));
    if (before !== undefined) await run(before);
    const start = () =>
      startDbService({
        dataDir,
        ...(through === undefined ? {} : { through }),
        ...(server === undefined ? {} : { env: remoteEnv(server) }),
      });
    const isOwn = given === undefined;
    const desk = new Desk(dataDir, file, await makeSigner(), witness, await start(), { isOwn, run, start });
    if (server === undefined) await desk.call("PUT", "", {});
    await desk.call("POST", "/approvers", { publicKey: desk.signer.publicKey, name: "Ana" });
    return desk;
  }

  /** Asks the service about the database. The answer's type is the caller's word; throws {@link Refused}. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.service.url}/v1/databases/${DATABASE}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.service.token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Refused(answer);
    return answer;
  }

  /** The preview with the changes of all its pages. */
  async preview(statements: Statement[]): Promise<Preview> {
    const preview = await this.call<Preview>("POST", "/preview", { statements });
    for (let page = 1; page < preview.pages.length; page++) {
      const { changes } = await this.call<Preview>("POST", "/preview", { statements, page });
      preview.changes.push(...changes);
    }
    return preview;
  }

  /** Signs and executes; asking again with the same action is a retry. */
  async execute(action: Action): Promise<Executed> {
    return await this.call("POST", "/execute", { ...action, approval: await this.sign(action, "approve") });
  }

  async revert(action: Action): Promise<{ replay: boolean }> {
    const { actionUid } = action;
    return await this.call("POST", "/revert", { actionUid, approval: await this.sign(action, "revert") });
  }

  async sign(
    { actionUid, statements, digest }: Action,
    decision: "approve" | "revert",
  ): Promise<Approval> {
    const statementsSha256 = await statementsHash(statements);
    return await sign(this.signer, { actionUid, statementsSha256, digest, decision });
  }

  /** Everything in the file, as another SQLite sees it. */
  dump(): Promise<Dump> {
    const question: WitnessQuestion["dump"] = {};
    return this.witness.ask("dump", question);
  }

  /** Lets somebody else write to the file, past the gate. */
  async outside(sql: string): Promise<void> {
    await this.#run(sql);
  }

  /** Reads the file past the gate. */
  async query(sql: string): Promise<Value[][]> {
    return await this.witness.ask("query", { sql });
  }

  /** The process that writes, if it runs at the moment. */
  async writerPid(): Promise<number | null> {
    const { stdout } = await new Deno.Command("ps", {
      args: ["-o", "pid=,args=", "--ppid", String(this.service.pid)],
    }).output();
    const line = new TextDecoder().decode(stdout).split("\n").find((text) =>
      text.includes("writer_child.ts")
    );
    return line === undefined ? null : Number.parseInt(line);
  }

  /** Kills the process that writes, as running out of memory would; the service starts another one. */
  async killWriter(): Promise<void> {
    const pid = await this.writerPid();
    if (pid !== null) Deno.kill(pid, "SIGKILL");
  }

  /** Starts the service again after it was killed. */
  async restart(): Promise<void> {
    this.service = await this.#start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service.stop();
    await this.witness.end();
    if (this.#isOwn) await Deno.remove(this.dataDir, { recursive: true });
  }
}
