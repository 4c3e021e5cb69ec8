import "./lib/core.ts";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "@/components/Icon.tsx";
import { Composer } from "./lib/Composer.tsx";
import { mayChat } from "./lib/roles.ts";
import type { AppState } from "./lib/state.ts";
import { clear } from "./lib/talk.ts";
import { Thread } from "./lib/Thread.tsx";

/** The conversation with the agent. */
export default function Chat({ state }: { state: AppState }) {
  const pinned = useRef(true);
  const isEmpty = state.messages.value.length === 0;
  return (
    <section
      class={`panel panel-chat ${state.panel.value === "chat" ? "is-front" : ""}`}
      id="chat"
      aria-labelledby="chat-title"
    >
      <div class="panel-head">
        <h2 id="chat-title">Chat</h2>
        {state.clearAsked.value ? <ClearConfirm state={state} /> : !isEmpty && mayChat(state) && (
          <button
            type="button"
            class="button small quiet"
            data-testid="clear"
            onClick={() => state.clearAsked.value = true}
          >
            <Icon name="clear" />Clear conversation
          </button>
        )}
      </div>
      <Thread state={state} pinned={pinned} />
      <Composer state={state} onSent={() => pinned.current = true} />
    </section>
  );
}

/** Asked by the button and by `/clear` alike. The focus waits on what does nothing. */
function ClearConfirm({ state }: { state: AppState }) {
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => keep.current?.focus(), []);
  const close = () => {
    state.clearAsked.value = false;
    document.getElementById("composer")?.focus();
  };
  return (
    <div
      class="confirm"
      role="group"
      aria-label="Clear the conversation?"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        close();
      }}
    >
      <span id="clear-question">Clear it for everyone? Queue and data stay.</span>
      <button
        type="button"
        class="button small danger"
        onClick={() => {
          close();
          void clear(state);
        }}
      >
        Clear
      </button>
      <button
        type="button"
        class="button small"
        ref={keep}
        aria-describedby="clear-question"
        onClick={close}
      >
        Keep
      </button>
    </div>
  );
}
