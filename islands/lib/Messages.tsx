import { Icon } from "@/components/Icon.tsx";
import type { Props as ResultProps } from "./CommandResult.tsx";
import { lazy } from "./lazy.tsx";
import { Markdown } from "./markdown.tsx";
import { outcomeLine } from "./outcomes.ts";
import { pieces, Shown } from "./Shown.tsx";
import { type AppState, home } from "./state.ts";
import type { ShownMessage, ShownPart } from "./stream.ts";
import { retry } from "./talk.ts";
import { Time } from "./time.tsx";
import { ToolCall } from "./ToolCall.tsx";

const ENDINGS = {
  stopped: "Stopped.",
  interrupted: "The answer was cut off before it was finished.",
  failed: "The answer failed.",
} as const;

interface Props {
  state: AppState;
  message: ShownMessage;
  /** Nothing follows: a retry makes sense. */
  isLast: boolean;
  /** The conversation's latest read, by tool call: its rows are on show. */
  latestRead: string | undefined;
}

/** One message of the conversation. */
export function Message({ state, message, isLast, latestRead }: Props) {
  const { id, role, metadata, parts } = message;
  if (metadata.kind === "outcome" || role === "system") return <Outcome state={state} message={message} />;
  if (metadata.kind === "command") return <Command state={state} message={message} />;
  if (role === "user") {
    return (
      <article class="message message-user" id={`m-${id}`} tabIndex={-1} data-testid="message-user">
        <h3 class="sr">You</h3>
        <div class={message.pending ? "bubble bubble-pending" : "bubble"}>
          <Shown text={textOf(parts)} kind="prose" />
        </div>
      </article>
    );
  }
  return (
    <article
      class={metadata.kind === "refused" ? "message message-agent message-refused" : "message message-agent"}
      id={`m-${id}`}
      tabIndex={-1}
      data-testid="message-assistant"
    >
      <h3 class="sr">{metadata.kind === "refused" ? "Refused" : "Agent"}</h3>
      {parts.map((part, i) => (
        <Part key={i} state={state} part={part} isLatest={part.type === "tool" && part.id === latestRead} />
      ))}
      <Ending state={state} message={message} isLast={isLast} />
    </article>
  );
}

function Part({ state, part, isLatest }: { state: AppState; part: ShownPart; isLatest: boolean }) {
  if (part.type === "tool") return <ToolCall state={state} part={part} isLatest={isLatest} />;
  if (part.type === "command" || part.text.trim() === "") return null;
  if (part.type === "reasoning") {
    return (
      <details class="tool">
        <summary>
          <Icon name="open" />
          {part.streaming ? "Thinking…" : "Thoughts"}
        </summary>
        <div class="thoughts">{pieces(part.text, "prose")}</div>
      </details>
    );
  }
  return (
    <div class="prose">
      <Markdown text={part.text} base={home(state)} />
    </div>
  );
}

/** A slash command as it was typed, or what it found: apart from the words of the model. */
function Command({ state, message: { id, role, parts, pending } }: Pick<Props, "state" | "message">) {
  const found = parts.find((part) => part.type === "command");
  return role === "user"
    ? (
      <article
        class={pending ? "message command command-typed bubble-pending" : "message command command-typed"}
        id={`m-${id}`}
        tabIndex={-1}
        data-testid="command-typed"
      >
        <h3 class="sr">Command</h3>
        <Shown text={textOf(parts)} kind="lines" />
      </article>
    )
    : (
      <article
        class="message command command-result"
        id={`m-${id}`}
        tabIndex={-1}
        data-testid="command-result"
        data-command={found?.data.command}
      >
        <h3 class="sr">Result</h3>
        <CommandResult state={state} data={found?.data ?? null} text={textOf(parts)} />
      </article>
    );
}

const CommandResult = lazy<ResultProps>(
  async () => (await import("./rich.ts")).CommandResult,
  ({ state, text }) => (
    <div class="prose">
      <Markdown text={text} base={home(state)} />
    </div>
  ),
);

/** Decisions that follow each other: one line that opens. */
export function Outcomes({ state, notes }: { state: AppState; notes: ShownMessage[] }) {
  return (
    <details class="tool outcomes" data-testid="outcomes">
      <summary>
        <Icon name="open" />
        {outcomeLine(notes)}
      </summary>
      {notes.map((message) => <Outcome key={message.id} state={state} message={message} />)}
    </details>
  );
}

function Outcome({ state, message }: { state: AppState; message: ShownMessage }) {
  return (
    <article class="message outcome" id={`m-${message.id}`} tabIndex={-1} data-testid="message-outcome">
      <div class="prose">
        <Markdown text={textOf(message.parts)} base={home(state)} />
      </div>
      {message.metadata.at && <Time state={state} iso={message.metadata.at} />}
    </article>
  );
}

function Ending({ state, message, isLast }: { state: AppState; message: ShownMessage; isLast: boolean }) {
  const { status, error } = message.metadata;
  if (!status || status === "done") return null;
  return (
    <div class={status === "failed" ? "ending tone-red" : "ending"}>
      <Icon name={status === "failed" ? "alert" : "minus"} />
      <Shown text={error && status !== "stopped" ? error : ENDINGS[status]} kind="sentence" />
      {isLast && state.run.value === null && state.chatOn.value && (
        <button
          type="button"
          class="button small"
          onClick={() => void retry(state)}
        >
          <Icon name="retry" />Retry
        </button>
      )}
    </div>
  );
}

function textOf(parts: readonly ShownPart[]): string {
  return parts.map((part) => part.type === "text" ? part.text : "").join("");
}
