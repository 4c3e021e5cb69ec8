import { openDialog } from "./dialog.tsx";
import { keepKeys } from "./keyboard.ts";
import type { AppState } from "./state.ts";

const KEYS: readonly [key: string, what: string][] = [
  ["J", "Next in the queue"],
  ["K", "Previous in the queue"],
  ["A", "Approve the action that is open, or all that are selected"],
  ["R", "Reject it, or them, with a reason"],
  ["X", "Select the action that is open, to decide on several at once"],
  ["L", "Leave rows out of the action that is open"],
  ["/", "Search the queue"],
  ["C", "Write to the agent"],
  ["?", "This list"],
  ["Esc", "Leave a field, close what is open"],
];

/** The list of keys, and the switch for whoever doesn't want them. */
export async function openHelp(state: AppState): Promise<void> {
  await openDialog<void>({
    labelledBy: "help-title",
    closed: undefined,
    draw: (end) => <Help state={state} close={() => end()} />,
  });
}

function Help({ state, close }: { state: AppState; close: () => void }) {
  const isOn = state.keysOn.value;
  return (
    <div class="dialog-body help">
      <h2 id="help-title">Keyboard</h2>
      <dl class={isOn ? "" : "muted"}>
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          data-testid="keys-switch"
          checked={isOn}
          onChange={(event) => keepKeys(state, event.currentTarget.checked)}
        />
        <span>Keys of one letter</span>
      </label>
      <p class="muted" role="status">
        {isOn
          ? "They rest while you type."
          : "They are off in this browser: of these only Esc acts. The keyboard button in the bar opens this list."}
      </p>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={close}>Close</button>
      </div>
    </div>
  );
}
