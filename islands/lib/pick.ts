/** Which actions are selected, to decide on several at once: some that wait, or some that ran and can be taken back. */
import { batch } from "@preact/signals";
import type { ActionSummary } from "@/agent/types.ts";
import { mayDecide } from "./roles.ts";
import { type AppState, isDecidable } from "./state.ts";

/** What can still be done about an action: decide on it, or take back what it did. */
export type Group = "decide" | "revert";

/** The group of an action; null when there is nothing left to do about it. */
export function groupOf(entry: ActionSummary | undefined): Group | null {
  if (!entry) return null;
  if (isDecidable(entry)) return "decide";
  return entry.state === "approved" && entry.canRevert ? "revert" : null;
}

/** Whether this person may select an entry. */
export function mayPick(state: AppState, entry: ActionSummary): boolean {
  return groupOf(entry) !== null && mayDecide(state);
}

/** Selects an action, or no longer. What waits and what ran are never selected together. */
export function togglePick(state: AppState, entry: ActionSummary): void {
  const group = groupOf(entry);
  if (!group) return;
  const picks = group === state.picksFor.peek() ? state.picks.peek() : [];
  batch(() => {
    state.picksFor.value = group;
    state.picks.value = picks.includes(entry.id)
      ? picks.filter((one) => one !== entry.id)
      : [...picks, entry.id];
  });
}

/** The same for the action that is open, or the one whose line has the focus. */
export function toggleOpen(state: AppState): void {
  const focused = document.activeElement?.closest("[data-entry]")?.getAttribute("data-entry");
  const id = focused ? Number(focused) : state.selectedId.peek();
  const entry = state.entries.peek().find((one) => one.id === id);
  if (entry && mayPick(state, entry)) togglePick(state, entry);
}

/** Selects nothing any more. */
export function clearPicks(state: AppState): void {
  batch(() => {
    state.picks.value = [];
    state.picking.value = false;
  });
}

/** Whether an entry is selected. What was decided elsewhere meanwhile is no longer part of it. */
export function isPicked(state: AppState, entry: ActionSummary): boolean {
  return state.picks.value.includes(entry.id) && groupOf(entry) === state.picksFor.value;
}

/** What is selected, in the order in which it is decided: what waits oldest first, what ran newest first. */
export function picked(state: AppState): ActionSummary[] {
  return inOrder(state, state.entries.value.filter((entry) => isPicked(state, entry)));
}

/** Entries of a list, which is newest first, in the order in which they are decided. */
export function inOrder(state: AppState, entries: ActionSummary[]): ActionSummary[] {
  return state.picksFor.value === "decide" ? entries.toReversed() : entries;
}
