/** Where the focus goes when what had it is gone. */
import { effect } from "@preact/signals";
import type { AppState } from "./state.ts";

/** To the action that is open now, or to the list where none is, so that the keyboard goes on from there. */
export function focusDetail(state: AppState): void {
  // The next one may still be on its way here.
  const stop = effect(() => {
    const id = state.selectedId.value;
    if (id !== null && state.selected.value?.id !== id) return;
    queueMicrotask(() => stop());
    requestAnimationFrame(() => {
      // Whoever went on to write something is left alone.
      if (document.activeElement?.matches("input:not([type=checkbox]), textarea, select")) return;
      const place = document.getElementById("action-heading") ?? document.querySelector(".queue-list");
      if (place instanceof HTMLElement) place.focus({ preventScroll: true });
    });
  });
}
