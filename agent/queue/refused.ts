/**
 * Requests for a decision that were refused before the db-service heard of them. A copy may still be on its way, and
 * must not come true when the action happens to be again as it was signed: whoever approved was told that nothing
 * changed. What the db-service refuses, it remembers itself.
 */
import type { Approval, Decision } from "@/db-service/contract/schemas.ts";
import { Refusal } from "../errors.ts";
import { keys } from "../store/keys.ts";
import { openStore } from "../store/kv.ts";
import { type Step, type Stored, updateAction } from "./store.ts";

/** Kept for this long after an approval expired, in milliseconds: other clocks may be behind. */
const GRACE_MS = 60_000;
/** No approval is good for longer than this from now, in milliseconds. */
const LONGEST_MS = 24 * 3_600_000;

/**
 * Takes a step that claims an action for an approval, or refuses that approval for good: every copy of the request gets
 * a refusal then. Throws what `step` throws.
 */
export async function claimOrRefuse(
  ws: string,
  id: number,
  { decision, approval }: { decision: Decision; approval: Approval },
  step: (stored: Stored) => Step,
): Promise<void> {
  const key = keys.refused(ws, id, approval.signature);
  const unless = { key, error: refusedBefore(id, decision) };
  const claim = () => updateAction(ws, id, (stored) => ({ ...step(stored), unless }));
  try {
    await claim();
  } catch (error) {
    const left = Date.parse(approval.expiresAt) + GRACE_MS - Date.now();
    if (!(error instanceof Refusal) || error.code === "not_found" || !(left > 0)) throw error;
    await (await openStore()).set(key, 1, { expireIn: Math.min(left, LONGEST_MS) });
    // A copy may have been faster than this note: then what is said is what it made of the action.
    await claim();
  }
}

function refusedBefore(id: number, decision: Decision): Refusal {
  return decision === "approve"
    ? new Refusal("stale_digest", `This approval of #${id} was refused before. Look again, and approve anew.`)
    : new Refusal("conflict", `This revert of #${id} was refused before. Approve it anew.`, {
      conflicts: [],
    });
}
