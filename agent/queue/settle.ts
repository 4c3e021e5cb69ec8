/**
 * From claim to result: a claimed decision is sent to the db-service and settled by what it says. The db-service acts
 * once for an action however often it is asked, so a request whose answer was lost is sent again, with growing pauses,
 * until there is one (SPEC Q6).
 */
import type { Problem } from "@/db-service/contract/schemas.ts";
import type { Action, ActionSummary } from "../types.ts";
import { database } from "../database.ts";
import { logUnexpected, Refusal } from "../errors.ts";
import { isClaimed } from "./states.ts";
import { tellOutcome } from "./outcomes.ts";
import { bodyOf } from "./propose.ts";
import { idsOfState } from "./list.ts";
import { type Claim, getAction, getWhole, type Step, updateAction } from "./store.ts";
import { affectedBy, cut, previewed } from "./summary.ts";
import { outcomeMessage } from "./words.ts";

/** How long a claim keeps others from sending the same request, in milliseconds. */
const LEASE_MS = 15_000;
/** How long a decision waits for the db-service before it answers that it is still executing. */
const PATIENCE_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;

/** Settles a claimed action: its new state, or the refusal that put it back. Still executing after ten seconds. */
export async function settle(ws: string, id: number): Promise<Action> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS;; pause *= 2) {
    const settled = await attempt(ws, id);
    if (settled) return settled;
    if (Date.now() + pause > deadline) {
      keepTrying(ws, id, pause);
      return await getAction(ws, id);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/**
 * Sends again what a process that died had claimed. `all`: also claims that are not over yet, for a process that knows
 * it is the only one and has just started. Safe at any moment: the db-service acts once.
 */
export async function recover(ws: string, all = false): Promise<void> {
  for (const state of ["executing", "reverting"] as const) {
    for (const id of await idsOfState(ws, state)) {
      if (retries.has(`${ws}/${id}`)) continue;
      let isMine = false;
      await updateAction(ws, id, ({ summary, claim }) => {
        isMine = claim !== null && isClaimed(summary.state) && (all || Date.parse(claim.until) <= Date.now());
        return isMine && claim ? { claim: { ...claim, until: leaseEnd() } } : null;
      });
      if (!isMine) continue;
      // One that fails in a way that nobody expected keeps no other from being healed.
      await tryAgain(ws, id, FIRST_PAUSE_MS).catch((error) => logUnexpected(error, "recovery"));
    }
  }
}

/** Forgets what is to be tried again; for a graceful stop. The claims stay for whoever starts next. */
export function dropRetries(): void {
  for (const timer of retries.values()) clearTimeout(timer);
  retries.clear();
}

/** Until when a claim that is made now belongs to its maker. */
export function leaseEnd(): string {
  return new Date(Date.now() + LEASE_MS).toISOString();
}

/** What ends an action: its summary, no claim any more, and a note in the conversation. */
export function close(summary: Partial<ActionSummary>) {
  return {
    summary: { resolvedAt: new Date().toISOString(), ...summary },
    claim: null,
    messages: (
      action: ActionSummary,
    ) => [outcomeMessage(action, action.resolvedAt ?? new Date().toISOString())],
  };
}

/** The action as it stands, after whoever listens for outcomes has heard of it. */
export async function told(ws: string, id: number): Promise<Action> {
  const action = await getAction(ws, id);
  if (!isClaimed(action.state) && action.state !== "pending") tellOutcome(ws, action);
  return action;
}

/** Codes that say nothing about the outcome: it may have happened, or not yet. */
const UNKNOWN = new Set<Problem["code"]>(["db_unavailable", "busy", "internal", "not_found"]);

/** Codes that the db-service answers only after it has looked whether the decision took effect before. */
const LOOKED = new Set<Problem["code"]>([
  "drift",
  "conflict",
  "refused_sql",
  "uninspectable",
  "limit",
  "action_id_reused",
  "not_approved",
  "not_approver",
  "bad_signature",
  "approval_expired",
]);

/** The db-service refused the statements themselves: the action failed, and the answer is the action that says so. */
const FAILS = new Set<Problem["code"]>([
  "refused_sql",
  "uninspectable",
  "limit",
  "action_id_reused",
  "invalid",
]);

/** One request. Null when nobody knows what became of it. */
async function attempt(ws: string, id: number): Promise<Action | null> {
  const { action, claim } = await getWhole(ws, id);
  // Someone else settled it: a second process that recovered the same claim.
  if (!isClaimed(action.state) || !claim) return action;
  try {
    return await settled(ws, id, claim, await send(action, claim));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (UNKNOWN.has(error.code)) return null;
    if (!LOOKED.has(error.code) && !await isUndone(action, claim)) return null;
    const now = await settled(ws, id, claim, givenBack(action, claim, error));
    if (FAILS.has(error.code) && now.state === "failed") return now;
    throw error;
  }
}

/**
 * Takes the step, if the action still waits for this very decision, and tells of it. A late answer must not end a later
 * decision: another process may have settled the first long ago, and a person may have decided again since.
 */
async function settled(ws: string, id: number, claim: Claim, step: Step): Promise<Action> {
  let isMine = false;
  await updateAction(ws, id, (stored) => {
    isMine = isClaimed(stored.summary.state) && stored.claim?.decision === claim.decision &&
      stored.claim.approval.signature === claim.approval.signature;
    return isMine ? step : null;
  });
  return isMine ? await told(ws, id) : await getAction(ws, id);
}

async function send(action: Action, claim: Claim): Promise<Step> {
  const db = database(action.database);
  const { uid, statements } = action;
  const result = claim.decision === "approve"
    ? await db.execute({ actionUid: uid, statements, digest: claim.digest, approval: claim.approval })
    : await db.revert({ actionUid: uid, approval: claim.approval });
  const changed = result.affected.map(({ table }) => table);
  const outcome = result.state === "executed"
    ? { state: "approved" as const, canRevert: result.canRevert, ...affectedBy(result.affected) }
    : { state: "reverted" as const, canRevert: false, decidedBy: claim.by };
  return {
    ...close({ ...outcome, error: null }),
    ...(result.state === "executed" && { body: bodyOf({ ...action, revertSql: result.revertSql }) }),
    changed,
    events: [{ t: "data", tables: changed, version: result.version }],
  };
}

/** Whether the db-service says that the decision has not taken effect: an earlier request may have been heard. */
async function isUndone({ database: name, uid }: Action, { decision }: Claim): Promise<boolean> {
  try {
    const { state } = await database(name).record(uid);
    return state === (decision === "approve" ? "none" : "executed");
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/** The db-service answered that nothing happened: the action goes where its refusal says. */
function givenBack(action: Action, claim: Claim, error: Refusal): Step {
  // Its approval stands; the person who tried is told why it can't be reverted.
  if (claim.decision === "revert") return { summary: { state: "approved" }, claim: null };
  const preview = error.code === "drift" ? error.extra.preview : undefined;
  if (preview) {
    return {
      ...close({
        state: "stale",
        decidedBy: null,
        resolvedAt: null,
        ...previewed(preview, action.statements),
      }),
      body: bodyOf({ ...action, preview }),
      previewed: { at: Date.now(), tables: preview.counts.map(({ table }) => table) },
    };
  }
  if (FAILS.has(error.code)) return close({ state: "failed", error: cut(error.message, 400) });
  return { summary: { state: "pending", decidedBy: null }, claim: null };
}

/** One timer for each action that waits for its outcome, so that a long outage costs no more than a short one. */
const retries = new Map<string, ReturnType<typeof setTimeout>>();

function keepTrying(ws: string, id: number, pause: number): void {
  const key = `${ws}/${id}`;
  clearTimeout(retries.get(key));
  const timer = setTimeout(() => {
    retries.delete(key);
    tryAgain(ws, id, Math.min(pause * 2, LONGEST_PAUSE_MS)).catch((error) => logUnexpected(error, "retry"));
  }, pause);
  Deno.unrefTimer(timer);
  retries.set(key, timer);
}

/** One attempt in the background. What a person would be told is kept in the action; there is nobody to throw to. */
async function tryAgain(ws: string, id: number, pause: number): Promise<void> {
  try {
    if (!await attempt(ws, id)) keepTrying(ws, id, pause);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}
