/**
 * The approver's key of this browser: ECDSA P-256, not extractable, kept in IndexedDB. It is made on the first
 * decision and enrolled with the db-service once per workspace; where that takes a one-time code, the code stays here
 * and what is sent is a proof.
 */
import { KEY_ALGORITHM, thumbprint } from "@/db-service/contract/digest.ts";
import { inviteProof } from "@/db-service/contract/invite.ts";
import { type Answer, call, type Failure, isAbout } from "./api.ts";
import type { Signer } from "./sign.ts";

const DATABASE = "gatekeeper";
const STORE = "keys";

interface Stored {
  id: string;
  pair: CryptoKeyPair;
  /** Workspaces in which the db-service knows the key. */
  enrolled: string[];
}

/** This browser's signer for a workspace; enrols it when it isn't yet, or again when `again` is set. */
export async function signer(
  workspace: string,
  apiBase: string,
  name: string,
  again = false,
): Promise<Answer<Signer>> {
  let stored: Stored;
  try {
    stored = await load() ?? await make();
  } catch {
    return trouble("This browser does not keep keys here (private window?), so it can't sign.");
  }
  if (again || !stored.enrolled.includes(workspace)) {
    const answer = await enrol(stored, `${apiBase}/approvers`, name);
    if (!answer.ok) return answer;
    stored = { ...stored, enrolled: [...new Set([...stored.enrolled, workspace])] };
    await write(stored);
  }
  return { ok: true, data: { id: stored.id, privateKey: stored.pair.privateKey } };
}

/** The thumbprint of this browser's key; null when it has none. */
export async function ownKey(): Promise<string | null> {
  const stored = await load().catch(() => undefined);
  return stored?.id ?? null;
}

/** Makes a new key in place of one that was revoked; it is enrolled with the next decision. */
export async function renewKey(): Promise<void> {
  await make();
}

async function enrol({ id, pair }: Stored, url: string, name: string): Promise<Answer<unknown>> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const send = (invite = {}) =>
    call(url, { method: "POST", body: { publicKey: { kty, crv, x, y }, name, ...invite } });
  const answer = await send();
  if (answer.ok || !isAbout(answer, "codeId")) return answer;
  const dialog = await import("./InviteDialog.tsx").catch(() => null);
  if (!dialog) return answer;
  return await dialog.askForInvite(async ({ codeId, code }) =>
    await send({ codeId, proof: await inviteProof(code, id) })
  );
}

async function make(): Promise<Stored> {
  const pair = await crypto.subtle.generateKey(KEY_ALGORITHM, false, ["sign", "verify"]);
  const { x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  if (!x || !y) throw new Error("The public key has no coordinates.");
  const stored = { id: await thumbprint({ kty: "EC", crv: "P-256", x, y }), pair, enrolled: [] };
  await write(stored);
  // Best effort: without it the browser may drop the key when space runs short, and a new one is enrolled. Nothing
  // waits for it, as some browsers ask the person first.
  void navigator.storage?.persist?.().catch(() => false);
  return stored;
}

function load(): Promise<Stored | undefined> {
  return inStore<Stored | undefined>("readonly", (keys) => keys.get("approver"));
}

async function write(stored: Stored): Promise<void> {
  await inStore("readwrite", (keys) => keys.put(stored, "approver"));
}

/** Closes what it opened: a connection left open would keep the person from clearing this browser's data. */
async function inStore<T>(
  mode: IDBTransactionMode,
  use: (keys: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const db = await open();
  try {
    return await settle(use(db.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    db.close();
  }
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return settle(request);
}

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function trouble(message: string): Failure {
  return { ok: false, status: 0, code: "internal", message, problem: null, retryAfter: null };
}
