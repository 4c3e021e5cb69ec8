/**
 * One-time codes by which an owner lets a person's key in. A code is known to whoever asked for it and to the person it
 * was given to; here only its hash is kept, beside the approvers, until it is used, expires or was guessed at too often.
 */
import { base64url, fromBase64url } from "../contract/digest.ts";
import { codeSecret, isProof } from "../contract/invite.ts";
import type { EnrolRequest, Invite } from "../contract/schemas.ts";
import { ServiceError, type Tx } from "../engine/types.ts";

/** How long a code can be used. */
export const INVITE_MS = 15 * 60_000;
/** Wrong proofs that end a code. 128 bits can't be guessed anyway; a code that somebody tries is better gone. */
export const MAX_WRONG = 5;

/** Makes an invite for an approver of this name. `now` in milliseconds since 1970. */
export async function createInvite(tx: Tx, name: string, now: number): Promise<Invite> {
  await tx.run("DELETE FROM _gk_invite WHERE expires_at <= ?", [new Date(now).toISOString()]);
  const invite = { codeId: random(12), code: random(16), expiresAt: new Date(now + INVITE_MS).toISOString() };
  await tx.run(
    "INSERT INTO _gk_invite(id, secret, name, expires_at) VALUES(?, ?, ?, ?)",
    [invite.codeId, base64url(await codeSecret(invite.code)), name, invite.expiresAt],
  );
  return invite;
}

/**
 * Uses up the invite that a request proves to hold for `key`, and gives its name; null when there is none such. Commit
 * either way: a wrong proof is counted.
 */
export async function takeInvite(
  tx: Tx,
  { codeId = "", proof = "" }: Pick<EnrolRequest, "codeId" | "proof">,
  key: string,
  now: string,
): Promise<string | null> {
  const [row] = await tx.query(
    "SELECT secret, name, wrong FROM _gk_invite WHERE id = ? AND expires_at > ?",
    [codeId, now],
  );
  if (row === undefined) return null;
  const [secret, name, wrong] = row;
  const isRight = proof.length === PROOF_LENGTH &&
    await isProof(fromBase64url(proof), fromBase64url(String(secret)), key);
  if (isRight || Number(wrong) + 1 >= MAX_WRONG) {
    await tx.run("DELETE FROM _gk_invite WHERE id = ?", [codeId]);
  } else {
    await tx.run("UPDATE _gk_invite SET wrong = wrong + 1 WHERE id = ?", [codeId]);
  }
  return isRight ? String(name) : null;
}

/**
 * What is said without a valid code. One sentence for every reason, so that it tells nothing about any code; `codeId`
 * tells a page that a code is what it takes.
 */
export function codeNeeded({ proof }: Pick<EnrolRequest, "proof">): ServiceError {
  const message = proof === undefined
    ? "A key is enrolled here with a one-time code. Ask whoever runs the database service for one."
    : "This code is wrong, used or expired. Ask for a new one.";
  return new ServiceError("forbidden", message, { errors: [{ path: "codeId", message }] });
}

/** Characters of 32 bytes in base64url. */
const PROOF_LENGTH = 43;

function random(bytes: number): string {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)));
}
