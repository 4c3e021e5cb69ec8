import "./lib/core.ts";
import { useEffect } from "preact/hooks";
import { Empty } from "@/components/Empty.tsx";
import { Strip } from "@/components/Strip.tsx";
import { showListing } from "./lib/address.ts";
import { Detail } from "./lib/Detail.tsx";
import { Export } from "./lib/Export.tsx";
import { number } from "./lib/format.ts";
import { Grip } from "./lib/Grip.tsx";
import { isNarrow, plain } from "./lib/listing.ts";
import { isPicking, Picks } from "./lib/Picks.tsx";
import { QueueHead } from "./lib/QueueHead.tsx";
import { QueueItem } from "./lib/QueueItem.tsx";
import { Shown } from "./lib/Shown.tsx";
import { ensureWaiting, listed } from "./lib/queue.ts";
import { showMore } from "./lib/search.ts";
import type { AppState } from "./lib/state.ts";
import { Time } from "./lib/time.tsx";

/** What waits for a person, what was decided, and what was read. */
export default function Queue({ state }: { state: AppState }) {
  const listing = state.listing.value;
  const counts = state.counts.value;
  useEffect(() => void ensureWaiting(state), [listing, counts]);
  const opened = state.selectedId.value;
  useEffect(() => {
    document.querySelector(".queue-item[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [opened]);
  const entries = listed(state);
  const isOpen = opened !== null;
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
      <QueueHead state={state} />
      {trouble?.at === "queue" && trouble.id === undefined && (
        <Strip tone="red" alert>
          <Shown text={trouble.message} kind="sentence" />
        </Strip>
      )}
      <Picks state={state} />
      <div
        class={isPicking(state) ? "queue-list is-picking" : "queue-list"}
        tabIndex={0}
        role="group"
        aria-label="Entries"
      >
        {isNarrow(listing) && <p class="sr" role="status">{foundWords(state, entries.length)}</p>}
        {entries.length === 0 ? <Nothing state={state} /> : (
          <ul>
            {entries.map((entry) => (
              <QueueItem
                key={entry.id}
                state={state}
                entry={entry}
                isOpen={entry.id === opened}
              />
            ))}
          </ul>
        )}
        {state.older.value !== null && (
          <button
            type="button"
            class="link more"
            disabled={state.searching.value}
            onClick={() => void showMore(state)}
          >
            {state.searching.value ? "Searching…" : isNarrow(listing) ? "Search further" : "Older entries"}
          </button>
        )}
        <Export state={state} />
      </div>
      {isOpen && <Detail state={state} />}
    </section>
  );
}

function Nothing({ state }: { state: AppState }) {
  const listing = state.listing.value;
  const { filter } = listing;
  if (state.searching.value) return <Empty title="Searching…" />;
  if (isNarrow(listing) || listing.state !== null) {
    return (
      <Empty title={foundWords(state, 0)}>
        <p>
          <button
            type="button"
            class="link"
            onClick={() => showListing(state, plain(filter), false)}
          >
            Clear search and filters
          </button>
        </p>
      </Empty>
    );
  }
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
                  {" by "}
                  <Shown text={last.decidedBy.name} />
                </>
              )
              : ""}, <Time state={state} iso={last.resolvedAt} />
          </p>
        )
        : <p>Changes that the agent proposes stand here until a person decides.</p>}
    </Empty>
  );
}

/** `12 found`, and whether that is all. */
function foundWords(state: AppState, count: number): string {
  const isAll = state.older.value === null;
  if (count === 0) return isAll ? "Nothing matches." : "Nothing found so far.";
  return `${number(count)} found${isAll ? "" : " so far"}`;
}
