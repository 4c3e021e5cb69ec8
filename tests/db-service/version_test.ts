/** Asking how far the data is must not cost SQLite its locks (https://sqlite.org/howtocorrupt.html, 2.2). */
import assert from "node:assert/strict";
import { Child } from "./child.ts";

const ENGINE = "../../db-service/engine";

Deno.test("asking for the version leaves every lock of the process in place", async () => {
  const folder = await Deno.makeTempDir({ prefix: "version" });
  const file = `${folder}/main.db`;
  const writer = await new Child(`${ENGINE}/writer_child.ts`, [file]).ready();
  await writer.ask("seed", { sample: true });
  const reader = await new Child(`${ENGINE}/reader_child.ts`, [file]).ready();
  await reader.ask("read", { sql: "SELECT * FROM customers" });
  const before = await locksOf(reader.pid, file);
  assert.ok(before.length > 0, "an open database is locked");
  const first = await reader.ask<string>("version", null);
  assert.equal(await reader.ask<string>("version", null), first);
  assert.deepEqual(await locksOf(reader.pid, file), before);

  await writer.ask("enrol", { request: { publicKey: await publicKey(), name: "Ana" }, mode: "local" });
  assert.notEqual(await reader.ask<string>("version", null), first);
  assert.deepEqual(await locksOf(reader.pid, file), before);
  await reader.end();
  await writer.end();
  await Deno.remove(folder, { recursive: true });
});

/** What a process has locked of a database's files (Linux: `/proc/locks`, by process and inode). */
async function locksOf(pid: number, file: string): Promise<string[]> {
  const inodes: string[] = [];
  for (const path of [file, `${file}-shm`]) inodes.push(String((await Deno.stat(path)).ino));
  const lines = (await Deno.readTextFile("/proc/locks")).split("\n");
  return lines.flatMap((line) => {
    const [, kind, , access, owner, place = "", from, to] = line.trim().split(/\s+/);
    const isOurs = kind === "POSIX" && Number(owner) === pid && inodes.includes(place.split(":")[2]);
    return isOurs ? [`${access} ${place} ${from} ${to}`] : [];
  }).sort();
}

async function publicKey() {
  const { publicKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", publicKey);
  return { kty, crv, x, y };
}
