/**
 * The long rounds: random changes against full dumps, and processes killed at random moments. The suite runs a few of
 * each. Run: deno task soak [rounds of changes] [kills] [seed]
 */
import { Desk } from "./desk.ts";
import { fuzz, KEYS, SCHEMA } from "./fuzz.ts";
import { kill, SCHEMA as COUNTED } from "./kills.ts";
import { Lab } from "./lab.ts";

const [rounds = 2_000, kills = 200, firstSeed = Date.now() % 1_000_000] = Deno.args.map(Number);
/** A database of its own for every so many rounds, so that it stays small. */
const CHUNK = 250;

let faults = 0;
const FAMILIES = [
  { engine: "local", scope: "temp" },
  { engine: "local", scope: "main" },
  { engine: "remote", scope: "main" },
] as const;
for (const { engine, scope } of FAMILIES) {
  const total = { rounds: 0, executed: 0, refused: 0, rows: 0, reverted: 0, mismatches: 0, stuck: 0 };
  const begun = performance.now();
  for (let seed = firstSeed; total.rounds < rounds; seed++) {
    await using lab = await Lab.open({ engine, schema: SCHEMA, keys: KEYS, scope });
    const count = Math.min(CHUNK, rounds - total.rounds);
    const { mismatches, stuck, ...report } = await fuzz(lab, { rounds: count, seed });
    for (const problem of [...mismatches, ...stuck]) console.log(`  seed ${seed}: ${problem}`);
    total.rounds += count;
    for (const key of ["executed", "refused", "rows", "reverted"] as const) total[key] += report[key];
    total.mismatches += mismatches.length;
    total.stuck += stuck.length;
  }
  faults += total.mismatches + total.stuck;
  console.log(
    `${engine} engine, ${scope} capture, seeds from ${firstSeed}: ${tell(total)} (${since(begun)})`,
  );
}

const begun = performance.now();
await using desk = await Desk.open({ before: COUNTED });
const report = await kill(desk, { rounds: kills, seed: firstSeed });
faults += report.lost + report.doubled;
console.log(`kill -9, seed ${firstSeed}: ${tell(report)}; integrity check ok, chain valid (${since(begun)})`);
Deno.exitCode = faults === 0 ? 0 : 1;

function tell(numbers: object): string {
  return Object.entries(numbers).map(([name, value]) => `${value} ${name}`).join(", ");
}

function since(begun: number): string {
  return `${Math.round((performance.now() - begun) / 1000)} s`;
}
