/** Restoring captured rows inside a transaction, and proving that nothing else changed. */
import { Capture } from "../capture/capture.ts";
import type { CaptureScope } from "../capture/capture_sql.ts";
import { parentsFirst, reachable } from "../capture/foreign_keys.ts";
import { quote } from "../capture/names.ts";
import type { SchemaFacts, TriggerFacts } from "../capture/schema_facts.ts";
import { ServiceError, type Tx } from "../types.ts";
import { type Inverse, mending, type Step } from "./inverse.ts";
import { databaseError } from "./refusal.ts";

/**
 * Orders of steps, tried one after the other: which one the constraints between the rows permit depends on the data.
 * The later ones are for rows that swap unique values or take them over; the last one for rows whose foreign keys drag
 * others along: it removes and inserts everything, then mends those others.
 */
const ORDERS: readonly (Step | "mend")[][] = [
  ["insert", "update", "delete", "rehome"],
  ["delete", "update", "insert", "rehome"],
  ["park", "insert", "update", "delete", "rehome"],
  ["delete", "park", "update", "insert", "rehome"],
  ["delete", "replaceOut", "replaceIn", "insert", "mend", "rehome"],
];

/**
 * Applies the inverse of change number `change`, without firing the user's triggers. Afterwards exactly the rows of the
 * change are different, each as it was before. Throws `conflict` with the reason if no order of steps gets there.
 */
export async function restore(
  tx: Tx,
  inverses: readonly Inverse[],
  { change, facts, scope }: {
    change: number;
    facts: SchemaFacts;
    scope: CaptureScope;
  },
): Promise<void> {
  const keys = await facts.foreignKeys(tx);
  const names = inverses.map(({ table }) => table.name);
  const touched = [...reachable(names, keys)].sort();
  const triggers = facts.triggers.filter(({ table }) => touched.includes(table));
  await tx.script([
    "PRAGMA defer_foreign_keys = ON",
    ...triggers.map(({ name }) => `DROP TRIGGER main.${quote(name)}`),
  ]);
  const tables = [];
  for (const name of touched) tables.push(await facts.table(tx, name));
  const capture = await Capture.install(tx, tables, { scope, mayReplace: false });
  const ordered = parentsFirst(names, keys).flatMap((name) =>
    inverses.filter(({ table }) => table.name === name)
  );

  const reasons: string[] = [];
  for (const order of ORDERS) {
    if (
      order.includes("park") &&
      inverses.every(({ steps }) => steps.park.length === 0)
    ) continue;
    const reason = await attempt(tx, order, { ordered, change, capture });
    if (reason === null) {
      await capture.remove();
      await createAgain(tx, triggers);
      return;
    }
    reasons.push(reason);
  }
  throw new ServiceError(
    "conflict",
    `This can't be reverted as the data is now: ${reasons[0]}.`,
    {
      conflicts: [],
    },
  );
}

/** Why this order of steps does not restore exactly the rows of the change; null if it did. */
async function attempt(
  tx: Tx,
  order: readonly (Step | "mend")[],
  { ordered, change, capture }: {
    ordered: readonly Inverse[];
    change: number;
    capture: Capture;
  },
): Promise<string | null> {
  await tx.run("SAVEPOINT _gk_attempt");
  const reason = await tryOrder(tx, order, { ordered, change, capture });
  if (reason !== null) await tx.run("ROLLBACK TO _gk_attempt");
  await tx.run("RELEASE _gk_attempt");
  return reason;
}

async function tryOrder(
  tx: Tx,
  order: readonly (Step | "mend")[],
  { ordered, change, capture }: {
    ordered: readonly Inverse[];
    change: number;
    capture: Capture;
  },
): Promise<string | null> {
  const number = BigInt(change);
  try {
    for (const step of order) {
      if (step === "mend") {
        await mend(tx, capture, { ordered, number });
        continue;
      }
      const takesAway = step === "delete" || step === "replaceOut";
      for (const { steps } of takesAway ? ordered.toReversed() : ordered) {
        for (const sql of steps[step]) await tx.run(sql, [number]);
      }
    }
  } catch (error) {
    const known = databaseError(error);
    if (known === null) throw error;
    return known.message;
  }
  let size = 0;
  for (const inverse of ordered) {
    size += await count(tx, inverse.size, number);
    const missed = await count(tx, inverse.missed, number);
    if (missed > 0) {
      return `${missed} rows of ${inverse.table.name} would not be as they were`;
    }
  }
  return await changesOnly(capture, size) ? null : "rows that came later depend on these rows";
}

/** Restores rows outside of the change that foreign key actions changed on the way. */
async function mend(
  tx: Tx,
  { captured }: Capture,
  { ordered, number }: { ordered: readonly Inverse[]; number: bigint },
): Promise<void> {
  for (const { table, sql } of captured) {
    const log = ordered.find((inverse) => inverse.table.name === table.name)?.log ?? null;
    for (const statement of mending(table, sql.store, log)) await tx.run(statement, [number]);
  }
}

/** Whether the revert changes exactly as many rows as the action did; with all of those restored, it is no other. */
async function changesOnly(capture: Capture, size: number): Promise<boolean> {
  try {
    return (await capture.net(size)).length === size;
  } catch (error) {
    if (error instanceof ServiceError && error.code === "limit") return false;
    throw error;
  }
}

async function count(tx: Tx, sql: string, change: bigint): Promise<number> {
  return Number((await tx.query(sql, [change]))[0]?.[0]);
}

/** Creates the user's triggers again, in their order, and makes sure that they are the same to the byte. */
async function createAgain(tx: Tx, triggers: readonly TriggerFacts[]): Promise<void> {
  if (triggers.length === 0) return;
  await tx.script(triggers.map(({ sql }) => sql));
  for (const { name, sql } of triggers) {
    const [row] = await tx.query(
      "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?",
      [name],
    );
    if (row?.[0] === sql) continue;
    throw new ServiceError(
      "uninspectable",
      `The trigger ${name} can't be restored exactly, so nothing was changed.`,
    );
  }
}
