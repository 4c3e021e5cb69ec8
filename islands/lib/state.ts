/**
 * What the page knows: plain data and signals, made once on the server and handed to every island, which share it.
 * It travels as JSON, so it holds no functions, classes or computed signals; those are derived where they are used.
 */
import { type Signal, signal } from "@preact/signals";
import type {
  Action,
  ActionState,
  ActionSummary,
  Change,
  CommandInfo,
  Conflict,
  Counts,
  DatabaseHealth,
  Listing,
  Me,
  RowsResult,
  Table,
  WorkspaceInfo,
  WorkspaceView,
} from "@/agent/types.ts";
import type { Tense } from "./format.ts";
import { shown, type ShownMessage } from "./stream.ts";

export type Panel = WorkspaceView["panel"];
export type Connection = "connecting" | "live" | "reconnecting" | "offline";
export const FILTERS = ["waiting", "decided", "reads", "all"] as const satisfies Listing["filter"][];
export type Filter = Listing["filter"];

/** The table on show: its rows so far, and how they are sorted and filtered. */
export interface TableShown extends RowsResult {
  name: string;
  sort: string;
  q: string;
  /** The key of the one row that a link asked for; empty for all rows. */
  key: string;
}

/** Something that went wrong, told where the person acted. */
export interface Trouble {
  at: "chat" | "queue" | "data";
  message: string;
  /** Too much was sent: until when (this browser's clock) nothing more of its kind is taken. */
  wait?: { until: number; isCommand: boolean };
  /** The action that it concerns. */
  id?: number;
  conflicts?: Conflict[];
  /** This browser's key was revoked or is another person's: a new one has to be made on purpose. */
  keyRevoked?: boolean;
  columns?: Record<string, string[]>;
}

/** A quiet line about what just happened; `undo`: what can be taken back of it, `decided`: several were decided. */
export interface Notice {
  message: string;
  undo: number | number[] | null;
  decided?: true;
}

export interface AppState {
  workspace: WorkspaceInfo;
  me: Me;
  model: WorkspaceView["model"];
  examples: string[];
  commands: CommandInfo[];
  build: string;
  /** Server's clock when the page was made: what the first paint is relative to. */
  madeAt: string;

  cursor: Signal<string>;
  connection: Signal<Connection>;
  database: Signal<DatabaseHealth>;
  chatOn: Signal<boolean>;
  /** A newer version of the page is on the server. */
  outdated: Signal<boolean>;
  panel: Signal<Panel>;
  /** Which panel stands beside the chat when there is room for two. */
  side: Signal<"queue" | "data">;
  /** Milliseconds since the epoch, ticking; null until the page is alive (the server can't know the zone). */
  clock: Signal<number | null>;
  /** Server's clock minus this browser's, in milliseconds. */
  clockOffset: Signal<number>;
  /** Keys of one letter act. */
  keysOn: Signal<boolean>;
  notice: Signal<Notice | null>;
  trouble: Signal<Trouble | null>;

  messages: Signal<ShownMessage[]>;
  before: Signal<string | null>;
  run: Signal<string | null>;
  /** The answer being written. */
  writing: Signal<ShownMessage | null>;
  /** Whether to clear the conversation is being asked. */
  clearAsked: Signal<boolean>;
  /** A text put into the composer for the person to finish; null once it is there. */
  offered: Signal<string | null>;

  entries: Signal<ActionSummary[]>;
  counts: Signal<Counts>;
  /** The highest number that an entry has. */
  newest: Signal<number>;
  /** What is listed, and what is listed where nothing else is asked for. */
  listing: Signal<Listing>;
  usual: Filter;
  /** The entries that the server found for a table or for words; null without them. */
  found: Signal<number[] | null>;
  /** Where older entries of the list go on; null when all are here. */
  older: Signal<string | null>;
  searching: Signal<boolean>;
  selectedId: Signal<number | null>;
  selected: Signal<Action | null>;
  /** Pages of the selected action's changes after the first. */
  moreChanges: Signal<Change[]>;
  /** Numbers of the actions that are selected, to decide on them together. */
  picks: Signal<number[]>;
  /** What the selected ones are selected for: what waits is decided, what ran is taken back. */
  picksFor: Signal<"decide" | "revert">;
  /** Every waiting entry shows its box, also where nothing hovers. */
  picking: Signal<boolean>;
  /** The action of which rows are being left out. */
  leaving: Signal<number | null>;
  /** The action on which a decision is under way. */
  deciding: Signal<number | null>;
  /** Rows of it that are compared with the preview before anything is signed; null when they are, or are few. */
  checking: Signal<{ done: number; total: number } | null>;

  tables: Signal<Table[]>;
  table: Signal<TableShown | null>;
  /** A person chose the table on show, or how it is sorted or filtered: it stays when an action is opened. */
  tableChosen: Signal<boolean>;
  /** Cells that a live change altered, as {@link cellId}, until they are seen. */
  changed: Signal<string[]>;
}

/** The state of a page at first paint. */
export function createState(view: WorkspaceView): AppState {
  const waits = view.queue.actions.some(isWaiting) || waitingCount(view.queue.counts) > 0;
  const usual = waits ? "waiting" : "all";
  const listing = view.listing ?? { filter: usual, state: null, type: null, table: "", q: "" };
  const isNarrow = listing.table !== "" || listing.q !== "";
  return {
    workspace: view.workspace,
    me: view.me,
    model: view.model,
    examples: view.examples,
    commands: view.commands,
    build: view.build,
    madeAt: view.now,

    cursor: signal(view.cursor),
    connection: signal<Connection>("connecting"),
    database: signal(view.database),
    chatOn: signal(view.workspace.features.chat),
    outdated: signal(false),
    panel: signal<Panel>(view.panel),
    side: signal<"queue" | "data">(view.panel === "data" ? "data" : "queue"),
    clock: signal<number | null>(null),
    clockOffset: signal(0),
    keysOn: signal(true),
    notice: signal<Notice | null>(null),
    trouble: signal<Trouble | null>(
      view.dataTrouble === null ? null : { at: "data", message: view.dataTrouble },
    ),

    messages: signal(view.chat.messages.map(shown)),
    before: signal(view.chat.before),
    run: signal(view.chat.run?.id ?? null),
    writing: signal<ShownMessage | null>(null),
    clearAsked: signal(false),
    offered: signal<string | null>(null),

    entries: signal(withEntries(view.queue.actions, view.listed?.actions ?? [])),
    counts: signal(view.queue.counts),
    newest: signal(view.queue.newest),
    listing: signal(listing),
    usual,
    found: signal(view.listed && isNarrow ? view.listed.actions.map(({ id }) => id) : null),
    older: signal(view.listed ? view.listed.cursor : usual === "all" ? view.queue.cursor : null),
    searching: signal(false),
    selectedId: signal(view.selected?.id ?? null),
    selected: signal(view.selected),
    moreChanges: signal<Change[]>([]),
    picks: signal<number[]>([]),
    picksFor: signal<"decide" | "revert">("decide"),
    picking: signal(false),
    leaving: signal<number | null>(null),
    deciding: signal<number | null>(null),
    checking: signal<{ done: number; total: number } | null>(null),

    tables: signal(view.tables),
    table: signal<TableShown | null>(
      view.table ? { ...view.table.page, name: view.table.name, sort: "", q: "", key: "" } : null,
    ),
    tableChosen: signal(false),
    changed: signal<string[]>([]),
  };
}

export const WAITING: ReadonlySet<ActionState> = new Set(["pending", "stale", "executing", "reverting"]);

/** Whether an entry needs a person now, or is being worked on. */
export function isWaiting(entry: ActionSummary): boolean {
  return entry.type === "action" && WAITING.has(entry.state);
}

/** Whether a person can decide on it now. */
export function isDecidable(entry: ActionSummary): boolean {
  return entry.type === "action" && (entry.state === "pending" || entry.state === "stale");
}

/** Whether the database made the change (even if it was reverted since). */
export function isExecuted(entry: ActionSummary): boolean {
  return entry.state === "approved" || entry.state === "reverting" || entry.state === "reverted";
}

/** How many proposals wait for a person. */
export function waitingCount(counts: Counts): number {
  return (counts.pending ?? 0) + (counts.stale ?? 0);
}

/** How to speak of what an action changes. */
export function tenseOf(entry: ActionSummary): Tense {
  if (isExecuted(entry)) return "done";
  return isDecidable(entry) || isWaiting(entry) ? "will" : "would";
}

export function matches(entry: ActionSummary, filter: Filter): boolean {
  if (filter === "all") return true;
  if (filter === "reads") return entry.type === "observation";
  return entry.type === "action" && isWaiting(entry) === (filter === "waiting");
}

/** Names one cell of the table on show, by its row's key, so that it survives sorting and paging. */
export function cellId(key: Record<string, unknown>, column: string): string {
  return JSON.stringify([key, column]);
}

/** Entries with `fresh` put in or replaced, newest first. */
export function withEntries(entries: ActionSummary[], fresh: readonly ActionSummary[]): ActionSummary[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  for (const entry of fresh) byId.set(entry.id, entry);
  return [...byId.values()].sort((a, b) => b.id - a.id);
}

/** Messages with one put in at the end, or in place of the one with its id. */
export function withMessage(messages: ShownMessage[], message: ShownMessage): ShownMessage[] {
  const at = messages.findIndex(({ id }) => id === message.id);
  return at < 0 ? [...messages, message] : messages.with(at, message);
}

/** Address of the workspace's page. */
export function home(state: AppState): string {
  return `/w/${encodeURIComponent(state.workspace.id)}`;
}

/** Base of the workspace's JSON routes. */
export function apiBase(state: AppState): string {
  return `/api/workspaces/${encodeURIComponent(state.workspace.id)}`;
}
