/** What a list shows of an action, kept within its limit. Pure. */
import type { ActionSummary, Count, Preview, Statement } from "../types.ts";
import { badgesOf } from "./risk.ts";

/** A summary is at most this many bytes of JSON, whatever was proposed (CONTRACT, Action). */
const MAX_BYTES = 1_900;
const MAX_TABLES = 4;

/** What a summary says of a preview. */
export function previewed(preview: Preview, statements: readonly Statement[]) {
  return {
    digest: preview.digest,
    ...affectedBy(preview.counts),
    badges: badgesOf(preview, statements).map((badge) => ({ ...badge, reason: cut(badge.reason, 120) })),
  };
}

/** The first tables of a change, and how much it is in all. */
export function affectedBy(counts: readonly Count[]): Pick<ActionSummary, "affected" | "affectedTotal"> {
  const rows = counts.reduce((sum, { inserted, updated, deleted }) => sum + inserted + updated + deleted, 0);
  return { affected: counts.slice(0, MAX_TABLES), affectedTotal: { tables: counts.length, rows } };
}

/** Statements as a list shows them. */
export function sqlOf(statements: readonly Statement[]): string {
  return cut(statements.map(({ sql }) => sql).join(";\n"), 500);
}

/** The same summary, its texts cut until it fits. The whole texts are with the action. */
export function fit(summary: ActionSummary): ActionSummary {
  let fitted = summary;
  for (const size of [240, 120, 60, 24]) {
    if (bytes(JSON.stringify(fitted)) <= MAX_BYTES) return fitted;
    fitted = {
      ...fitted,
      title: cut(fitted.title, Math.max(size, 60)),
      description: cut(fitted.description, size),
      sql: cut(fitted.sql, size),
      reason: fitted.reason && cut(fitted.reason, size),
      error: fitted.error && cut(fitted.error, size),
      badges: fitted.badges.map((badge) => ({ ...badge, reason: cut(badge.reason, size) })),
      affected: (size > 60 ? fitted.affected : fitted.affected.slice(0, 1))
        .map((count) => ({ ...count, table: cut(count.table, Math.max(size, 120)) })),
    };
  }
  return fitted;
}

/** Cuts text to at most this many bytes of UTF-8, saying so, never within a character. */
export function cut(text: string, size: number): string {
  if (text.length * 3 <= size || bytes(text) <= size) return text;
  let kept = "";
  let left = size - 3;
  for (const character of text) {
    left -= bytes(character);
    if (left < 0) break;
    kept += character;
  }
  return kept + "…";
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
