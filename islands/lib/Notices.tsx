import { useEffect } from "preact/hooks";
import { Icon } from "@/components/Icon.tsx";
import { deciding } from "./later.ts";
import { type AppState, home } from "./state.ts";

const SHOWN_MS = 12_000;

/** The quiet line after a decision, with Undo. It is spoken politely; failures speak up where the person acted. */
export function Notices({ state }: { state: AppState }) {
  const notice = state.notice.value;
  useEffect(() => {
    if (!notice) return;
    const timer = setTimeout(() => {
      if (state.notice.peek() === notice) state.notice.value = null;
    }, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <div class={notice ? "notice is-shown" : "notice"} role="status" data-testid="live-status">
      {notice && (
        <>
          <span>{notice.message}</span>
          {notice.undo !== null && (
            <button
              type="button"
              class="link"
              data-testid="undo"
              onClick={() => {
                state.notice.value = null;
                void deciding(state, (tools) => tools.undo(state, notice));
              }}
            >
              Undo
            </button>
          )}
          {notice.decided && (
            <a
              class="link"
              href={`${home(state)}?panel=queue&state=decided`}
              onClick={() => state.notice.value = null}
            >
              Show them
            </a>
          )}
          <button type="button" class="button small quiet" onClick={() => state.notice.value = null}>
            <Icon name="close" />
            <span class="sr">Dismiss</span>
          </button>
        </>
      )}
    </div>
  );
}
