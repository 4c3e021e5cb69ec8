/** Moving through the queue: which entries are listed, which action is open. */
import { batch, untracked } from "@preact/signals";
import type { Action, ActionList, ActionSummary, Change } from "@/agent/types.ts";
import { call, path, query } from "./api.ts";
import { keep } from "./held.ts";
import { isState, passes } from "./listing.ts";
import { PAGE_SIZE } from "@/db-service/contract/page_size.ts";
import { apiBase, type AppState, type Filter, isDecidable, WAITING, waitingCount } from "./state.ts";

/** A workspace holds at most 200 proposals, and few are being executed: one page holds what waits. */
const MAX_WAITING = 200;

/** Opens an action (or closes it, with null) and shows the queue. */
export function select(state: AppState, id: number | null): void {
  if (state.selectedId.peek() === id) {
    if (id !== null) refreshSelected(state);
    return;
  }
  batch(() => {
    state.selectedId.value = id;
    state.selected.value = null;
    state.moreChanges.value = [];
    if (state.trouble.peek()?.at === "queue") state.trouble.value = null;
  });
  if (id !== null) refreshSelected(state);
}

/** Fetches the open action whole; a late answer for another one is dropped. */
export async function refreshSelected(state: AppState): Promise<void> {
  const id = state.selectedId.peek();
  if (id === null) return;
  const answer = await call<Action>(apiBase(state) + path`/actions/${id}`);
  if (state.selectedId.peek() !== id) return;
  if (answer.ok) adopt(state, answer.data);
  else if (!state.selected.peek()) state.trouble.value = { at: "queue", id, message: answer.message };
}

/** Takes a whole action as the server answered it, into list and detail. */
export function adopt(state: AppState, action: Action): void {
  batch(() => {
    const { preview: _preview, statements: _statements, revertSql: _revertSql, ...entry } = action;
    keep(state, [entry]);
    if (state.selectedId.peek() !== action.id) return;
    if (state.selected.peek()?.digest !== action.digest) state.moreChanges.value = [];
    state.selected.value = action;
  });
}

/** One page of an action's changes, or null when it can't be had. */
export async function fetchChanges(state: AppState, id: number, page: number): Promise<Change[] | null> {
  const answer = await call<{ changes: Change[] }>(
    apiBase(state) + path`/actions/${id}/changes` + query({ page }),
  );
  return answer.ok ? answer.data.changes : null;
}

/** Shows the next page of the open action's rows. */
export async function showMoreChanges(state: AppState): Promise<void> {
  const action = state.selected.peek();
  if (!action?.preview) return;
  const have = action.preview.changes.length + state.moreChanges.peek().length;
  const changes = await fetchChanges(state, action.id, Math.floor(have / PAGE_SIZE));
  if (state.selected.peek()?.digest !== action.digest) return;
  if (changes) state.moreChanges.value = [...state.moreChanges.peek(), ...changes];
  else {state.trouble.value = {
      at: "queue",
      id: action.id,
      message: "More rows could not be loaded. Try again.",
    };}
}

/** The entries of the list, newest first, as far as they are here. */
export function listed(state: AppState): ActionSummary[] {
  const listing = state.listing.value;
  const found = state.found.value && new Set(state.found.value);
  const from = Number(state.older.value ?? 0);
  return state.entries.value.filter((entry) =>
    entry.id >= from && passes(entry, listing) && (!found || found.has(entry.id))
  );
}

/** Makes sure that what waits is here, however many reads came after it. */
export async function ensureWaiting(state: AppState): Promise<void> {
  const here = state.entries.peek().filter(isDecidable).length;
  if (here >= waitingCount(state.counts.peek())) return;
  const asked = { type: "action", state: "waiting", limit: MAX_WAITING };
  const answer = await call<ActionList>(`${apiBase(state)}/actions${query(asked)}`);
  if (answer.ok) keep(state, answer.data.actions);
}

/** The entry above (-1) or below (1) the open one in the list. */
export function neighbour(state: AppState, step: 1 | -1): number | null {
  const list = untracked(() => listed(state));
  const at = list.findIndex(({ id }) => id === state.selectedId.peek());
  return list[at < 0 ? 0 : at + step]?.id ?? null;
}

/** The next proposal to decide on: the following one in the list, else the nearest before it; of all that wait, else. */
export function nextWaiting(state: AppState, after: number): number | null {
  for (const list of [untracked(() => listed(state)), state.entries.peek()]) {
    const others = list.filter((entry) => isDecidable(entry) && entry.id !== after);
    const next = others.find(({ id }) => id < after) ?? others.at(-1);
    if (next) return next.id;
  }
  return null;
}

/** How many entries of a kind there are. Numbers count up, and reads have no counts: they are the rest. */
export function filterCount(state: AppState, filter: Filter): number {
  const counts = state.counts.value;
  const newest = state.newest.value;
  let waiting = 0, decided = 0;
  for (const [name, count] of Object.entries(counts)) {
    if (isState(name) && WAITING.has(name)) waiting += count;
    else decided += count;
  }
  return { waiting, decided, reads: Math.max(0, newest - waiting - decided), all: newest }[filter];
}
