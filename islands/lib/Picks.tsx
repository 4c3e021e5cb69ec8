import { lazy } from "./lazy.tsx";
import { mayPick, picked } from "./pick.ts";
import { listed } from "./queue.ts";
import type { AppState } from "./state.ts";

const PickBar = lazy(async () => (await import("./rare.ts")).PickBar, () => <div class="pick-bar" />);

/** What is selected; where nothing hovers, the button that shows the boxes. */
export function Picks({ state }: { state: AppState }) {
  if (isPicking(state)) return <PickBar state={state} />;
  return listed(state).filter((entry) => mayPick(state, entry)).length < 2
    ? null
    : (
      <button type="button" class="link pick-start" onClick={() => state.picking.value = true}>
        Select several
      </button>
    );
}

/** Whether all boxes are shown: on purpose, or since something is selected that can still be decided on. */
export function isPicking(state: AppState): boolean {
  return state.picking.value || picked(state).length > 0;
}
