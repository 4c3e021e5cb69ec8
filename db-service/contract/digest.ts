/**
 * What a digest is and what an approval signs. Pure: WebCrypto and RFC 8785 alone, so that the browser that shows
 * the rows, the app that queues them and the db-service that commits them compute the same bytes.
 */
import canonicalize from "canonicalize";
import type { Change, Count, Decision, Statement } from "./schemas.ts";
import { PAGE_SIZE } from "./page_size.ts";

export { PAGE_SIZE };

/** RFC 8785 (JSON Canonicalization Scheme) of a JSON value. Throws on what JSON cannot express. */
export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("This value has no canonical JSON.");
  return text;
}

/** base64url without padding (RFC 4648 §5) of bytes. */
export function base64url(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Bytes of a base64url text without padding. Throws `TypeError` on any other character. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new TypeError("This is not base64url.");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** base64url of the SHA-256 of the canonical JSON of `value`. */
export async function hash(value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(canonical(value));
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** Statements as they are hashed and executed: always both members, nothing else. */
export function normalStatements(statements: readonly Statement[]): Required<Statement>[] {
  return statements.map(({ sql, args }) => ({ sql, args: args ?? [] }));
}

/** `statementsSha256`: the hash of the statements with their arguments. */
export function statementsHash(statements: readonly Statement[]): Promise<string> {
  return hash(normalStatements(statements));
}

/** Order of changes: by table, then by canonical JSON of the key, both by UTF-16 code unit (as RFC 8785 sorts). */
export function sortChanges(changes: readonly Change[]): Change[] {
  return changes
    .map((change) => ({ change, key: canonical(change.key) }))
    .sort((a, b) => compare(a.change.table, b.change.table) || compare(a.key, b.key))
    .map(({ change }) => change);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Cuts sorted changes into pages of {@link PAGE_SIZE}; no changes make no page. */
export function paginate(changes: readonly Change[]): Change[][] {
  const pages: Change[][] = [];
  for (let i = 0; i < changes.length; i += PAGE_SIZE) pages.push(changes.slice(i, i + PAGE_SIZE));
  return pages;
}

/** Hash of one page of changes. */
export function pageHash(changes: readonly Change[]): Promise<string> {
  return hash(
    changes.map(({ table, op, key, before, after, columnsSha256 }) => ({
      table,
      op,
      key,
      before,
      after,
      columnsSha256,
    })),
  );
}

/** What a digest is made of. `pages` are the page hashes in order. */
export interface DigestInput {
  database: string;
  statementsSha256: string;
  counts: readonly Count[];
  pages: readonly string[];
}

/** The digest of a preview: what an approver agrees to and what the db-service compares before it commits. */
export function digestOf({ database, statementsSha256, counts, pages }: DigestInput): Promise<string> {
  return hash({
    v: 1,
    database,
    statementsSha256,
    counts: counts.map(({ table, inserted, updated, deleted }) => ({ table, inserted, updated, deleted })),
    pages,
  });
}

/** What an approval is signed over. `expiresAt` is ISO 8601 UTC. */
export interface ApprovalSubject {
  database: string;
  actionUid: string;
  decision: Decision;
  statementsSha256: string;
  digest: string;
  expiresAt: string;
}

/** The exact bytes that an approver's key signs: canonical JSON of the subject with `v: 1`. */
export function approvalBytes(subject: ApprovalSubject): Uint8Array<ArrayBuffer> {
  const { database, actionUid, decision, statementsSha256, digest, expiresAt } = subject;
  return new TextEncoder().encode(
    canonical({ v: 1, database, actionUid, decision, statementsSha256, digest, expiresAt }),
  );
}

/** RFC 7638 thumbprint (SHA-256, base64url) of an EC P-256 public key. */
export function thumbprint(jwk: { kty: string; crv: string; x: string; y: string }): Promise<string> {
  return hash({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y });
}

/** How the approval signature is made and verified: 64 bytes `r || s`, as WebCrypto emits it. */
export const SIGNATURE = { name: "ECDSA", hash: "SHA-256" } as const;
/** The only kind of approver key. */
export const KEY_ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;
/** An approval may expire this far ahead of the server's clock, in milliseconds. */
export const APPROVAL_WINDOW_MS = 5 * 60_000;
