/**
 * Signing a decision. What is signed is recomputed here from what the person was shown, so that an app that shows
 * one thing and means another gets no signature.
 */
import type { Action, Change, Count } from "@/agent/types.ts";
import {
  approvalBytes,
  base64url,
  digestOf,
  hash,
  PAGE_SIZE,
  pageHash,
  SIGNATURE,
  statementsHash,
} from "@/db-service/contract/digest.ts";

/** An approval expires this long after the server's now; the db-service allows five minutes. */
const LIFETIME_MS = 4 * 60_000;
/**
 * How far the server's clock may be from this computer's: as far as one that nobody set to summer time. An app that says
 * it is next month would otherwise hold a signature that begins to be good when nobody thinks of it any more.
 */
const MAX_SKEW_MS = 2 * 3_600_000;

export type Verified = { ok: true; statementsSha256: string; digest: string } | {
  ok: false;
  message: string;
};

export interface ApprovalSent {
  key: string;
  expiresAt: string;
  signature: string;
}

/** A person's key in this browser. `id` is its RFC 7638 thumbprint. */
export interface Signer {
  id: string;
  privateKey: CryptoKey;
}

/** Pages of a preview that the page did not show yet. Null when they can't be had. */
export type FetchPage = (page: number) => Promise<Change[] | null>;

/**
 * Recomputes statement hash, page hashes, column names, counts and digest from `changes` (what is on screen, from the
 * first row) and the pages after it, and compares them with what the action claims. Any difference is a refusal in
 * words. `onChecked` is told how many rows are compared so far.
 */
export async function verifyShown(
  action: Action,
  database: string,
  changes: readonly Change[],
  fetchPage: FetchPage,
  onChecked: (rows: number) => void = () => {},
): Promise<Verified> {
  const { preview } = action;
  if (!preview) return refuse("There is no preview to approve. Preview it again.");
  if (action.database !== database) return refuse("This action belongs to another database.");
  const statementsSha256 = await statementsHash(action.statements);
  if (statementsSha256 !== preview.statementsSha256) {
    return refuse("The SQL shown is not the SQL that was previewed.");
  }
  // Further pages may be fetched and checked unseen ("and 194 more"), the first never.
  if (changes.length === 0 && preview.pages.length > 0) {
    return refuse(OTHER_ROWS);
  }
  const all = [...changes];
  for (const [i, expected] of preview.pages.entries()) {
    if (all.length === i * PAGE_SIZE) {
      const page = await fetchPage(i);
      if (!page) return refuse("The rest of the rows could not be loaded, so they can't be checked.");
      all.push(...page);
    }
    if (await pageHash(all.slice(i * PAGE_SIZE, (i + 1) * PAGE_SIZE)) !== expected) {
      return refuse(OTHER_ROWS);
    }
    onChecked(Math.min(all.length, (i + 1) * PAGE_SIZE));
  }
  if (all.length > preview.pages.length * PAGE_SIZE) {
    return refuse("There are rows on screen that the preview does not contain.");
  }
  if (!await sameColumns(preview.columns, all)) {
    return refuse(OTHER_COLUMNS);
  }
  if (!sameCounts(preview.counts, countChanges(all)) || !sameCounts(action.affected, preview.counts)) {
    return refuse(OTHER_COUNTS);
  }
  const { counts, pages } = preview;
  const digest = await digestOf({ database, statementsSha256, counts, pages });
  if (digest !== preview.digest || digest !== action.digest) {
    return refuse(OTHER_DIGEST);
  }
  return { ok: true, statementsSha256, digest };
}

/**
 * What a revert signs: the executed action's statements and digest, recomputed from `changes` (what is on screen, from
 * the first row). Rows after them can't be had any more: their pages stand under the digest by their hashes alone.
 */
export async function verifyExecuted(
  action: Action,
  database: string,
  changes: readonly Change[],
): Promise<Verified> {
  const { preview } = action;
  if (!preview) return refuse("What this action did can't be shown.");
  if (action.database !== database) return refuse("This action belongs to another database.");
  if (changes.length === 0 && preview.pages.length > 0) return refuse(OTHER_ROWS);
  for (let i = 0; i * PAGE_SIZE < changes.length; i++) {
    const page = changes.slice(i * PAGE_SIZE, (i + 1) * PAGE_SIZE);
    if (await pageHash(page) !== preview.pages[i]) return refuse(OTHER_ROWS);
  }
  if (!await sameColumns(preview.columns, changes)) return refuse(OTHER_COLUMNS);
  if (!sameCounts(action.affected, preview.counts)) return refuse(OTHER_COUNTS);
  const { counts, pages } = preview;
  const statementsSha256 = await statementsHash(action.statements);
  const digest = await digestOf({ database, statementsSha256, counts, pages });
  if (digest !== action.digest) return refuse(OTHER_DIGEST);
  return { ok: true, statementsSha256, digest };
}

const OTHER_ROWS = "The rows shown are not the rows that were previewed.";
const OTHER_COLUMNS = "The column names shown are not those that were previewed.";
const OTHER_COUNTS = "The counts shown do not match the rows.";
const OTHER_DIGEST = "The digest does not match what is shown.";

export type Signed = { ok: true; approval: ApprovalSent } | { ok: false; message: string };

/**
 * Signs a decision; it expires four minutes after the server's now. `clockOffset`: server minus browser, in ms. Refuses
 * when the two clocks are far apart.
 */
export async function signApproval(
  signer: Signer,
  action: Pick<Action, "uid" | "database">,
  decision: "approve" | "revert",
  verified: { statementsSha256: string; digest: string },
  clockOffset: number,
): Promise<Signed> {
  if (Math.abs(clockOffset) > MAX_SKEW_MS) {
    return refuse(
      "The server's clock and this computer's are far apart. Set the clock right, then reload the page.",
    );
  }
  const expiresAt = new Date(Date.now() + clockOffset + LIFETIME_MS).toISOString();
  const bytes = approvalBytes({
    database: action.database,
    actionUid: action.uid,
    decision,
    statementsSha256: verified.statementsSha256,
    digest: verified.digest,
    expiresAt,
  });
  const signature = new Uint8Array(await crypto.subtle.sign(SIGNATURE, signer.privateKey, bytes));
  return { ok: true, approval: { key: signer.id, expiresAt, signature: base64url(signature) } };
}

/** Counts per table of net changes. */
export function countChanges(changes: readonly Change[]): Count[] {
  const counts = new Map<string, Count>();
  for (const { table, op } of changes) {
    const count = counts.get(table) ?? { table, inserted: 0, updated: 0, deleted: 0 };
    count[op === "insert" ? "inserted" : op === "update" ? "updated" : "deleted"]++;
    counts.set(table, count);
  }
  return [...counts.values()];
}

/** Whether each row names, by their hash, the columns under which its values are shown. */
async function sameColumns(columns: Record<string, string[]>, changes: readonly Change[]): Promise<boolean> {
  const hashes = new Map<string, string>();
  for (const { table, columnsSha256 } of changes) {
    const names = Object.hasOwn(columns, table) ? columns[table] : undefined;
    if (!names) return false;
    const found = hashes.get(table) ?? await hash(names);
    hashes.set(table, found);
    if (found !== columnsSha256) return false;
  }
  return true;
}

function sameCounts(a: readonly Count[], b: readonly Count[]): boolean {
  const text = (counts: readonly Count[]) =>
    counts
      .filter(({ inserted, updated, deleted }) => inserted + updated + deleted > 0)
      .map(({ table, inserted, updated, deleted }) => JSON.stringify([table, inserted, updated, deleted]))
      .sort().join();
  return text(a) === text(b);
}

function refuse(message: string): { ok: false; message: string } {
  return { ok: false, message: `Not signed. ${message}` };
}
