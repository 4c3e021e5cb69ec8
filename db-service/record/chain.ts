/**
 * The record of decisions that took effect, beside the data and in the same transaction: so each takes effect once. A
 * chain of hashes shows their order; the signatures in it show who decided.
 */
import {
  Approval,
  ChainEntry,
  type ChainRecord,
  type ChangeRecord,
  Count,
  type Decision,
  Statement,
} from "../contract/schemas.ts";
import { entryHash } from "../contract/chain.ts";
import { canonical } from "../contract/digest.ts";
import type { SqlValue, Tx } from "../engine/types.ts";
import { z } from "zod";

/** Where the captured rows of one table are. `columns` is the shape that the log was made for. */
export const LoggedTable = z.object({
  table: z.string(),
  log: z.string(),
  columns: z.array(z.string()),
});
export type LoggedTable = z.infer<typeof LoggedTable>;

/** A decision as it is recorded. */
export interface RecordedChange {
  entry: ChainEntry;
  statements: Required<Statement>[];
  logs: LoggedTable[];
  revertSql: string;
  /** The captured rows are gone: their time is over. */
  purged: boolean;
}

/** What a new entry of the chain says; its place in the chain is added. */
export type NewChange =
  & Omit<RecordedChange, "entry" | "purged">
  & { entry: Omit<ChainEntry, "seq" | "prev" | "hash"> };

/** The recorded decision of an action, or null. */
export async function findChange(tx: Tx, uid: string, decision: Decision): Promise<RecordedChange | null> {
  const [row] = await tx.query(`${SELECT} WHERE uid = ? AND decision = ?`, [uid, decision]);
  return row === undefined ? null : recorded(row);
}

/** Changes before `before` whose captured rows are still kept, oldest first. */
export async function findLogged(
  tx: Tx,
  before: string,
  limit: number,
): Promise<{ seq: number; logs: LoggedTable[] }[]> {
  const rows = await tx.query(
    "SELECT seq, logs FROM _gk_change WHERE decision = 'approve' AND purged = 0 AND at < ? ORDER BY seq LIMIT ?",
    [before, BigInt(limit)],
  );
  return rows.map(([seq, logs]) => ({
    seq: Number(seq),
    logs: z.array(LoggedTable).parse(JSON.parse(String(logs))),
  }));
}

/** The last place of the chain: the next entry's `seq` and `prev`. */
export async function chainHead(tx: Tx): Promise<{ seq: number; prev: string }> {
  const [last] = await tx.query("SELECT seq, hash FROM _gk_change ORDER BY seq DESC LIMIT 1");
  return last === undefined ? { seq: 1, prev: "" } : { seq: Number(last[0]) + 1, prev: String(last[1]) };
}

/** Appends a decision to the chain at `head`, as read in the same transaction. */
export async function appendChange(
  tx: Tx,
  head: { seq: number; prev: string },
  change: NewChange,
): Promise<void> {
  const unhashed = { ...change.entry, ...head };
  const {
    seq,
    actionUid,
    decision,
    statementsSha256,
    digest,
    affected,
    approval,
    approver,
    at,
    prev,
  } = unhashed;
  await tx.run(
    `INSERT INTO _gk_change(seq, uid, decision, statements, statements_sha256, digest, affected, approval,
       approver, at, logs, revert_sql, prev, hash) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      BigInt(seq),
      actionUid,
      decision,
      canonical(change.statements),
      statementsSha256,
      digest,
      canonical(affected),
      canonical(approval),
      approver,
      at,
      canonical(change.logs),
      change.revertSql,
      prev,
      await entryHash(unhashed),
    ],
  );
}

/**
 * Entries after `seq` with their statements, oldest first: at most {@link CHAIN_PAGE}, and fewer when their statements
 * are long.
 */
export async function listChain(tx: Tx, after: number): Promise<ChainRecord[]> {
  const sizes = await tx.query(
    "SELECT seq, length(statements) FROM _gk_change WHERE seq > ? ORDER BY seq LIMIT ?",
    [BigInt(after), BigInt(CHAIN_PAGE)],
  );
  let last = after;
  let size = 0;
  for (const [seq, length] of sizes) {
    size += Number(length);
    if (last > after && size > CHAIN_PAGE_SIZE) break;
    last = Number(seq);
  }
  const rows = await tx.query(`${SELECT} WHERE seq > ? AND seq <= ? ORDER BY seq`, [
    BigInt(after),
    BigInt(last),
  ]);
  return rows.map((row) => {
    const { entry, statements } = recorded(row);
    return { ...entry, statements };
  });
}

/** Entries that one answer holds; ask again after the last one for more, until there are none. */
export const CHAIN_PAGE = 1_000;
/** Characters of statements that one answer holds, unless a single entry has more. */
export const CHAIN_PAGE_SIZE = 2_000_000;

/** What is known of an action. */
export async function describeAction(tx: Tx, uid: string): Promise<ChangeRecord> {
  const executed = await findChange(tx, uid, "approve");
  if (executed === null) return { state: "none", actionUid: uid };
  const reverted = await findChange(tx, uid, "revert");
  const { entry: { digest, affected }, statements, revertSql } = executed;
  const who = ({ entry: { approval, approver, at } }: RecordedChange) => ({ approval, approver, at });
  return {
    state: reverted === null ? "executed" : "reverted",
    actionUid: uid,
    statements,
    digest,
    affected,
    canRevert: reverted === null && canRevert(executed),
    revertSql,
    executed: who(executed),
    reverted: reverted === null ? null : who(reverted),
  };
}

/** Whether there is something to restore, and still from what. */
export function canRevert({ logs, purged }: Pick<RecordedChange, "logs" | "purged">): boolean {
  return logs.length > 0 && !purged;
}

const SELECT =
  `SELECT seq, uid, decision, statements_sha256, digest, affected, approval, approver, at, prev, hash,
  statements, logs, revert_sql, purged FROM _gk_change`;

const StatementList = z.array(Statement.required());

function recorded(row: SqlValue[]): RecordedChange {
  const [
    seq,
    actionUid,
    decision,
    statementsSha256,
    digest,
    affected,
    approval,
    approver,
    at,
    prev,
    hash,
  ] = row;
  return {
    entry: ChainEntry.parse({
      seq: Number(seq),
      actionUid,
      decision,
      statementsSha256,
      digest,
      affected: z.array(Count).parse(JSON.parse(String(affected))),
      approval: Approval.parse(JSON.parse(String(approval))),
      approver,
      at,
      prev,
      hash,
    }),
    statements: StatementList.parse(JSON.parse(String(row[11]))),
    logs: z.array(LoggedTable).parse(JSON.parse(String(row[12]))),
    revertSql: String(row[13]),
    purged: row[14] !== 0n,
  };
}
