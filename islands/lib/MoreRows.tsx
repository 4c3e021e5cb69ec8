import type { Action } from "@/agent/types.ts";
import { number } from "./format.ts";
import { isExecuted } from "./state.ts";

/** How many rows come after those that are shown, and the way to them: none once it ran, they are previewed no more. */
export function MoreRows({ left, action, show }: { left: number; action: Action; show: () => void }) {
  const words = `and ${number(left)} more`;
  return isExecuted(action)
    ? <p class="more muted">{words}</p>
    : <button type="button" class="link more" onClick={show}>{words}</button>;
}
