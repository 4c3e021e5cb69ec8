/**
 * The shapes that the app's routes, its live feed and the islands share. Types alone: an island that imports this
 * module ships nothing of it.
 */
import type { UIMessage, UIMessageChunk } from "ai";
import type { CommandData, CommandInfo, FoundMessage } from "./commands/types.ts";
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

export type { CommandData, CommandInfo, FoundMessage };
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
  code:
    | "many_rows"
    | "no_where"
    | "delete"
    | "trigger"
    | "cascade"
    | "replace"
    | "many_tables"
    | "lookalike"
    | "no_change";
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
  /** Rows that a person left out of what was proposed: title and description speak of what it was before. */
  narrowedBy?: number;
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
  /** What a person left out of it. */
  leftOut?: LeftOut;
}

/** Rows that are no part of an action any more: how many, the first of them, and the columns of their tables. */
export interface LeftOut {
  rows: number;
  changes: Change[];
  columns: Record<string, string[]>;
}

export type Counts = Partial<Record<ActionState, number>>;

export interface ActionList {
  actions: ActionSummary[];
  /** Where the next page begins. A page may hold less than was asked for and still not be the last. */
  cursor: string | null;
  counts: Counts;
  /** The highest number that was given out. */
  newest: number;
}

/** What the queue lists, as the address says it: one of four kinds, narrowed. */
export interface Listing {
  filter: "waiting" | "decided" | "reads" | "all";
  state: ActionState | null;
  /** Changes alone, where all are listed. */
  type: "action" | null;
  table: string;
  q: string;
}

/** What an owner sets for a workspace. */
export interface WorkspaceSettings {
  /** Days after which a proposal that nobody decided is over, 1 to 365. */
  expiryDays: number;
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

/** A key that may approve. `person` enrolled it; null when nobody knows who did. */
export interface ApproverKey {
  /** Its RFC 7638 thumbprint. */
  key: string;
  name: string;
  createdAt: string;
  person: { id: string; name: string } | null;
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
  /** Of an answer: the newest message that the model had been shown when it began. */
  seen?: string;
}

/** Parts of a message that are data: the result of a command stands beside its words. */
export type ChatData = { command: CommandData };
export type ChatMessage = UIMessage<MessageMetadata, ChatData>;
export type ChatChunk = UIMessageChunk<MessageMetadata, ChatData>;

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
  | { type: "data"; cursor: string; data: DataEvent }
  | { type: "database"; cursor: string; data: DatabaseHealth }
  | { type: "settings"; cursor: string; data: { features: { chat: boolean } } & WorkspaceSettings }
  | { type: "reset"; cursor: string; data: Record<string, never> }
  | { type: "ping"; cursor: string; data: Record<string, never> };

/**
 * Rows changed in these tables. `outside`: not by a decision here, so all tables are named, or none when they are too
 * many; which actions it concerns is told by frames of their own.
 */
export interface DataEvent {
  tables: string[];
  version: string;
  outside?: true;
}

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
  /** The newest entries. */
  queue: ActionList;
  /** What the address asks to list, and its first page; null when it asks for nothing. */
  listing: Listing | null;
  listed: ActionList | null;
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
