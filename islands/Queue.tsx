import { useEffect } from "preact/hooks";
import { Empty } from "@/components/Empty.tsx";
import { Strip } from "@/components/Strip.tsx";
import { Detail } from "./lib/Detail.tsx";
import { Grip } from "./lib/Grip.tsx";
import { filterCount, setFilter, showMore } from "./lib/queue.ts";
import { QueueItem } from "./lib/QueueItem.tsx";
import { Shown } from "./lib/Shown.tsx";
import { type AppState, type Filter, FILTERS, matches } from "./lib/state.ts";
import { ensureWaiting } from "./lib/queue.ts";
import { Time } from "./lib/time.tsx";

const NAMES: Record<Filter, string> = { waiting: "Waiting", decided: "Decided", reads: "Reads", all: "All" };

/** What waits for a person, what was decided, and what was read. */
export default function Queue({ state }: { state: AppState }) {
  const filter = state.filter.value;
  const counts = state.counts.value;
  useEffect(() => ensureWaiting(state), [filter, counts]);
  const listed = state.entries.value.filter((entry) => matches(entry, filter));
  const isOpen = state.selectedId.value !== null;
  const trouble = state.trouble.value;
  return (
    <section
      class={`panel panel-queue ${state.panel.value === "queue" ? "is-front" : ""} ${
        state.side.value === "queue" ? "is-side" : ""
      } ${isOpen ? "has-open" : ""}`}
      id="queue"
      aria-labelledby="queue-title"
    >
      <Grip name="queue" label="Width of the chat" />
      <div class="panel-head">
        <h2 id="queue-title">Queue</h2>
        <div class="filters" role="group" aria-label="Show">
          {FILTERS.map((name) => (
            <button
              key={name}
              type="button"
              class="filter"
              aria-pressed={filter === name}
              onClick={() => setFilter(state, name)}
            >
              {NAMES[name]} <span class="count">{filterCount(state, name)}</span>
            </button>
          ))}
        </div>
      </div>
      {trouble?.at === "queue" && trouble.id === undefined && (
        <Strip tone="red" alert>
          <Shown text={trouble.message} kind="sentence" />
        </Strip>
      )}
      <div class="queue-list" tabIndex={0} role="group" aria-label="Entries">
        {listed.length === 0 ? <Nothing state={state} filter={filter} /> : (
          <ul>
            {listed.map((entry) => (
              <QueueItem
                key={entry.id}
                state={state}
                entry={entry}
                isOpen={entry.id === state.selectedId.value}
              />
            ))}
          </ul>
        )}
        {state.queueCursors.value[filter] && (
          <button
            type="button"
            class="link more"
            onClick={() => void showMore(state)}
          >
            Older entries
          </button>
        )}
      </div>
      {isOpen && <Detail state={state} />}
    </section>
  );
}

function Nothing({ state, filter }: { state: AppState; filter: Filter }) {
  if (filter === "reads") return <Empty title="Nothing was read yet." />;
  const last = state.entries.value.find(({ type, resolvedAt }) => type === "action" && resolvedAt);
  const title = filter === "waiting" ? "Nothing waits for you." : "Nothing is here yet.";
  return (
    <Empty title={title}>
      {filter === "waiting" && last?.resolvedAt
        ? (
          <p>
            Last: <a href={`/w/${encodeURIComponent(state.workspace.id)}/actions/${last.id}`}>#{last.id}</a>
            {" "}
            {last.state}
            {last.decidedBy
              ? (
                <>
                  by <Shown text={last.decidedBy.name} />
                </>
              )
              : ""}, <Time state={state} iso={last.resolvedAt} />
          </p>
        )
        : <p>Changes that the agent proposes stand here until a person decides.</p>}
    </Empty>
  );
}
