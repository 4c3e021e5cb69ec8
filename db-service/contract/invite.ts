/**
 * How a one-time code enrols a key without being shown to whoever carries the request: what travels is a proof that
 * holds for one key alone. Pure, for the browser that makes it and the db-service that checks it.
 */
import { base64url } from "./digest.ts";
import type { Invite } from "./schemas.ts";

/** An invite as one text to be pasted. */
export function inviteText({ codeId, code }: Pick<Invite, "codeId" | "code">): string {
  return `${codeId}.${code}`;
}

/** Reads a pasted invite; null when it is no whole one. */
export function readInvite(text: string): Pick<Invite, "codeId" | "code"> | null {
  const [, codeId, code] = /^\s*([\w-]{16})\.([\w-]{22})\s*$/.exec(text) ?? [];
  return codeId === undefined || code === undefined ? null : { codeId, code };
}

/** What is kept of a code: the SHA-256 of its text. */
export async function codeSecret(code: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code)));
}

/** HMAC-SHA256 (RFC 2104) under the code's secret over the RFC 7638 thumbprint of the key to enrol. */
export async function inviteProof(code: string, key: string): Promise<string> {
  const hmac = await proofKey(await codeSecret(code), "sign");
  return base64url(new Uint8Array(await crypto.subtle.sign("HMAC", hmac, new TextEncoder().encode(key))));
}

/** Whether a proof was made with the code of this secret for this key. Takes the same time for every wrong one. */
export async function isProof(
  proof: Uint8Array<ArrayBuffer>,
  secret: Uint8Array<ArrayBuffer>,
  key: string,
): Promise<boolean> {
  const hmac = await proofKey(secret, "verify");
  return await crypto.subtle.verify("HMAC", hmac, proof, new TextEncoder().encode(key));
}

function proofKey(secret: Uint8Array<ArrayBuffer>, use: "sign" | "verify"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, [use]);
}
