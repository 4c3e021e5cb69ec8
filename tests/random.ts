/** Random numbers that a seed repeats: mulberry32, small and good enough to shuffle with. */

/** Whole numbers from 0 up to, but not including, what is asked for. */
export function randomFrom(seed: number): (below: number) => number {
  const next = bitsFrom(seed);
  return (below) => next() % below;
}

/** Fractions from 0 up to, but not including, 1. */
export function fractionsFrom(seed: number): () => number {
  const next = bitsFrom(seed);
  return () => next() / 2 ** 32;
}

/** 32 random bits at a time. */
function bitsFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}
