/**
 * Whether an export of the history holds, by itself and without asking anyone: the chain of hashes, and behind every
 * entry a person's signature over what it says was done. Pure; the db-service's contract says what is hashed and signed.
 */
import { z } from "zod";
import { entryHash } from "@/db-service/contract/chain.ts";
import {
  APPROVAL_WINDOW_MS,
  approvalBytes,
  canonical,
  fromBase64url,
  KEY_ALGORITHM,
  SIGNATURE,
  statementsHash,
  thumbprint,
} from "@/db-service/contract/digest.ts";
import { Approval, type ApproverKey, ChainRecord, Count } from "@/db-service/contract/schemas.ts";
import { repeatedName } from "./repeated.ts";
import { HistoryFile, KIND, VERSION } from "./shape.ts";

/** What is known from elsewhere. Without it a file that was forged as a whole, keys and all, agrees with itself too. */
export interface Pins {
  /** The hash of an entry that must be in the chain. */
  head?: string;
  /** The only keys that may have signed. */
  keys?: readonly string[];
}

export type Verdict =
  | {
    holds: true;
    database: string;
    approvals: number;
    reverts: number;
    /** The last entry; null of an empty history. */
    head: { seq: number; hash: string } | null;
    /** The entry with the pinned hash. */
    pinned: number | null;
    /** Those that signed. */
    keys: (ApproverKey & { signatures: number })[];
  }
  | { holds: false; entry: Named; reason: string };

/** An entry as a person knows it; `action` is the app's own words. Neither is there where the whole chain is meant. */
export interface Named {
  seq: number | null;
  action: { id: number; title: string } | null;
}

/** The export in a text; or why it is none. */
export function readHistory(text: string): { file: HistoryFile } | { reason: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return {
      reason: "It is not JSON, or only the beginning of it: a download that was cut off looks like this. " +
        "The CSV is to look at; only the JSON can be verified.",
    };
  }
  const kind = z.object({ kind: z.literal(KIND), v: z.unknown() }).safeParse(json);
  if (!kind.success) return { reason: "It is JSON, but no export of a history." };
  if (kind.data.v !== VERSION) {
    return { reason: `It is of version ${JSON.stringify(kind.data.v)}; this verifies version ${VERSION}.` };
  }
  const name = repeatedName(text);
  if (name !== null) {
    return { reason: `An object in it says ${JSON.stringify(name)} twice: no two readers need agree on it.` };
  }
  const file = HistoryFile.safeParse(json);
  if (file.success) return { file: file.data };
  const [{ path, message }] = file.error.issues;
  return { reason: `It is no whole export: ${path.join(".")}: ${message}.` };
}

/** Checks every entry in order and stops at the first that does not hold. */
export async function verifyHistory(
  { database, history, approvers }: HistoryFile,
  pins: Pins = {},
): Promise<Verdict> {
  const keyring = new Map(approvers.map((approver) => [approver.key, { approver, signatures: 0 }]));
  const chain: Chain = { database, keyring, pins, last: null, executed: new Map(), reverted: new Set() };
  let pinned: number | null = null;
  for (const raw of history) {
    const parsed = Entry.safeParse(raw);
    const reason = parsed.success ? await objection(parsed.data, chain) : malformed(parsed.error);
    if (reason !== null) return { holds: false, entry: named(raw), reason };
    if (parsed.data === undefined) continue;
    chain.last = parsed.data;
    if (parsed.data.hash === pins.head) pinned = parsed.data.seq;
  }
  if (pins.head !== undefined && pinned === null) {
    const end = chain.last ? `the last is entry ${chain.last.seq}` : "there is none";
    const reason = `no entry has the hash ${pins.head}, ${end}: it was left out, or what led to it rewritten`;
    return { holds: false, entry: { seq: null, action: null }, reason };
  }
  return {
    holds: true,
    database,
    approvals: chain.executed.size,
    reverts: chain.reverted.size,
    head: chain.last && { seq: chain.last.seq, hash: chain.last.hash },
    pinned,
    keys: [...keyring.values()]
      .filter(({ signatures }) => signatures > 0)
      .map(({ approver, signatures }) => ({ ...approver, signatures })),
  };
}

/** An entry, with nothing beside what is hashed but the app's words: what nobody signed must not stand among it. */
const Entry = z.strictObject({
  ...ChainRecord.shape,
  approval: z.strictObject(Approval.shape),
  affected: z.array(z.strictObject(Count.shape)),
  statements: z.array(z.strictObject(ChainRecord.shape.statements.element.shape)),
  action: z.unknown().optional(),
}).transform(({ action: _, ...entry }) => entry).refine(
  isText,
  "holds half of a character, which is no text",
);

function isText(entry: ChainRecord): boolean {
  try {
    return canonical(entry) !== "";
  } catch {
    return false;
  }
}

/** What the entries so far amount to. */
interface Chain {
  database: string;
  keyring: Map<string, { approver: ApproverKey; signatures: number; ready?: CryptoKey }>;
  pins: Pins;
  last: ChainRecord | null;
  executed: Map<string, Pick<ChainRecord, "statementsSha256" | "digest">>;
  reverted: Set<string>;
}

/** Why an entry can't come next, or null; then it is counted. */
async function objection(entry: ChainRecord, chain: Chain): Promise<string | null> {
  const { seq, prev } = chain.last
    ? { seq: chain.last.seq + 1, prev: chain.last.hash }
    : { seq: 1, prev: "" };
  if (entry.seq !== seq) return `entry ${seq} should stand here`;
  if (entry.prev !== prev) return "it does not name the hash of the entry before it";
  if (await statementsHash(entry.statements) !== entry.statementsSha256) {
    return "its statements are not those whose hash was signed";
  }
  if (await entryHash(entry) !== entry.hash) return "its hash is not that of what it says";
  return await unsigned(entry, chain) ?? outOfOrder(entry, chain);
}

/** Why no approver's signature stands behind an entry, or null. */
async function unsigned(entry: ChainRecord, { database, keyring, pins }: Chain): Promise<string | null> {
  const { approval, at } = entry;
  const signer = keyring.get(approval.key);
  if (!signer) return `its key ${approval.key} is not among the approvers`;
  if (pins.keys && !pins.keys.includes(approval.key)) {
    return `its key ${approval.key} is not one of those you gave`;
  }
  try {
    signer.ready ??= await importKey(signer.approver);
  } catch {
    return `the public key listed as ${approval.key} is another one, or none`;
  }
  const signed = await crypto.subtle.verify(
    SIGNATURE,
    signer.ready,
    fromBase64url(approval.signature),
    approvalBytes({ ...entry, database, expiresAt: approval.expiresAt }),
  );
  if (!signed) return "its signature is not by this key over this decision, statements, digest and expiry";
  const time = Date.parse(at);
  const left = Date.parse(approval.expiresAt) - time;
  // Written so that a time which is none fails.
  if (!(left > 0 && left <= APPROVAL_WINDOW_MS)) {
    return "its time is not within the five minutes of its approval";
  }
  const { createdAt, revokedAt } = signer.approver;
  if (!(time >= Date.parse(createdAt))) return `its key was enrolled only after it, at ${createdAt}`;
  if (revokedAt !== null && !(time <= Date.parse(revokedAt))) {
    return `its key had been revoked before it, at ${revokedAt}`;
  }
  signer.signatures++;
  return null;
}

async function importKey({ key, publicKey }: ApproverKey): Promise<CryptoKey> {
  if (await thumbprint(publicKey) !== key) throw new TypeError("This is another key.");
  return await crypto.subtle.importKey("jwk", publicKey, KEY_ALGORITHM, true, ["verify"]);
}

/** Why an entry's decision can't follow those before it, or null. An action runs once and comes back once. */
function outOfOrder(entry: ChainRecord, { executed, reverted }: Chain): string | null {
  const { actionUid, decision, statementsSha256, digest } = entry;
  const before = executed.get(actionUid);
  if (decision === "approve") {
    if (before) return "the action had been executed before";
    executed.set(actionUid, { statementsSha256, digest });
    return null;
  }
  if (!before) return "it reverts what had not been executed";
  if (before.statementsSha256 !== statementsSha256 || before.digest !== digest) {
    return "it reverts other statements or another digest than were executed";
  }
  if (reverted.has(actionUid)) return "the action had been reverted before";
  reverted.add(actionUid);
  return null;
}

function malformed({ issues: [{ path, message }] }: z.ZodError): string {
  return `it is malformed: ${path.join(".") || "entry"}: ${message}`;
}

const Seq = z.object({ seq: z.number() });
const Titled = z.object({ action: z.object({ id: z.number(), title: z.string() }) });

/** What an entry calls itself, however little else of it holds. */
function named(raw: unknown): Named {
  const seq = Seq.safeParse(raw);
  const titled = Titled.safeParse(raw);
  return { seq: seq.success ? seq.data.seq : null, action: titled.success ? titled.data.action : null };
}
