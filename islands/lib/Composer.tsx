import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "@/components/Icon.tsx";
import { Strip } from "@/components/Strip.tsx";
import type { Helper, Props as AssistProps } from "./Assist.tsx";
import { isCommand } from "./commands.ts";
import { Countdown } from "./Countdown.tsx";
import { doHere } from "./here.ts";
import { lazy } from "./lazy.tsx";
import { mayChat } from "./roles.ts";
import { Shown } from "./Shown.tsx";
import type { AppState } from "./state.ts";
import { send, stop } from "./talk.ts";

/** Fetched when one begins to write. */
const Assist = lazy<AssistProps>(
  async () => (await import("./rich.ts")).Assist,
  () => null,
);

/** Where one writes to the agent. What was typed is never lost: not by an error, not by a reload. */
export function Composer({ state, onSent }: { state: AppState; onSent: () => void }) {
  const text = useSignal("");
  const sending = useSignal(false);
  /** Null until one comes here for the first time. */
  const isFocused = useSignal<boolean | null>(null);
  const quiet = useSignal("");
  const listed = useSignal<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const helper = useRef<Helper | null>(null);
  const draft = `draft:${state.workspace.id}`;
  useEffect(() => {
    // What was typed before the page came alive wins over the stored draft.
    text.value = field.current?.value || (sessionStorage.getItem(draft) ?? "");
    if (document.activeElement === field.current) isFocused.value = true;
  }, []);
  useSignalEffect(() => {
    const offered = state.offered.value;
    if (offered === null) return;
    state.offered.value = null;
    write(offered);
    field.current?.focus();
  });
  const write = (value: string) => {
    text.value = value;
    sessionStorage.setItem(draft, value);
  };
  const isHeld = (message: string) => {
    const wait = state.trouble.value?.wait;
    return wait !== undefined && wait.isCommand === isCommand(message);
  };
  const submit = async () => {
    const message = text.peek().trim();
    if (!message || sending.peek() || isHeld(message)) return;
    write("");
    if (doHere(state, message)) return helper.current?.sent(message);
    sending.value = true;
    onSent();
    const taken = await send(state, message);
    sending.value = false;
    if (taken) helper.current?.sent(message);
    else if (text.peek() === "") write(message);
  };
  const take = (value: string, isWhole: boolean) => {
    write(value);
    if (isWhole) void submit();
  };
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLTextAreaElement }) => {
    // Keys of an input method are its own. Some browsers end the composition before the Enter that did it: then only the
    // old key code tells.
    if (event.isComposing || event.keyCode === 229) return;
    if (helper.current?.press(event)) return;
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    void submit();
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
      {trouble?.at === "chat" && (trouble.wait
        ? <Countdown state={state} trouble={trouble} until={trouble.wait.until} />
        : (
          <Strip tone="red" alert>
            <Shown text={trouble.message} kind="sentence" />
          </Strip>
        ))}
      <div class="composer-field">
        {isFocused.value !== null && (
          <Assist
            state={state}
            text={isFocused.value ? text.value : ""}
            quiet={quiet}
            helper={helper}
            listed={listed}
            write={write}
            take={take}
          />
        )}
        <label class="sr" for="composer">Message to the agent</label>
        <textarea
          id="composer"
          ref={field}
          data-testid="composer"
          rows={2}
          placeholder={isOff ? "The chat is off in this workspace." : "Ask for data, or ask for a change"}
          disabled={isOff}
          value={text.value}
          autocomplete="off"
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={listed.value === null ? undefined : "suggestions"}
          aria-activedescendant={listed.value || undefined}
          onFocus={() => isFocused.value = true}
          onBlur={() => isFocused.value = false}
          onInput={(event) => {
            write(event.currentTarget.value);
            quiet.value = "";
          }}
          onKeyDown={onKeyDown}
        />
        {running && !isCommand(text.value)
          ? (
            <button
              type="button"
              class="button round"
              data-testid="stop"
              onClick={() => void stop(state)}
            >
              <Icon name="stop" />
              <span class="sr">Stop the answer</span>
            </button>
          )
          : (
            <button
              type="submit"
              class="button round primary"
              data-testid="send"
              disabled={isOff || sending.value || isHeld(text.value)}
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
