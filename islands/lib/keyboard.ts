/**
 * Keys for those who decide fifty times a day. They press what is on screen, so a key can never do what a button
 * there would not. Off while typing, on repeat and with modifiers.
 */
import { navigate } from "./address.ts";
import { neighbour } from "./queue.ts";
import { type AppState, home } from "./state.ts";

export const KEYS: readonly [key: string, what: string][] = [
  ["J", "Next in the queue"],
  ["K", "Previous in the queue"],
  ["A", "Approve the action that is open"],
  ["R", "Reject it, with a reason"],
  ["/", "Write to the agent"],
  ["?", "This list"],
  ["Esc", "Leave a field, close what is open"],
];

/** Whether a key press is meant for the page rather than for a field or the browser. */
export function isForPage(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.repeat || event.isComposing) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target;
  return !(target instanceof HTMLElement) ||
    !(target.isContentEditable || target.closest("input, textarea, select, dialog"));
}

/** Listens until the returned function is called. */
export function listenToKeys(state: AppState): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") return leave(state, event);
    if (!isForPage(event)) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      const id = neighbour(state, key === "j" ? 1 : -1);
      if (id !== null) navigate(state, `${home(state)}/actions/${id}`, true);
    } else if (key === "a" || key === "r") {
      press(key);
    } else if (key === "?") {
      state.helpOpen.value = true;
    } else if (key === "/") {
      document.getElementById("composer")?.focus();
    } else {
      return;
    }
    event.preventDefault();
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}

/** Presses the visible button of a key; a disabled one hands the focus to the field that it waits for. */
function press(key: string): void {
  const button = document.querySelector<HTMLButtonElement>(`button[data-key="${key}"]`);
  if (!button?.checkVisibility()) return;
  if (button.getAttribute("aria-disabled") === "true") return;
  if (button.disabled) document.getElementById("approve-count")?.focus();
  else button.click();
}

function leave(state: AppState, event: KeyboardEvent): void {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const focused = document.activeElement;
  if (focused instanceof HTMLElement && focused.matches("input, textarea, select")) focused.blur();
  else if (state.selectedId.peek() !== null) navigate(state, home(state));
}
