/** Revert: exactly the rows that an action changed, from what was captured while it ran. */
import type { Approval, Conflict, Count, Reverted } from "../../contract/schemas.ts";
import { logFor } from "../../record/captured_rows.ts";
import { appendChange, canRevert, chainHead, findChange, type RecordedChange } from "../../record/chain.ts";
import { identityParts } from "../capture/capture_sql.ts";
import { readCells } from "../capture/cells.ts";
import { wireKey } from "../capture/changes.ts";
import { type SchemaFacts, schemaVersion } from "../capture/schema_facts.ts";
import type { TableFacts } from "../capture/table_facts.ts";
import { isSpent } from "../../record/spent.ts";
import { ServiceError, type SqlValue, type Tx } from "../types.ts";
import { toWire } from "../values.ts";
import { requireCurrent, verifyApproval } from "./approval.ts";
import { type Inverse, inverseOf } from "./inverse.ts";
import { isConstraint } from "./refusal.ts";
import { restore } from "./restore.ts";
import { inTransaction } from "./transaction.ts";
import type { WriterHost } from "./writer.ts";

/** Conflicts that one answer lists. */
export const MAX_CONFLICTS = 50;

/**
 * Reverts an executed action, or answers what the revert did if it ran before. Throws `not_approved` for an action that
 * never ran here, the refusals of an approval, and `conflict` with the rows that moved since; then nothing changes.
 */
export function revert(
  host: WriterHost,
  { database, actionUid, approval }: {
    database: string;
    actionUid: string;
    approval: Approval;
  },
): Promise<Reverted> {
  return inTransaction(host.begin, async (tx, commit) => {
    const executed = await findChange(tx, actionUid, "approve");
    if (executed === null) {
      throw new ServiceError(
        "not_approved",
        "This action was never executed, so there is nothing to revert.",
      );
    }
    const before = await findChange(tx, actionUid, "revert");
    if (before !== null) {
      return { state: "reverted", affected: before.entry.affected, replay: true };
    }
    const { statementsSha256, digest, seq } = executed.entry;
    const approver = await verifyApproval(
      tx,
      { database, actionUid, decision: "revert", statementsSha256, digest },
      approval,
      host.now(),
    );
    requireCaptured(executed);
    const facts = await host.cache.at(tx, await schemaVersion(tx));
    const inverses = await inversesOf(tx, executed, facts);
    await refuseMoved(tx, inverses, seq);
    if (await isSpent(tx, { actionUid, decision: "revert", approval })) {
      throw new ServiceError("conflict", "This approval was refused before. Approve the revert anew.", {
        conflicts: [],
      });
    }
    await restore(tx, inverses, { change: seq, facts, scope: host.scope });
    const affected = executed.entry.affected.map(inverted);
    await appendChange(tx, await chainHead(tx), {
      entry: {
        actionUid,
        decision: "revert",
        statementsSha256,
        digest,
        affected,
        approval,
        approver,
        at: new Date(host.now()).toISOString(),
      },
      statements: executed.statements,
      logs: executed.logs,
      revertSql: "",
    });
    const version = await schemaVersion(tx);
    requireCurrent(approval, host.now());
    await commitRestored(commit);
    host.cache.movedTo(version);
    return { state: "reverted", affected, replay: false };
  });
}

function requireCaptured(executed: RecordedChange): void {
  if (canRevert(executed)) return;
  throw new ServiceError(
    "conflict",
    executed.purged
      ? "The rows that this action changed are no longer kept, so it can't be reverted."
      : "This action changed no row, so there is nothing to restore.",
    { conflicts: [] },
  );
}

async function inversesOf(tx: Tx, { logs }: RecordedChange, facts: SchemaFacts): Promise<Inverse[]> {
  const inverses: Inverse[] = [];
  for (const { table, log } of logs) {
    const now = await tableNow(tx, facts, table);
    if (now === null || (await logFor(now)).log !== log) {
      const change = now === null ? "is gone" : "has other columns or another key";
      throw new ServiceError(
        "conflict",
        `The table ${table} ${change} since this action ran: its rows can't be restored.`,
        { conflicts: [] },
      );
    }
    inverses.push(inverseOf(now, log));
  }
  return inverses;
}

async function tableNow(tx: Tx, facts: SchemaFacts, table: string): Promise<TableFacts | null> {
  try {
    return await facts.table(tx, table);
  } catch (error) {
    if (error instanceof ServiceError && error.code === "uninspectable") {
      return null;
    }
    throw error;
  }
}

/** Throws `conflict` with the rows that are not as the action left them. */
async function refuseMoved(tx: Tx, inverses: readonly Inverse[], change: number): Promise<void> {
  const conflicts: Conflict[] = [];
  for (const { table, conflicts: sql } of inverses) {
    const rows = await tx.query(sql, [BigInt(change), BigInt(MAX_CONFLICTS - conflicts.length)]);
    for (const row of rows) conflicts.push(toConflict(table, row));
  }
  if (conflicts.length === 0) return;
  const many = conflicts.length >= MAX_CONFLICTS
    ? `${MAX_CONFLICTS} or more rows`
    : conflicts.length === 1
    ? "1 row"
    : `${conflicts.length} rows`;
  throw new ServiceError(
    "conflict",
    `${many} changed since this action ran. Nothing was reverted.`,
    { conflicts },
  );
}

function toConflict(table: TableFacts, row: SqlValue[]): Conflict {
  const parts = identityParts(table.identity).length;
  const width = table.columns.length;
  const shown = readCells(table, row);
  const [existed, present, here] = shown.slice(0, 3).map((flag) => flag === 1n);
  const identity = shown.slice(3, 3 + parts);
  const cells = shown.slice(3 + parts);
  const before = existed ? cells.slice(0, width) : null;
  const after = present ? cells.slice(width, 2 * width) : null;
  const current = here ? cells.slice(2 * width) : null;
  return {
    table: table.name,
    key: wireKey(table, identity, before ?? after),
    before: before?.map(toWire) ?? null,
    after: after?.map(toWire) ?? null,
    current: current?.map(toWire) ?? null,
  };
}

function inverted({ table, inserted, updated, deleted }: Count): Count {
  return { table, inserted: deleted, updated, deleted: inserted };
}

/** Foreign keys were deferred: rows that came later and refer to restored-away ones speak up now. */
async function commitRestored(commit: () => Promise<void>): Promise<void> {
  try {
    await commit();
  } catch (error) {
    if (!isConstraint(error)) throw error;
    throw new ServiceError(
      "conflict",
      "Other rows came to refer to rows that this would remove. Nothing was reverted.",
      { conflicts: [] },
    );
  }
}
