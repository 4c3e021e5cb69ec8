/** Moving through the queue: which entries are listed, which action is open. */
import { batch } from "@preact/signals";
import type { Action, ActionList, Change } from "@/agent/types.ts";
import { call, path, query } from "./api.ts";
import { PAGE_SIZE } from "@/db-service/contract/page_size.ts";
import {
  apiBase,
  type AppState,
  type Filter,
  isDecidable,
  isWaiting,
  matches,
  waitingCount,
  withEntries,
} from "./state.ts";

const QUERIES: Record<Exclude<Filter, "waiting">, Record<string, string>> = {
  decided: { type: "action" },
  reads: { type: "observation" },
  all: {},
};
/** A workspace holds at most this many proposals: what waits is fetched whole. */
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
    state.entries.value = withEntries(state.entries.peek(), [entry]);
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

/** Lists what a filter matches, fetching its first page when it was never fetched. */
export function setFilter(state: AppState, filter: Filter): void {
  state.filter.value = filter;
  if (state.queueCursors.peek()[filter] === undefined) void showMore(state);
}

/** Fetches the next page of the filter's entries. */
export async function showMore(state: AppState): Promise<void> {
  const filter = state.filter.peek();
  if (filter === "waiting") return await fetchWaiting(state);
  const cursor = state.queueCursors.peek()[filter];
  if (cursor === null) return;
  const answer = await call<ActionList>(`${apiBase(state)}/actions${query({ ...QUERIES[filter], cursor })}`);
  if (!answer.ok) {
    state.trouble.value = { at: "queue", message: answer.message };
    return;
  }
  batch(() => {
    state.entries.value = withEntries(state.entries.peek(), answer.data.actions);
    state.queueCursors.value = { ...state.queueCursors.peek(), [filter]: answer.data.cursor };
  });
}

/** Makes sure that what waits is listed, however many reads came after it. */
export function ensureWaiting(state: AppState): void {
  const listed = state.entries.peek().filter(isDecidable).length;
  if (listed < waitingCount(state.counts.peek())) void fetchWaiting(state);
}

async function fetchWaiting(state: AppState): Promise<void> {
  for (const waiting of ["pending", "stale"]) {
    const answer = await call<ActionList>(
      `${apiBase(state)}/actions${query({ type: "action", state: waiting, limit: MAX_WAITING })}`,
    );
    if (!answer.ok) return;
    state.entries.value = withEntries(state.entries.peek(), answer.data.actions);
  }
  state.queueCursors.value = { ...state.queueCursors.peek(), waiting: null };
}

/** The entry above (-1) or below (1) the open one in the list. */
export function neighbour(state: AppState, step: 1 | -1): number | null {
  const list = state.entries.peek().filter((entry) => matches(entry, state.filter.peek()));
  const at = list.findIndex(({ id }) => id === state.selectedId.peek());
  return list[at < 0 ? 0 : at + step]?.id ?? null;
}

/** The next proposal to decide on: the following one in the list, else the nearest before it. */
export function nextWaiting(state: AppState, after: number): number | null {
  const others = state.entries.peek().filter((entry) => isDecidable(entry) && entry.id !== after);
  return (others.find(({ id }) => id < after) ?? others.at(-1))?.id ?? null;
}

/** How many entries of a filter are known, with `+` when there are older ones. */
export function filterCount(state: AppState, filter: Filter): string {
  const listed = state.entries.value.filter((entry) => matches(entry, filter));
  if (filter === "waiting") {
    const busy = listed.filter((entry) => isWaiting(entry) && !isDecidable(entry)).length;
    return String(waitingCount(state.counts.value) + busy);
  }
  return `${listed.length}${state.queueCursors.value[filter] === null ? "" : "+"}`;
}
