import type { AppState } from "./state.ts";

const TRY_MS = 1_000;
/** The version that was reloaded away from: coming back to it means that reloading doesn't help. */
const KEY = "gatekeeper:reloaded-from";

/** Loads the new version of the page as soon as nobody writes, decides or waits for an answer. */
export function reloadWhenIdle(state: AppState): void {
  if (sessionStorage.getItem(KEY) === state.build) return;
  const focused = document.activeElement;
  const isTyping = (focused instanceof HTMLInputElement || focused instanceof HTMLTextAreaElement) &&
    focused.value !== "";
  if (isTyping || state.run.peek() !== null || state.deciding.peek() !== null) {
    setTimeout(() => reloadWhenIdle(state), TRY_MS);
    return;
  }
  sessionStorage.setItem(KEY, state.build);
  location.reload();
}
