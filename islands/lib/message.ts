/** Where a link to a message of the conversation leads. */
import type { AppState } from "./state.ts";
import { earlier } from "./talk.ts";

/** A message is looked for this far back. */
const MAX_PAGES_BACK = 10;

/** Brings a message of the conversation into view, by the id of its element. */
export async function showMessage(state: AppState, elementId: string): Promise<void> {
  const isThere = () => state.messages.peek().some(({ id }) => `m-${id}` === elementId);
  for (let pages = 0; !isThere() && state.before.peek() !== null && pages < MAX_PAGES_BACK; pages++) {
    await earlier(state);
  }
  requestAnimationFrame(() => {
    const message = document.getElementById(elementId);
    message?.closest("details")?.setAttribute("open", "");
    message?.scrollIntoView({ block: "center" });
    message?.focus({ preventScroll: true });
  });
}
