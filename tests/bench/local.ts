/**
 * What a local installation costs and how fast it is: start, memory, JavaScript of the page, and the time from an
 * approval's request to its effect in another client. Run: deno task bench
 */
import type { LiveFrame } from "@/agent/types.ts";
import { Approver, Client } from "../system/client.ts";
import { pageScript } from "../system/page_script.ts";
import { startGatekeeper } from "../system/start.ts";

const ROUNDS = 100;
const STARTS = 5;

const starts: number[] = [];
let gatekeeper = await startGatekeeper();
starts.push(gatekeeper.readyMs);
for (let i = 1; i < STARTS; i++) {
  await gatekeeper.stop();
  gatekeeper = await startGatekeeper({ varDir: gatekeeper.varDir });
  starts.push(gatekeeper.readyMs);
}
report("start of `deno task dev` to the ready line, dependencies cached (ms)", starts);

const client = new Client(gatekeeper.url);
const approver = await Approver.enrolled(client);
const feed = await client.live();
const effects: number[] = [];
const answers: number[] = [];
for (let i = 0; i < ROUNDS; i++) {
  const action = await client.propose("UPDATE customers SET name = ? WHERE id = 1", [`Name ${i}`]);
  const approval = await approver.sign(action, "approve");
  const seen = approvedOf(feed.frames, action.id);
  const sent = performance.now();
  const answered = client.approve(action, approval).then(() => performance.now() - sent);
  effects.push(await seen - sent);
  answers.push(await answered);
}
report("approve request to effect in another client (ms)", effects);
report("approve request to its answer (ms)", answers);
await feed.close();

const { all } = await gatekeeper.pids();
console.log(
  `memory of all ${all.length} processes: ${
    Math.round(await resident(all))
  } MB resident (proportional share)`,
);
console.log(`JavaScript of the page: ${(await pageScript(gatekeeper.url) / 1000).toFixed(1)} KB gzip`);
await gatekeeper.stop();
await Deno.remove(gatekeeper.varDir, { recursive: true });

/** Resolves with the moment at which the other client hears that the action was approved. */
function approvedOf(frames: LiveFrame[], id: number): Promise<number> {
  return new Promise((resolve) => {
    const push = frames.push.bind(frames);
    frames.push = (...fresh) => {
      if (
        fresh.some((frame) =>
          frame.type === "action" && frame.data.id === id && frame.data.state === "approved"
        )
      ) {
        resolve(performance.now());
      }
      return push(...fresh);
    };
  });
}

/** Megabytes of these processes; pages that several share are divided among them (Linux). */
async function resident(pids: number[]): Promise<number> {
  let kilobytes = 0;
  for (const pid of pids) {
    const text = await Deno.readTextFile(`/proc/${pid}/smaps_rollup`).catch(() => "");
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  }
  return kilobytes / 1024;
}

function report(what: string, samples: number[]): void {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
  console.log(`${what}: p50 ${at(0.5)}, p95 ${at(0.95)}, min ${at(0)}, max ${at(1)} (n=${samples.length})`);
}
