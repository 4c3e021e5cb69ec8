/** The states of an action and every edge between them. Pure: the one table that the queue, the UI and the tests obey. */
import type { ActionState } from "../types.ts";

/** From each state, where an action may go. A state without edges is final. */
export const EDGES: Record<ActionState, readonly ActionState[]> = {
  pending: ["executing", "rejected", "stale", "expired", "withdrawn", "pending"],
  executing: ["approved", "failed", "stale", "pending"],
  approved: ["reverting"],
  reverting: ["reverted", "approved"],
  reverted: [],
  rejected: [],
  failed: ["pending", "withdrawn"],
  stale: ["pending", "rejected", "withdrawn", "expired"],
  expired: [],
  withdrawn: [],
};

/** Whether an action may go from one state to another. `pending → pending` is a new preview. */
export function mayBecome(from: ActionState, to: ActionState): boolean {
  return EDGES[from].includes(to);
}

/** Whether a person is still to decide it. */
export function isOpen(state: ActionState): boolean {
  return state === "pending" || state === "stale" || state === "failed";
}

/** Whether the db-service may be at work on it: its outcome is not known yet. */
export function isClaimed(state: ActionState): boolean {
  return state === "executing" || state === "reverting";
}

/** The two groups that lists know beside the single states. */
export const GROUPS = {
  /** A person is to decide it, or the database is at work on it. */
  waiting: ["pending", "stale", "executing", "reverting"],
  decided: ["approved", "reverted", "rejected", "failed", "expired", "withdrawn"],
} as const satisfies Record<string, readonly ActionState[]>;

/** A state, or a group of them. */
export type StateFilter = ActionState | keyof typeof GROUPS;

/** The states that a filter lets through. */
export function statesOf(filter: StateFilter): readonly ActionState[] {
  return filter === "waiting" || filter === "decided" ? GROUPS[filter] : [filter];
}
