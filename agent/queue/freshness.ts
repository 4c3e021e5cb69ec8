/**
 * Whether what a pending action shows may be out of date. Each executed change notes its tables with the time; a
 * preview knows when it was begun and which tables it speaks of. So one change costs the same however many wait (SPEC
 * Q4, N1). Times are this side's own; a preview that a change overtook counts as behind, never the other way round.
 */
import type { ActionSummary } from "../types.ts";
import { keys, shortName } from "../store/keys.ts";

/** When a preview was begun, in milliseconds, and the tables that it would change. */
export interface Previewed {
  at: number;
  tables: string[];
  /** Previewed in silence after a change from outside, it came out otherwise. */
  moved?: true;
}

/** When each table, by the name that a key holds of it, was last changed by an executed action, in milliseconds. */
export async function changedTables(kv: Deno.Kv, ws: string): Promise<ReadonlyMap<string, number>> {
  const changed = new Map<string, number>();
  for await (const { key, value } of kv.list<number>({ prefix: keys.changes(ws) })) {
    changed.set(String(key.at(-1)), value);
  }
  return changed;
}

/** Whether a table of a preview changed since it was begun. One that changes nothing may change something by now. */
export function isBehind({ at, tables, moved }: Previewed, changed: ReadonlyMap<string, number>): boolean {
  if (moved) return true;
  const relevant = tables.length > 0
    ? tables.map((table) => changed.get(shortName(table)) ?? 0)
    : [...changed.values()];
  return relevant.some((time) => time >= at);
}

/** A summary with what is known now of its preview. */
export function marked(
  { summary, previewed }: { summary: ActionSummary; previewed: Previewed | null },
  changed: ReadonlyMap<string, number>,
): ActionSummary {
  const maybeStale = summary.state === "pending" && previewed !== null && isBehind(previewed, changed);
  return maybeStale === summary.maybeStale ? summary : { ...summary, maybeStale };
}

/** The same, by what the store says now. */
export async function withFreshness(
  kv: Deno.Kv,
  ws: string,
  summary: ActionSummary,
  previewed: Previewed | null,
): Promise<ActionSummary> {
  const changed = summary.state === "pending" ? await changedTables(kv, ws) : new Map<string, number>();
  return marked({ summary, previewed }, changed);
}
