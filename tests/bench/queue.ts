/**
 * What a decision costs, however long the queue is and however many watch (SPEC N1, N2, N4): bytes to each tab, the
 * time from an approval's request to its effect in another client, and the time until every tab has seen it. App,
 * db-service and this client are processes of their own on one machine; all times are this process's clock.
 * Run: deno task bench:queue [ENTRIES,…] [FEEDS,…]
 */
import { Approver, Client } from "../system/client.ts";
import { startGatekeeper } from "../system/start.ts";
import { seedQueue } from "./seed.ts";

const [entries = "10,1000,100000", feeds = "1,100,1000"] = Deno.args;
const ROUNDS = 50;
const WARM = 5;

/** When any tab was sent something last. */
let heardAt = 0;

/** A tab that looks for one change, and counts what it is sent. */
interface Tab {
  socket: WebSocket;
  bytes: number;
  /** What a frame contains that this tab waits for. */
  seek: string;
  found: (() => void) | null;
}

for (const count of entries.split(",").map(Number)) {
  const varDir = await seeded(count);
  const gatekeeper = await startGatekeeper({ varDir });
  const client = new Client(gatekeeper.url);
  const approver = await Approver.enrolled(client);
  for (const size of feeds.split(",").map(Number)) {
    const tabs = await Promise.all(Array.from({ length: size }, () => open(gatekeeper.url)));
    const first: number[] = [];
    const last: number[] = [];
    const bytes: number[] = [];
    for (let i = 0; i < ROUNDS + WARM; i++) {
      const action = await client.propose("UPDATE customers SET name = ? WHERE id = 1", [
        `Name ${count} ${size} ${i}`,
      ]);
      const approval = await approver.sign(action, "approve");
      await quiet(tabs);
      for (const tab of tabs) tab.bytes = 0;
      let one = 0;
      const all = tabs.map((tab) => sees(tab, `"id":${action.id},`, () => one ||= performance.now()));
      const sent = performance.now();
      const answer = client.approve(action, approval);
      await Promise.all(all);
      const end = performance.now();
      if ((await answer).status !== 200) throw new Error(`The approval answered ${(await answer).status}.`);
      await quiet(tabs);
      // The first few warm the caches of every process.
      if (i < WARM) continue;
      first.push(one - sent);
      last.push(end - sent);
      bytes.push(Math.max(...tabs.map((tab) => tab.bytes)));
    }
    console.log(`${count} entries, ${size} tabs:`);
    report("  N2 approve request to effect in the first tab (ms)", first);
    report("  N4 approve request to effect in the last tab (ms)", last);
    report("  N1 bytes to a tab for one approval, all its frames", bytes);
    await Promise.all(tabs.map(close));
  }
  await gatekeeper.stop();
  await Deno.remove(varDir, { recursive: true });
}

/** A folder of Gatekeeper's with that many entries in the queue. */
async function seeded(count: number): Promise<string> {
  const varDir = await Deno.makeTempDir({ prefix: "gatekeeper-bench-" });
  const gatekeeper = await startGatekeeper({ varDir });
  await gatekeeper.stop();
  const kv = await Deno.openKv(`${varDir}/app/kv.sqlite3`);
  await seedQueue(kv, "main", count);
  kv.close();
  return varDir;
}

function open(url: string): Promise<Tab> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/workspaces/main/live?cursor=`);
  const tab: Tab = { socket, bytes: 0, seek: "", found: null };
  return new Promise((resolve, reject) => {
    socket.onerror = () => reject(new Error("A tab could not connect."));
    socket.onmessage = ({ data }) => {
      // The server's own text is measured; every character of these frames is one byte.
      tab.bytes += data.length;
      heardAt = performance.now();
      if (tab.found && data.includes(tab.seek) && data.includes('"state":"approved"')) {
        tab.found();
        tab.found = null;
      }
      resolve(tab);
    };
  });
}

/** Resolves when no tab has been sent anything for a while. */
async function quiet(tabs: readonly Tab[]): Promise<void> {
  const ms = tabs.length > 100 ? 60 : 20;
  while (performance.now() - heardAt < ms) await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves when the tab has been told of the change; a tab that misses it ends the benchmark. */
function sees(tab: Tab, seek: string, told: () => void): Promise<void> {
  tab.seek = seek;
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("A tab missed a change.")), 10_000);
    tab.found = () => {
      clearTimeout(late);
      told();
      resolve();
    };
  });
}

function close({ socket }: Tab): Promise<void> {
  return new Promise((resolve) => {
    socket.onclose = () => resolve();
    socket.close();
  });
}

function report(what: string, samples: number[]): void {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
  console.log(`${what}: p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)} (n=${samples.length})`);
}
