/**
 * One after the other within this process. Check-and-set alone is right but unfair: of two hundred writers at once one
 * wins each round, and the last give up. Other processes still meet only in the check-and-set.
 */
const turns = new Map<string, Promise<unknown>>();

/** Runs `work` when all earlier work of this name is over. */
export async function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  const before = turns.get(name) ?? Promise.resolve();
  const mine = before.then(work, work);
  const over = mine.catch(() => {});
  turns.set(name, over);
  try {
    return await mine;
  } finally {
    if (turns.get(name) === over) turns.delete(name);
  }
}
