/** Runs of many sequences: each from its own seed, so that a failing one can be repeated alone. */
import type { Tally } from "./queue_model_hands.ts";
import { Sequence } from "./queue_model_run.ts";
import { withQuickTime, World } from "./queue_model_world.ts";

const STEPS = 14;

/** Runs sequences with the seeds `seed`, `seed + 1`, … Throws the first divergence with its seed and its story. */
export async function runSequences(count: number, seed: number): Promise<{ tally: Tally; ms: number }> {
  const began = performance.now();
  const tally: Tally = {};
  const world = await World.open();
  try {
    let head = { seq: 0, hash: "" };
    for (let n = seed; n < seed + count; n++) {
      await withQuickTime((time) =>
        world.sequence(async (tabs) => {
          const sequence = new Sequence(world, time, tabs, n, tally);
          try {
            head = await sequence.run(STEPS, head);
          } catch (error) {
            const story = sequence.story.map((line) => `  ${line}`).join("\n");
            const again = `deno task soak:queue 1 ${n}`;
            throw new Error(`Sequence ${n} diverged (again: ${again}):\n${story}`, { cause: error });
          }
        })
      );
    }
  } finally {
    await world.close();
  }
  return { tally, ms: performance.now() - began };
}
