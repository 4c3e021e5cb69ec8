import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Strip } from "@/components/Strip.tsx";
import { waitSentence } from "./commands.ts";
import type { AppState, Trouble } from "./state.ts";

/** Too much was sent: says how long to wait, second by second, and goes when there is room again. */
export function Countdown({ state, trouble, until }: { state: AppState; trouble: Trouble; until: number }) {
  const left = useSignal(secondsTo(until));
  useEffect(() => {
    const tick = () => {
      left.value = secondsTo(until);
      if (left.peek() === 0 && state.trouble.peek() === trouble) state.trouble.value = null;
    };
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [trouble]);
  return (
    <Strip tone="amber">
      {/* Spoken once; a sentence that changes each second would be spoken each second. */}
      <span class="sr" role="alert">{trouble.message}</span>
      <span aria-hidden="true" data-testid="countdown">{waitSentence(trouble.message, left.value)}</span>
    </Strip>
  );
}

function secondsTo(until: number): number {
  return Math.max(0, Math.ceil((until - Date.now()) / 1_000));
}
