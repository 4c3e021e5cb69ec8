/** The whole product as a user starts it: the launcher with its processes, on free ports, in a folder of its own. */
import assert from "node:assert/strict";
import { freePort } from "../ports.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

export interface Running {
  url: string;
  dbUrl: string;
  dbToken: string;
  varDir: string;
  /** From start to the ready line, in milliseconds. */
  readyMs: number;
  /** Process ids of the app and the db-service, and of everything the launcher started. */
  pids(): Promise<{ app: number; db: number; launcher: number; all: number[] }>;
  /** Ends it as Ctrl-C does; resolves with the launcher's exit code. */
  stop(): Promise<number>;
  /** Resolves when the launcher has ended, with what it printed to stderr. */
  ended: Promise<{ code: number; stderr: string }>;
  kill(pid: number): void;
}

/** Starts `deno task dev`. `varDir` continues with what an earlier one left, `ports` where its tabs look for it. */
export async function startGatekeeper(
  { varDir, ports = [freePort(), freePort()], env = {} }: {
    varDir?: string;
    ports?: [app: number, db: number];
    env?: Record<string, string>;
  } = {},
): Promise<Running> {
  const [port, dbPort] = ports;
  const folder = varDir ?? await Deno.makeTempDir({ prefix: "gatekeeper-" });
  const dbToken = "a-db-service-token-for-tests";
  const started = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "dev", "--no-watch"],
    cwd: ROOT,
    env: {
      ...env,
      PORT: String(port),
      DB_PORT: String(dbPort),
      VAR_DIR: folder,
      DB_SERVICE_TOKEN: dbToken,
      NO_COLOR: "1",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  const ended = Promise.all([child.status, stderr]).then(([{ code }, text]) => ({ code, stderr: text }));
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("Gatekeeper is ready on ")) {
    const { value, done } = await output.read();
    if (done) throw new Error(`The launcher ended before it was ready: ${text}\n${(await ended).stderr}`);
    text += value;
  }
  const readyMs = performance.now() - started;
  const rest = (async () => {
    while (!(await output.read()).done);
  })();
  const kill = (pid: number, signal: Deno.Signal = "SIGKILL") => {
    try {
      Deno.kill(pid, signal);
    } catch {
      // It is gone already.
    }
  };
  return {
    url: `http://127.0.0.1:${port}`,
    dbUrl: `http://127.0.0.1:${dbPort}`,
    dbToken,
    varDir: folder,
    readyMs,
    ended,
    kill,
    async pids() {
      const all = await descendants(child.pid);
      const of = (part: string) => {
        const found = all.find(({ command }) => command.includes(part));
        assert.ok(found, `no process runs ${part}`);
        return found.pid;
      };
      return {
        app: of("_fresh/server.js"),
        db: of("db-service/main.ts"),
        launcher: of("dev.ts"),
        all: all.map(({ pid }) => pid),
      };
    },
    async stop() {
      for (const { pid, command } of await descendants(child.pid)) {
        // `deno task` starts the launcher as a process of its own; a terminal's Ctrl-C reaches both.
        if (command.includes("dev.ts")) kill(pid, "SIGINT");
      }
      kill(child.pid, "SIGINT");
      const { code } = await ended;
      await rest;
      return code;
    },
  };
}

/** Every process below `root`, itself included, with its command line (Linux). */
export async function descendants(root: number): Promise<{ pid: number; command: string }[]> {
  const parents = new Map<number, { parent: number; command: string }>();
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = await Deno.readTextFile(`/proc/${name}/stat`);
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      const command = (await Deno.readTextFile(`/proc/${name}/cmdline`)).replaceAll("\0", " ");
      parents.set(Number(name), { parent, command });
    } catch {
      // It ended while we looked.
    }
  }
  const found: { pid: number; command: string }[] = [];
  for (const [pid, { command }] of parents) {
    for (let at: number | undefined = pid; at; at = parents.get(at)?.parent) {
      if (at === root) {
        found.push({ pid, command });
        break;
      }
    }
  }
  return found;
}

/** Waits until `condition` gives something, asking often; fails after `ms`. */
export async function until<T>(
  what: string,
  condition: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  ms = 30_000,
): Promise<T> {
  for (const end = Date.now() + ms;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what} did not happen within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
