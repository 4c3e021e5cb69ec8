/** The data panel's verbs: which table is shown, its rows, and what changed in it since one looked. */
import { batch } from "@preact/signals";
import type { RowsResult, Table } from "@/agent/types.ts";
import { call, path, query } from "./api.ts";
import { cellText, countsOf } from "./format.ts";
import { apiBase, type AppState, cellId, type TableShown } from "./state.ts";

const PAGE = 100;
const MAX_LIMIT = 500;
/** Changes of one commit arrive close together; they are fetched once. */
const SETTLE_MS = 30;

let timer: ReturnType<typeof setTimeout> | undefined;
let latest = 0;
/** What was asked for last: until it is here, the table on show is another one, or sorted otherwise. */
let wanted: Arrangement | null = null;

type Arrangement = Pick<TableShown, "name" | "sort" | "q" | "key">;

/** Shows a table from its first row, or the one row of a key. */
export async function showTable(state: AppState, name: string, key = ""): Promise<void> {
  const now = wanted ?? state.table.peek();
  if (now?.name === name && now.key === key) return;
  state.changed.value = [];
  await load(state, { name, sort: "", q: "", key }, PAGE);
}

/** Shows the first table that the open action changes, unless a person chose what to look at. */
export function showActionsTable(state: AppState): void {
  const action = state.selected.peek();
  if (!action || state.tableChosen.peek()) return;
  const name = countsOf(action)[0]?.table;
  if (name === undefined || (wanted ?? state.table.peek())?.name === name) return;
  void showTable(state, name);
  // Made by another program since the page was: the list is behind.
  if (!state.tables.peek().some((table) => table.name === name)) refreshTables(state, []);
}

/** Sorts and filters the table on show. */
export async function arrange(
  state: AppState,
  change: Partial<Pick<TableShown, "sort" | "q">>,
): Promise<void> {
  state.tableChosen.value = true;
  const now = wanted ?? state.table.peek();
  if (now) await load(state, { name: now.name, sort: now.sort, q: now.q, key: "", ...change }, PAGE);
}

/** Sort order after a click on a column's header: up, down, as stored. */
export function nextSort(sort: string, column: string): string {
  return sort === column ? `-${column}` : sort === `-${column}` ? "" : column;
}

/** Puts the next page under the rows on show. */
export async function moreRows(state: AppState): Promise<void> {
  const table = state.table.peek();
  if (!table?.cursor) return;
  const { name, sort, q, cursor } = table;
  const answer = await call<RowsResult>(rowsUrl(state, name, { sort, q, cursor, limit: PAGE }));
  const now = state.table.peek();
  if (now?.cursor !== cursor || now.name !== name) return;
  if (!answer.ok) return fail(state, answer.message);
  const { rows, keys, cursor: next } = answer.data;
  state.table.value = {
    ...now,
    rows: [...now.rows, ...rows],
    keys: now.keys && keys ? [...now.keys, ...keys] : null,
    cursor: next,
  };
}

/** The data changed: fetches counts and, when the table on show is concerned (null: always), its rows. */
export function refreshTables(state: AppState, tables: readonly string[] | null): void {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const answer = await call<{ tables: Table[] }>(`${apiBase(state)}/tables`);
    if (!answer.ok) return;
    state.tables.value = answer.data.tables;
    // The database did not answer when the page was made: now there is something to show.
    const [first] = answer.data.tables;
    if (first && !state.table.peek() && !wanted) void showTable(state, first.name);
  }, SETTLE_MS);
  const now = wanted ?? state.table.peek();
  if (!now) return;
  const isView = state.tables.peek().find(({ name }) => name === now.name)?.kind === "view";
  if (tables === null || isView || tables.includes(now.name)) {
    const shown = state.table.peek()?.rows.length ?? 0;
    void load(state, now, Math.min(MAX_LIMIT, Math.max(PAGE, shown)), true);
  }
}

/** Ids of the cells that differ between two states of a table, by row key; new rows count with every cell. */
export function changedCells(before: RowsResult, after: RowsResult): string[] {
  if (!before.keys || !after.keys) return [];
  const old = new Map(before.keys.map((key, i) => [JSON.stringify(key), before.rows[i] ?? []]));
  const changed: string[] = [];
  after.rows.forEach((row, i) => {
    const key = after.keys?.[i];
    if (!key) return;
    const was = old.get(JSON.stringify(key));
    after.columns.forEach(({ name }, column) => {
      if (!was || JSON.stringify(was[column]) !== JSON.stringify(row[column])) {
        changed.push(cellId(key, name));
      }
    });
  });
  return changed;
}

/** The row that has a key (`3`, or `7,2` of two columns) alone; all rows when none of these has it. Pure. */
export function onlyRow(result: RowsResult, key: string): RowsResult {
  const at = result.keys?.findIndex((one) => Object.values(one).map(cellText).join() === key) ?? -1;
  const row = result.rows[at];
  const itsKey = result.keys?.[at];
  return row && itsKey ? { ...result, rows: [row], keys: [itsKey], cursor: null, total: 1 } : result;
}

async function load(
  state: AppState,
  { name, sort, q, key }: Arrangement,
  limit: number,
  isUpdate = false,
): Promise<void> {
  const request = ++latest;
  wanted = { name, sort, q, key };
  // The server finds what contains a text anywhere; the row of the key is among it.
  const params = key ? { sort, q: key.split(",")[0], limit: MAX_LIMIT } : { sort, q, limit };
  const answer = await call<RowsResult>(rowsUrl(state, name, params));
  // A slower answer to an earlier request must not replace a newer one.
  if (request !== latest) return;
  wanted = null;
  if (!answer.ok) return fail(state, answer.message);
  const found = key ? onlyRow(answer.data, key) : answer.data;
  batch(() => {
    const before = state.table.peek();
    if (isUpdate && before?.name === name) {
      const fresh = changedCells(before, found);
      if (fresh.length > 0) state.changed.value = [...new Set([...state.changed.peek(), ...fresh])];
    }
    state.table.value = { ...found, name, sort, q, key };
    if (state.trouble.peek()?.at === "data") state.trouble.value = null;
  });
}

function rowsUrl(state: AppState, name: string, params: Parameters<typeof query>[0]): string {
  return apiBase(state) + path`/tables/${name}/rows` + query(params);
}

function fail(state: AppState, message: string): void {
  state.trouble.value = { at: "data", message };
}
