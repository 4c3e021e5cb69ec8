/**
 * What an export of the history is, as a file: the one definition for who writes it and who verifies it. `history` is
 * the db-service's chain with what verifies it; everything else are the app's own words, which nobody signed.
 */
import { z } from "zod";
import { ApproverKey, ChainRecord, Count, DatabaseId, Statement } from "@/db-service/contract/schemas.ts";
import type { ActionState, Actor } from "../types.ts";

/** What every export says first. A change that an older verifier would misread gets another number. */
export const VERSION = 1;
export const KIND = "gatekeeper-history";

/** What the queue knows of an action, as it stands when the export is made. */
export interface Known {
  /** Its number in the queue. */
  id: number;
  title: string;
  description: string;
  state: ActionState;
  proposedBy: Actor;
  createdAt: string;
  /** Who decided last, as the app knew them. Who signed is `approver` of the chain. */
  decidedBy: Actor | null;
  resolvedAt: string | null;
  reason: string | null;
  error: string | null;
}

/** A decision that took effect; `action` is null where the queue knows nothing of it. */
export interface HistoryEntry extends ChainRecord {
  action: Known | null;
}

/** What never took effect: a proposal that was turned down, taken back, forgotten or refused, or a read. */
export interface QueueEntry extends Known {
  uid: string;
  type: "action" | "observation";
  statements: Required<Statement>[];
  /** What it would have changed. */
  affected: Count[];
  rowCount: number | null;
  ms: number | null;
}

/** The envelope. Entries are parsed one by one, so that a malformed one can be named. */
export const HistoryFile = z.object({
  kind: z.literal(KIND),
  v: z.literal(VERSION),
  database: DatabaseId,
  history: z.array(z.unknown()),
  approvers: z.array(ApproverKey),
});
export type HistoryFile = z.infer<typeof HistoryFile>;
