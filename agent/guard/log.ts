/** What the guard noted, for the owner of a workspace: who wrote it, when, and why it was noted. Kept for 90 days. */
import { z } from "zod";
import type { Actor, Suspicion } from "../types.ts";
import { keys } from "../store/keys.ts";
import { openStore } from "../store/kv.ts";
import { cut } from "../queue/summary.ts";
import type { Verdict } from "./judge.ts";

const KEEP_MS = 90 * 24 * 3_600_000;
const EXCERPT = 200;

/** The query of the list. */
export const SuspicionsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: z.coerce.number().int().positive().optional(),
});

/** Adds a note to the operation that stores the message; none for a message that is allowed. */
export function note(
  op: Deno.AtomicOperation,
  ws: string,
  { id, text, by }: { id: string; text: string; by: Actor },
  verdict: Verdict,
): void {
  if (verdict.verdict === "allow") return;
  const at = Date.now();
  const reasons = verdict.verdict === "suspicious"
    ? verdict.reasons
    : [{ code: `${verdict.family}/${verdict.pattern}`, detail: FAMILIES[verdict.family] }];
  const entry: Suspicion = {
    messageId: id,
    verdict: verdict.verdict === "refuse" ? "refused" : "suspicious",
    by,
    at: new Date(at).toISOString(),
    reasons,
    // The conversation can be cleared; what was written then remains to be looked at.
    excerpt: cut(text, EXCERPT),
  };
  op.set(keys.suspicion(ws, at, id), entry, { expireIn: KEEP_MS });
}

const FAMILIES = {
  ignore: "Tells the assistant to ignore its instructions.",
  pretend: "Tells the assistant to be another one.",
  reveal: "Asks for the assistant's instructions.",
  developer: "Tells the assistant to switch into a mode without rules.",
  delimiter: "Contains delimiters with which a message poses as the system or the assistant.",
};

/** One page, newest first. `before` is what the page before it answered. */
export async function listSuspicions(
  ws: string,
  { limit, before }: z.infer<typeof SuspicionsQuery>,
): Promise<{ suspicions: Suspicion[]; before: string | null }> {
  const kv = await openStore();
  const prefix = keys.suspicions(ws);
  // The platform removes what expired when it likes: 90 days are 90 days.
  const start = [...prefix, Date.now() - KEEP_MS];
  const end = [...prefix, before ?? Number.MAX_SAFE_INTEGER];
  const suspicions: Suspicion[] = [];
  let last = 0;
  for await (const { key, value } of kv.list<Suspicion>({ start, end }, { reverse: true })) {
    const at = Number(key[3]);
    // Whole milliseconds, so that a page never ends between two notes of one moment.
    if (suspicions.length >= limit && at !== last) return { suspicions, before: String(last) };
    suspicions.push(value);
    last = at;
  }
  return { suspicions, before: null };
}
