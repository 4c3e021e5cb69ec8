/** What "Undo" does in the line after a decision. */
import { revert } from "./decide.ts";
import type { AppState, Notice } from "./state.ts";

/** Reverts one action at once; of several, shows what would be reverted first. */
export async function undo(state: AppState, what: Notice["undo"]): Promise<void> {
  if (what === null) return;
  if (typeof what === "number") await revert(state, what);
  else await (await import("./rare.ts")).openReview(state, "revert", what);
}
