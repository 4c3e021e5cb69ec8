/**
 * The one way a time is shown: UTC from the server, relative and local once the page is alive (the server can't know
 * the reader's zone), the exact one in the tooltip.
 */
import type { AppState } from "./state.ts";

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86_400], ["hour", 3_600], ["minute", 60]];
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

export function Time({ state, iso }: { state: AppState; iso: string }) {
  const now = state.clock.value;
  return now === null
    ? <time class="time" dateTime={iso}>{`${iso.slice(0, 16).replace("T", " ")} UTC`}</time>
    : (
      <time class="time" dateTime={iso} title={exact(iso)}>
        {relative(Date.parse(iso), now + state.clockOffset.value)}
      </time>
    );
}

/** `just now`, `5 min. ago`, `in 6 days`; after a month the day itself. Both in milliseconds since the epoch. */
export function relative(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1_000);
  if (Math.abs(seconds) < 45) return "just now";
  if (Math.abs(seconds) > 30 * 86_400) return new Date(at).toISOString().slice(0, 10);
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size || unit === "minute") {
      return RELATIVE.format(Math.round(seconds / size), unit);
    }
  }
  return "just now";
}

/** Date, time with seconds and zone, as the reader's settings have it. */
export function exact(iso: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" }).format(new Date(iso));
}
