/** What becomes of an approval whose request was refused. */
import { statementsHash } from "../../contract/digest.ts";
import { findChange } from "../../record/chain.ts";
import { markSpent } from "../../record/spent.ts";
import { ServiceError, type Spending, type Tx } from "../types.ts";
import { verifyApproval } from "./approval.ts";
import { inTransaction } from "./transaction.ts";
import type { WriterHost } from "./writer.ts";

/**
 * Makes sure that an approval, about to be answered with a refusal, can't take effect any more. False when its decision
 * took effect meanwhile, by a copy of the request: then that is the answer. One that isn't genuine needs no remembering.
 */
export function spend(host: WriterHost, input: Spending): Promise<boolean> {
  return inTransaction(host.begin, async (tx, commit) => {
    if (await findChange(tx, input.actionUid, input.decision) !== null) return false;
    if (await isGenuine(tx, input, host.now())) {
      await markSpent(tx, input, host.now());
      await commit();
    }
    return true;
  });
}

async function isGenuine(tx: Tx, input: Spending, now: number): Promise<boolean> {
  const { database, actionUid, decision, approval } = input;
  const signed = input.decision === "approve"
    ? { statementsSha256: await statementsHash(input.statements), digest: input.digest }
    : (await findChange(tx, actionUid, "approve"))?.entry;
  if (signed === undefined) return false;
  const { statementsSha256, digest } = signed;
  try {
    await verifyApproval(tx, { database, actionUid, decision, statementsSha256, digest }, approval, now);
    return true;
  } catch (error) {
    if (error instanceof ServiceError) return false;
    throw error;
  }
}
