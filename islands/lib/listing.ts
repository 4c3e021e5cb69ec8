/** What the queue lists: one of four kinds, narrowed by state, table and words; and how the address says it. Pure. */
import type { ActionState, ActionSummary, Listing } from "@/agent/types.ts";
import { STATE_WORDS } from "./format.ts";
import { matches, WAITING } from "./state.ts";

/** The members of an address that speak of the list. */
const NAMES = ["state", "type", "table", "q"] as const;

/** The server takes no longer words, in UTF-16 units. */
const MOST = 200;

/** A kind, not narrowed. */
export function plain(filter: Listing["filter"]): Listing {
  return { filter, state: null, type: null, table: "", q: "" };
}

/** What an address asks for; null when it says nothing of the list. */
export function listingIn(search: URLSearchParams): Listing | null {
  if (!NAMES.some((name) => search.get(name))) return null;
  const [state, type, table, q] = NAMES.map((name) => search.get(name)?.trim().slice(0, MOST) ?? "");
  const one = isState(state) ? state : null;
  const filter = type === "observation"
    ? "reads"
    : state === "waiting" || state === "decided"
    ? state
    : one && (WAITING.has(one) ? "waiting" : "decided");
  return { filter: filter ?? "all", state: one, type: !filter && type === "action" ? type : null, table, q };
}

/** What to ask the server for. */
export function askedOf({ filter, state, type, table, q }: Listing) {
  return {
    type: filter === "reads"
      ? "observation" as const
      : filter === "all"
      ? type ?? undefined
      : "action" as const,
    state: state ?? (filter === "waiting" || filter === "decided" ? filter : undefined),
    table: table || undefined,
    q: q || undefined,
  };
}

/** An address with the list that it is to show; `usual` is what a page shows that is asked for nothing. */
export function withListing(href: string, listing: Listing, usual: Listing["filter"]): string {
  const [path, query = ""] = href.split("?");
  const search = new URLSearchParams(query);
  for (const name of NAMES) search.delete(name);
  const { type, state, ...words } = askedOf(listing);
  const isUsual = listing.filter === usual && listing.state === null && listing.type === null;
  const said = isUsual && !isNarrow(listing) ? {} : {
    state: state ?? (listing.filter === "all" && !type && !isNarrow(listing) ? "all" : undefined),
    type: listing.filter === "reads" || listing.filter === "all" ? type : undefined,
  };
  for (const [name, value] of Object.entries({ ...said, ...words })) if (value) search.set(name, value);
  return search.size > 0 ? `${path}?${search}` : path ?? "";
}

/** Whether an address says what to list. */
export function saysListing(href: string): boolean {
  return listingIn(new URLSearchParams(href.split("?")[1])) !== null;
}

/** Whether only the server knows which entries belong: a summary is cut, its words and tables are not all in it. */
export function isNarrow({ table, q }: Listing): boolean {
  return table !== "" || q !== "";
}

/** Whether an entry is of the kind and state that is listed. */
export function passes(entry: ActionSummary, { filter, state, type }: Listing): boolean {
  return matches(entry, filter) && (state === null || entry.state === state) &&
    (type === null || entry.type === type);
}

/** Whether a text names a state. */
export function isState(text: string): text is ActionState {
  return Object.hasOwn(STATE_WORDS, text);
}
