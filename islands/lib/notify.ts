/** Notifications of the browser, for whoever asks for them: something waits and nobody looks at this page (SPEC U7). */
import "./core.ts";
import { effect } from "@preact/signals";
import { navigate } from "./address.ts";
import { entrySentence } from "./format.ts";
import { type AppState, home, isDecidable } from "./state.ts";
import { visibleText } from "./visible.ts";

/** Where it is kept that somebody wants them in this browser. */
const KEPT = "gatekeeper:notify";

let stop: (() => void) | null = null;

/** Whether they are wanted here and allowed. */
export function isNotifying(): boolean {
  return localStorage.getItem(KEPT) === "on" && "Notification" in globalThis &&
    Notification.permission === "granted";
}

/** Turns them on or off in this browser. `blocked`: the browser or the person in front of it does not allow them. */
export async function keepNotifying(state: AppState, on: boolean): Promise<"on" | "off" | "blocked"> {
  if (!on) {
    localStorage.removeItem(KEPT);
    stop?.();
    stop = null;
    return "off";
  }
  const isAllowed = "Notification" in globalThis && await Notification.requestPermission() === "granted";
  // The first says how they look here, and whether there can be any.
  if (!isAllowed || !tell(state, "Notifications are on", "The next change that waits is told like this.")) {
    return "blocked";
  }
  localStorage.setItem(KEPT, "on");
  notify(state);
  return "on";
}

/** Tells of each proposal that comes from now on, while the page is not looked at. */
export function notify(state: AppState): void {
  if (stop || !isNotifying()) return;
  let known = state.newest.peek();
  stop = effect(() => {
    const fresh = state.entries.value.filter((entry) => entry.id > known && isDecidable(entry));
    known = Math.max(known, ...fresh.map(({ id }) => id));
    const [entry] = fresh;
    // Another tab may have turned them off.
    if (!entry || document.hasFocus() || !isNotifying()) return;
    // One at a time, of all tabs: the newest stands for those before it. What was computed, not the proposer's words.
    const told = tell(state, `#${entry.id} waits for you`, visibleText(entrySentence(entry, "will")));
    if (!told) return;
    told.onclick = () => {
      focus();
      navigate(state, `${home(state)}/actions/${entry.id}`);
      told.close();
    };
  });
}

/** Shows one in place of the one before; null where the browser has none for pages, as on phones. */
function tell(state: AppState, title: string, body: string): Notification | null {
  try {
    return new Notification(title, { body, tag: `gatekeeper:${state.workspace.id}` });
  } catch {
    return null;
  }
}
