/** A database that can't be written for a while: the disk is full, or somebody else holds it. */
import assert from "node:assert/strict";
import { openBeside } from "@/tests/sqlite.ts";
import { type Action, Desk, Refused } from "./desk.ts";

const SCHEMA =
  `CREATE TABLE t(id INTEGER PRIMARY KEY, v); CREATE TABLE counter(n); INSERT INTO counter VALUES (0);
  WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 300) INSERT INTO t SELECT i, hex(zeroblob(100)) FROM c`;
const STATEMENTS = [
  { sql: "UPDATE t SET v = v || format('%400d', id)" },
  { sql: "UPDATE counter SET n = n + 1" },
];

/** A place for a database that can be filled to the last byte. */
interface Disk {
  name: string;
  through?: string[];
  dataDir?: string;
  fill(desk: Desk): Promise<void>;
  free(desk: Desk): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

Deno.test("a full disk: a clear error, nothing changed, and all is well when there is room again", async (t) => {
  for (const make of [limitedFiles, smallDisk]) {
    await using disk = await make();
    if (disk === null) continue;
    await t.step(disk.name, async () => {
      await using desk = await Desk.open({ before: SCHEMA, ...disk });
      const { digest } = await desk.preview(STATEMENTS);
      const action: Action = { actionUid: crypto.randomUUID(), statements: STATEMENTS, digest };
      const before = await desk.dump();
      await disk.fill(desk);
      for (let attempt = 0; attempt < 3; attempt++) await unavailable(desk.execute(action));
      assert.deepEqual(
        (await desk.call<{ rows: unknown }>("POST", "/read", { sql: "SELECT n FROM counter" })).rows,
        [[0]],
      );
      await disk.free(desk);
      assert.deepEqual(await desk.dump(), before);
      assert.equal((await desk.execute(action)).replay, false);
      const after = await desk.dump();
      assert.deepEqual(Object.values(after.tables.counter).map(({ values }) => values), [[1]]);

      await disk.fill(desk);
      await unavailable(desk.revert(action));
      await disk.free(desk);
      assert.deepEqual(await desk.dump(), after);
      assert.equal((await desk.revert(action)).replay, false);
      assert.deepEqual(await desk.dump(), before);
      assert.deepEqual(await desk.query("PRAGMA integrity_check"), [["ok"]]);
    });
  }
});

Deno.test("a database that somebody else holds longer than we wait: busy, reads go on, nothing changed", async () => {
  await using desk = await Desk.open({ before: SCHEMA });
  const { digest } = await desk.preview(STATEMENTS);
  const action = { actionUid: crypto.randomUUID(), statements: STATEMENTS, digest };
  const before = await desk.dump();
  const other = openBeside(desk.file);
  other.exec("BEGIN IMMEDIATE");
  const waiting = desk.execute(action);
  const { rows } = await desk.call<{ rows: unknown }>("POST", "/read", { sql: "SELECT n FROM counter" });
  assert.deepEqual(rows, [[0]]);
  await assert.rejects(waiting, (error) => {
    assert.ok(error instanceof Refused);
    assert.equal(error.problem.code, "busy");
    assert.match(error.problem.detail, /Another program is writing/);
    return true;
  });
  other.exec("ROLLBACK");
  other.close();
  assert.deepEqual(await desk.dump(), before);
  assert.equal((await desk.execute(action)).replay, false);
});

async function unavailable(promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof Refused, String(error));
    assert.equal(error.problem.code, "db_unavailable", error.problem.detail);
    assert.match(error.problem.detail, /can't be written: (database or disk is full|disk I\/O error)/);
    return true;
  });
}

/** Files of the writer may not grow: the system answers EFBIG, for which a process must not die of SIGXFSZ. */
function limitedFiles(): Promise<Disk> {
  const limit = async (desk: Desk, bytes: string) => {
    const pid = await desk.writerPid();
    assert.ok(pid !== null);
    const { success } = await new Deno.Command("prlimit", { args: [`--pid=${pid}`, `--fsize=${bytes}:`] })
      .output();
    assert.ok(success);
  };
  return Promise.resolve({
    name: "files may not grow",
    through: ["sh", "-c", `trap "" XFSZ; exec "$0" "$@"`],
    fill: async (desk) => await limit(desk, "4096"),
    free: async (desk) => await limit(desk, "unlimited"),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

/** A file system in memory, filled by another file: ENOSPC. Null where this process may not mount one. */
async function smallDisk(): Promise<Disk | null> {
  const dataDir = await Deno.makeTempDir({ prefix: "small" });
  const run = (program: string, ...args: string[]) =>
    new Deno.Command(program, { args, stderr: "null" }).output();
  const { success } = await run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", dataDir);
  if (!success) {
    await Deno.remove(dataDir);
    return null;
  }
  const filler = `${dataDir}/filler`;
  return {
    name: "a small disk",
    dataDir,
    fill: async () => {
      const file = await Deno.open(filler, { create: true, append: true });
      const bytes = new Uint8Array(4096);
      try {
        while (await file.write(bytes) > 0);
      } catch {
        // Full, as was wanted.
      } finally {
        file.close();
      }
    },
    free: async () => await Deno.remove(filler),
    [Symbol.asyncDispose]: async () => {
      await run("umount", dataDir);
      await Deno.remove(dataDir, { recursive: true });
    },
  };
}
