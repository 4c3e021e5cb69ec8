/** Decisions from where they are rare: what decides is fetched then. */
import type { AppState } from "./state.ts";

/** Does something with what decides; says so when that can't be had. */
export async function deciding(
  state: AppState,
  act: (tools: typeof import("./acting.ts")) => Promise<void>,
): Promise<void> {
  const tools = await import("./acting.ts").catch(() => null);
  if (tools) await act(tools);
  else {state.notice.value = {
      message: "What decides could not be loaded. Nothing was sent. Try again.",
      undo: null,
    };}
}
