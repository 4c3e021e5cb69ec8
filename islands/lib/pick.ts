/** Which waiting actions are selected, to decide on several at once. */
import { batch } from "@preact/signals";
import type { ActionSummary } from "@/agent/types.ts";
import { mayDecide } from "./roles.ts";
import { type AppState, isDecidable } from "./state.ts";

/** Selects an action, or no longer. */
export function togglePick(state: AppState, id: number): void {
  const picks = state.picks.peek();
  state.picks.value = picks.includes(id) ? picks.filter((one) => one !== id) : [...picks, id];
}

/** The same for the action that is open, or the one whose line has the focus. */
export function toggleOpen(state: AppState): void {
  const focused = document.activeElement?.closest("[data-entry]")?.getAttribute("data-entry");
  const id = focused ? Number(focused) : state.selectedId.peek();
  const entry = state.entries.peek().find((one) => one.id === id);
  if (entry && isDecidable(entry) && mayDecide(state)) togglePick(state, entry.id);
}

/** Selects nothing any more. */
export function clearPicks(state: AppState): void {
  batch(() => {
    state.picks.value = [];
    state.picking.value = false;
  });
}

/** What is selected and still waits, oldest first. What was decided elsewhere meanwhile is no longer part of it. */
export function picked(state: AppState): ActionSummary[] {
  const picks = new Set(state.picks.value);
  return state.entries.value.filter((entry) => picks.has(entry.id) && isDecidable(entry)).reverse();
}
