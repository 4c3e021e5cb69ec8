/**
 * Decisions of people. Approve and revert are claimed in KV first, then sent to the db-service with the signature, then
 * settled by what it says. The db-service executes an action once however often it is asked, so a request whose answer
 * was lost is simply sent again.
 */
import type { Approval, Problem } from "@/db-service/contract/schemas.ts";
import type { Action, ActionSummary, Actor } from "../types.ts";
import { database } from "../database.ts";
import { Refusal } from "../errors.ts";
import { isClaimed, isOpen } from "./states.ts";
import { bodyOf, cut, previewed } from "./propose.ts";
import { type Claim, getAction, getStored, idsOfState, notPending, updateAction } from "./store.ts";
import { tellOutcome } from "./outcomes.ts";
import { outcomeMessage } from "./words.ts";

/** How long a claim keeps others from sending the same request, in milliseconds. */
export const LEASE_MS = 15_000;
/** How long a decision waits for the db-service before it answers that it is still executing. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 250;

/** Approves a pending action. `digest` is what the person saw; the db-service checks the signature over it. */
export async function approve(
  ws: string,
  id: number,
  by: Actor,
  input: { digest: string; approval: Approval },
): Promise<Action> {
  await updateAction(ws, id, ({ summary }) => {
    if (summary.type !== "action" || summary.state !== "pending") throw notPending(summary);
    if (summary.expiresAt !== null && Date.parse(summary.expiresAt) < Date.now()) {
      throw notPending({ ...summary, state: "expired" });
    }
    if (summary.digest !== input.digest) {
      throw new Refusal("stale_digest", `#${id} was previewed again since. Look at it as it is now.`);
    }
    return {
      summary: { state: "executing", decidedBy: by, maybeStale: false },
      claim: newClaim("approve", input, by),
    };
  });
  return await settle(ws, id);
}

/** Reverts an executed action: its captured rows come back exactly, or nothing changes. */
export async function revert(ws: string, id: number, by: Actor, approval: Approval): Promise<Action> {
  await updateAction(ws, id, ({ summary }) => {
    if (summary.type !== "action" || summary.state !== "approved" || summary.digest === null) {
      throw notApproved(summary);
    }
    if (!summary.canRevert) {
      throw new Refusal("not_approved", `#${id} can't be reverted: its rows are no longer kept.`);
    }
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
    return close({ state: "rejected", decidedBy: by, reason: reason && cut(reason, 200) });
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

/**
 * Sends again what a process that died had claimed. `all`: also claims that are not over yet, for a process that knows
 * it is the only one and has just started. Safe at any moment: the db-service acts once.
 */
export async function recover(ws: string, all = false): Promise<void> {
  for (const state of ["executing", "reverting"] as const) {
    for (const id of await idsOfState(ws, state)) {
      const { claim } = await getStored(ws, id);
      if (!claim || (!all && Date.parse(claim.until) > Date.now())) continue;
      await updateAction(ws, id, (stored) => {
        const mine = stored.claim && isClaimed(stored.summary.state);
        return mine && stored.claim ? { claim: { ...stored.claim, until: leaseEnd() } } : null;
      });
      // What a person would be told is kept in the action; there is nobody to throw to.
      await settle(ws, id).catch((error) => {
        if (!(error instanceof Refusal)) throw error;
      });
    }
  }
}

/** Ends the proposals that nobody decided in time. */
export async function expire(ws: string): Promise<void> {
  for (const state of ["pending", "stale"] as const) {
    for (const id of await idsOfState(ws, state)) {
      await updateAction(ws, id, ({ summary }) => {
        const over = summary.expiresAt !== null && Date.parse(summary.expiresAt) < Date.now();
        return over && summary.state === state ? close({ state: "expired" }) : null;
      });
    }
  }
}

async function settle(ws: string, id: number): Promise<Action> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const action = await getAction(ws, id);
    const { claim } = await getStored(ws, id);
    // Someone else settled it: a second process that recovered the same claim.
    if (!isClaimed(action.state) || !claim) return action;
    try {
      const done = await send(action, claim);
      await updateAction(ws, id, ({ summary }) => isClaimed(summary.state) ? done : null);
      await markOthers(ws, id, done.tables);
      return await told(ws, id);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code === "db_unavailable" || error.code === "busy" || error.code === "internal") {
        if (Date.now() + RETRY_MS > deadline) return keepTrying(ws, action);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        continue;
      }
      await giveBack(ws, action, error);
      const settled = await told(ws, id);
      if (FAILS.has(error.code) && settled.state === "failed") return settled;
      throw error;
    }
  }
}

/** The db-service refused the statements themselves: the action failed, and the answer is the action that says so. */
const FAILS = new Set<Problem["code"]>([
  "refused_sql",
  "uninspectable",
  "limit",
  "action_id_reused",
  "not_found",
  "invalid",
]);

/** The action as it stands, after whoever listens for outcomes has heard of it. */
async function told(ws: string, id: number): Promise<Action> {
  const action = await getAction(ws, id);
  if (!isClaimed(action.state) && action.state !== "pending") tellOutcome(ws, action);
  return action;
}

async function send(action: Action, claim: Claim) {
  const db = database(action.database);
  const { uid, statements } = action;
  const result = claim.decision === "approve"
    ? await db.execute({ actionUid: uid, statements, digest: claim.digest, approval: claim.approval })
    : await db.revert({ actionUid: uid, approval: claim.approval });
  const { version } = await db.version().catch(() => ({ version: "" }));
  const tables = result.affected.map(({ table }) => table);
  const at = new Date().toISOString();
  const outcome = result.state === "executed"
    ? { state: "approved" as const, canRevert: result.canRevert, affected: result.affected.slice(0, 8) }
    : { state: "reverted" as const, canRevert: false, decidedBy: claim.by };
  return {
    ...close({ ...outcome, resolvedAt: at, error: null }),
    ...(result.state === "executed" && { body: bodyOf({ ...action, revertSql: result.revertSql }) }),
    events: [{ t: "data" as const, tables, version }],
    tables,
  };
}

/** The db-service answered that nothing happened: the action goes where its refusal says. */
async function giveBack(ws: string, action: Action, error: Refusal): Promise<void> {
  await updateAction(ws, action.id, ({ summary }) => {
    if (summary.state === "reverting") {
      // Its approval stands; who tried to revert it did not decide it.
      return {
        summary: { state: "approved", canRevert: summary.canRevert, error: cut(error.message, 200) },
        claim: null,
      };
    }
    if (summary.state !== "executing") return null;
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
      };
    }
    if (FAILS.has(error.code)) return close({ state: "failed", error: cut(error.message, 400) });
    return { summary: { state: "pending", decidedBy: null }, claim: null };
  });
}

/** Pending actions on tables that just changed may show what is no longer so (SPEC Q4). */
async function markOthers(ws: string, id: number, tables: readonly string[]): Promise<void> {
  for (const other of await idsOfState(ws, "pending")) {
    if (other === id) continue;
    await updateAction(ws, other, ({ summary }) => {
      const touched = summary.affected.length === 0 ||
        summary.affected.some(({ table }) => tables.includes(table));
      return summary.state === "pending" && !summary.maybeStale && touched
        ? { summary: { maybeStale: true } }
        : null;
    });
  }
}

/** Answers "still executing" now and settles it in the background. */
function keepTrying(ws: string, action: Action): Action {
  const again = () => {
    recover(ws, true).catch(() => {}).then(async () => {
      const { summary } = await getStored(ws, action.id);
      if (isClaimed(summary.state)) timer();
    }).catch(() => {});
  };
  const timer = () => Deno.unrefTimer(setTimeout(again, 2_000));
  timer();
  return action;
}

function close(summary: Partial<ActionSummary>) {
  return {
    summary: { resolvedAt: new Date().toISOString(), ...summary },
    claim: null,
    messages: (
      action: ActionSummary,
    ) => [outcomeMessage(action, action.resolvedAt ?? new Date().toISOString())],
  };
}

function newClaim(
  decision: Claim["decision"],
  { digest, approval }: { digest: string; approval: Approval },
  by: Actor,
): Claim {
  return { decision, approval, digest, by, until: leaseEnd() };
}

function leaseEnd(): string {
  return new Date(Date.now() + LEASE_MS).toISOString();
}

function notApproved(summary: ActionSummary): Refusal {
  return new Refusal(
    "not_approved",
    `#${summary.id} is ${summary.state}. Only an approved change can be reverted.`,
  );
}
