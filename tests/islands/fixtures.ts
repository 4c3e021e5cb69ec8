/** Actions as the app sends them, with true hashes. */
import type { Action, ActionSummary, Change, WorkspaceView } from "@/agent/types.ts";
import {
  digestOf,
  hash,
  pageHash,
  paginate,
  sortChanges,
  statementsHash,
} from "@/db-service/contract/digest.ts";
import { countChanges } from "@/islands/lib/sign.ts";

export const STATEMENTS = [{ sql: "UPDATE customers SET tier = ? WHERE region = 'East'", args: ["Gold"] }];
export const COLUMNS = { customers: ["id", "tier"] };

/** What {@link COLUMNS} hashes to, as every change of the table says. */
export const COLUMNS_SHA256 = await hash(COLUMNS.customers);

/** Updates of so many customers. */
export function upgrades(count: number): Change[] {
  return sortChanges(Array.from({ length: count }, (_, i) => ({
    table: "customers",
    op: "update" as const,
    key: { id: i + 1 },
    before: [i + 1, "Silver"],
    after: [i + 1, "Gold"],
    columnsSha256: COLUMNS_SHA256,
  })));
}

/** What a list shows of an action that changes nothing. */
export function entry(
  id: number,
  state: ActionSummary["state"],
  type: ActionSummary["type"] = "action",
): ActionSummary {
  return {
    id,
    uid: "8d7a5f0e-6f3c-4f52-9d1e-0a2b3c4d5e6f",
    database: "main",
    type,
    title: `Action ${id}`,
    description: "",
    sql: "UPDATE t SET a = 1",
    state,
    canRevert: false,
    createdAt: "2026-01-01T00:00:00.000Z",
    resolvedAt: null,
    expiresAt: null,
    proposedBy: { id: "p", name: "Ana", via: "agent" },
    decidedBy: null,
    messageId: null,
    reason: null,
    error: null,
    maybeStale: false,
    digest: null,
    affected: [],
    affectedTotal: { tables: 0, rows: 0 },
    badges: [],
    rowCount: null,
    ms: null,
  };
}

/** An action with a preview of these changes. */
export async function actionOf(changes: Change[], statements = STATEMENTS): Promise<Action> {
  const pages = paginate(changes);
  const hashes = await Promise.all(pages.map(pageHash));
  const counts = countChanges(changes);
  const statementsSha256 = await statementsHash(statements);
  const digest = await digestOf({ database: "main", statementsSha256, counts, pages: hashes });
  return {
    ...entry(1, "pending"),
    sql: statements.map(({ sql }) => sql).join(";\n"),
    statements,
    revertSql: null,
    digest,
    affected: counts,
    affectedTotal: { tables: counts.length, rows: changes.length },
    preview: {
      digest,
      statementsSha256,
      counts,
      pages: hashes,
      columns: COLUMNS,
      changes: pages[0] ?? [],
      truncated: pages.length > 1,
      effects: [],
      maxRows: 1_000,
      at: "2026-01-01T00:00:00.000Z",
    },
  };
}

/** What the first paint is made of. */
export function view(actions: ActionSummary[]): WorkspaceView {
  const workspace = { id: "main", name: "Main", role: "owner" as const, features: { chat: true } };
  return {
    me: { person: { id: "p", name: "Ana" }, mode: "local", workspaces: [workspace] },
    workspace,
    database: { name: "main", ok: true, detail: null },
    chat: {
      messages: [{ id: "m", role: "user", parts: [{ type: "text", text: "hello" }] }],
      run: null,
      cursor: "c",
      before: null,
    },
    queue: { actions, cursor: null, counts: {}, newest: actions.length },
    listing: null,
    listed: null,
    selected: null,
    tables: [],
    table: null,
    dataTrouble: null,
    model: { builtin: true, name: "built-in" },
    examples: [],
    commands: [],
    panel: "chat",
    cursor: "c",
    now: "2026-01-01T00:00:00.000Z",
    build: "b",
  };
}
