import { lazy } from "./lazy.tsx";
import { mayDecide } from "./roles.ts";
import { type AppState, waitingCount } from "./state.ts";

const PickBar = lazy(async () => (await import("./rare.ts")).PickBar, () => <div class="pick-bar" />);

/** What is selected; where nothing hovers, the button that shows the boxes. */
export function Picks({ state }: { state: AppState }) {
  if (isPicking(state)) return <PickBar state={state} />;
  return waitingCount(state.counts.value) < 2 || !mayDecide(state)
    ? null
    : (
      <button type="button" class="link pick-start" onClick={() => state.picking.value = true}>
        Select several
      </button>
    );
}

/** Whether all boxes are shown. */
export function isPicking(state: AppState): boolean {
  return state.picking.value || state.picks.value.length > 0;
}
