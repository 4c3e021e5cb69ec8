/**
 * What changed in a workspace, in order. Every commit writes its state, one feed entry and the head key together, so
 * that whoever follows the feed misses nothing that was committed and sees nothing that was not.
 */
import type { ActionSummary, WorkspaceSettings } from "../types.ts";
import { keys } from "./keys.ts";

/** A change as the feed keeps it: small things whole, large ones by reference. */
export type FeedEvent =
  | { t: "action"; action: ActionSummary }
  | { t: "message"; n: number; id: string }
  | { t: "run"; run: string }
  | { t: "cleared" }
  | { t: "settings"; settings: WorkspaceSettings }
  /** `outside`: by whom and where exactly is not known; `tables` is all there are, or none when they are many. */
  | { t: "data"; tables: string[]; version: string; outside?: true };

export interface FeedEntry {
  versionstamp: string;
  events: FeedEvent[];
}

/** Entries are kept a day; a cursor older than {@link CURSOR_MS} is answered with a reset before any can be gone. */
const KEEP_MS = 24 * 3_600_000;
export const CURSOR_MS = 20 * 3_600_000;

/** Adds the feed entry and the head to an operation. Call once for each operation, before `commit`. */
export function announce(kv: Deno.Kv, op: Deno.AtomicOperation, ws: string, events: FeedEvent[]): void {
  op.set(keys.feed(ws, kv.commitVersionstamp()), events, { expireIn: KEEP_MS });
  op.set(keys.head(ws), Date.now());
  for (const event of events) if (event.t === "data") op.set(keys.version(ws), event.version);
}

/** Entries after a versionstamp, oldest first; `until` bounds them, inclusive. */
export async function readFeed(kv: Deno.Kv, ws: string, after: string, until?: string): Promise<FeedEntry[]> {
  const entries: FeedEntry[] = [];
  // One byte past `after` in key order: the smallest key greater than the entry itself.
  const start = keys.feed(ws, after + "\0");
  const end = until === undefined ? [...keys.feedAll(ws), "g"] : keys.feed(ws, until + "\0");
  for await (const entry of kv.list<FeedEvent[]>({ start, end })) {
    const versionstamp = entry.key.at(-1);
    if (typeof versionstamp === "string") entries.push({ versionstamp, events: entry.value });
  }
  return entries;
}

/** The newest versionstamp of the feed; "" before the first commit. */
export async function feedEnd(kv: Deno.Kv, ws: string): Promise<string> {
  for await (const entry of kv.list({ prefix: keys.feedAll(ws) }, { reverse: true, limit: 1 })) {
    const versionstamp = entry.key.at(-1);
    if (typeof versionstamp === "string") return versionstamp;
  }
  return (await kv.get(keys.head(ws))).versionstamp ?? "";
}
