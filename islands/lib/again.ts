/** A narrowed list in a moving queue: which of the new entries belong to it, only the server knows. */
import { batch } from "@preact/signals";
import { keep } from "./held.ts";
import { ask } from "./search.ts";
import type { AppState } from "./state.ts";

/** Fetches the beginning of the list again, in place of what it was. `isAsked`: nothing else was asked for meanwhile. */
export async function listAgain(state: AppState, isAsked: () => boolean): Promise<void> {
  const answer = await ask(state, state.listing.peek(), null);
  if (!answer.ok || !isAsked()) return;
  const { actions, cursor } = answer.data;
  batch(() => {
    keep(state, actions);
    const older = (state.found.peek() ?? []).filter((id) => id < Number(cursor ?? 0));
    state.found.value = [...actions.map(({ id }) => id), ...older];
  });
}
