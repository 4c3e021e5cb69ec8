/** What the first paint of a workspace shows, gathered in one go; a database that is down leaves its parts empty. */
import type { ChatTail, Me, RowsResult, Table, WorkspaceInfo, WorkspaceView } from "./types.ts";
import { examplesFor } from "./builtin/examples.ts";
import { modelInfo } from "./chat/model.ts";
import { runningAnswer } from "./chat/run.ts";
import { listMessages } from "./chat/store.ts";
import { database } from "./database.ts";
import { Refusal } from "./errors.ts";
import { health } from "./life.ts";
import { hubOf } from "./live/hub.ts";
import { getAction, listActions } from "./queue/store.ts";
import { settings } from "./settings.ts";
import type { Workspace } from "./workspaces.ts";

/** The conversation's tail, with where the live feed goes on from. */
export async function chatTail(ws: string, limit: number, before?: number): Promise<ChatTail> {
  const hub = await hubOf(ws);
  await hub.drain();
  // The cursor first: what is said while the messages are read comes twice rather than never.
  const cursor = hub.startCursor;
  const run = await runningAnswer(ws);
  return { ...await listMessages(ws, limit, before), run, cursor };
}

export interface Asked {
  panel: WorkspaceView["panel"];
  action?: number;
  table?: string;
  rows?: { sort?: string; q?: string };
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
  const [queue, selected, data] = await Promise.all([
    listActions(id, { limit: 50 }),
    asked.action === undefined ? null : getAction(id, asked.action),
    dataOf(workspace, asked),
  ]);
  return {
    me,
    workspace: info,
    database: health(workspace.database),
    chat,
    queue,
    selected,
    ...data,
    model: modelInfo(),
    examples: examplesFor(data.tables),
    panel: asked.panel,
    cursor: chat.cursor,
    now: new Date().toISOString(),
    build: settings().build,
  };
}

async function dataOf(
  workspace: Workspace,
  { table: name, rows }: Asked,
): Promise<{ tables: Table[]; table: { name: string; page: RowsResult } | null }> {
  const db = database(workspace.database);
  try {
    const { tables } = await db.schema();
    const shown = name === undefined ? tables[0]?.name : tables.find((table) => table.name === name)?.name;
    if (name !== undefined && shown === undefined) {
      throw new Refusal("not_found", `There is no table "${name}".`);
    }
    if (shown === undefined) return { tables, table: null };
    return { tables, table: { name: shown, page: await db.rows(shown, { limit: 100, ...rows }) } };
  } catch (error) {
    if (error instanceof Refusal && error.code === "db_unavailable") return { tables: [], table: null };
    throw error;
  }
}
