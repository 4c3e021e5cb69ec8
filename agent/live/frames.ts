/** Feed entries as the frames that tabs receive. */
import type { LiveFrame } from "../types.ts";
import { getMessage } from "../chat/store.ts";
import type { FeedEntry, FeedEvent } from "../store/feed.ts";
import { type Cursor, formatCursor } from "./cursor.ts";

/** Frames of an entry; their cursor remembers how far into a running answer the reader is. */
export async function framesOf(
  ws: string,
  { versionstamp, events }: FeedEntry,
  { run, seq }: Pick<Cursor, "run" | "seq">,
): Promise<LiveFrame[]> {
  const cursor = formatCursor({ at: versionstamp, time: Date.now(), run, seq });
  const frames: LiveFrame[] = [];
  for (const event of events) {
    const frame = await frameOf(ws, event, cursor);
    if (frame) frames.push(frame);
  }
  return frames;
}

async function frameOf(ws: string, event: FeedEvent, cursor: string): Promise<LiveFrame | null> {
  switch (event.t) {
    case "action":
      return { type: "action", cursor, data: event.action };
    case "data":
      return { type: "data", cursor, data: { tables: event.tables, version: event.version } };
    case "cleared":
      return { type: "chat", cursor, data: { cleared: true } };
    case "message": {
      const message = await getMessage(ws, event.n);
      return message && { type: "chat", cursor, data: { message } };
    }
    case "run":
      return event.run === "" ? null : { type: "chat", cursor, data: { run: event.run, seq: 0, chunks: [] } };
  }
}
