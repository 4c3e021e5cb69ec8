/**
 * The approver's key of this browser: ECDSA P-256, not extractable, kept in IndexedDB. It is made on the first
 * decision and enrolled with the db-service once per workspace.
 */
import { KEY_ALGORITHM, thumbprint } from "@/db-service/contract/digest.ts";
import { type Answer, call } from "./api.ts";
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
    const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", stored.pair.publicKey);
    const answer = await call(`${apiBase}/approvers`, {
      method: "POST",
      body: { publicKey: { kty, crv, x, y }, name },
    });
    if (!answer.ok) return answer;
    stored = { ...stored, enrolled: [...new Set([...stored.enrolled, workspace])] };
    await write(stored);
  }
  return { ok: true, data: { id: stored.id, privateKey: stored.pair.privateKey } };
}

/** Makes a new key in place of one that was revoked; it is enrolled with the next decision. */
export async function renewKey(): Promise<void> {
  await make();
}

async function make(): Promise<Stored> {
  const pair = await crypto.subtle.generateKey(KEY_ALGORITHM, false, ["sign", "verify"]);
  const { x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  if (!x || !y) throw new Error("The public key has no coordinates.");
  const stored = { id: await thumbprint({ kty: "EC", crv: "P-256", x, y }), pair, enrolled: [] };
  // Best effort: without it the browser may drop the key when space runs short, and a new one is enrolled.
  await navigator.storage?.persist?.().catch(() => false);
  await write(stored);
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

function trouble(message: string): Answer<Signer> {
  return { ok: false, status: 0, code: "internal", message, problem: null, retryAfter: null };
}
