/** Lets entries go that a tab has had for long. Pure but for the state it is given. */
import { batch } from "@preact/signals";
import { MOST } from "./held.ts";
import { passes } from "./listing.ts";
import { type AppState, isWaiting } from "./state.ts";

/** Keeps what waits, is open or is drawn, and of the list the newest. Older ones of it can be asked for again. */
export function trim(state: AppState, allowed: number, drawn: ReadonlyMap<number, number>): void {
  const entries = state.entries.peek();
  if (entries.length <= allowed) return;
  const listing = state.listing.peek();
  let left = allowed - MOST / 4;
  let last = 0;
  let isShorter = false;
  const kept = entries.filter((entry) => {
    if (isWaiting(entry) || entry.id === state.selectedId.peek() || drawn.has(entry.id)) return true;
    if (!passes(entry, listing)) return false;
    if (left-- > 0) {
      last = entry.id;
      return true;
    }
    isShorter = true;
    return false;
  });
  batch(() => {
    state.entries.value = kept;
    if (isShorter) state.older.value = String(last);
  });
}
