/** A database with its writer, a witness and an approver's key, for the tests of the write side on every engine. */
import assert from "node:assert/strict";
import type {
  Approval,
  Change,
  Decision,
  PublicKey,
  Statement,
  Value,
} from "../../db-service/contract/schemas.ts";
import {
  approvalBytes,
  base64url,
  normalStatements,
  SIGNATURE,
  statementsHash,
  thumbprint,
} from "../../db-service/contract/digest.ts";
import { createWriter, type SeedingWriter } from "../../db-service/engine/change/writer.ts";
import type { CaptureScope } from "../../db-service/engine/capture/capture_sql.ts";
import { type Inspection, ServiceError, type Tx, type WriteInput } from "../../db-service/engine/types.ts";
import { type Bench, type EngineName, localBench, remoteBench } from "./benches.ts";
import { Child } from "./child.ts";
import type { Dump, WitnessQuestion } from "./witness.ts";

export const DATABASE = "main";

/** Rejects with this code and a sentence that matches; answers with the error, for what else it carries. */
export async function refuses(
  promise: Promise<unknown>,
  code: string,
  sentence: RegExp,
): Promise<ServiceError> {
  const error = await promise.then(() => new Error("This was not refused."), (reason) => reason);
  assert.ok(error instanceof ServiceError, String(error?.stack));
  assert.equal(error.code, code, error.message);
  assert.match(error.message, sentence);
  return error;
}

/** Changes as short texts: table, operation, key, before → after. */
export function short(changes: Change[]): string[] {
  return changes.map(({ table, op, key, before, after }) =>
    `${table} ${op} ${JSON.stringify(key)} ${JSON.stringify(before)} ${JSON.stringify(after)}`
  );
}

/** An approver's key pair. */
export interface Signer {
  key: string;
  publicKey: PublicKey;
  privateKey: CryptoKey;
}

export async function makeSigner(): Promise<Signer> {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  const { x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const publicKey: PublicKey = { kty: "EC", crv: "P-256", x: x ?? "", y: y ?? "" };
  return { key: await thumbprint(publicKey), publicKey, privateKey: pair.privateKey };
}

/** What a person signs, with everything that a test may want to get wrong. */
export interface ToSign {
  actionUid: string;
  statementsSha256: string;
  digest: string;
  decision?: Decision;
  database?: string;
  expiresAt?: string;
}

export async function sign(signer: Signer, subject: ToSign): Promise<Approval> {
  const expiresAt = subject.expiresAt ?? new Date(Date.now() + 60_000).toISOString();
  const bytes = approvalBytes({ database: DATABASE, decision: "approve", ...subject, expiresAt });
  const signature = await crypto.subtle.sign(SIGNATURE, signer.privateKey, bytes);
  return { key: signer.key, expiresAt, signature: base64url(new Uint8Array(signature)) };
}

/** A fresh database with a writer in this process, a witness in another, and an enrolled approver. */
export class Lab {
  private constructor(
    readonly bench: Bench,
    readonly writer: SeedingWriter,
    readonly witness: Child,
    readonly signer: Signer,
    readonly keys: Record<string, string>,
  ) {}

  static async open(
    options: {
      engine?: EngineName;
      schema?: string[];
      sample?: boolean;
      keys?: Record<string, string>;
      scope?: CaptureScope;
      now?: () => number;
      /** Stands between the writer and its transactions. */
      tamper?: (tx: Tx) => Tx;
    } = {},
  ): Promise<Lab> {
    const bench = await (options.engine === "remote" ? remoteBench() : localBench());
    const { tamper = (tx: Tx) => tx } = options;
    const writer = createWriter({
      begin: async () => tamper(await bench.begin()),
      close: () => {},
      scope: options.scope ?? bench.scope,
      now: options.now ?? Date.now,
    });
    await writer.seed({ sample: options.sample ?? false });
    if (options.schema !== undefined) {
      const tx = await bench.begin();
      await tx.script(options.schema);
      await tx.commit();
    }
    const signer = await makeSigner();
    await writer.enrol({ publicKey: signer.publicKey, name: "Ana" }, "local");
    const mode = bench.outside === null ? [] : ["read-only"];
    const witness = await new Child("witness.ts", [bench.file, ...mode]).ready();
    return new Lab(bench, writer, witness, signer, options.keys ?? {});
  }

  /** Where the database lies. */
  get file(): string {
    return this.bench.file;
  }

  begin(): Promise<Tx> {
    return this.bench.begin();
  }

  /** Everything in the file, as another SQLite sees it. */
  dump(): Promise<Dump> {
    const question: WitnessQuestion["dump"] = { keys: this.keys };
    return this.witness.ask("dump", question);
  }

  /** Lets somebody else write to the database, past the gate. */
  outside(sql: string): Promise<unknown> {
    return this.bench.outside?.(sql) ?? this.witness.ask("run", { sql });
  }

  inspect(statements: { sql: string }[]): Promise<Inspection> {
    return this.witness.ask("inspect", { statements });
  }

  async input(...statements: (string | [string, ...Value[]])[]): Promise<WriteInput> {
    const list = normalStatements(
      statements.map((statement): Statement =>
        typeof statement === "string" ? { sql: statement } : { sql: statement[0], args: statement.slice(1) }
      ),
    );
    return { database: DATABASE, statements: list, inspection: await this.inspect(list) };
  }

  async preview(...statements: (string | [string, ...Value[]])[]) {
    return await this.writer.preview(await this.input(...statements));
  }

  /** Previews and executes statements as an approver would, and answers with both. */
  async approve(...statements: (string | [string, ...Value[]])[]) {
    const input = await this.input(...statements);
    const preview = await this.writer.preview(input);
    const actionUid = crypto.randomUUID();
    const approval = await sign(this.signer, { actionUid, ...preview });
    const result = await this.writer.execute({ ...input, actionUid, digest: preview.digest, approval });
    return { input, preview, actionUid, result, approval };
  }

  async revert({ actionUid, input, preview }: {
    actionUid: string;
    input: WriteInput;
    preview: { digest: string };
  }) {
    const approval = await sign(this.signer, {
      actionUid,
      statementsSha256: await statementsHash(input.statements),
      digest: preview.digest,
      decision: "revert",
    });
    return await this.writer.revert({ database: DATABASE, actionUid, approval });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.writer.close();
    await this.witness.end();
    await this.bench.close();
  }
}
