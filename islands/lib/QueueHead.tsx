import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "@/components/Icon.tsx";
import { showListing } from "./address.ts";
import { short } from "./format.ts";
import { lazy } from "./lazy.tsx";
import { plain } from "./listing.ts";
import { filterCount } from "./queue.ts";
import { type AppState, type Filter, FILTERS } from "./state.ts";

const NAMES: Record<Filter, string> = { waiting: "Waiting", decided: "Decided", reads: "Reads", all: "All" };
/** A pause this long after a letter, and the search begins, in milliseconds. */
const PAUSE_MS = 200;

const FilterMenu = lazy(() => import("./rare.ts").then(({ FilterMenu }) => FilterMenu), () => null);

/** What the queue lists: its kind, words to search for, and what else narrows it. */
export function QueueHead({ state }: { state: AppState }) {
  const isOpen = useSignal(false);
  const opener = useRef<HTMLButtonElement>(null);
  const listing = state.listing.value;
  const narrowing = [listing.state, listing.type, listing.table].filter(Boolean).length;
  const close = () => {
    isOpen.value = false;
    opener.current?.focus();
  };
  return (
    <div class="panel-head queue-head">
      <h2 id="queue-title">Queue</h2>
      <div class="filters" role="group" aria-label="Show">
        {FILTERS.map((name) => (
          <button
            key={name}
            type="button"
            class="filter"
            aria-pressed={listing.filter === name}
            onClick={() => {
              // A read changes no table.
              const table = name === "reads" ? "" : listing.table;
              showListing(state, { ...plain(name), table, q: listing.q }, false);
            }}
          >
            {NAMES[name]} <span class="count">{short(filterCount(state, name))}</span>
          </button>
        ))}
      </div>
      <Search state={state} />
      <button
        ref={opener}
        type="button"
        class={narrowing > 0 ? "button small quiet queue-filter is-on" : "button small quiet queue-filter"}
        title="Filter"
        aria-expanded={isOpen.value}
        aria-haspopup="dialog"
        onClick={() => isOpen.value = !isOpen.value}
      >
        <Icon name="filter" />
        <span class="sr">Filter</span>
        {narrowing > 0 && <span class="count">{narrowing}</span>}
      </button>
      {isOpen.value && <FilterMenu state={state} close={close} />}
    </div>
  );
}

function Search({ state }: { state: AppState }) {
  const { q } = state.listing.value;
  const typed = useSignal(q);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  // The Back button, a link, or "Clear search" asked for something else.
  useLayoutEffect(() => {
    if (timer.current === undefined && typed.peek().trim() !== q) typed.value = q;
  }, [q]);
  const search = () => {
    clearTimeout(timer.current);
    timer.current = undefined;
    const listing = state.listing.peek();
    const words = typed.peek().trim();
    // One step back leads to what was listed before the search, not through its letters.
    if (words !== listing.q) showListing(state, { ...listing, q: words }, listing.q !== "" && words !== "");
  };
  const type = (text: string) => {
    typed.value = text;
    clearTimeout(timer.current);
    timer.current = setTimeout(search, PAUSE_MS);
  };
  return (
    <div class="filter-box queue-search" role="search">
      <Icon name="read" />
      <input
        id="queue-search"
        type="text"
        inputMode="search"
        enterKeyHint="search"
        autoComplete="off"
        spellcheck={false}
        maxLength={200}
        aria-label="Search the queue"
        placeholder="Search"
        value={typed.value}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.isComposing) return;
          search();
          // From here on J and K go through what was found.
          event.currentTarget.blur();
        }}
      />
      {typed.value !== "" && (
        <button
          type="button"
          class="queue-search-clear"
          aria-label="Clear search"
          onClick={() => {
            typed.value = "";
            search();
            document.getElementById("queue-search")?.focus();
          }}
        >
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}
