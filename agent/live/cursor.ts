/** Where a tab stands in the live feed: the last commit it has seen, and how far into a running answer. Pure. */
export interface Cursor {
  /** Versionstamp of the last feed entry seen; "" before the first. */
  at: string;
  /** When it was given out, in milliseconds; feed entries are not kept for ever. */
  time: number;
  run: string | null;
  /** Chunks of `run` seen. */
  seq: number;
}

/** A cursor as the opaque text that a client keeps. */
export function formatCursor({ at, time, run, seq }: Cursor): string {
  return `${at}.${time.toString(36)}${run === null ? "" : `.${run}.${seq}`}`;
}

/** Reads a cursor back; null for anything that is not one of ours. */
export function parseCursor(text: string): Cursor | null {
  const match = /^([0-9a-f]{0,40})\.([0-9a-z]{1,10})(?:\.([0-9a-zA-Z-]{1,80})\.(\d{1,9}))?$/.exec(text);
  if (!match) return null;
  const [, at, time, run, seq] = match;
  return { at, time: parseInt(time, 36), run: run ?? null, seq: seq === undefined ? 0 : Number(seq) };
}
