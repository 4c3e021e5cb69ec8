/** Who may approve: public keys by their thumbprint, kept beside the data that they guard. */
import { type Approver, ApproverKey, type EnrolRequest, PublicKey } from "../contract/schemas.ts";
import { base64url, canonical, fromBase64url, thumbprint } from "../contract/digest.ts";
import { ServiceError, type Tx } from "../engine/types.ts";
import { takeInvite } from "./invites.ts";

/** An approver whose key may be used. */
export interface EnrolledKey {
  name: string;
  publicKey: PublicKey;
}

/** The approver of a key, or null if the key is unknown or revoked. */
export async function findApprover(tx: Tx, key: string): Promise<EnrolledKey | null> {
  const [row] = await tx.query(
    "SELECT name, jwk FROM _gk_approver WHERE key = ? AND revoked_at IS NULL",
    [key],
  );
  return row === undefined ? null : {
    name: String(row[0]),
    publicKey: PublicKey.parse(JSON.parse(String(row[1]))),
  };
}

/** Whether a key was taken out of use: it never comes back. */
export async function isRevoked(tx: Tx, key: string): Promise<boolean> {
  const rows = await tx.query("SELECT 1 FROM _gk_approver WHERE key = ? AND revoked_at IS NOT NULL", [key]);
  return rows.length > 0;
}

/** Approvers whose keys may be used, in the order in which they were enrolled. */
export async function listApprovers(tx: Tx): Promise<Approver[]> {
  const rows = await tx.query(
    "SELECT key, name, created_at FROM _gk_approver WHERE revoked_at IS NULL ORDER BY created_at, key",
  );
  return rows.map(([key, name, createdAt]) => ({
    key: String(key),
    name: String(name),
    createdAt: String(createdAt),
  }));
}

/** Every key that was ever enrolled, revoked ones included, with what it takes to verify its signatures. */
export async function listKeys(tx: Tx): Promise<ApproverKey[]> {
  const rows = await tx.query(
    "SELECT key, name, jwk, created_at, revoked_at FROM _gk_approver ORDER BY created_at, key",
  );
  return rows.map(([key, name, jwk, createdAt, revokedAt]) =>
    ApproverKey.parse({ key, name, publicKey: JSON.parse(String(jwk)), createdAt, revokedAt })
  );
}

/**
 * Enrols a public key; one that is enrolled already stays as it is, so that a request whose answer was lost can be sent
 * again. In local mode this needs no invitation. In production it uses one up, and the approver's name is the invite's:
 * what the app sends as a name is nobody's word. Answers null without a valid one; commit then too. Throws `invalid` for
 * what is no P-256 key and `forbidden` for a revoked one.
 */
export async function enrolApprover(
  tx: Tx,
  request: EnrolRequest,
  mode: "local" | "production",
  now: string,
): Promise<Approver | null> {
  const jwk = PublicKey.parse(request.publicKey);
  await importKey(jwk);
  const key = await thumbprint(jwk);
  const [known] = await tx.query("SELECT name, created_at, revoked_at FROM _gk_approver WHERE key = ?", [
    key,
  ]);
  if (known !== undefined) {
    // Or else a revoked key would come back by itself, enrolment being automatic in local mode.
    if (known[2] !== null) throw revoked();
    return { key, name: String(known[0]), createdAt: String(known[1]) };
  }
  const name = mode === "local" ? request.name : await takeInvite(tx, request, key, now);
  if (name === null) return null;
  await tx.run(
    "INSERT INTO _gk_approver(key, name, jwk, created_at) VALUES(?, ?, ?, ?)",
    [key, name, canonical(jwk), now],
  );
  return { key, name, createdAt: now };
}

/** Gives a key another name, for what it approves from now on. Throws `not_found` for an unknown or revoked one. */
export async function renameApprover(tx: Tx, key: string, name: string): Promise<Approver> {
  const [row] = await tx.query(
    "UPDATE _gk_approver SET name = ? WHERE key = ? AND revoked_at IS NULL RETURNING created_at",
    [name, key],
  );
  if (row === undefined) throw unknownKey();
  return { key, name, createdAt: String(row[0]) };
}

/** Takes a key out of use for good. Throws `not_found` for an unknown one. */
export async function revokeApprover(tx: Tx, key: string, now: string): Promise<void> {
  const known = await tx.query("SELECT 1 FROM _gk_approver WHERE key = ?", [key]);
  if (known.length === 0) throw unknownKey();
  await tx.run("UPDATE _gk_approver SET revoked_at = coalesce(revoked_at, ?) WHERE key = ?", [now, key]);
}

/** A public key ready to verify signatures. Throws `invalid` if it is not a point of P-256. */
export async function importKey({ kty, crv, x, y }: PublicKey): Promise<CryptoKey> {
  const point = `${x}.${y}`;
  const known = imported.get(point);
  if (known !== undefined) return known;
  try {
    // Deno's importKey takes any pair of numbers.
    if (!isOnCurve(x, y)) throw new TypeError("Not a point of the curve.");
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, algorithm, true, ["verify"]);
    if (imported.size >= MAX_IMPORTED) imported.clear();
    imported.set(point, key);
    return key;
  } catch {
    throw new ServiceError("invalid", "publicKey is not a P-256 public key.", {
      errors: [{ path: "publicKey", message: "Not a point of the curve P-256." }],
    });
  }
}

/** What is said of a key that is not enrolled here, or no longer. */
export function unknownKey(): ServiceError {
  return new ServiceError("not_found", "There is no approver with this key.");
}

/** `publicKey` tells a page that it takes another key. */
function revoked(): ServiceError {
  const message = "This key was revoked. Make a new one to approve.";
  return new ServiceError("forbidden", message, { errors: [{ path: "publicKey", message }] });
}

/** Keys imported before, by their point: importing takes longer than verifying. Says nothing of who may approve. */
const imported = new Map<string, CryptoKey>();
const MAX_IMPORTED = 100;

/** P-256 (FIPS 186-5, SP 800-186 section 3.2.1.3): y² = x³ − 3x + b over the field of P elements. */
const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

function isOnCurve(x: string, y: string): boolean {
  // The last character has two bits to spare: written otherwise, a revoked key would pass for one never seen.
  if ([x, y].some((text) => base64url(fromBase64url(text)) !== text)) return false;
  const [px, py] = [x, y].map(coordinate);
  return px < P && py < P && (py * py - (px * px * px - 3n * px + B)) % P === 0n;
}

function coordinate(text: string): bigint {
  return fromBase64url(text).reduce((number, byte) => number * 256n + BigInt(byte), 0n);
}
