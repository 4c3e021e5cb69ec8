/**
 * Claims that pass in a moment. Between a decision and its result stands "executing", most often for a few milliseconds;
 * a frame for it would double what every tab is sent for a change (SPEC N1). So it waits a little for what comes next,
 * and where that is the result, only the result is sent.
 */
import type { FeedEntry } from "../store/feed.ts";
import { isClaimed } from "../queue/states.ts";

/** How long a claim waits for its result before tabs are told of it, in milliseconds. */
export const PASSING_MS = 150;

/** An entry to be sent. `before`: the versionstamp of the one before it in the feed, sent or not; null of the first. */
export type Due = FeedEntry & { before: string | null };

/** Keeps what waits, for one reader of a feed. `wake` is called when it has waited enough. */
export class Passing {
  #held: { entry: string; until: number; timer: ReturnType<typeof setTimeout> } | undefined;

  #isHurried = false;

  constructor(readonly wake: () => void) {}

  /** Lets nothing wait the next time: for a reader who may have seen all of it elsewhere. */
  hurry(): void {
    this.#isHurried = true;
  }

  /** Of all entries that were not sent yet, those to send now. What comes after a claim sends it on its way. */
  due(entries: FeedEntry[]): Due[] {
    const first = entries.findLastIndex((entry) => claimOf(entry) === null) + 1;
    const entry = entries[first]?.versionstamp;
    if (entry !== this.#held?.entry) {
      this.close();
      if (entry !== undefined) {
        const timer = setTimeout(() => {
          // Timers and the clock differ by a moment: what has waited enough must not wait for the next change.
          this.hurry();
          this.wake();
        }, PASSING_MS);
        this.#held = { entry, until: Date.now() + PASSING_MS, timer };
      }
    }
    const waits = !this.#isHurried && this.#held !== undefined && Date.now() < this.#held.until;
    this.#isHurried = false;
    return withoutPassed(waits ? entries.slice(0, first) : entries);
  }

  /** Forgets what waits. */
  close(): void {
    clearTimeout(this.#held?.timer);
    this.#held = undefined;
  }
}

/** The entries without the claims whose results are among them. */
function withoutPassed(entries: readonly FeedEntry[]): Due[] {
  return entries
    .map((entry, i) => ({ ...entry, before: entries[i - 1]?.versionstamp ?? null }))
    .filter((entry, i) => {
      const id = claimOf(entry);
      return id === null ||
        !entries.slice(i + 1).some(({ events }) =>
          events.some((event) => event.t === "action" && event.action.id === id)
        );
    });
}

/** The action that an entry says is claimed, if it says nothing else. */
function claimOf({ events: [event, ...others] }: FeedEntry): number | null {
  return others.length === 0 && event?.t === "action" && isClaimed(event.action.state)
    ? event.action.id
    : null;
}
