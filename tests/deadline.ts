/** Nothing in a test waits for ever: what never comes is a failure that says what was waited for. */

/** Milliseconds after which what is not there will not come. */
const PATIENCE_MS = 30_000;

/** The value of a promise; a failure that names `what` when it is late. */
export async function within<T>(what: string, promise: Promise<T>, ms = PATIENCE_MS): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`Waited ${ms / 1_000} s in vain: ${what}.`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
