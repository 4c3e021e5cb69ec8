import { useSignal } from "@preact/signals";
import type { Cell } from "@/agent/types.ts";
import { Icon } from "@/components/Icon.tsx";
import { cellText, number } from "./format.ts";
import { chartOf, csv, found, nextOrder, type Order, percent, singleNumber, sortRows } from "./results.ts";
import { ResultTable } from "./ResultTable.tsx";
import { Shown } from "./Shown.tsx";
import type { AppState } from "./state.ts";
import { quotedWords, termsOf, worthMarking } from "./terms.ts";

export interface Props {
  columns: string[];
  rows: Cell[][];
  label: string;
  sql: string;
  truncated: boolean;
  /** Where the agent read it: the conversation, and the call of the tool. */
  read?: { state: AppState; call: string };
}

/** What a query answered, as what it is: one number, a group-by with its bars, or rows to sort and copy. */
export function Result({ columns, rows, label, sql, truncated, read }: Props) {
  const order = useSignal<Order | null>(null);
  const copied = useSignal("");
  const single = singleNumber(rows);
  if (single !== null) {
    return (
      <p class="figure" data-testid="figure">
        <span class="figure-number">
          {typeof single === "number" && Number.isInteger(single) ? number(single) : cellText(single)}
        </span>{" "}
        <span class="mono muted">
          <Shown text={columns[0] ?? ""} />
        </span>
      </p>
    );
  }
  const sorted = sortRows(rows, order.value);
  const terms = worthMarking(termsOf(sql), read ? quotedWords(questionOf(read.state, read.call)) : [], rows);
  const chart = truncated ? null : chartOf(sql, columns, rows);
  const places = new Map(rows.map((row, i) => [row, i]));
  const direction = (column: number) =>
    order.value?.column !== column ? undefined : order.value.isDown ? "descending" : "ascending";
  const text = csv(columns, sorted);
  return (
    <div class={chart ? "result result-chart" : "result"} data-testid="result">
      <ResultTable
        columns={columns}
        rows={sorted}
        label={label}
        sorted={direction}
        mark={terms.length > 0 ? (value) => found(value, terms) : undefined}
        head={(name, column) => (
          <button
            type="button"
            class="sort"
            onClick={() => order.value = nextOrder(order.value, column)}
          >
            <Shown text={name} />
            <span class="sort-mark" aria-hidden="true">
              {{ ascending: "↑", descending: "↓", none: "" }[direction(column) ?? "none"]}
            </span>
          </button>
        )}
        beside={chart
          ? {
            head: chart.shares ? "Share" : <span class="sr">Bar</span>,
            cell: (row) => {
              const place = places.get(row) ?? 0;
              const share = chart.shares?.[place];
              return (
                <span class="share">
                  <Bar part={chart.bars[place] ?? 0} />
                  {share !== undefined && <span class="num share-text">{percent(share)}</span>}
                </span>
              );
            },
          }
          : undefined}
      />
      <button
        type="button"
        class="button small quiet"
        data-testid="copy-csv"
        onClick={async () => {
          await navigator.clipboard.writeText(text);
          copied.value = text;
        }}
      >
        <Icon name={copied.value === text ? "done" : "copy"} />
        {copied.value === text
          ? "Copied"
          : `Copy ${rows.length === 1 ? "the row" : `${number(rows.length)} rows`} as CSV`}
      </button>
    </div>
  );
}

/** What the person had asked before this call. */
function questionOf(state: AppState, call: string): string {
  const messages = state.messages.value;
  const at = messages.findIndex(({ parts }) =>
    parts.some((part) => part.type === "tool" && part.id === call)
  );
  // An answer that is being written is not among them: it belongs to the last question.
  const asked = messages.slice(0, at < 0 ? messages.length : at).findLast(({ role }) => role === "user");
  return asked?.parts.map((part) => part.type === "text" ? part.text : "").join("\n") ?? "";
}

/** The number beside it says the same: a bar is for the eye alone. */
function Bar({ part }: { part: number }) {
  return (
    <svg class="share-bar" width="100%" height="10" aria-hidden="true">
      <rect width={`${Math.max(part * 100, part > 0 ? 1 : 0)}%`} height="10" rx="2" />
    </svg>
  );
}
