import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** Decisions rest this long after what they are about appeared or changed. */
export const SEEN_MS = 700;

/**
 * Whether what is shown has been on screen for as long as it takes to see it. Until then nothing decides on it: the
 * second half of a double click, or a second A, would fall on an action that nobody has looked at.
 */
export function useSeen(shown: string): boolean {
  const seen = useSignal<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => seen.value = shown, SEEN_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return seen.value === shown;
}
