/**
 * How much a person and a workspace may send (SPEC C7). What is sent is counted in the very commit that stores it: two
 * that race for the last place can't both have it, and what was refused for any reason has cost nothing.
 *
 * Counted: every message that goes to the agent, also one that the guard answers, and every "once more" (it costs a
 * run). Not counted: follow-ups, which nobody asked for. Commands never reach a model and have a window of their own,
 * three times as wide, so that a script can't fill the store with them.
 */
import type { Actor } from "../types.ts";
import { Refusal } from "../errors.ts";
import { settings } from "../settings.ts";
import { keys } from "../store/keys.ts";
import { openStore } from "../store/kv.ts";
import { admit, WINDOW_MS } from "./window.ts";

/** What is counted apart. */
export type Kind = "message" | "command";

/** A workspace may send this many times what one person may. */
const WORKSPACE_FACTOR = 3;
const COMMAND_FACTOR = 3;

/**
 * Adds the count of one more to an operation, with the checks that make it exact: when the commit loses its race, ask
 * again. Throws `rate_limited` with `retryAfter` when there is no room.
 */
export async function count(op: Deno.AtomicOperation, ws: string, by: Actor, kind: Kind): Promise<void> {
  const kv = await openStore();
  const now = Date.now();
  const counted = windows(ws, by, kind);
  const entries = await kv.getMany<number[][]>(counted.map(({ key }) => key));
  for (const [i, { key, limit, who }] of counted.entries()) {
    const admission = admit(entries[i].value ?? [], now, limit);
    if (!admission.ok) throw limited(who, limit, kind, admission.retryAfter);
    op.check(entries[i]).set(key, admission.times, { expireIn: 2 * WINDOW_MS });
  }
}

/** Throws `rate_limited` when there is no room now, before anything else is done for the request. */
export async function assertRoom(ws: string, by: Actor, kind: Kind): Promise<void> {
  const kv = await openStore();
  await count(kv.atomic(), ws, by, kind);
}

function windows(ws: string, by: Actor, kind: Kind) {
  const { rateLimit } = settings();
  const each = kind === "command" ? rateLimit * COMMAND_FACTOR : rateLimit;
  return [
    // One person's window is one, however many workspaces they write in: it is one person's time that is limited.
    { key: keys.personRate(by.id, kind), limit: each, who: "You" },
    { key: keys.workspaceRate(ws, kind), limit: each * WORKSPACE_FACTOR, who: "This workspace" },
  ];
}

function limited(who: string, limit: number, kind: Kind, retryAfter: number): Refusal {
  const sent = who === "You" ? "You have" : `${who} has`;
  return new Refusal(
    "rate_limited",
    `${sent} sent ${limit} ${kind}${
      limit === 1 ? "" : "s"
    } within a minute. There is room for the next in ${retryAfter} second${retryAfter === 1 ? "" : "s"}.`,
    { retryAfter },
  );
}
