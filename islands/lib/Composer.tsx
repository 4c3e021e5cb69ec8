import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "@/components/Icon.tsx";
import { Strip } from "@/components/Strip.tsx";
import { mayChat } from "./roles.ts";
import { Shown } from "./Shown.tsx";
import type { AppState } from "./state.ts";
import { send, stop } from "./talk.ts";

/** Where one writes to the agent. What was typed is never lost: not by an error, not by a reload. */
export function Composer({ state, onSent }: { state: AppState; onSent: () => void }) {
  const text = useSignal("");
  const sending = useSignal(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = `draft:${state.workspace.id}`;
  useEffect(() => {
    // What was typed before the page came alive wins over the stored draft.
    text.value = field.current?.value || (sessionStorage.getItem(draft) ?? "");
  }, []);
  const write = (value: string) => {
    text.value = value;
    sessionStorage.setItem(draft, value);
  };
  const submit = async () => {
    const message = text.peek().trim();
    if (!message || sending.peek()) return;
    sending.value = true;
    write("");
    onSent();
    const taken = await send(state, message);
    sending.value = false;
    if (!taken && text.peek() === "") write(message);
  };
  const running = state.run.value !== null;
  const isOff = !state.chatOn.value || !mayChat(state);
  const trouble = state.trouble.value;
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {trouble?.at === "chat" && (
        <Strip tone="red" alert>
          <Shown text={trouble.message} kind="sentence" />
        </Strip>
      )}
      <div class="composer-field">
        <label class="sr" for="composer">Message to the agent</label>
        <textarea
          id="composer"
          ref={field}
          data-testid="composer"
          rows={2}
          maxLength={8_000}
          placeholder={isOff ? "The chat is off in this workspace." : "Ask for data, or ask for a change"}
          disabled={isOff}
          value={text.value}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            void submit();
          }}
        />
        {running
          ? (
            <button type="button" class="button round" data-testid="stop" onClick={() => void stop(state)}>
              <Icon name="stop" />
              <span class="sr">Stop the answer</span>
            </button>
          )
          : (
            <button
              type="submit"
              class="button round primary"
              data-testid="send"
              disabled={isOff || sending.value}
            >
              <Icon name="send" />
              <span class="sr">Send</span>
            </button>
          )}
      </div>
      <p class="composer-model">
        {state.model.builtin
          ? (
            <>
              Built-in model: simple English about this schema. Connect a real one: set{" "}
              <code>OPENAI_API_KEY</code>.
            </>
          )
          : <>Model: {state.model.name}</>}
      </p>
      <noscript>
        <p class="composer-model">Writing to the agent and deciding need JavaScript.</p>
      </noscript>
    </form>
  );
}
