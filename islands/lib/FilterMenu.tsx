import { useEffect, useRef } from "preact/hooks";
import { showListing } from "./address.ts";
import { STATE_WORDS } from "./format.ts";
import { isState, plain } from "./listing.ts";
import { type AppState, type Filter, WAITING } from "./state.ts";

const STATES = Object.keys(STATE_WORDS).filter(isState);
/** The states by the kind of entries that they belong to. */
const GROUPS = [
  ["Of what waits", STATES.filter((name) => WAITING.has(name))],
  ["Of what was decided", STATES.filter((name) => !WAITING.has(name))],
] as const;
/** What no choice of a state means, where one of the four kinds is listed. */
const ANY: Record<Filter, string> = {
  waiting: "All that waits",
  decided: "All decided",
  reads: "All reads",
  all: "Any",
};

/** What else narrows the list: a state, a table that is changed. */
export function FilterMenu({ state, close }: { state: AppState; close: () => void }) {
  const menu = useRef<HTMLDivElement>(null);
  const listing = state.listing.value;
  useEffect(() => {
    menu.current?.querySelector("select")?.focus();
    const onPress = ({ target }: Event) => {
      const head = menu.current?.parentElement;
      if (target instanceof Node && !head?.contains(target)) close();
    };
    document.addEventListener("pointerdown", onPress);
    return () => document.removeEventListener("pointerdown", onPress);
  }, []);
  const tables = new Set(state.tables.value.filter(({ kind }) => kind === "table").map(({ name }) => name));
  if (listing.table) tables.add(listing.table);
  const choose = (name: string) => {
    const one = isState(name) ? name : null;
    // A state belongs to one kind of entries: choosing it chooses them.
    const filter = one === null ? listing.filter : WAITING.has(one) ? "waiting" : "decided";
    showListing(state, { ...listing, filter, state: one, type: null }, false);
  };
  const chooseTable = (table: string) => {
    // A read changes no table: choosing one leads to what does.
    const filter = listing.filter === "reads" ? "all" : listing.filter;
    showListing(state, { ...listing, filter, table }, false);
  };
  return (
    <div
      ref={menu}
      class="queue-menu"
      role="dialog"
      aria-label="Filter"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      <label>
        <span>State</span>
        <select value={listing.state ?? ""} onChange={(event) => choose(event.currentTarget.value)}>
          <option value="">{ANY[listing.filter]}</option>
          {GROUPS.map(([label, names]) => (
            <optgroup key={label} label={label}>
              {names.map((name) => <option key={name} value={name}>{STATE_WORDS[name]}</option>)}
            </optgroup>
          ))}
        </select>
      </label>
      <label>
        <span>Table changed</span>
        <select
          value={listing.table}
          onChange={(event) => chooseTable(event.currentTarget.value)}
        >
          <option value="">Any</option>
          {[...tables].map((name) => <option key={name} value={name}>{name}</option>)}
        </select>
      </label>
      <div class="queue-menu-buttons">
        <button
          type="button"
          class="button small quiet"
          onClick={() => {
            showListing(state, { ...plain(listing.filter), q: listing.q }, false);
            close();
          }}
        >
          No filter
        </button>
        <button type="button" class="button small" onClick={close}>Done</button>
      </div>
    </div>
  );
}
