/**
 * What the gate costs: preview, execute and revert through the service's HTTP beside the bare statement in node:sqlite
 * and in the plain libSQL client, and reads through HTTP beside theirs, all in one run. Run: deno task bench:engine
 * Then the same against a libSQL server.
 */
import { type Client, createClient } from "@libsql/client/web";
import { createClient as createLocal } from "@libsql/client/sqlite3";
import { DatabaseSync } from "node:sqlite";
import type { Statement } from "@/db-service/contract/schemas.ts";
import { Desk } from "../db-service/desk.ts";
import { startSqld } from "../db-service/sqld.ts";

const SIZES: [rows: number, rounds: number][] = [[1, 100], [1_000, 25], [10_000, 9]];
const READS = 200;
const SCHEMA = `DROP TABLE IF EXISTS bench;
  CREATE TABLE bench(id INTEGER PRIMARY KEY, name TEXT NOT NULL, n INTEGER NOT NULL, note TEXT);
  WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000)
    INSERT INTO bench SELECT i, 'Name ' || i, i, 'a note of some length, number ' || i FROM c;`;
const LIST = "SELECT * FROM bench ORDER BY id LIMIT 1000";
const BY_ID = "SELECT * FROM bench WHERE id = ?";
/** SPEC N5: milliseconds that a one-row change may cost over the bare statement. */
const MOST_OVER_BARE = 3;

const folder = await Deno.makeTempDir({ prefix: "bench" });
const settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
const node = new DatabaseSync(`${folder}/node.db`);
node.exec(settings + SCHEMA);
const plain = createLocal({ url: `file:${folder}/plain.db`, concurrency: 1 });
await plain.executeMultiple(settings + SCHEMA);

console.log(`milliseconds: median (10th to 90th percentile); ${navigator.hardwareConcurrency} processors`);
console.log("\nlocal file, synchronous=FULL");
{
  await using desk = await Desk.open({ before: SCHEMA });
  await compare(desk, plain, "libSQL client", MOST_OVER_BARE);
}
console.log("\nsqld on this machine, over HTTP");
{
  const sqld = await startSqld();
  await sqld.run(SCHEMA);
  const client = createClient({ url: sqld.url, authToken: sqld.token });
  const desk = await Desk.open({ server: sqld });
  await compare(desk, client, "libSQL client to the same server");
  await desk[Symbol.asyncDispose]();
  client.close();
  await sqld.stop();
}
node.close();
plain.close();
await Deno.remove(folder, { recursive: true });

/** Prints one table for a served database beside node:sqlite and a plain client. */
async function compare(desk: Desk, client: Client, clientName: string, most?: number): Promise<void> {
  for (const [rows, rounds] of SIZES) {
    const times: Record<string, number[]> = {};
    const update = (i: number): Required<Statement> => ({
      sql: "UPDATE bench SET n = n + ? WHERE id BETWEEN ? AND ?",
      args: [i + 1, 5, 4 + rows],
    });
    // Interleaved, so that a slow moment of the machine hits all of them.
    for (let i = -3; i < rounds; i++) {
      const { sql, args } = update(i + 10);
      const values = args.map(Number);
      const took: [string, number][] = [];
      const measure = async <T>(name: string, work: () => Promise<T> | T): Promise<T> => {
        const begun = performance.now();
        const result = await work();
        took.push([name, performance.now() - begun]);
        return result;
      };
      await measure("bare statement, node:sqlite", () => node.prepare(sql).run(...values));
      await measure(`bare statement, ${clientName}`, () => client.execute({ sql, args: values }));
      const statements = [{ sql, args }];
      const { digest } = await measure(
        "preview",
        () => desk.call<{ digest: string }>("POST", "/preview", { statements }),
      );
      const action = { actionUid: crypto.randomUUID(), statements, digest };
      const execute = { ...action, approval: await desk.sign(action, "approve") };
      await measure("execute", () => desk.call("POST", "/execute", execute));
      const revert = { actionUid: action.actionUid, approval: await desk.sign(action, "revert") };
      await measure("revert", () => desk.call("POST", "/revert", revert));
      if (rows === 1) {
        await measure("HTTP alone (GET /healthz)", async () => {
          await (await fetch(`${desk.service.url}/healthz`)).text();
        });
      }
      if (i >= 0) { for (const [name, ms] of took) (times[name] ??= []).push(ms); }
    }
    print(`${rows.toLocaleString("en")} row${rows === 1 ? "" : "s"}`, times);
    if (rows === 1) {
      const over = (name: string) => median(times[name]) - median(times[`bare statement, ${clientName}`]);
      console.log(
        `  over the bare statement: preview ${over("preview").toFixed(1)}, execute ${
          over("execute").toFixed(1)
        } ` +
          (most === undefined ? "" : `(at most ${most})`),
      );
    }
  }
  const reads: Record<string, number[]> = {};
  for (let i = -5; i < READS; i++) {
    for (const [what, sql, args] of [["by id", BY_ID, [i + 50]], ["list of 1,000", LIST, []]] as const) {
      const took: [string, number][] = [];
      const measure = async (name: string, work: () => Promise<unknown> | unknown) => {
        const begun = performance.now();
        await work();
        took.push([`${what}, ${name}`, performance.now() - begun]);
      };
      await measure("node:sqlite", () => node.prepare(sql).all(...args));
      await measure(clientName, () => client.execute({ sql, args: [...args] }));
      await measure("POST /read", () => desk.call("POST", "/read", { sql, args }));
      if (i >= 0) { for (const [name, ms] of took) (reads[name] ??= []).push(ms); }
    }
  }
  print("reads", reads);
}

function print(title: string, times: Record<string, number[]>): void {
  console.log(`${title} (n=${Object.values(times)[0].length})`);
  for (
    const [name, samples] of Object.entries(times).sort(([a], [b]) => title === "reads" && a > b ? 1 : 0)
  ) {
    const at = (share: number) => sorted(samples)[Math.floor((samples.length - 1) * share)].toFixed(2);
    console.log(`  ${name.padEnd(52)} ${at(0.5).padStart(8)}  (${at(0.1)} to ${at(0.9)})`);
  }
}

function median(samples: number[]): number {
  return sorted(samples)[Math.floor((samples.length - 1) / 2)];
}

function sorted(samples: number[]): number[] {
  return samples.toSorted((a, b) => a - b);
}
