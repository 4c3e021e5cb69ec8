/**
 * Captured rows are kept for a time only: after it the record still says who approved what and when, and the chain's
 * hashes still hold, but the values are gone, and with them the way back.
 */
import type { Tx } from "../engine/types.ts";
import { quote } from "../engine/capture/names.ts";
import { findLogged } from "./chain.ts";

/** Days for which captured rows are kept, unless RETENTION_DAYS says otherwise. */
export const RETENTION_DAYS = 90;

/** Purges the captured rows of changes before `before` (ISO 8601 UTC), oldest first. Answers whether any are left. */
export async function purge(tx: Tx, before: string): Promise<boolean> {
  const old = await findLogged(tx, before, MAX_CHANGES + 1);
  for (const { seq, logs } of old.slice(0, MAX_CHANGES)) {
    for (const { log } of logs) {
      // Its table may be gone together with everything that was in it, by another program's hand.
      const there = await tx.query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", [log]);
      if (there.length > 0) {
        await tx.run(`DELETE FROM main.${quote(log)} WHERE change = ?`, [BigInt(seq)]);
      }
    }
    // The SQL of the way back spells the rows out.
    await tx.run("UPDATE _gk_change SET purged = 1, revert_sql = '' WHERE seq = ?", [BigInt(seq)]);
  }
  return old.length > MAX_CHANGES;
}

/** The moment before which captured rows are no longer kept. */
export function keptSince(now: number, days: number): string {
  return new Date(now - days * DAY_MS).toISOString();
}

/** Changes that one transaction purges, of up to 10,000 rows each: others wait for it. */
const MAX_CHANGES = 20;
const DAY_MS = 24 * 60 * 60_000;
