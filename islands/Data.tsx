import "./lib/core.ts";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Empty } from "@/components/Empty.tsx";
import { Icon } from "@/components/Icon.tsx";
import { Strip } from "@/components/Strip.tsx";
import { navigate } from "./lib/address.ts";
import { DataTable } from "./lib/DataTable.tsx";
import { number, rows } from "./lib/format.ts";
import { Grip } from "./lib/Grip.tsx";
import { Shown } from "./lib/Shown.tsx";
import { type AppState, home } from "./lib/state.ts";
import { arrange, moreRows, showActionsTable } from "./lib/tables.ts";
import { visibleText } from "./lib/visible.ts";

/** How long a changed cell keeps its dot while the page is looked at. */
const SEEN_MS = 10_000;
const TYPING_MS = 200;

/** Any table of the database, live. */
export default function Data({ state }: { state: AppState }) {
  const table = state.table.value;
  const tables = state.tables.value;
  const trouble = state.trouble.value;
  const changed = state.changed.value;
  useEffect(() => {
    if (changed.length === 0) return;
    const timer = setTimeout(() => {
      if (!document.hidden) state.changed.value = [];
    }, SEEN_MS);
    return () => clearTimeout(timer);
  }, [changed]);
  const action = state.selected.value;
  useEffect(() => showActionsTable(state), [action?.id, action?.digest]);
  const href = (name: string) => `${home(state)}/data/${encodeURIComponent(name)}`;
  return (
    <section
      class={`panel panel-data ${state.panel.value === "data" ? "is-front" : ""} ${
        state.side.value === "data" ? "is-side" : ""
      }`}
      id="data"
      aria-labelledby="data-title"
    >
      <Grip name="data" label="Width of the queue" />
      <div class="panel-head">
        <h2 id="data-title">Data</h2>
        {tables.length > 0 && (
          <select
            class="picker"
            aria-label="Table"
            data-testid="table-picker"
            value={table?.name ?? ""}
            onChange={(event) => navigate(state, href(event.currentTarget.value))}
          >
            {!table && <option value="">Choose a table</option>}
            {tables.map(({ name, kind, rows: count }) => (
              <option key={name} value={name}>
                {`${visibleText(name)}${kind === "view" ? " (view)" : ""}${
                  count === null ? "" : ` · ${number(count)}`
                }`}
              </option>
            ))}
          </select>
        )}
        {table && <FilterBox key={table.name} state={state} q={table.q} />}
      </div>
      {trouble?.at === "data" && (
        <Strip tone="red" alert>
          <Shown text={trouble.message} kind="sentence" />
        </Strip>
      )}
      {table ? <DataTable state={state} table={table} /> : <Choose state={state} href={href} />}
      {table && (
        <div class="data-foot">
          <span>
            {table.total === null
              ? `${rows(table.rows.length)} shown`
              : `${number(table.rows.length)} of ${rows(table.total)}`}
          </span>
          {table.key && <a href={href(table.name)}>Show the whole table</a>}
          {table.cursor && (
            <button type="button" class="button small" onClick={() => void moreRows(state)}>Load more</button>
          )}
        </div>
      )}
    </section>
  );
}

function Choose({ state, href }: { state: AppState; href: (name: string) => string }) {
  const tables = state.tables.value;
  if (!state.database.value.ok && tables.length === 0) {
    return <Empty title="The tables appear here when the database service answers." />;
  }
  if (tables.length === 0) return <Empty title="This database has no tables yet." />;
  return (
    <ul class="table-list">
      {tables.map(({ name, rows: count }) => (
        <li key={name}>
          <a href={href(name)}>
            <Shown text={name} />
          </a>{" "}
          {count !== null && <span class="muted">{rows(count)}</span>}
        </li>
      ))}
    </ul>
  );
}

/** Holds what is typed by itself: a live change that draws the table anew must not take letters away. */
function FilterBox({ state, q }: { state: AppState; q: string }) {
  const text = useSignal(q);
  const typing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  return (
    <label class="filter-box">
      <Icon name="read" />
      <span class="sr">Only rows that contain</span>
      <input
        type="search"
        placeholder="Filter"
        data-testid="data-filter"
        value={text.value}
        onInput={({ currentTarget: { value } }) => {
          text.value = value;
          clearTimeout(typing.current);
          typing.current = setTimeout(() => void arrange(state, { q: value }), TYPING_MS);
        }}
      />
    </label>
  );
}
