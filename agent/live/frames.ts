/** Feed entries as the frames that tabs receive. */
import type { Counts, LiveFrame } from "../types.ts";
import { getMessage } from "../chat/store.ts";
import { features } from "../people.ts";
import { type FeedEntry, type FeedEvent, readFeed } from "../store/feed.ts";
import { type Cursor, formatCursor } from "./cursor.ts";

/** A frame that only lacks where its reader stands after it. */
type Unstamped = (cursor: string) => LiveFrame;

/** Frames of an entry, one for each event; null where an event shows nothing (any more). */
export function framesOf(ws: string, { events }: FeedEntry): Promise<(Unstamped | null)[]> {
  return Promise.all(events.map((event) => frameOf(ws, event)));
}

/**
 * Stamps the frames of an entry for who has seen everything up to `before`: within the entry while others follow, past
 * it from the last on. Call it in the moment of sending, so that no chunk of the answer comes in between.
 */
export function stamp(
  frames: readonly (Unstamped | null)[],
  versionstamp: string,
  before: string,
  { part, run, seq }: Pick<Cursor, "part" | "run" | "seq">,
): LiveFrame[] {
  const time = Date.now();
  return frames.flatMap((frame, i) => {
    if (frame === null || i < part) return [];
    const where = i === frames.length - 1 ? { at: versionstamp, part: 0 } : { at: before, part: i + 1 };
    return [frame(formatCursor({ ...where, time, run, seq }))];
  });
}

/** What a reader has missed from `start` up to the entry `until`; `counts` is how many there are in each state by then. */
export async function* pastFrames(
  kv: Deno.Kv,
  ws: string,
  start: Cursor,
  until: string,
  counts: Counts,
): AsyncGenerator<LiveFrame> {
  const { run, seq } = start;
  let { at, part } = start;
  let acted = false;
  for (const entry of await readFeed(kv, ws, at, until)) {
    yield* stamp(await framesOf(ws, entry), entry.versionstamp, at, { part, run, seq });
    at = entry.versionstamp;
    part = 0;
    acted ||= entry.events.some(({ t }) => t === "action");
  }
  // Counts are not in the feed; who missed actions missed them too.
  if (acted) {
    yield { type: "counts", cursor: formatCursor({ at, part, time: Date.now(), run, seq }), data: counts };
  }
}

async function frameOf(ws: string, event: FeedEvent): Promise<Unstamped | null> {
  switch (event.t) {
    case "action":
      return (cursor) => ({ type: "action", cursor, data: event.action });
    case "data":
      return (cursor) => ({
        type: "data",
        cursor,
        data: {
          tables: event.tables,
          version: event.version,
          ...(event.outside && { outside: true }),
        },
      });
    case "settings":
      return (cursor) => ({ type: "settings", cursor, data: { ...event.settings, features: features() } });
    case "cleared":
      return (cursor) => ({ type: "chat", cursor, data: { cleared: true } });
    case "message": {
      const message = await getMessage(ws, event.n);
      return message && ((cursor) => ({ type: "chat", cursor, data: { message } }));
    }
    case "run":
      if (event.run === "") return null;
      return (cursor) => ({ type: "chat", cursor, data: { run: event.run, seq: 0, chunks: [] } });
  }
}
