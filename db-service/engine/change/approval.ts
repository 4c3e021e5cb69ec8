/** Whether a person's signature stands behind a decision. Nothing is written without one. */
import type { Approval } from "../../contract/schemas.ts";
import { approvalBytes, type ApprovalSubject, fromBase64url, SIGNATURE } from "../../contract/digest.ts";
import { type EnrolledKey, findApprover, importKey } from "../../record/approvers.ts";
import { ServiceError, type Tx } from "../types.ts";

/** How far ahead of our clock an approval may expire. */
export const MAX_APPROVAL_MS = 5 * 60_000;

/**
 * The name of the approver who signed this decision. Throws `not_approver` for an unknown or revoked key,
 * `bad_signature` when it signed something else, `approval_expired`.
 */
export async function verifyApproval(
  tx: Tx,
  subject: Omit<ApprovalSubject, "expiresAt">,
  approval: Approval,
  now: number,
): Promise<string> {
  const approver = await findApprover(tx, approval.key);
  if (approver === null) {
    throw new ServiceError("not_approver", "This key is not enrolled here as an approver's.");
  }
  if (!await isSignedBy(approver, subject, approval)) {
    throw new ServiceError("bad_signature", "The approval's signature does not fit what it is used for.");
  }
  requireCurrent(approval, now);
  return approver.name;
}

/** Whether a key signed exactly this, whatever the time is. */
export async function isSignedBy(
  { publicKey }: EnrolledKey,
  subject: Omit<ApprovalSubject, "expiresAt">,
  { signature, expiresAt }: Approval,
): Promise<boolean> {
  return await crypto.subtle.verify(
    SIGNATURE,
    await importKey(publicKey),
    fromBase64url(signature),
    approvalBytes({ ...subject, expiresAt }),
  );
}

/** Throws `approval_expired` unless the approval ends in the future, and soon. */
export function requireCurrent({ expiresAt }: Approval, now: number): void {
  const left = Date.parse(expiresAt) - now;
  if (left > 0 && left <= MAX_APPROVAL_MS) return;
  throw new ServiceError(
    "approval_expired",
    left > 0
      ? "An approval may be valid for five minutes at most. Approve again."
      : "The approval has expired. Approve again.",
    { now: new Date(now).toISOString() },
  );
}
