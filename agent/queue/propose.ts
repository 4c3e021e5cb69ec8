/** What enters the queue: proposed changes with their preview, and the reads that the agent made. */
import { z } from "zod";
import { normalStatements } from "@/db-service/contract/digest.ts";
import { Statements } from "@/db-service/contract/schemas.ts";
import type { ActionSummary, Actor, Preview, Statement } from "../types.ts";
import { database } from "../database.ts";
import { Refusal } from "../errors.ts";
import { badgesOf } from "./risk.ts";
import { type Body, countStates, insertAction } from "./store.ts";

/** A workspace holds no more open proposals than this. */
export const MAX_PENDING = 200;
const EXPIRES_MS = 7 * 24 * 3_600_000;
// A summary with all of these stays under 2 KB whatever the rest holds.
export const SUMMARY_SQL = 500;
const SUMMARY_TEXT = 200;

export const Proposal = z.strictObject({
  title: z.string().trim().min(1).max(200),
  description: z.string().trim().max(4_000).default(""),
  statements: Statements,
});
export type Proposal = z.infer<typeof Proposal>;

export interface Origin {
  ws: string;
  database: string;
  by: Actor;
  /** The message of the conversation that it came from. */
  messageId: string | null;
}

/** Puts a change into the queue. Throws what the database refuses; nothing is queued then. */
export async function propose(origin: Origin, proposal: Proposal): Promise<ActionSummary> {
  const counts = await countStates(origin.ws);
  if ((counts.pending ?? 0) + (counts.stale ?? 0) >= MAX_PENDING) {
    throw new Refusal("limit", `${MAX_PENDING} changes wait already. Decide some of them first.`);
  }
  const preview = await database(origin.database).preview(proposal.statements);
  const statements = normalStatements(proposal.statements);
  const now = Date.now();
  return await insertAction(origin.ws, (id) => ({
    summary: {
      ...blank(origin, id, now, statements),
      type: "action",
      title: proposal.title,
      description: cut(proposal.description, SUMMARY_TEXT),
      state: "pending",
      expiresAt: new Date(now + EXPIRES_MS).toISOString(),
      ...previewed(preview, statements),
    },
    body: { statements, description: proposal.description, preview, revertSql: null },
  }));
}

/** Logs a read that the agent made. `outcome` is what came back, or why it was refused. */
export function observe(
  origin: Origin,
  read: { sql: string; description: string },
  outcome: { rowCount: number; ms: number } | { error: string },
): Promise<ActionSummary> {
  const statements = [{ sql: read.sql, args: [] }];
  const now = Date.now();
  return insertAction(origin.ws, (id) => ({
    summary: {
      ...blank(origin, id, now, statements),
      type: "observation",
      title: cut(read.description || "Read", SUMMARY_TEXT),
      description: "",
      state: "error" in outcome ? "failed" : "approved",
      resolvedAt: new Date(now).toISOString(),
      error: "error" in outcome ? cut(outcome.error, SUMMARY_TEXT) : null,
      rowCount: "error" in outcome ? null : outcome.rowCount,
      ms: "error" in outcome ? null : outcome.ms,
    },
    body: { statements, description: read.description, preview: null, revertSql: null },
  }));
}

/** What a summary says of a preview. */
export function previewed(preview: Preview, statements: readonly Statement[]) {
  return {
    digest: preview.digest,
    affected: preview.counts.slice(0, 8),
    badges: badgesOf(preview, statements).map((badge) => ({ ...badge, reason: cut(badge.reason, 120) })),
    maybeStale: false,
  };
}

/** Only what a body holds, of anything that has it. */
export function bodyOf({ statements, description, preview, revertSql }: Body): Body {
  return { statements, description, preview, revertSql };
}

function blank(origin: Origin, id: number, now: number, statements: readonly Statement[]) {
  return {
    id,
    uid: crypto.randomUUID(),
    database: origin.database,
    sql: cut(statements.map(({ sql }) => sql).join(";\n"), SUMMARY_SQL),
    canRevert: false,
    createdAt: new Date(now).toISOString(),
    resolvedAt: null,
    expiresAt: null,
    proposedBy: origin.by,
    decidedBy: null,
    messageId: origin.messageId,
    reason: null,
    error: null,
    maybeStale: false,
    digest: null,
    affected: [],
    badges: [],
    rowCount: null,
    ms: null,
  } satisfies Partial<ActionSummary>;
}

/** Cuts text, saying so, never within a surrogate pair. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return text.slice(0, length - 1).toWellFormed().replace(/\uFFFD$/, "") + "…";
}
