import { useEffect, useRef } from "preact/hooks";
import { KEYS } from "./keyboard.ts";
import type { AppState } from "./state.ts";

/** The list of keys. */
export function Help({ state }: { state: AppState }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = state.helpOpen.value;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
  }, [isOpen]);
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-labelledby="help-title"
      onClose={() => state.helpOpen.value = false}
    >
      <h2 id="help-title">Keys</h2>
      <dl>
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p class="muted">They rest while you type.</p>
      <form method="dialog">
        <button type="submit" class="button">Close</button>
      </form>
    </dialog>
  );
}
