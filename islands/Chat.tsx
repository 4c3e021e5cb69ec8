import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Icon } from "@/components/Icon.tsx";
import { Composer } from "./lib/Composer.tsx";
import { mayChat } from "./lib/roles.ts";
import type { AppState } from "./lib/state.ts";
import { clear } from "./lib/talk.ts";
import { Thread } from "./lib/Thread.tsx";

/** The conversation with the agent. */
export default function Chat({ state }: { state: AppState }) {
  const pinned = useRef(true);
  const asks = useSignal(false);
  const isEmpty = state.messages.value.length === 0;
  return (
    <section
      class={`panel panel-chat ${state.panel.value === "chat" ? "is-front" : ""}`}
      id="chat"
      aria-labelledby="chat-title"
    >
      <div class="panel-head">
        <h2 id="chat-title">Chat</h2>
        {asks.value
          ? (
            <div class="confirm" role="group" aria-label="Clear the conversation?">
              <span>Clear it for everyone? Queue and data stay.</span>
              <button
                type="button"
                class="button small danger"
                onClick={() => {
                  asks.value = false;
                  void clear(state);
                }}
              >
                Clear
              </button>
              <button type="button" class="button small" onClick={() => asks.value = false}>Keep</button>
            </div>
          )
          : !isEmpty && mayChat(state) && (
            <button
              type="button"
              class="button small quiet"
              data-testid="clear"
              onClick={() => asks.value = true}
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
