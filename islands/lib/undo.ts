/** What "Undo" does in the line after a decision. */
import { revert } from "./decide.ts";
import type { AppState, Notice } from "./state.ts";

/** Reverts one action at once; of several, shows what would be reverted first. */
export async function undo(state: AppState, notice: Notice): Promise<void> {
  const { undo: what } = notice;
  if (what === null) return;
  if (typeof what === "number") return await revert(state, what);
  const { openReview } = await import("./rare.ts");
  // Whoever only looked can still take it back.
  if (!await openReview(state, "revert", what)) state.notice.value ??= notice;
}
