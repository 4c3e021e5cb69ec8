import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { Icon } from "@/components/Icon.tsx";
import { ActionCard } from "./ActionCard.tsx";
import { duration, rows } from "./format.ts";
import { ReadResult, SqlDisclosure } from "./ReadResult.tsx";
import { Shown } from "./Shown.tsx";
import type { AppState } from "./state.ts";
import type { ToolPart } from "./stream.ts";
import { field, proposal, readOutput, tableRead } from "./tools.ts";
import { visibleText } from "./visible.ts";

const DOING: Record<string, [doing: string, done: string]> = {
  describeSchema: ["Reading the schema…", "Read the schema"],
  listActions: ["Looking at the queue…", "Looked at the queue"],
  withdrawAction: ["Withdrawing…", "Withdrew a proposal"],
};

/** What the agent did, as what it is: rows for a read, a live card for a proposal, a line for the rest. */
export function ToolCall({ state, part, isLatest }: { state: AppState; part: ToolPart; isLatest: boolean }) {
  if (part.name === "queryDatabase") return <Read state={state} part={part} isLatest={isLatest} />;
  if (part.name === "mutateDatabase") return <Proposal state={state} part={part} />;
  const [doing, done] = DOING[part.name] ?? [`${part.name}…`, part.name];
  if (part.state === "failed") {
    return <Line icon="alert" tone="tone-red" text={`${done}: ${part.error ?? "failed"}`} />;
  }
  const answer = proposal(part.output);
  if (answer && "error" in answer) return <Line icon="alert" tone="tone-red" text={answer.error} />;
  return (
    <Line icon={part.state === "running" ? "busy" : "read"} text={part.state === "running" ? doing : done} />
  );
}

function Read({ state, part, isLatest }: { state: AppState; part: ToolPart; isLatest: boolean }) {
  // Open when it is the latest, and from then on as the reader leaves it: a new result must not fold an old one away
  // under their eyes.
  const isOpen = useRef(isLatest);
  const sql = field(part.input, "sql");
  const output = readOutput(part.output);
  const table = tableRead(sql);
  if (part.state === "running") return <Line icon="busy" text={`Reading ${table}…`} />;
  if (!output || "error" in output) {
    const reason = output?.error ?? part.error ?? "it was cut off.";
    return (
      <Line icon="alert" tone="tone-red" text={`Reading ${table} failed: ${reason}`}>
        <Sql sql={sql} />
      </Line>
    );
  }
  const time = output.ms === null ? "" : `, ${duration(output.ms)}`;
  const line = `Read ${table}: ${rows(output.rowCount)}${output.truncated ? " (cut)" : ""}${time}`;
  return (
    <details class="tool" open={isOpen.current}>
      <summary>
        <Icon name="open" />
        <Shown text={line} kind="sentence" />
      </summary>
      {output.rows.length > 0
        ? (
          <ReadResult
            columns={output.columns}
            rows={output.rows}
            label={visibleText(line)}
            sql={sql}
            truncated={output.truncated}
            read={{ state, call: part.id }}
          />
        )
        : <p class="muted tool-note">No row matches.</p>}
      {output.truncated && <p class="muted tool-note">There is more than is shown here.</p>}
      <SqlDisclosure sql={sql} />
    </details>
  );
}

function Proposal({ state, part }: { state: AppState; part: ToolPart }) {
  const answer = proposal(part.output);
  if (part.state === "running") return <Line icon="busy" text="Preparing a change…" />;
  if (!answer || "error" in answer) {
    const reason = answer?.error ?? part.error;
    const text = reason
      ? `The proposal was refused: ${reason}`
      : "It was cut off: whether a change was proposed is seen in the queue.";
    return (
      <Line icon="alert" tone="tone-red" text={text}>
        <Sql sql={field(part.input, "sql")} />
      </Line>
    );
  }
  return <ActionCard state={state} id={answer.actionId} title={field(part.input, "title")} />;
}

function Line(
  { icon, text, tone = "", children }: {
    icon: "busy" | "alert" | "read";
    text: string;
    tone?: string;
    children?: ComponentChildren;
  },
) {
  return (
    <div class={`tool-line ${tone}`}>
      <Icon name={icon} spin={icon === "busy"} />
      <div>
        <Shown text={text} kind="sentence" />
        {children}
      </div>
    </div>
  );
}

function Sql({ sql }: { sql: string }) {
  return sql
    ? <pre class="sql" tabIndex={0} aria-label="SQL"><code><Shown text={sql} kind="code" /></code></pre>
    : null;
}
