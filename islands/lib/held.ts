/** What a tab keeps of the queue. A feed goes on for days: only what waits, is open, is drawn or is listed stays. */
import type { ActionSummary } from "@/agent/types.ts";
import { type AppState, withEntries } from "./state.ts";

/** So many entries are kept before the oldest go; a person who asks for more gets more. */
export const MOST = 500;
let allowed = MOST;

/** Entries that are drawn outside of the list, such as cards of the conversation, with how often. */
const drawn = new Map<number, number>();

/** Keeps an entry as long as it is drawn. Returns how to let it go. */
export function hold(id: number): () => void {
  drawn.set(id, (drawn.get(id) ?? 0) + 1);
  return () => {
    const left = (drawn.get(id) ?? 1) - 1;
    if (left > 0) drawn.set(id, left);
    else drawn.delete(id);
  };
}

/** Lets the list be as long as it is now and a little longer; `afresh`: as short as at first. */
export function allow(state: AppState, afresh: boolean): void {
  allowed = afresh ? MOST : Math.max(MOST, state.entries.peek().length + MOST / 2);
}

/** Takes entries in. When they become too many, the oldest of the list go, and are there again when asked for. */
export function keep(state: AppState, fresh: readonly ActionSummary[]): void {
  state.entries.value = withEntries(state.entries.peek(), fresh);
  if (state.entries.peek().length <= allowed) return;
  // What can't be fetched now is tried again with the next entry.
  import("./rare.ts").then(({ trim }) => trim(state, allowed, drawn), () => {});
}
