/** What an attacker aims at: a real db-service in production, two databases, people who may approve and one who no longer may. */
import assert from "node:assert/strict";
import { Preview, Problem, type Statement, type Value } from "@/db-service/contract/schemas.ts";
import { inviteProof } from "@/db-service/contract/invite.ts";
import { makeSigner, sign, type Signer, type ToSign } from "@/tests/db-service/lab.ts";
import { type DbService, startDbService } from "@/tests/db-service/start.ts";
import { openBeside } from "@/tests/sqlite.ts";

const DATABASES = ["main", "payroll"];

/** What is about to be carried out, with what its approval is signed over. */
export interface Planned {
  actionUid: string;
  statements: Required<Statement>[];
  statementsSha256: string;
  digest: string;
}

/** Arguments of a statement, and where it is to run. */
interface Place {
  args?: Value[];
  database?: string;
}

export class Target {
  private constructor(readonly service: DbService, readonly ana: Signer, readonly dan: Signer) {}

  /** Ana may approve in `main`; Dan's key was revoked there. In `payroll` nobody may. */
  static async open(): Promise<Target> {
    const service = await startDbService({ env: { GATEKEEPER_MODE: "production", HOST: "127.0.0.1" } });
    for (const name of DATABASES) await service.call("PUT", `/v1/databases/${name}`, { seed: true });
    const target = new Target(service, await makeSigner(), await makeSigner());
    await target.enrol(target.ana, "Ana");
    await target.enrol(target.dan, "Dan");
    await service.call("DELETE", `/v1/databases/main/approvers/${target.dan.key}`);
    return target;
  }

  /** Enrols a key as its owner does: with the code of an invite. */
  async enrol(signer: Signer, name: string): Promise<void> {
    const { codeId, code } = await this.service.invite(name);
    const proof = await inviteProof(code, signer.key);
    const { status } = await this.call("approvers", { publicKey: signer.publicKey, name, codeId, proof });
    assert.equal(status, 201);
  }

  call(path: string, body: unknown, database = "main"): Promise<{ status: number; body: unknown }> {
    return this.service.call("POST", `/v1/databases/${database}/${path}`, body);
  }

  /** A change that is previewed and waits for an approval. */
  async plan(sql: string, { args = [], database = "main" }: Place = {}): Promise<Planned> {
    const statements = [{ sql, args }];
    const { digest, statementsSha256 } = Preview.parse(
      (await this.call("preview", { statements }, database)).body,
    );
    return { actionUid: crypto.randomUUID(), statements, statementsSha256, digest };
  }

  /** Signs a plan as it is, or what an attacker makes of it. */
  sign({ actionUid, statementsSha256, digest }: Planned, altered: Partial<ToSign> = {}, by = this.ana) {
    return sign(by, { actionUid, statementsSha256, digest, ...altered });
  }

  execute({ actionUid, statements, digest }: Planned, approval: unknown, database = "main") {
    return this.call("execute", { actionUid, statements, digest, approval }, database);
  }

  dump(): string {
    return dumpOf(this.service.dataDir);
  }

  /** Makes an attack, which must be answered so and change nothing: not a row, not an approver, not the record. */
  async refuses(
    what: string,
    expected: [status: number, code: string],
    attack: () => Promise<{ status: number; body: unknown }>,
  ): Promise<void> {
    const before = this.dump();
    const { status, body } = await attack();
    assert.ok(status >= 400, `${what}: ${status}`);
    assert.deepEqual([status, Problem.parse(body).code], expected, what);
    assert.equal(this.dump(), before, what);
  }

  async close(): Promise<void> {
    await this.service.stop();
  }
}

/** Everything in the files but the notes on wrong codes and refused approvals: rows, approvers, record. */
export function dumpOf(dataDir: string): string {
  return JSON.stringify(DATABASES.map((name) => {
    using file = openBeside(`${dataDir}/${name}.db`, { readOnly: true });
    const tables = file.prepare(
      "SELECT name, sql FROM sqlite_schema WHERE name NOT IN ('_gk_invite', '_gk_spent') ORDER BY name",
    ).all();
    return tables.map(({ name: table, sql }) => [
      sql,
      String(sql).startsWith("CREATE TABLE") ? file.prepare(`SELECT * FROM "${table}"`).all() : [],
    ]);
  }));
}
