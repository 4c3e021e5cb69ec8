/** What an owner sets for the workspace, and what holds for this browser alone. */
import "./core.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Strip } from "@/components/Strip.tsx";
import type { WorkspaceSettings } from "@/agent/types.ts";
import { call } from "./api.ts";
import { openDialog } from "./dialog.tsx";
import { isNotifying, keepNotifying } from "./notify.ts";
import { apiBase, type AppState } from "./state.ts";

const MOST_DAYS = 365;

/** Opens the dialog; resolves when it is closed. */
export function openSettings(state: AppState): Promise<void> {
  return openDialog<void>({
    labelledBy: "settings-title",
    closed: undefined,
    draw: (end) => <Settings state={state} end={end} />,
  });
}

function Settings({ state, end }: { state: AppState; end: () => void }) {
  const url = `${apiBase(state)}/settings`;
  const days = useSignal<string | null>(null);
  const trouble = useSignal("");
  const isBusy = useSignal(false);
  useEffect(() => {
    void call<WorkspaceSettings>(url).then((answer) => {
      if (answer.ok) days.value = String(answer.data.expiryDays);
      else trouble.value = answer.message;
    });
  }, []);
  const save = async (event: Event) => {
    event.preventDefault();
    if (isBusy.peek() || days.peek() === null) return;
    isBusy.value = true;
    const answer = await call<WorkspaceSettings>(url, {
      method: "PUT",
      body: { expiryDays: Number(days.peek()) },
    });
    isBusy.value = false;
    if (!answer.ok) {
      trouble.value = answer.message;
      return;
    }
    const { expiryDays } = answer.data;
    const message = `New proposals wait ${expiryDays} ${expiryDays === 1 ? "day" : "days"} for a decision.`;
    state.notice.value = { message, undo: null };
    end();
  };
  return (
    <form class="dialog-body" data-testid="settings-dialog" aria-busy={isBusy.value} onSubmit={save}>
      <h2 id="settings-title">Settings of {state.workspace.name}</h2>
      {trouble.value !== "" && <Strip tone="red" alert>{trouble.value}</Strip>}
      <label class="setting">
        <span>Proposals expire after</span>
        <input
          type="number"
          class="field"
          data-testid="expiry-days"
          min={1}
          max={MOST_DAYS}
          step={1}
          required
          disabled={days.value === null}
          value={days.value ?? ""}
          onInput={(event) => days.value = event.currentTarget.value}
        />
        <span>days without a decision</span>
      </label>
      <p class="muted">It counts for new proposals. Those that wait already keep the time they have.</p>
      <Notify state={state} />
      <div class="dialog-buttons">
        <button type="submit" class="button primary" disabled={days.value === null || isBusy.value}>
          Save
        </button>
        <button type="button" class="button" onClick={end}>Cancel</button>
      </div>
    </form>
  );
}

/** A switch that acts at once: it belongs to this browser, not to what is saved. */
function Notify({ state }: { state: AppState }) {
  const isOn = useSignal(isNotifying());
  const isBlocked = useSignal(false);
  const change = async (wanted: boolean) => {
    const now = await keepNotifying(state, wanted);
    isOn.value = now === "on";
    isBlocked.value = now === "blocked";
  };
  return (
    <>
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          data-testid="notify-switch"
          checked={isOn.value}
          onChange={({ currentTarget }) => {
            const wanted = currentTarget.checked;
            // It shows what is so, not what was asked for.
            currentTarget.checked = isOn.peek();
            void change(wanted);
          }}
        />
        <span>Notify me in this browser when a change waits</span>
      </label>
      <p class="muted" role="status">
        {isBlocked.value
          ? "The browser does not allow it. Allow notifications for this page in its settings."
          : "Only while you look elsewhere."}
      </p>
    </>
  );
}
