/** What a slash command found, as what it is. The words beside it say the same; they stand where this can't be had. */
import type { ComponentChildren } from "preact";
import type { CommandData } from "@/agent/types.ts";
import { Icon } from "@/components/Icon.tsx";
import { ActionCard } from "./ActionCard.tsx";
import { ActionLines } from "./ActionLines.tsx";
import { FoundMessages } from "./FoundMessages.tsx";
import { Markdown } from "./markdown.tsx";
import { Result } from "./Result.tsx";
import { SchemaList } from "./SchemaList.tsx";
import { Shown } from "./Shown.tsx";
import { type AppState, home } from "./state.ts";
import { send } from "./talk.ts";

export interface Props {
  state: AppState;
  data: CommandData | null;
  text: string;
}

export function CommandResult({ state, data, text }: Props) {
  const words = (
    <div class="prose">
      <Markdown text={text} base={home(state)} />
    </div>
  );
  if (!data) return words;
  if ("error" in data) {
    const { error, nearest = [], again } = data;
    return <Refused state={state} detail={error.detail} nearest={nearest} again={again} />;
  }
  switch (data.command) {
    case "help":
      return (
        <dl class="help-list">
          {data.commands.map(({ name, usage, help }) => (
            <div key={name}>
              <dt>
                <code>{usage}</code>
              </dt>
              <dd>{help}</dd>
            </div>
          ))}
        </dl>
      );
    case "query":
      return (
        <>
          {words}
          {data.rows.length > 0 && (
            <Result
              columns={data.columns}
              rows={data.rows}
              label={text}
              sql={data.sql}
              truncated={data.truncated}
            />
          )}
        </>
      );
    case "propose":
      return <ActionCard state={state} id={data.action} title="" />;
    case "reject":
      return <ActionLines state={state} ids={[data.action]} />;
    case "pending":
    case "recent":
      return data.actions.length === 0 ? words : (
        <>
          <ActionLines state={state} ids={data.actions} />
          {data.more && <More>The queue has all of them.</More>}
        </>
      );
    case "find":
      return data.actions.length + data.messages.length === 0 ? words : (
        <>
          <ActionLines state={state} ids={data.actions} term={data.text} />
          <FoundMessages state={state} messages={data.messages} term={data.text} />
          {data.more && <More>There is more: say more of what you look for.</More>}
        </>
      );
    case "schema":
      return data.tables.length === 0 ? words : <SchemaList state={state} tables={data.tables} />;
    default:
      return words;
  }
}

interface RefusedProps {
  state: AppState;
  detail: string;
  nearest: string[];
  /** What to send once more. */
  again: string | undefined;
}

/** It was not done: why, and what may have been meant. */
function Refused({ state, detail, nearest, again }: RefusedProps) {
  return (
    <div class="command-refused">
      <p class="tool-line tone-red">
        <Icon name="alert" />
        <Shown text={detail} kind="sentence" />
        {again !== undefined && (
          <button
            type="button"
            class="button small"
            onClick={() => void send(state, again)}
          >
            <Icon name="retry" />Retry
          </button>
        )}
      </p>
      {nearest.length > 0 && (
        <p class="nearest">
          {nearest.map((name) => (
            <button
              key={name}
              type="button"
              class="button small"
              onClick={() => state.offered.value = `/${name}`}
            >
              <code>/{name}</code>
            </button>
          ))}
        </p>
      )}
    </div>
  );
}

function More({ children }: { children: ComponentChildren }) {
  return <p class="muted tool-note">{children}</p>;
}
