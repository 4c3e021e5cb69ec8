/** What enters the queue: proposed changes with their preview, and the reads that the agent made. */
import { z } from "zod";
import { normalStatements } from "@/db-service/contract/digest.ts";
import { Statements } from "@/db-service/contract/schemas.ts";
import type { ActionSummary, Actor, Preview, Statement } from "../types.ts";
import { database } from "../database.ts";
import { Refusal } from "../errors.ts";
import { expiryFor } from "../workspace_settings.ts";
import { type Body, insertAction, type NewEntry } from "./store.ts";
import { cut, previewed, sqlOf } from "./summary.ts";

/** A workspace holds no more open proposals than this. */
export const MAX_PENDING = 200;
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

/**
 * Puts a change into the queue. Throws what the database refuses, and when `signal` aborts meanwhile: whoever stops an
 * answer does not want what it was about to propose. Nothing is queued then.
 */
export async function propose(
  origin: Origin,
  proposal: Proposal,
  signal?: AbortSignal,
): Promise<ActionSummary> {
  const at = Date.now();
  const preview = await database(origin.database).preview(proposal.statements);
  if (signal?.aborted) throw new Refusal("busy", "The answer was stopped before this was proposed.");
  const now = Date.now();
  const expiresAt = await expiryFor(origin.ws, now);
  return await insertAction(
    origin.ws,
    (id) => proposalEntry(origin, id, { proposal, preview, at, now, expiresAt }),
    MAX_PENDING,
  );
}

/** Logs a read that the agent made. `outcome` is what came back, or why it was refused. */
export function observe(origin: Origin, read: Read, outcome: Outcome): Promise<ActionSummary> {
  const now = Date.now();
  return insertAction(origin.ws, (id) => readEntry(origin, id, { read, outcome, now }));
}

interface Read {
  sql: string;
  description: string;
}
type Outcome = { rowCount: number; ms: number } | { error: string };

/** A proposal as the queue holds it. `at`: when its preview was begun. Pure. */
export function proposalEntry(
  origin: Origin,
  id: number,
  { proposal, preview, at, now, expiresAt }: {
    proposal: Proposal;
    preview: Preview;
    at: number;
    now: number;
    expiresAt: string;
  },
): NewEntry {
  const statements = normalStatements(proposal.statements);
  return {
    summary: {
      ...blank(origin, id, now, statements),
      type: "action",
      title: proposal.title,
      description: cut(proposal.description, SUMMARY_TEXT),
      state: "pending",
      expiresAt,
      ...previewed(preview, statements),
    },
    body: { statements, description: proposal.description, preview, revertSql: null },
    previewed: { at, tables: preview.counts.map(({ table }) => table) },
  };
}

/** A read as the queue holds it. Pure. */
export function readEntry(
  origin: Origin,
  id: number,
  { read, outcome, now }: { read: Read; outcome: Outcome; now: number },
): NewEntry {
  const statements = [{ sql: read.sql, args: [] }];
  return {
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
    previewed: null,
  };
}

/** Only what a body holds, of anything that has it. */
export function bodyOf({ statements, description, preview, revertSql, leftOut }: Body): Body {
  return { statements, description, preview, revertSql, ...(leftOut && { leftOut }) };
}

function blank(origin: Origin, id: number, now: number, statements: readonly Statement[]) {
  return {
    id,
    uid: crypto.randomUUID(),
    database: origin.database,
    sql: sqlOf(statements),
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
    affectedTotal: { tables: 0, rows: 0 },
    badges: [],
    rowCount: null,
    ms: null,
  } satisfies Partial<ActionSummary>;
}
