/** What the first paint of a workspace shows, gathered in one go; a database that is down leaves its parts empty. */
import type { ChatTail, Listing, Me, Table, WorkspaceInfo, WorkspaceView } from "./types.ts";
import { examplesFor } from "./builtin/examples.ts";
import { modelInfo } from "./chat/model.ts";
import { runningAnswer } from "./chat/run.ts";
import { listMessages } from "./chat/store.ts";
import { COMMANDS } from "./commands/registry.ts";
import { database, isHealthy } from "./database.ts";
import { Refusal } from "./errors.ts";
import { health } from "./life.ts";
import { hubOf } from "./live/hubs.ts";
import { listActions, type ListQuery } from "./queue/list.ts";
import { getAction } from "./queue/store.ts";
import { settings } from "./settings.ts";
import type { Workspace } from "./workspaces.ts";

/** How long a page waits for its data before it is sent without, in milliseconds. */
const PATIENCE_MS = 1_000;
/** Entries of the queue that come with it. */
const PAGE = 50;

/** The conversation's tail, with where the live feed goes on from. */
export async function chatTail(ws: string, limit: number, before?: number): Promise<ChatTail> {
  const hub = await hubOf(ws);
  await hub.drain();
  // The cursor first: what is said while the messages are read comes twice rather than never.
  const cursor = hub.startCursor;
  const run = await runningAnswer(ws);
  const { messages, before: older } = await listMessages(ws, limit, before);
  return { messages, before: older, run, cursor };
}

export interface Asked {
  panel: WorkspaceView["panel"];
  action?: number;
  table?: string;
  rows?: { sort?: string; q?: string };
  /** What the queue is to list, also as the query of a list. */
  listing?: { asked: Listing; query: ListQuery } | null;
}

/** Everything the page needs. Throws `not_found` for an action or a table that is not there. */
export async function viewOf(
  me: Me,
  info: WorkspaceInfo,
  workspace: Workspace,
  asked: Asked,
): Promise<WorkspaceView> {
  const { id } = workspace;
  const chat = await chatTail(id, 50);
  const [queue, listed, selected, data] = await Promise.all([
    listActions(id, { limit: PAGE }),
    asked.listing ? listActions(id, { ...asked.listing.query, limit: PAGE }) : null,
    asked.action === undefined ? null : getAction(id, asked.action),
    dataOf(workspace, asked),
  ]);
  return {
    me,
    workspace: info,
    database: health(workspace.database),
    chat,
    queue,
    listing: asked.listing?.asked ?? null,
    listed,
    selected,
    ...data,
    model: modelInfo(),
    examples: examplesFor(data.tables),
    commands: COMMANDS,
    panel: asked.panel,
    cursor: chat.cursor,
    now: new Date().toISOString(),
    build: settings().build,
  };
}

/**
 * The data panel's part. Only a table that was asked for and isn't there fails the page; a table that can't be read (a
 * view over something gone, or too slow), or a database that is away, is said in the panel.
 */
async function dataOf(
  workspace: Workspace,
  { table: name, rows }: Asked,
): Promise<Pick<WorkspaceView, "tables" | "table" | "dataTrouble">> {
  const nothing = { tables: [], table: null, dataTrouble: null };
  if (!isHealthy()) return nothing;
  const db = database(workspace.database, PATIENCE_MS);
  let tables: Table[] = [];
  try {
    tables = (await db.schema()).tables;
    const usual = tables.find(({ kind }) => kind === "table") ?? tables[0];
    const shown = name === undefined ? usual : tables.find((table) => table.name === name);
    if (!shown && name !== undefined) throw new Refusal("not_found", `There is no table "${name}".`);
    if (!shown) return nothing;
    const page = await db.rows(shown.name, { limit: 100, ...rows });
    return { tables, table: { name: shown.name, page }, dataTrouble: null };
  } catch (error) {
    const isMissing = name !== undefined && !tables.some((table) => table.name === name);
    if (!(error instanceof Refusal) || (error.code === "not_found" && isMissing)) throw error;
    // That the whole database is away has a strip of its own.
    return { tables, table: null, dataTrouble: error.code === "db_unavailable" ? null : error.message };
  }
}
