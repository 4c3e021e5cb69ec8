/** What was sent before, brought back by Up. It lives as long as the browser's tab. */

/** This many texts are kept. */
const MAX = 50;

/** A walk through the texts. `at` is the place of the one on show; `sent.length` is the empty field after the last. */
export interface Walk {
  sent: string[];
  at: number;
}

/** The walk after one step back (-1) or forward (1); null when there is nothing there. Pure. */
export function step({ sent, at }: Walk, by: -1 | 1): Walk | null {
  const next = at + by;
  return next < 0 || next > sent.length ? null : { sent, at: next };
}

/** The texts with one more; the same twice in a row is kept once. Pure. */
export function withSent(sent: readonly string[], text: string): string[] {
  return sent.at(-1) === text ? [...sent] : [...sent, text].slice(-MAX);
}

/** What was sent from this tab in a workspace, oldest first. */
export function readSent(ws: string): string[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(`sent:${ws}`) ?? "[]");
    return Array.isArray(kept) ? kept.filter((text) => typeof text === "string") : [];
  } catch {
    return [];
  }
}

/** Remembers a text that was sent. */
export function remember(ws: string, text: string): void {
  try {
    sessionStorage.setItem(`sent:${ws}`, JSON.stringify(withSent(readSent(ws), text)));
  } catch {
    // Full or forbidden: then Up brings nothing back.
  }
}
