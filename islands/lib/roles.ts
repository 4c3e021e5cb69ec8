import type { AppState } from "./state.ts";

/** Whether this person decides here; the server and the db-service enforce it, the page only follows. */
export function mayDecide(state: AppState): boolean {
  const { role } = state.workspace;
  return role === "approver" || role === "owner";
}

/** Whether this person talks to the agent here. */
export function mayChat(state: AppState): boolean {
  return state.workspace.role !== "viewer";
}
