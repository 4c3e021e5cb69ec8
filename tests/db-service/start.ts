/** The db-service as a real process with the permissions that it has in use, on a free port. */
import { Invite } from "@/db-service/contract/schemas.ts";
import { lines } from "@/db-service/engine/child_loop.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const TOKEN = "a-token-for-the-tests-of-db-service";
const ADMIN_TOKEN = "a-token-of-the-owner-of-db-service";

export interface DbService {
  url: string;
  token: string;
  adminToken: string;
  dataDir: string;
  pid: number;
  /** Everything that the process wrote to standard error until now, as lines. */
  log: string[];
  /** Sends a request with the token of the app, or another one; a plain object as `body` goes as JSON. */
  call(
    method: string,
    path: string,
    body?: unknown,
    token?: string,
  ): Promise<{ status: number; body: unknown }>;
  /** Makes an invite as the owner does. */
  invite(name: string, database?: string): Promise<Invite>;
  /** Ends it as an operator does; resolves with its exit code. Removes `dataDir` unless it was given. */
  stop(): Promise<number>;
  /** Ends the parent process alone, at once, as a crash does. */
  kill9(): Promise<void>;
}

/** Starts the service and waits until it says that it is ready. */
export async function startDbService(
  { dataDir, env = {}, through = [] }: {
    dataDir?: string;
    env?: Record<string, string>;
    /** A command that runs the one that follows it. */
    through?: string[];
  } = {},
): Promise<DbService> {
  const folder = dataDir ?? await Deno.makeTempDir({ prefix: "db-service-" });
  const child = spawnDbService({
    GATEKEEPER_MODE: "local",
    DB_SERVICE_TOKEN: TOKEN,
    DB_ADMIN_TOKEN: ADMIN_TOKEN,
    DATA_DIR: folder,
    PORT: "0",
    ...env,
  }, through);
  const log: string[] = [];
  const ready = Promise.withResolvers<number>();
  const drained = (async () => {
    for await (const line of lines(child.stderr)) {
      log.push(line);
      const port = /"event":"ready","port":(\d+)/.exec(line)?.[1];
      if (port !== undefined) ready.resolve(Number(port));
    }
  })().then(() => ready.reject(new Error(`The service ended before it was ready:\n${log.join("\n")}`)));
  ready.promise.catch(() => {});
  const port = await ready.promise;
  const url = `http://127.0.0.1:${port}`;
  const end = async () => {
    const { code } = await child.status;
    await drained;
    return code;
  };
  const call: DbService["call"] = async (method, path, body, token = TOKEN) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : JSON.parse(text) };
  };
  return {
    url,
    token: TOKEN,
    adminToken: ADMIN_TOKEN,
    dataDir: folder,
    pid: child.pid,
    log,
    call,
    async invite(name, database = "main") {
      return Invite.parse(
        (await call("POST", `/v1/databases/${database}/invites`, { name }, ADMIN_TOKEN)).body,
      );
    },
    async stop() {
      child.kill("SIGTERM");
      const code = await end();
      if (dataDir === undefined) await Deno.remove(folder, { recursive: true });
      return code;
    },
    async kill9() {
      child.kill("SIGKILL");
      await end();
    },
  };
}

/** Starts the process and leaves the rest to the caller; `env` is all that it sees. */
export function spawnDbService(env: Record<string, string>, through: string[] = []): Deno.ChildProcess {
  const folder = env.DATA_DIR || ROOT;
  const [program, ...before] = [...through, Deno.execPath()];
  return new Deno.Command(program, {
    args: [
      ...before,
      "run",
      "--quiet",
      "--no-prompt",
      "--cached-only",
      `--config=${ROOT}db-service/deno.json`,
      "--allow-net=127.0.0.1,0.0.0.0",
      `--allow-run=${Deno.execPath()}`,
      `--allow-read=${folder}`,
      "--allow-env",
      `${ROOT}db-service/main.ts`,
    ],
    env: { ...caches(), ...env },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

function caches(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of ["HOME", "DENO_DIR", "XDG_CACHE_HOME"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  return env;
}
