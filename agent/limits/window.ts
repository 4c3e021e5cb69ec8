/**
 * A sliding window over the very moments of what was sent. A token bucket of twenty lets through up to forty within some
 * minute (the full bucket, then its refill); the window never more than its limit in any minute, and it knows to the
 * millisecond when there is room again. Its price, one number for each message of the last minute, is small. Pure.
 */

/** Length of the window, in milliseconds. */
export const WINDOW_MS = 60_000;

export type Admission = { ok: true; times: number[] } | { ok: false; retryAfter: number };

/**
 * Admits one more at `now` where fewer than `limit` happened in the window that ends there. `retryAfter` is in whole
 * seconds, at least 1, and never more than the window: another process's clock may run ahead of this one's.
 */
export function admit(times: readonly number[], now: number, limit: number): Admission {
  const recent = times.filter((time) => time > now - WINDOW_MS).sort((a, b) => a - b);
  if (recent.length < limit) return { ok: true, times: [...recent, now] };
  const ms = recent[recent.length - limit] + WINDOW_MS - now;
  return { ok: false, retryAfter: Math.min(Math.max(Math.ceil(ms / 1_000), 1), WINDOW_MS / 1_000) };
}
