import { useSignal } from "@preact/signals";
import { Icon } from "@/components/Icon.tsx";
import type { Action } from "@/agent/types.ts";
import { cellText } from "./format.ts";
import { Shown } from "./Shown.tsx";

/** The exact statements with their arguments: what is signed, not what a summary says. */
export function SqlBlock({ action }: { action: Action }) {
  const text = statementsText(action);
  return <SqlText text={text} label="SQL" />;
}

/** SQL to read and copy. */
export function SqlText({ text, label }: { text: string; label: string }) {
  const copied = useSignal(false);
  return (
    <div class="sql-block">
      <pre class="sql" tabIndex={0} aria-label={label}><code><Shown text={text} kind="code" /></code></pre>
      <button
        type="button"
        class="button small quiet"
        onClick={async () => {
          await navigator.clipboard.writeText(text);
          copied.value = true;
        }}
      >
        <Icon name={copied.value ? "done" : "copy"} />
        {copied.value ? "Copied" : "Copy"}
      </button>
    </div>
  );
}

/** Statements as text; arguments follow as a comment, so that nothing of what runs is hidden. */
export function statementsText({ statements, sql }: Pick<Action, "statements" | "sql">): string {
  if (statements.length === 0) return sql;
  return statements.map((statement) => {
    const args = statement.args.map((value, i) =>
      `?${i + 1} = ${typeof value === "string" ? JSON.stringify(value) : cellText(value)}`
    );
    return `${statement.sql.trim()}${args.length > 0 ? `\n-- ${args.join(", ")}` : ""}`;
  }).join(";\n\n");
}
