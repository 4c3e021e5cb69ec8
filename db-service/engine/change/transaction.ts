/** One write transaction: it is committed by its work, or nothing of it stays. */
import type { Tx } from "../types.ts";

/** A transaction that neither committed nor rolled back: its connection can't be trusted any more. */
export class RollbackFailed extends Error {
  override readonly name = "RollbackFailed";
}

/**
 * Begins a transaction and gives it to `work`, which calls `commit` or else everything is rolled back, however `work`
 * ends. Throws what `work` throws, or {@link RollbackFailed}.
 */
export async function inTransaction<T>(
  begin: () => Promise<Tx>,
  work: (tx: Tx, commit: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const tx = await begin();
  let committed = false;
  try {
    return await work(tx, async () => {
      await tx.commit();
      committed = true;
    });
  } finally {
    if (!committed) await rollback(tx);
  }
}

async function rollback(tx: Tx): Promise<void> {
  try {
    await tx.rollback();
  } catch (cause) {
    throw new RollbackFailed("A transaction could not be rolled back.", { cause });
  }
}
