/** Every key of the app's KV, in one place: nobody else builds one. */
import type { ActionState } from "../types.ts";

export const keys = {
  /** Names of all workspaces. */
  workspace: (id: string) => ["workspace", id],
  workspaces: () => ["workspace"],

  /** Written in every commit that the feed tells of. It and `progress` are all that is watched of a workspace. */
  head: (ws: string) => ["ws", ws, "head"],
  feed: (ws: string, versionstamp: string | symbol) => ["ws", ws, "feed", versionstamp],
  feedAll: (ws: string) => ["ws", ws, "feed"],

  nextAction: (ws: string) => ["ws", ws, "next", "action"],
  action: (ws: string, id: number) => ["ws", ws, "action", id],
  actions: (ws: string) => ["ws", ws, "action"],
  byState: (ws: string, state: ActionState, id: number) => ["ws", ws, "by_state", state, id],
  allOfState: (ws: string, state: ActionState) => ["ws", ws, "by_state", state],
  byType: (ws: string, type: "action" | "observation", id: number) => ["ws", ws, "by_type", type, id],
  /** The number of an action by the id that the db-service knows it by. */
  numberOf: (ws: string, uid: string) => ["ws", ws, "by_uid", uid],
  allOfType: (ws: string, type: "action" | "observation") => ["ws", ws, "by_type", type],
  byTable: (ws: string, table: string, id: number) => ["ws", ws, "by_table", shortName(table), id],
  allOfTable: (ws: string, table: string) => ["ws", ws, "by_table", shortName(table)],
  word: (ws: string, token: string, id: number) => ["ws", ws, "word", token, id],
  allOfWord: (ws: string, token: string) => ["ws", ws, "word", token],
  /** From which number on the index of words and tables is whole. */
  indexed: (ws: string) => ["ws", ws, "indexed"],
  count: (ws: string, state: ActionState) => ["ws", ws, "count", state],
  counts: (ws: string) => ["ws", ws, "count"],
  /** An approval whose request was refused, by its signature: nobody can name another person's before it was sent. */
  refused: (ws: string, id: number, signature: string) => ["ws", ws, "refused", id, signature],
  /** When a table was last changed by an executed action. */
  change: (ws: string, table: string) => ["ws", ws, "changed", shortName(table)],
  changes: (ws: string) => ["ws", ws, "changed"],

  /** The version of the data that was announced last. */
  version: (ws: string) => ["ws", ws, "version"],

  /** The person who enrolled a key. */
  approver: (ws: string, key: string) => ["ws", ws, "approver", key],

  nextMessage: (ws: string) => ["ws", ws, "next", "message"],
  message: (ws: string, n: number) => ["ws", ws, "message", n],
  messages: (ws: string) => ["ws", ws, "message"],
  /** Messages below this number were cleared. */
  firstMessage: (ws: string) => ["ws", ws, "first", "message"],
  messageNumber: (ws: string, id: string) => ["ws", ws, "message_id", id],

  /** The lease of the running answer. */
  run: (ws: string) => ["ws", ws, "run"],
  /** Written with every batch of a running answer, for the processes that don't drive it. */
  progress: (ws: string) => ["ws", ws, "progress"],
  stop: (ws: string) => ["ws", ws, "stop"],
  allChunks: (ws: string) => ["ws", ws, "chunk"],
  chunks: (ws: string, run: string) => ["ws", ws, "chunk", run],
  chunk: (ws: string, run: string, from: number) => ["ws", ws, "chunk", run, from],

  /** A command that is being carried out, by the id of its message. */
  command: (ws: string, message: string) => ["ws", ws, "command", message],
  commands: (ws: string) => ["ws", ws, "command"],

  /** What an owner set. */
  settings: (ws: string) => ["ws", ws, "settings"],
  /** When an open proposal of any workspace ends, in milliseconds. */
  expiry: (at: number, ws: string, id: number) => ["expiry", at, ws, id],
  expiries: () => ["expiry"],

  /** When a person, or anyone in a workspace, sent something in the last minute. */
  personRate: (person: string, kind: string) => ["rate", person, kind],
  workspaceRate: (ws: string, kind: string) => ["ws", ws, "rate", kind],

  /** What the guard noted, by time in milliseconds. */
  suspicion: (ws: string, at: number, message: string) => ["ws", ws, "suspicion", at, message],
  suspicions: (ws: string) => ["ws", ws, "suspicion"],

  /** Parts of values over the limit of one KV value. */
  bodyPart: (ws: string, body: string, part: number) => ["ws", ws, "body", body, part],
};

/** A key holds 2 KB: a table of a longer name shares its list, and its time, with those that begin alike. */
export function shortName(table: string): string {
  return table.slice(0, 200);
}
