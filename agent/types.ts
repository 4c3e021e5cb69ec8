/**
 * The shapes that the app's routes, its live feed and the islands share. Types alone: an island that imports this
 * module ships nothing of it.
 */
import type { UIMessage, UIMessageChunk } from "ai";
import type {
  Cell,
  Change,
  Conflict,
  Count,
  Preview,
  Problem,
  RowsResult,
  Statement,
  Table,
  Value,
} from "@/db-service/contract/schemas.ts";

export type { Cell, Change, Conflict, Count, Preview, Problem, RowsResult, Statement, Table, Value };

/** Where an action stands. `approved` means executed and confirmed by the database. */
export type ActionState =
  | "pending"
  | "executing"
  | "approved"
  | "reverting"
  | "reverted"
  | "rejected"
  | "failed"
  | "stale"
  | "expired"
  | "withdrawn";

/** Who did something, and by which door. */
export interface Actor {
  id: string;
  name: string;
  via: "agent" | "person" | "mcp";
}

/** A risk that the machine computed, with its reason in words. */
export interface Badge {
  code: "many_rows" | "no_where" | "delete" | "trigger" | "cascade" | "replace" | "many_tables" | "no_change";
  level: "info" | "warn" | "danger";
  reason: string;
}

/** What a list shows of an action or an observation: everything but the preview, at most 2 KB. */
export interface ActionSummary {
  id: number;
  uid: string;
  database: string;
  type: "action" | "observation";
  title: string;
  description: string;
  /** The statements as text, one after the other; cut in a summary when long. */
  sql: string;
  state: ActionState;
  canRevert: boolean;
  createdAt: string;
  resolvedAt: string | null;
  expiresAt: string | null;
  proposedBy: Actor;
  decidedBy: Actor | null;
  /** The message of the conversation that it came from. */
  messageId: string | null;
  /** Why a person rejected it. */
  reason: string | null;
  /** Why the database refused it. */
  error: string | null;
  /** Its tables changed since the preview. */
  maybeStale: boolean;
  digest: string | null;
  /** Per table; a summary has the first few tables. */
  affected: Count[];
  /** All tables and rows of the change. */
  affectedTotal: { tables: number; rows: number };
  badges: Badge[];
  /** Rows read (observations). */
  rowCount: number | null;
  /** Time in the engine (observations). */
  ms: number | null;
}

/** An action whole. */
export interface Action extends ActionSummary {
  statements: Required<Statement>[];
  preview: Preview | null;
  revertSql: string | null;
}

export type Counts = Partial<Record<ActionState, number>>;

export interface ActionList {
  actions: ActionSummary[];
  cursor: string | null;
  counts: Counts;
}

export type Role = "viewer" | "member" | "approver" | "owner";
export type Mode = "local" | "production";

export interface WorkspaceInfo {
  id: string;
  name: string;
  role: Role;
  features: { chat: boolean };
}

export interface Me {
  person: { id: string; name: string };
  mode: Mode;
  workspaces: WorkspaceInfo[];
}

/** What a message of the conversation carries beside its parts. */
export interface MessageMetadata {
  /** ISO 8601 UTC. */
  at?: string;
  by?: Actor;
  /** How the answer ended; `interrupted`, `failed` and `stopped` offer Retry. */
  status?: "done" | "stopped" | "interrupted" | "failed";
  /** What went wrong, in words for the person. */
  error?: string;
  /**
   * `outcome`: a note that an action was decided; `followup`: the agent's short answer to it; `command`: a slash command
   * of a person or its result; `refused`: a message that the guard answered, or that answer. The model is shown neither
   * commands nor what was refused.
   */
  kind?: "outcome" | "followup" | "command" | "refused";
  /** The actions that an outcome note speaks of. */
  actions?: number[];
  model?: string;
}

/** Parts of a message that are data: the result of a command stands beside its words. */
export type ChatData = { command: CommandData };
export type ChatMessage = UIMessage<MessageMetadata, ChatData>;
export type ChatChunk = UIMessageChunk<MessageMetadata, ChatData>;

/** A slash command as the page lists it. */
export interface CommandInfo {
  /** Without the slash. */
  name: string;
  /** `/reject n reason`; what stands in brackets may be left out. */
  usage: string;
  /** One sentence. */
  help: string;
  arguments: {
    name: string;
    kind: "action" | "number" | "text" | "sql" | "table" | "command";
    optional: boolean;
  }[];
  /** `page`: the page acts by itself and posts nothing; posted all the same, the answer says what to do. */
  runs: "server" | "page";
  /** The least role that may use it. */
  role: Role;
}

/** What a command found, as data: the text part of the same message says the same in words. */
export type CommandData =
  | { command: "help"; commands: CommandInfo[] }
  | { command: "clear" }
  | { command: "approve"; action: number; state: ActionState }
  | { command: "reject"; action: number; state: ActionState }
  | {
    command: "query";
    sql: string;
    columns: string[];
    rows: Value[][];
    rowCount: number;
    truncated: boolean;
    ms: number;
    observationId: number;
  }
  | { command: "propose"; action: number; affected: Count[] }
  /** Numbers of actions, in the order to show them. `more`: there are more than these. */
  | { command: "pending" | "recent"; actions: number[]; more: boolean }
  | { command: "find"; text: string; actions: number[]; messages: FoundMessage[]; more: boolean }
  | { command: "schema"; tables: Table[] }
  /** It was not done. `command` is what was typed, without the slash; `nearest` what may have been meant. */
  | { command: string; error: { code: Problem["code"]; detail: string }; nearest?: string[] };

/** A message that `/find` found. */
export interface FoundMessage {
  id: string;
  role: "user" | "assistant" | "system";
  at: string | null;
  /** The words around what was found. */
  excerpt: string;
}

/** A message that the guard noted, as an owner sees it. */
export interface Suspicion {
  messageId: string;
  verdict: "suspicious" | "refused";
  by: Actor;
  /** ISO 8601 UTC. */
  at: string;
  reasons: { code: string; detail: string }[];
  /** The beginning of the message. */
  excerpt: string;
}

/** The conversation's tail. `before` pages back; `cursor` is where the live feed goes on from. */
export interface ChatTail {
  messages: ChatMessage[];
  run: { id: string } | null;
  cursor: string;
  before: string | null;
}

/** Frames of the live feed. `cursor` is opaque; reconnecting with it repeats nothing and misses nothing. */
export type LiveFrame =
  | {
    type: "hello";
    cursor: string;
    data: {
      now: string;
      database: DatabaseHealth;
      counts: Counts;
      run: { id: string } | null;
      build: string;
    };
  }
  | { type: "action"; cursor: string; data: ActionSummary }
  | { type: "counts"; cursor: string; data: Counts }
  | { type: "chat"; cursor: string; data: ChatEvent }
  | { type: "data"; cursor: string; data: { tables: string[]; version: string } }
  | { type: "database"; cursor: string; data: DatabaseHealth }
  | { type: "settings"; cursor: string; data: { features: { chat: boolean } } }
  | { type: "reset"; cursor: string; data: Record<string, never> }
  | { type: "ping"; cursor: string; data: Record<string, never> };

/**
 * `run` with `seq` and `chunks`: chunks `seq` … of a running answer (`seq` counts chunks of the run from 0, `from` is
 * the id of the message they build). `message`: a message as it is stored; it replaces one of the same id.
 */
export type ChatEvent =
  | { run: string; seq: number; chunks: ChatChunk[] }
  | { message: ChatMessage; run?: null }
  | { cleared: true };

/** Whether the database service answers, and what to say when it doesn't. */
export interface DatabaseHealth {
  name: string;
  ok: boolean;
  detail: string | null;
}

/** Everything that the first paint of a workspace shows. */
export interface WorkspaceView {
  me: Me;
  workspace: WorkspaceInfo;
  database: DatabaseHealth;
  chat: ChatTail;
  queue: ActionList;
  /** The action named in the address, whole. */
  selected: Action | null;
  tables: Table[];
  /** The table shown in the data panel and its first page. */
  table: { name: string; page: RowsResult } | null;
  /** Why the table that should be shown can't be. */
  dataTrouble: string | null;
  model: { builtin: boolean; name: string };
  /** Four requests made from this schema, for an empty chat. */
  examples: string[];
  /** The slash commands, in the order to list them. */
  commands: CommandInfo[];
  /** Which panel a narrow screen opens on. */
  panel: "chat" | "queue" | "data";
  /** Where the live feed goes on from. */
  cursor: string;
  now: string;
  build: string;
}
