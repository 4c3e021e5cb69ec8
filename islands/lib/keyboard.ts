/**
 * Keys for those who decide fifty times a day. They press what is on screen, so a key can never do what a button
 * there would not. Off while typing, on repeat and with modifiers.
 */
import { navigate } from "./address.ts";
import { clearPicks, toggleOpen } from "./pick.ts";
import { neighbour } from "./queue.ts";
import { type AppState, home } from "./state.ts";

/** Where it is kept that somebody doesn't want them. */
const KEPT = "gatekeeper:keys";
/** What takes letters; a box takes none. */
const FIELD = "input:not([type=checkbox]), textarea, select";

/** Whether a key press is meant for the page rather than for a field, a dialog or the browser. */
export function isForPage(event: KeyboardEvent): boolean {
  // Whoever clicks on the words of a dialog presses keys on the page behind it.
  return isLetter(event) && !document.querySelector("dialog[open]");
}

/** Whether a key press is one that acts, wherever it is. */
export function isLetter(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.repeat || event.isComposing) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target;
  return !(target instanceof HTMLElement) ||
    !(target.isContentEditable || target.closest(FIELD));
}

/** Listens until the returned function is called. */
export function listenToKeys(state: AppState): () => void {
  state.keysOn.value = localStorage.getItem(KEPT) !== "off";
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") return leave(state, event);
    if (!state.keysOn.peek() || !isForPage(event)) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      const id = neighbour(state, key === "j" ? 1 : -1);
      if (id !== null) navigate(state, `${home(state)}/actions/${id}`, true);
    } else if (key === "a" || key === "r" || key === "l") {
      press(key);
    } else if (key === "x") {
      toggleOpen(state);
    } else if (key === "?") {
      void showHelp(state);
    } else if (key === "/") {
      search(state);
    } else if (key === "c") {
      document.getElementById("composer")?.focus();
    } else {
      return;
    }
    event.preventDefault();
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}

/** Puts the cursor into the field that searches the queue, bringing the queue to the front where it is behind. */
function search(state: AppState): void {
  const field = document.getElementById("queue-search");
  // At once where it can be: the next letter may be here before the next frame is drawn.
  if (field?.checkVisibility()) return field.focus();
  navigate(state, `${home(state)}?panel=queue`);
  requestAnimationFrame(() => field?.focus());
}

/** Lists the keys. */
export async function showHelp(state: AppState): Promise<void> {
  const rare = await import("./rare.ts").catch(() => null);
  if (rare) await rare.openHelp(state);
  else state.notice.value = { message: "The list of keys could not be loaded. Try again.", undo: null };
}

/** Turns the keys of one letter on or off, for good. */
export function keepKeys(state: AppState, on: boolean): void {
  state.keysOn.value = on;
  if (on) localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, "off");
}

/**
 * Presses the first visible button of a key, or the one in a visible menu; a disabled one hands the focus to the field
 * that it waits for.
 */
function press(key: string): void {
  const button = [...document.querySelectorAll<HTMLButtonElement>(`button[data-key="${key}"]`)]
    .find((one) => (one.closest(".more-menu") ?? one).checkVisibility());
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  if (button.disabled) document.getElementById("approve-count")?.focus();
  else button.click();
}

function leave(state: AppState, event: KeyboardEvent): void {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const focused = document.activeElement;
  if (focused instanceof HTMLElement && focused.matches(FIELD)) focused.blur();
  else if (state.selectedId.peek() !== null) navigate(state, home(state));
  else clearPicks(state);
}
