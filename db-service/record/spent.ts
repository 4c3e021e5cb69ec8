/**
 * Approvals that were answered with a refusal. A copy of such a request may still be on its way, and must not come true
 * when the data happens to be again as it was signed: whoever approved was told that nothing changed.
 */
import type { Approval, Decision } from "../contract/schemas.ts";
import type { Tx } from "../engine/types.ts";

/** What an approval is used for. */
export interface Use {
  actionUid: string;
  decision: Decision;
  approval: Approval;
}

/** As many are kept before one whose signature nobody could check is kept no more: anyone can make those up. */
export const MAX_UNSIGNED = 1_000;
/** Nor is one that expires later than this from now, in milliseconds: it would keep its place for ever. */
const UNSIGNED_MS = 24 * 60 * 60_000;

/**
 * Remembers that this approval was refused, until it expires. `now` in milliseconds since 1970; `isSigned`: a person's
 * signature is known to stand behind it.
 */
export async function markSpent(
  tx: Tx,
  use: Use,
  { now, isSigned }: { now: number; isSigned: boolean },
): Promise<void> {
  await tx.run("DELETE FROM _gk_spent WHERE expires_at <= ?", [BigInt(now)]);
  const expiresAt = expiry(use.approval);
  if (!isSigned) {
    const [[kept] = [0n]] = await tx.query("SELECT count(*) FROM _gk_spent");
    if (Number(kept) >= MAX_UNSIGNED || expiresAt > BigInt(now + UNSIGNED_MS)) return;
  }
  await tx.run(
    "INSERT OR IGNORE INTO _gk_spent(uid, decision, key, expires_at) VALUES(?, ?, ?, ?)",
    [use.actionUid, use.decision, use.approval.key, expiresAt],
  );
}

/** Whether this approval was refused before. */
export async function isSpent(tx: Tx, { actionUid, decision, approval }: Use): Promise<boolean> {
  const rows = await tx.query(
    "SELECT 1 FROM _gk_spent WHERE uid = ? AND decision = ? AND key = ? AND expires_at = ?",
    [actionUid, decision, approval.key, expiry(approval)],
  );
  return rows.length > 0;
}

function expiry({ expiresAt }: Approval): bigint {
  return BigInt(Date.parse(expiresAt));
}
