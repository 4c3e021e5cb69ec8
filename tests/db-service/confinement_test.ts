/**
 * What each process of the db-service may touch, shown by a program that tries everything under its very flags: the
 * reader one file, the writer its folder and the native driver, the parent its folder, its port and Deno itself.
 */
import assert from "node:assert/strict";
import { dbCommand } from "@/dev.ts";
import { childOptions, type ChildSpec } from "@/db-service/engine/child.ts";
import { readerSpec, writerSpec } from "@/db-service/engine/local.ts";

const DENIED =
  /NotCapable|PermissionDenied|not permitted|Requires|denied|EPERM|EACCES|readonly database|attached databases - max 0|--cached-only/i;

interface Place {
  folder: string;
  file: string;
  elsewhere: string;
}

/** A database, a neighbour, a file of somebody else, and a listening port. */
async function withPlace(work: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "confined-" });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    await Deno.mkdir(`${folder}/db`);
    await Deno.writeTextFile(`${folder}/notes.txt`, "the owner's notes");
    await Deno.writeTextFile(`${folder}/db/other.db`, "another database");
    const file = `${folder}/db/main.db`;
    await Deno.writeTextFile(`${folder}/make.ts`, MAKE);
    const made = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", `${folder}/make.ts`, file],
    })
      .output();
    assert.equal(made.code, 0);
    const elsewhere = `http://127.0.0.1:${listener.addr.port}/`;
    await work({ folder, file, elsewhere });
    assert.equal(await Deno.readTextFile(`${folder}/notes.txt`), "the owner's notes");
  } finally {
    listener.close();
    await Deno.remove(folder, { recursive: true });
  }
}

const MAKE = `import { DatabaseSync } from "node:sqlite";
new DatabaseSync(Deno.args[0]).exec("CREATE TABLE t (a); INSERT INTO t VALUES (1)");`;

/** Runs the probe under `args` and `env`; answers what each attempt came to. */
async function probe(
  { folder, file, elsewhere }: Place,
  { args, env }: { args: string[]; env: Record<string, string> },
): Promise<Map<string, string>> {
  const source = `data:text/javascript,${encodeURIComponent(PROBE)}`;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args, source, file, folder, elsewhere],
    env,
    clearEnv: true,
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const results: [string, string][] = JSON.parse(new TextDecoder().decode(stdout));
  assert(results.length >= 30);
  return new Map(results);
}

/** The flags of a child without its module and arguments, for the probe stands in their place. */
function flagsOf(spec: ChildSpec): { args: string[]; env: Record<string, string> } {
  const { args, env } = childOptions({ ...spec, args: [] });
  return { args: args.slice(0, -1), env };
}

function expect(results: Map<string, string>, allowed: string[]): void {
  for (const name of allowed) assert(results.has(name), `no attempt is called "${name}"`);
  for (const [what, outcome] of results) {
    if (allowed.includes(what)) assert.equal(outcome, "done", what);
    else assert.match(outcome, DENIED, `${what}: ${outcome}`);
  }
}

function local({ file, folder }: Place) {
  return { file, folder: `${folder}/db`, deny: [], retentionDays: 90, onUnmatched() {}, onEnd() {} };
}

Deno.test("the reader's process opens its one file, for reading, and nothing else", async () => {
  await withPlace(async (place) => {
    const before = await Deno.readFile(place.file);
    const results = await probe(place, flagsOf(readerSpec(local(place))));
    expect(results, ["read the database file", "open the database read-only"]);
    assert.deepEqual(await Deno.readFile(place.file), before);
  });
});

Deno.test("the writer's process touches its folder, calls its driver, and reaches nobody", async () => {
  await withPlace(async (place) => {
    expect(await probe(place, flagsOf(writerSpec(local(place)))), [
      "read the database file",
      "open the database read-only",
      "open the database for writing",
      "write into the database's folder",
      "read the neighbour",
      "list the database's folder",
      "copy the database within its folder",
      "ask for the host's name",
    ]);
  });
});

Deno.test("the parent's process keeps its folder and its port, and runs Deno alone", async () => {
  await withPlace(async (place) => {
    const plan = { port: 1, dbPort: 2, varDir: place.folder, token: "a-token-of-sixteen" };
    const { args, env } = dbCommand(plan);
    const results = await probe(place, { args: args.slice(0, -1), env });
    expect(results, [
      "read the database file",
      "open the database read-only",
      "open the database for writing",
      "write into the database's folder",
      "read the neighbour",
      "list the database's folder",
      "copy the database within its folder",
      "read a variable",
      // The price of starting children: whoever runs code in the parent could start a Deno with every permission.
      "run Deno",
    ]);
  });
});

const PROBE = `
import { DatabaseSync } from "node:sqlite";
import fs from "node:fs";
import { connect } from "node:net";
import os from "node:os";
const [file, folder, elsewhere] = Deno.args;
const port = Number(new URL(elsewhere).port);
const results = [];
const attempt = async (what, act) => {
  try { await act(); results.push([what, "done"]); } catch (e) { results.push([what, e.name + ": " + e.message]); }
};
const closing = (db, act) => { try { act(db); } finally { db.close(); } };
await attempt("read the database file", () => Deno.readFile(file));
await attempt("open the database read-only", () =>
  closing(new DatabaseSync(file, { readOnly: true }), (db) => db.prepare("SELECT * FROM t").all()));
await attempt("open the database for writing", () => closing(new DatabaseSync(file), (db) => db.exec("INSERT INTO t VALUES (2)")));
await attempt("write through a read-only connection", () =>
  closing(new DatabaseSync(file, { readOnly: true }), (db) => db.exec("INSERT INTO t VALUES (3)")));
await attempt("attach the neighbour", () =>
  closing(new DatabaseSync(":memory:"), (db) => db.exec("ATTACH '" + folder + "/db/new.db' AS x")));
await attempt("vacuum into a file outside", () =>
  closing(new DatabaseSync(file, { readOnly: true }), (db) => db.exec("VACUUM INTO '" + folder + "/copy.db'")));
await attempt("load an extension", () =>
  closing(new DatabaseSync(":memory:", { allowExtension: true }), (db) => db.loadExtension(folder + "/notes.txt")));
await attempt("write the database file", () => Deno.writeTextFile(folder + "/notes.txt", "x"));
await attempt("write into the database's folder", () => Deno.writeTextFile(folder + "/db/made", "x"));
await attempt("append by node", () => fs.appendFileSync(folder + "/notes.txt", "x"));
await attempt("read the neighbour", () => Deno.readTextFile(folder + "/db/other.db"));
await attempt("read a file outside", () => Deno.readTextFile(folder + "/notes.txt"));
await attempt("read it by node", () => fs.readFileSync(folder + "/notes.txt"));
await attempt("read it by walking out", () => Deno.readTextFile(folder + "/db/../notes.txt"));
await attempt("read the system's users", () => Deno.readTextFile("/etc/passwd"));
await attempt("list the database's folder", () => [...Deno.readDirSync(folder + "/db")]);
await attempt("list the folder above", () => [...Deno.readDirSync(folder)]);
await attempt("copy the database within its folder", () => Deno.copyFile(file, folder + "/db/copy"));
await attempt("copy the database outside", () => Deno.copyFile(file, folder + "/copy"));
await attempt("link a file into the folder", () => Deno.symlink(folder + "/notes.txt", folder + "/db/link"));
await attempt("remove a file outside", () => Deno.remove(folder + "/notes.txt"));
await attempt("make a temporary file", () => Deno.makeTempFile());
await attempt("import a file outside", () => import("file://" + folder + "/make.ts"));
await attempt("import from the network", () => import(elsewhere + "x.js"));
await attempt("reach a port", () => fetch(elsewhere));
await attempt("connect to a port", () => Deno.connect({ hostname: "127.0.0.1", port }));
await attempt("connect by node", () => new Promise((ok, no) => connect(port, "127.0.0.1", ok).on("error", no)));
await attempt("listen on a port", () => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close());
await attempt("ask a name server", () => Deno.resolveDns("localhost", "A"));
await attempt("run a program", () => new Deno.Command("/bin/cat", { args: [file] }).output());
await attempt("run Deno", () => new Deno.Command(Deno.execPath(), { args: ["--version"] }).output());
await attempt("load a library", () => Deno.dlopen("libc.so.6", {}));
await attempt("read a variable", () => Deno.env.get("DB_SERVICE_TOKEN") ?? Deno.env.toObject());
await attempt("ask for the host's name", () => os.hostname());
await attempt("ask who is at work", () => os.userInfo());
await attempt("end another process", () => Deno.kill(Deno.ppid, 0 || "SIGCONT"));
console.log(JSON.stringify(results));
Deno.exit(0);
`;
