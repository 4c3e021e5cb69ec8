/** Where a tab stands in the live feed: the last commit it has seen, and how far into a running answer. Pure. */
export interface Cursor {
  /** Versionstamp of the last feed entry seen whole; "" before the first. */
  at: string;
  /** Events seen of the entry after it: a connection may break between two frames of one commit. */
  part: number;
  /** When it was given out, in milliseconds; feed entries are not kept for ever. */
  time: number;
  run: string | null;
  /** Chunks of `run` seen. */
  seq: number;
}

/** A cursor as the opaque text that a client keeps. */
export function formatCursor({ at, part, time, run, seq }: Cursor): string {
  return `${at}${part ? `~${part}` : ""}.${time.toString(36)}${run === null ? "" : `.${run}.${seq}`}`;
}

/** Reads a cursor back; null for anything that is not one of ours. */
export function parseCursor(text: string): Cursor | null {
  const pattern = /^([0-9a-f]{0,40})(?:~(\d{1,4}))?\.([0-9a-z]{1,10})(?:\.([0-9a-zA-Z-]{1,80})\.(\d{1,9}))?$/;
  const match = pattern.exec(text);
  if (!match) return null;
  const [, at, part = "0", time, run = null, seq = "0"] = match;
  return { at, part: Number(part), time: parseInt(time, 36), run, seq: Number(seq) };
}
