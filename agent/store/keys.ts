/** Every key of the app's KV, in one place: nobody else builds one. */
import type { ActionState } from "../types.ts";

export const keys = {
  /** Names of all workspaces. */
  workspace: (id: string) => ["workspace", id],
  workspaces: () => ["workspace"],

  /** The only watched key of a workspace; written in every commit. */
  head: (ws: string) => ["ws", ws, "head"],
  feed: (ws: string, versionstamp: string | symbol) => ["ws", ws, "feed", versionstamp],
  feedAll: (ws: string) => ["ws", ws, "feed"],

  nextAction: (ws: string) => ["ws", ws, "next", "action"],
  action: (ws: string, id: number) => ["ws", ws, "action", id],
  actions: (ws: string) => ["ws", ws, "action"],
  byState: (ws: string, state: ActionState, id: number) => ["ws", ws, "by_state", state, id],
  allOfState: (ws: string, state: ActionState) => ["ws", ws, "by_state", state],
  byType: (ws: string, type: "action" | "observation", id: number) => ["ws", ws, "by_type", type, id],
  allOfType: (ws: string, type: "action" | "observation") => ["ws", ws, "by_type", type],
  count: (ws: string, state: ActionState) => ["ws", ws, "count", state],
  counts: (ws: string) => ["ws", ws, "count"],
  /** When a table was last changed by an executed action. */
  change: (ws: string, table: string) => ["ws", ws, "changed", table],
  changes: (ws: string) => ["ws", ws, "changed"],

  nextMessage: (ws: string) => ["ws", ws, "next", "message"],
  message: (ws: string, n: number) => ["ws", ws, "message", n],
  messages: (ws: string) => ["ws", ws, "message"],
  /** Messages below this number were cleared. */
  firstMessage: (ws: string) => ["ws", ws, "first", "message"],
  messageNumber: (ws: string, id: string) => ["ws", ws, "message_id", id],
  messageNumbers: (ws: string) => ["ws", ws, "message_id"],

  /** The lease of the running answer. */
  run: (ws: string) => ["ws", ws, "run"],
  stop: (ws: string) => ["ws", ws, "stop"],
  allChunks: (ws: string) => ["ws", ws, "chunk"],
  chunks: (ws: string, run: string) => ["ws", ws, "chunk", run],
  chunk: (ws: string, run: string, from: number) => ["ws", ws, "chunk", run, from],

  /** When a person, or anyone in a workspace, sent something in the last minute. */
  personRate: (person: string, kind: string) => ["rate", person, kind],
  workspaceRate: (ws: string, kind: string) => ["ws", ws, "rate", kind],

  /** What the guard noted, by time in milliseconds. */
  suspicion: (ws: string, at: number, message: string) => ["ws", ws, "suspicion", at, message],
  suspicions: (ws: string) => ["ws", ws, "suspicion"],

  /** Parts of values over the limit of one KV value. */
  bodyPart: (ws: string, body: string, part: number) => ["ws", ws, "body", body, part],
};
