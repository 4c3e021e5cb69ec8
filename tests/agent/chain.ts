/** A chain of signed decisions as the db-service keeps it, and as an export holds it; honest, or forged by a test. */
import { z } from "zod";
import { entryHash } from "@/db-service/contract/chain.ts";
import {
  approvalBytes,
  base64url,
  hash,
  KEY_ALGORITHM,
  SIGNATURE,
  statementsHash,
  thumbprint,
} from "@/db-service/contract/digest.ts";
import {
  ApproverKey,
  ChainPage,
  ChainRecord,
  type Decision,
  PublicKey,
} from "@/db-service/contract/schemas.ts";
import type { Known } from "@/agent/history/shape.ts";

/** Someone with a key, as the db-service lists them. */
export interface Signer {
  approver: ApproverKey;
  privateKey: CryptoKey;
}

/** An entry as the export has it. */
export type Entry = ChainRecord & { action: Known | null };

export const START = Date.parse("2026-03-01T09:00:00.000Z");

/** A time, so many minutes after the start, ISO 8601 UTC. */
export function minute(n: number): string {
  return new Date(START + n * 60_000).toISOString();
}

export async function makeSigner(name: string): Promise<Signer> {
  const pair = await crypto.subtle.generateKey(KEY_ALGORITHM, false, ["sign", "verify"]);
  const publicKey = z.object(PublicKey.shape).parse(await crypto.subtle.exportKey("jwk", pair.publicKey));
  const approver = {
    key: await thumbprint(publicKey),
    name,
    publicKey,
    createdAt: minute(-60),
    revokedAt: null,
  };
  return { approver, privateKey: pair.privateKey };
}

/** What one step of a made-up history does. `n` names the action. */
export interface Step {
  n: number;
  decision: Decision;
  by: Signer;
}

/** The id of the n-th action. */
export function uidOf(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

/** The chain of these decisions, one a minute. */
export async function makeChain(steps: readonly Step[]): Promise<Entry[]> {
  const chain: Entry[] = [];
  for (const [i, { n, decision, by }] of steps.entries()) {
    const statements = [{ sql: "UPDATE customers SET tier = ? WHERE id = ?", args: ["Gold", n] }];
    const subject = {
      actionUid: uidOf(n),
      decision,
      statementsSha256: await statementsHash(statements),
      digest: await hash(`rows of ${n}`),
    };
    const unhashed = {
      seq: i + 1,
      ...subject,
      affected: [{ table: "customers", inserted: 0, updated: 1, deleted: 0 }],
      approval: await sign(by, subject, minute(i + 4)),
      approver: by.approver.name,
      at: minute(i),
      prev: chain.at(-1)?.hash ?? "",
    };
    chain.push({ ...unhashed, hash: await entryHash(unhashed), statements, action: actionOf(n) });
  }
  return chain;
}

/** A signature over a decision in the database `main`. */
export async function sign(
  { approver, privateKey }: Signer,
  subject: Pick<ChainRecord, "actionUid" | "decision" | "statementsSha256" | "digest">,
  expiresAt: string,
): Promise<ChainRecord["approval"]> {
  const bytes = approvalBytes({ ...subject, database: "main", expiresAt });
  const signature = await crypto.subtle.sign(SIGNATURE, privateKey, bytes);
  return { key: approver.key, expiresAt, signature: base64url(new Uint8Array(signature)) };
}

/** The same entries with every hash made anew: what a forger does who holds the file. */
export async function rehash(entries: readonly Entry[]): Promise<Entry[]> {
  const chain: Entry[] = [];
  for (const entry of entries) {
    const linked = { ...entry, seq: chain.length + 1, prev: chain.at(-1)?.hash ?? "" };
    chain.push({ ...linked, hash: await entryHash(linked) });
  }
  return chain;
}

/** The file that an export of these entries is. */
export function fileOf(history: readonly unknown[], signers: readonly Signer[]): string {
  return JSON.stringify({
    kind: "gatekeeper-history",
    v: 1,
    exportedAt: minute(600),
    workspace: { id: "main", name: "Main" },
    database: "main",
    history,
    queue: [],
    approvers: signers.map(({ approver }) => approver),
  });
}

/** A db-service that knows nothing but this chain, `size` entries a page. It dies when asked for what comes after `dies`. */
export function startChain(
  { entries, signers, size = 1_000, dies = Infinity }: {
    entries: readonly ChainRecord[];
    signers: readonly Signer[];
    size?: number;
    dies?: number;
  },
) {
  const asked: number[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/v1/databases/main/changes") return new Response(null, { status: 404 });
    const after = Number(searchParams.get("after"));
    asked.push(after);
    if (after >= dies) return new Response("The end.", { status: 500 });
    const changes = entries.slice(after, after + size);
    const approvers = signers.map(({ approver }) => approver);
    return Response.json(ChainPage.parse({ database: "main", changes, approvers }));
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, asked, close: () => server.shutdown() };
}

function actionOf(n: number): Known {
  const by = { id: "owner", name: "Owner", via: "person" as const };
  return {
    id: n,
    title: `Upgrade ${n}`,
    description: "",
    state: "approved",
    proposedBy: by,
    createdAt: minute(0),
    decidedBy: by,
    resolvedAt: minute(1),
    reason: null,
    error: null,
  };
}
