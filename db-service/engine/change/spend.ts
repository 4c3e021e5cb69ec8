/** What becomes of an approval whose request was refused. */
import { type ApprovalSubject, statementsHash } from "../../contract/digest.ts";
import { findApprover, isRevoked } from "../../record/approvers.ts";
import { findChange } from "../../record/chain.ts";
import { markSpent } from "../../record/spent.ts";
import type { Spending, Tx } from "../types.ts";
import { isSignedBy } from "./approval.ts";
import { isWellFormed } from "./effect.ts";
import { inTransaction } from "./transaction.ts";
import type { WriterHost } from "./writer.ts";

/**
 * Makes sure that an approval, about to be answered with a refusal, can't take effect any more. False when its decision
 * took effect meanwhile, by a copy of the request: then that is the answer. What could never take effect needs no
 * remembering.
 */
export function spend(host: WriterHost, input: Spending): Promise<boolean> {
  return inTransaction(host.begin, async (tx, commit) => {
    if (await findChange(tx, input.actionUid, input.decision) !== null) return false;
    const now = host.now();
    const prospect = await prospectOf(tx, input, now);
    if (prospect !== "none") {
      await markSpent(tx, input, { now, isSigned: prospect === "signed" });
      await commit();
    }
    return true;
  });
}

/**
 * Whether an approval could take effect some other time: it is signed; or nobody can tell yet, because its key may still
 * be enrolled or the action that it reverts may still run; or it never could.
 */
async function prospectOf(tx: Tx, input: Spending, now: number): Promise<"signed" | "unknown" | "none"> {
  const { approval } = input;
  if (input.decision === "approve" && !isWellFormed(input.statements)) return "none";
  if (Date.parse(approval.expiresAt) <= now) return "none";
  const approver = await findApprover(tx, approval.key);
  if (approver === null) return await isRevoked(tx, approval.key) ? "none" : "unknown";
  const subject = await subjectOf(tx, input);
  if (subject === null) return "unknown";
  return await isSignedBy(approver, subject, approval) ? "signed" : "none";
}

/** What the approval has to be signed over; null for a revert of what never ran. */
async function subjectOf(tx: Tx, input: Spending): Promise<Omit<ApprovalSubject, "expiresAt"> | null> {
  const { database, actionUid } = input;
  if (input.decision === "approve") {
    const { decision, digest } = input;
    return {
      database,
      actionUid,
      decision,
      statementsSha256: await statementsHash(input.statements),
      digest,
    };
  }
  const executed = await findChange(tx, actionUid, "approve");
  if (executed === null) return null;
  const { statementsSha256, digest } = executed.entry;
  return { database, actionUid, decision: input.decision, statementsSha256, digest };
}
