/** Execute: exactly once, only with an approval, and only the change that was approved. */
import type { Approval, Executed } from "../../contract/schemas.ts";
import { statementsHash } from "../../contract/digest.ts";
import { logFor } from "../../record/captured_rows.ts";
import { appendChange, canRevert, chainHead, findChange, type LoggedTable } from "../../record/chain.ts";
import { schemaVersion } from "../capture/schema_facts.ts";
import { isSpent } from "../../record/spent.ts";
import { ServiceError, type Tx, type WriteInput } from "../types.ts";
import { requireCurrent, verifyApproval } from "./approval.ts";
import { type NetEffect, requireWellFormed, runCaptured, toPreview } from "./effect.ts";
import { databaseError, isConstraint } from "./refusal.ts";
import { revertSql } from "./revert_sql.ts";
import { inTransaction } from "./transaction.ts";
import type { WriterHost } from "./writer.ts";

/** An action that a person approved, on its way into the database. */
export type ExecuteInput = WriteInput & {
  actionUid: string;
  digest: string;
  approval: Approval;
};

/**
 * Runs an approved action, or answers what it did if it ran before. Throws `action_id_reused`, the refusals of an
 * approval, those of a preview, and `drift` with the new preview when the change would not be the approved one.
 */
export function execute(host: WriterHost, input: ExecuteInput): Promise<Executed> {
  return inTransaction(host.begin, async (tx, commit) => {
    requireWellFormed(input.statements);
    const statementsSha256 = await statementsHash(input.statements);
    const before = await replay(tx, input, statementsSha256);
    if (before !== null) return before;
    const { actionUid, database, digest, approval } = input;
    const approver = await verifyApproval(
      tx,
      { database, actionUid, decision: "approve", statementsSha256, digest },
      approval,
      host.now(),
    );
    const effect = await runCaptured(tx, input, { ...host, dryRun: false, statementsSha256 });
    const at = new Date(host.now()).toISOString();
    const moved = effect.digest !== digest;
    if (moved || await isSpent(tx, { actionUid, decision: "approve", approval })) {
      throw new ServiceError(
        "drift",
        moved
          ? "The data moved since this preview. Look again before you approve."
          : "This approval was refused before. Look again before you approve anew.",
        {
          preview: toPreview(effect, input, at),
        },
      );
    }
    const change = {
      entry: {
        actionUid,
        decision: "approve" as const,
        statementsSha256,
        digest,
        affected: effect.counts,
        approval,
        approver,
        at,
      },
      statements: input.statements,
      revertSql: revertSql(effect.rows),
    };
    const head = await chainHead(tx);
    const logs = await persistRows(effect, head.seq);
    await effect.capture.remove();
    await appendChange(tx, head, { ...change, logs });
    const version = await schemaVersion(tx);
    requireCurrent(approval, host.now());
    await commitApproved(commit);
    host.cache.movedTo(version);
    return {
      state: "executed" as const,
      affected: effect.counts,
      canRevert: canRevert({ logs, purged: false }),
      revertSql: change.revertSql,
      replay: false,
    };
  });
}

async function replay(
  tx: Tx,
  { actionUid, digest }: ExecuteInput,
  statementsSha256: string,
): Promise<Executed | null> {
  const known = await findChange(tx, actionUid, "approve");
  if (known === null) return null;
  if (
    known.entry.statementsSha256 !== statementsSha256 ||
    known.entry.digest !== digest
  ) {
    throw new ServiceError("action_id_reused", "This action's id was used for another change before.");
  }
  const reverted = await findChange(tx, actionUid, "revert");
  return {
    state: "executed",
    affected: known.entry.affected,
    canRevert: reverted === null && canRevert(known),
    revertSql: known.revertSql,
    replay: true,
  };
}

async function persistRows({ capture, rows }: NetEffect, change: number): Promise<LoggedTable[]> {
  const logs: LoggedTable[] = [];
  for (const table of new Set(rows.map((row) => row.table))) {
    const logged = await logFor(table);
    await capture.persist(table, logged.log, change);
    logs.push(logged);
  }
  return logs;
}

/** Deferred constraints speak up at commit: that is a refusal like that of a statement. */
async function commitApproved(commit: () => Promise<void>): Promise<void> {
  try {
    await commit();
  } catch (error) {
    if (!isConstraint(error)) throw error;
    throw new ServiceError(
      "refused_sql",
      `The database refused the commit: ${databaseError(error)?.message ?? "a constraint failed"}.`,
    );
  }
}
