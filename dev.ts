/**
 * Everything that local work needs, with one command: builds the app, starts the db-service and the app as confined
 * processes, rebuilds on change (not with `--no-watch`), and ends both together. Only this launcher turns local mode on.
 */
import { build } from "./build.ts";

const HOST = "127.0.0.1";
const WATCHED = ["agent", "components", "db-service", "fresh", "islands", "routes", "static", "main.ts"];
/** How long a process gets to store what it is writing, in milliseconds. */
const GRACE_MS = 5_000;
/** How long a start may take, in milliseconds: on a new machine the db-service is still being downloaded. */
const START_MS = 180_000;

export interface Plan {
  port: number;
  dbPort: number;
  varDir: string;
  token: string;
}

class Failure extends Error {}

/** A process that is wanted until `stop` is called; its death before that ends everything. */
class Service {
  #child: Deno.ChildProcess | null = null;
  #wanted = false;
  constructor(
    readonly name: string,
    readonly command: () => { args: string[]; env: Record<string, string> },
    readonly onDeath: (why: string) => void,
  ) {}

  start(): void {
    this.#wanted = true;
    const { args, env } = this.command();
    const child = new Deno.Command(Deno.execPath(), { args, env, clearEnv: true, stdin: "null" }).spawn();
    this.#child = child;
    child.status.then(({ code, signal }) => {
      if (this.#wanted && this.#child === child) {
        this.onDeath(`The ${this.name} ended by itself (${signal ?? `exit code ${code}`}).`);
      }
    });
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    const child = this.#child;
    if (!child) return;
    const kill = (signal: Deno.Signal) => {
      try {
        child.kill(signal);
      } catch {
        // It is gone already.
      }
    };
    kill("SIGTERM");
    const timer = setTimeout(() => kill("SIGKILL"), GRACE_MS);
    await child.status;
    clearTimeout(timer);
  }
}

if (import.meta.main) {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}

async function run(): Promise<void> {
  const plan = await prepare();
  let ending: Promise<void> | null = null;
  const end = (code: number, why?: string) => {
    ending ??= (async () => {
      if (why) console.error(why);
      await Promise.all([app.stop(), db.stop()]);
      Deno.exit(code);
    })();
  };
  const db = new Service("db-service", () => dbCommand(plan), (why) => end(1, why));
  const app = new Service("app", () => appCommand(plan), (why) => end(1, why));
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => end(0));

  db.start();
  try {
    await build();
  } catch (error) {
    return end(1, `The app could not be built. ${error instanceof Error ? error.message : error}`);
  }
  app.start();
  if (!await answers(`http://${HOST}:${plan.port}/healthz`)) {
    return end(1, `The app did not answer within ${START_MS / 1_000} seconds.`);
  }
  console.log(`Gatekeeper is ready on http://${HOST}:${plan.port}`);
  if (!Deno.args.includes("--no-watch")) await rebuildOnChange(app, db);
}

/** Checks what could stop a start, so that it fails at once and in one sentence. */
async function prepare(): Promise<Plan> {
  const port = portOf("PORT", 8000);
  const dbPort = portOf("DB_PORT", 8001);
  if (port === dbPort) {
    throw new Failure(`PORT and DB_PORT are both ${port}. Give the two services a port each.`);
  }
  for (const [name, number] of [["PORT", port], ["DB_PORT", dbPort]] as const) {
    try {
      Deno.listen({ hostname: HOST, port: number }).close();
    } catch {
      throw new Failure(
        `Port ${number} is taken. Stop what uses it, or choose another: ${name}=${number + 10} deno task dev`,
      );
    }
  }
  const varDir = Deno.env.get("VAR_DIR") || "var";
  try {
    for (const part of ["app", "db"]) await Deno.mkdir(`${varDir}/${part}`, { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(`${varDir}/.writable`, "");
    await Deno.remove(`${varDir}/.writable`);
  } catch (error) {
    throw new Failure(
      `The folder ${varDir} can't be written to (${error instanceof Error ? error.message : error}).`,
    );
  }
  const token = Deno.env.get("DB_SERVICE_TOKEN") || randomToken();
  if (token.length < 16) throw new Failure("DB_SERVICE_TOKEN must have at least 16 characters.");
  modelHosts();
  return { port, dbPort, varDir: await Deno.realPath(varDir), token };
}

function portOf(name: string, usual: number): number {
  const text = Deno.env.get(name);
  if (!text) return usual;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Failure(`${name} must be a port, not "${text}".`);
  }
  return port;
}

export function dbCommand({ dbPort, varDir, token }: Plan) {
  const root = import.meta.dirname ?? ".";
  const data = `${varDir}/db`;
  return {
    args: [
      "run",
      "--no-prompt",
      `--config=${root}/db-service/deno.json`,
      `--allow-net=${HOST}:${dbPort}`,
      `--allow-run=${Deno.execPath()}`,
      "--allow-env",
      `--allow-read=${data},${root}/db-service`,
      `--allow-write=${data}`,
      `${root}/db-service/main.ts`,
    ],
    env: {
      ...inherited(["READ_DENY", "RETENTION_DAYS", "DB_ADMIN_TOKEN"]),
      GATEKEEPER_MODE: "local",
      HOST,
      PORT: String(dbPort),
      DATA_DIR: data,
      LOG: "trouble",
      LAUNCHER_PID: String(Deno.pid),
      DB_SERVICE_TOKEN: token,
    },
  };
}

export function appCommand({ port, dbPort, varDir, token }: Plan) {
  const root = import.meta.dirname ?? ".";
  const state = `${varDir}/app`;
  const net = [`${HOST}:${port}`, `${HOST}:${dbPort}`, ...modelHosts()];
  return {
    args: [
      "serve",
      "--quiet",
      "--no-prompt",
      "--cached-only",
      "--unstable-kv",
      `--host=${HOST}`,
      `--port=${port}`,
      `--allow-net=${net.join(",")}`,
      "--allow-env",
      // The AI SDK names the host in a user agent as it is imported.
      "--allow-sys=hostname",
      `--allow-read=${root}/_fresh,${root}/static,${state}`,
      `--allow-write=${state}`,
      `${root}/_fresh/server.js`,
    ],
    env: {
      ...inherited(["OPENAI_API_KEY", "OPENAI_BASE_URL", "MODEL", "RATE_LIMIT"]),
      GATEKEEPER_MODE: "local",
      KV_PATH: `${state}/kv.sqlite3`,
      DB_SERVICE_URL: `http://${HOST}:${dbPort}`,
      DB_SERVICE_TOKEN: token,
      BUILD_ID: crypto.randomUUID(),
      LAUNCHER_PID: String(Deno.pid),
    },
  };
}

/** Only what a process is meant to know; the rest of this shell's environment is none of its business. */
function inherited(names: string[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of [...names, "PATH", "HOME", "DENO_DIR", "NO_COLOR", "TMPDIR"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/** The one host that the configured model lives on, and what MODEL_HOSTS adds. Without a model there is none. */
function modelHosts(): string[] {
  const base = Deno.env.get("OPENAI_BASE_URL");
  const hosts = (Deno.env.get("MODEL_HOSTS") ?? "").split(",");
  if (base) {
    if (!/^https?:$/.test(URL.parse(base)?.protocol ?? "")) {
      throw new Failure(
        `OPENAI_BASE_URL must be an address that starts with http:// or https://, not "${base}".`,
      );
    }
    hosts.push(new URL(base).host);
  } else if (Deno.env.get("OPENAI_API_KEY")) {
    hosts.push("api.openai.com");
  }
  return [...new Set(hosts.map((host) => host.trim()).filter(Boolean))];
}

async function answers(url: string): Promise<boolean> {
  for (const end = Date.now() + START_MS; Date.now() < end;) {
    try {
      const { ok, body } = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      await body?.cancel();
      if (ok) return true;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

async function rebuildOnChange(app: Service, db: Service): Promise<void> {
  const root = import.meta.dirname ?? ".";
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let work = Promise.resolve();
  const restart = async () => {
    const paths = [...changed];
    changed.clear();
    try {
      const inDb = paths.some((path) => path.includes("/db-service/"));
      const started = performance.now();
      await build();
      await Promise.all([app.stop(), inDb && db.stop()]);
      if (inDb) db.start();
      app.start();
      console.log(`Rebuilt in ${Math.round(performance.now() - started)} ms.`);
    } catch (error) {
      console.error(`Not rebuilt: ${error instanceof Error ? error.message : error}`);
    }
  };
  for await (const { kind, paths } of Deno.watchFs(WATCHED.map((name) => `${root}/${name}`))) {
    const ours = paths.filter((path) => !/\/(node_modules|\.git)\/|deno\.lock$/.test(path));
    if (kind === "access" || ours.length === 0) continue;
    for (const path of ours) changed.add(path);
    clearTimeout(timer);
    timer = setTimeout(() => work = work.then(restart), 150);
  }
}

function randomToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
