/** Filling the list: the first page, further ones, and what comes in meanwhile. Only the last question's answer counts. */
import { batch } from "@preact/signals";
import type { ActionList, ActionSummary, Listing } from "@/agent/types.ts";
import { call, query } from "./api.ts";
import { allow, keep } from "./held.ts";
import { askedOf, isNarrow, passes } from "./listing.ts";
import { apiBase, type AppState } from "./state.ts";

/** A page may hold little and not be the last: so many are asked for by themselves, until there is enough to look at. */
const PAGES = 10;
const ENOUGH = 20;
const PAGE = 50;
/** How long new entries are gathered before a narrowed list asks which of them belong to it, in milliseconds. */
const GATHER_MS = 300;

let question = 0;
let gathering: ReturnType<typeof setTimeout> | undefined;

/** Lists something else. What is here already is shown at once; a narrowed list stays until its successor has come. */
export function list(state: AppState, listing: Listing): void {
  if (JSON.stringify(listing) === JSON.stringify(state.listing.peek())) return;
  batch(() => {
    state.listing.value = listing;
    state.older.value = null;
    if (!isNarrow(listing)) state.found.value = null;
    const trouble = state.trouble.peek();
    if (trouble?.at === "queue" && trouble.id === undefined) state.trouble.value = null;
  });
  allow(state, true);
  void fetchListed(state, null);
}

/** Fetches the list anew, after something may have been missed. */
export function refill(state: AppState): void {
  allow(state, true);
  void fetchListed(state, null);
}

/** Older entries, or a search that goes on. */
export async function showMore(state: AppState): Promise<void> {
  const from = state.older.peek();
  if (from === null) return;
  await fetchListed(state, from);
  allow(state, false);
}

/** Takes an entry from the feed. Whether it belongs to a narrowed list, the server knows. */
export function heard(state: AppState, entry: ActionSummary): void {
  const known = state.entries.peek().find(({ id }) => id === entry.id);
  keep(state, [entry]);
  const listing = state.listing.peek();
  if (!isNarrow(listing) || !passes(entry, listing)) return;
  const isSame = known?.digest === entry.digest && state.found.peek()?.includes(entry.id);
  if (isSame || gathering !== undefined) return;
  gathering = setTimeout(() => {
    gathering = undefined;
    const asked = question;
    import("./rare.ts").then(({ listAgain }) => listAgain(state, () => asked === question), () => {});
  }, GATHER_MS);
}

async function fetchListed(state: AppState, from: string | null): Promise<void> {
  const mine = ++question;
  const listing = state.listing.peek();
  const ids = from === null ? [] : [...state.found.peek() ?? []];
  let cursor = from;
  let count = 0;
  state.searching.value = true;
  for (let page = 0; page < PAGES; page++) {
    const answer = await ask(state, listing, cursor);
    if (mine !== question) return;
    if (!answer.ok) {
      state.trouble.value = { at: "queue", message: answer.message };
      break;
    }
    const { actions, ...rest } = answer.data;
    cursor = rest.cursor;
    count += actions.length;
    ids.push(...actions.map(({ id }) => id));
    batch(() => {
      keep(state, actions);
      state.older.value = cursor;
      state.found.value = isNarrow(listing) ? [...ids] : null;
      state.newest.value = Math.max(rest.newest, state.newest.peek());
    });
    if (cursor === null || count >= ENOUGH) break;
  }
  state.searching.value = false;
}

/** A page of a list. */
export function ask(state: AppState, listing: Listing, cursor: string | null) {
  const limit = listing.filter === "waiting" && !isNarrow(listing) ? 200 : PAGE;
  const asked = query({ ...askedOf(listing), limit, cursor });
  return call<ActionList>(`${apiBase(state)}/actions${asked}`);
}
