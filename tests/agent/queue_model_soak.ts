/** `deno task soak:queue N SEED`: N random sequences from a seed on. A failure names its seed; the same seed repeats it. */
import { runSequences } from "./queue_model_runs.ts";

const [count = "1000", seed = String(Date.now() % 1_000_000)] = Deno.args;
console.log(`${count} sequences from seed ${seed}`);
const { tally, ms } = await runSequences(Number(count), Number(seed));
for (const [what, times] of Object.entries(tally).sort()) {
  console.log(`${String(times).padStart(8)}  ${what}`);
}
console.log(`0 divergences in ${count} sequences, ${(ms / 1000).toFixed(1)} s`);
