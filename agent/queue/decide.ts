/**
 * Decisions of people. Approve and revert are claimed in KV first, then sent to the db-service with the signature, then
 * settled by what it says. The db-service executes an action once however often it is asked, so a request whose answer
 * was lost is simply sent again.
 */
import type { Approval } from "@/db-service/contract/schemas.ts";
import type { Action, ActionSummary, Actor } from "../types.ts";
import { notOwnKey } from "../approvers.ts";
import { Refusal } from "../errors.ts";
import { claimOrRefuse } from "./refused.ts";
import { close, leaseEnd, settle, told } from "./settle.ts";
import { isOpen } from "./states.ts";
import { type Claim, getAction, notPending, updateAction } from "./store.ts";

/** Approves a pending action. `digest` is what the person saw; the db-service checks the signature over it. */
export async function approve(
  ws: string,
  id: number,
  by: Actor,
  input: { digest: string; approval: Approval },
): Promise<Action> {
  const foreign = await notOwnKey(ws, by, input.approval.key);
  await claimOrRefuse(ws, id, { decision: "approve", approval: input.approval }, ({ summary }) => {
    if (summary.type !== "action" || summary.state !== "pending") throw notPending(summary);
    if (summary.expiresAt !== null && Date.parse(summary.expiresAt) < Date.now()) {
      throw notPending({ ...summary, state: "expired" });
    }
    if (summary.digest !== input.digest) {
      throw new Refusal("stale_digest", `#${id} was previewed again since. Look at it as it is now.`);
    }
    if (foreign) throw foreign;
    return {
      summary: { state: "executing", decidedBy: by },
      claim: newClaim("approve", input, by),
    };
  });
  return await settle(ws, id);
}

/** Reverts an executed action: its captured rows come back exactly, or nothing changes. */
export async function revert(ws: string, id: number, by: Actor, approval: Approval): Promise<Action> {
  const foreign = await notOwnKey(ws, by, approval.key);
  await claimOrRefuse(ws, id, { decision: "revert", approval }, ({ summary }) => {
    if (summary.type !== "action" || summary.state !== "approved" || summary.digest === null) {
      throw notApproved(summary);
    }
    if (!summary.canRevert) {
      throw new Refusal("not_approved", `#${id} can't be reverted: its rows are no longer kept.`);
    }
    if (foreign) throw foreign;
    return {
      summary: { state: "reverting" },
      claim: newClaim("revert", { digest: summary.digest, approval }, by),
    };
  });
  return await settle(ws, id);
}

/** Rejects an action: it will never run. */
export async function reject(ws: string, id: number, by: Actor, reason: string | null): Promise<Action> {
  await updateAction(ws, id, ({ summary }) => {
    if (summary.type !== "action" || (summary.state !== "pending" && summary.state !== "stale")) {
      throw notPending(summary);
    }
    return close({ state: "rejected", decidedBy: by, reason });
  });
  return await told(ws, id);
}

/** Takes a proposal back, for its agent or its user. */
export async function withdraw(ws: string, id: number, by: Actor): Promise<Action> {
  await updateAction(ws, id, ({ summary }) => {
    if (summary.type !== "action" || !isOpen(summary.state)) throw notPending(summary);
    return close({ state: "withdrawn", decidedBy: by });
  });
  return await getAction(ws, id);
}

function newClaim(
  decision: Claim["decision"],
  { digest, approval }: { digest: string; approval: Approval },
  by: Actor,
): Claim {
  return { decision, approval, digest, by, until: leaseEnd() };
}

/** What is said of one that can't be reverted as it stands. */
export function notApproved(summary: ActionSummary): Refusal {
  return new Refusal(
    "not_approved",
    `#${summary.id} is ${summary.state}. Only an approved change can be reverted.`,
  );
}
