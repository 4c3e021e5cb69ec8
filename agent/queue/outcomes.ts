/** Tells whoever listens in this process that an action was decided. What counts is in KV; this is only a nudge. */
import type { ActionSummary } from "../types.ts";

type Listener = (ws: string, action: ActionSummary) => void;
const listeners = new Set<Listener>();

/** Calls `listener` after each decision. Returns how to stop. */
export function onOutcome(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function tellOutcome(ws: string, action: ActionSummary): void {
  for (const listener of listeners) listener(ws, action);
}
