/** Counts what is read from KV: every entry that comes back, and at least one for each question. */

/** Runs `work` and returns how much it read, with its result. */
export async function countingReads<T>(
  kv: Deno.Kv,
  work: () => Promise<T>,
): Promise<{ reads: number; result: T }> {
  let reads = 0;
  const { get, getMany, list } = kv;
  Object.assign(kv, {
    get: (...args: Parameters<typeof get>) => {
      reads++;
      return get.apply(kv, args);
    },
    getMany: (...args: Parameters<typeof getMany>) => {
      reads += args[0].length;
      return getMany.apply(kv, args);
    },
    list: (...args: Parameters<typeof list>) => {
      const entries = list.apply(kv, args);
      const next = entries.next.bind(entries);
      reads++;
      entries.next = async () => {
        const step = await next();
        if (!step.done) reads++;
        return step;
      };
      return entries;
    },
  });
  try {
    return { result: await work(), reads };
  } finally {
    Object.assign(kv, { get, getMany, list });
  }
}
