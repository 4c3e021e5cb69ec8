/** Children end with their parent, however it ends, and a killed child is replaced. */
import assert from "node:assert/strict";
import { Problem } from "@/db-service/contract/schemas.ts";
import { startDbService } from "./start.ts";

const ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";

async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "pid=", "--ppid", String(pid)] }).output();
  return new TextDecoder().decode(stdout).trim().split(/\s+/).filter((text) => text !== "").map(Number);
}

async function living(pids: number[]): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "pid=,stat=", "-p", pids.join()] }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n").map((line) => line.trim().split(/\s+/));
  // A zombie has ended; who reaps it is the business of the machine.
  return lines.filter(([pid, stat]) => pid !== "" && stat?.startsWith("Z") === false).map(([pid]) =>
    Number(pid)
  );
}

/** The end of a process that is not our child is no event that could be awaited. */
async function gone(pids: number[]): Promise<void> {
  const deadline = performance.now() + 30_000;
  while ((await living(pids)).length > 0) {
    assert(performance.now() < deadline, `still running: ${await living(pids)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

Deno.test("a stop ends every process and answers what was under way", async () => {
  const service = await startDbService();
  await service.call("GET", "/v1/databases/main/version");
  const children = await childrenOf(service.pid);
  assert.equal(children.length, 2, "a reader and a writer");
  const underWay = service.call("POST", "/v1/databases/main/read", { sql: ENDLESS });
  // Answered by a further reader, so the first one is at work by now.
  await service.call("POST", "/v1/databases/main/read", { sql: "SELECT 1" });
  assert.equal(await service.stop(), 0);
  assert.equal(Problem.parse((await underWay).body).code, "limit", "it ran to its deadline");
  assert.deepEqual(await living(children), []);
});

Deno.test("Ctrl-C in a terminal reaches every process at once: when the children end is up to their parent", async () => {
  const service = await startDbService();
  const answered = async () => {
    const read = { sql: "SELECT count(*) FROM customers" };
    assert.equal((await service.call("POST", "/v1/databases/main/read", read)).status, 200);
    assert.equal((await service.call("GET", "/v1/databases/main/approvers")).status, 200);
  };
  await answered();
  const children = await childrenOf(service.pid);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    for (const pid of children) Deno.kill(pid, signal);
    await answered();
    assert.deepEqual(await childrenOf(service.pid), children);
  }
  assert.equal(await service.stop(), 0);
  assert.deepEqual(await living(children), []);
  assert.deepEqual(service.log.filter((line) => line.includes("child_ended")), []);
});

Deno.test("no child is told a token of its parent", async () => {
  const service = await startDbService();
  try {
    await service.call("GET", "/v1/databases/main/version");
    const children = await childrenOf(service.pid);
    assert.equal(children.length, 2);
    for (const pid of children) {
      const environment = await Deno.readTextFile(`/proc/${pid}/environ`);
      for (const token of [service.token, service.adminToken]) assert(!environment.includes(token));
    }
  } finally {
    await service.stop();
  }
});

Deno.test("no orphan outlives a killed parent, not even in the middle of endless SQL", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    const service = await startDbService({ dataDir });
    const endless = [
      service.call("POST", "/v1/databases/main/read", { sql: ENDLESS }),
      service.call("POST", "/v1/databases/main/preview", {
        statements: [{ sql: `UPDATE customers SET name = (${ENDLESS})` }],
      }),
    ].map((call) => call.catch(() => null));
    // Answered by a further reader, so the first one is at work by now.
    await service.call("POST", "/v1/databases/main/read", { sql: "SELECT 1" });
    const children = await childrenOf(service.pid);
    assert(children.length >= 3, `${children.length} children`);
    await service.kill9();
    await Promise.all(endless);
    await gone(children);
    // Nothing holds the file: the next start works at once.
    const next = await startDbService({ dataDir });
    const change = { statements: [{ sql: "UPDATE customers SET tier = 'Gold' WHERE id = 2" }] };
    assert.equal((await next.call("POST", "/v1/databases/main/preview", change)).status, 200);
    await next.stop();
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("a child that dies is replaced", async () => {
  const service = await startDbService();
  try {
    await service.call("GET", "/v1/databases/main/approvers");
    const children = await childrenOf(service.pid);
    assert.equal(children.length, 2);
    for (const pid of children) Deno.kill(pid, "SIGKILL");
    const read = { sql: "SELECT count(*) FROM customers" };
    // The parent may still take the dead for living once; the next request meets their successors.
    await service.call("POST", "/v1/databases/main/read", read);
    await service.call("GET", "/v1/databases/main/approvers");
    assert.equal((await service.call("POST", "/v1/databases/main/read", read)).status, 200);
    assert.equal((await service.call("GET", "/v1/databases/main/approvers")).status, 200);
  } finally {
    await service.stop();
  }
});
