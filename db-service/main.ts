/** The db-service: settings, the databases, one HTTP server, and an orderly end. */
import { STOP_SIGNALS } from "./engine/child_loop.ts";
import { createHandler } from "./http/handler.ts";
import { createService } from "./service.ts";
import { readSettings, type Settings } from "./settings.ts";

async function main(): Promise<void> {
  const settings = await checkedSettings();
  const say = settings.log === "trouble" ? logTrouble : log;
  const service = createService(settings, say);
  let server: Deno.HttpServer;
  try {
    if (
      settings.mode === "local" && settings.storage.kind === "local" &&
      (await service.list()).every((database) => database === "main")
    ) {
      await service.create("main", { sample: true });
    }
    server = Deno.serve(
      { hostname: settings.host, port: settings.port, onListen: ({ port }) => say({ event: "ready", port }) },
      createHandler(service),
    );
  } catch (error) {
    await service.close();
    fail([`The database service can't start: ${error instanceof Error ? error.message : String(error)}`]);
  }
  // The reader and the writer start now, not under the first request.
  const databases = await service.list();
  // One that can't be opened yet says so to whoever asks for it.
  if (databases.length === 1) await service.engine(databases[0]).catch(() => {});
  const stop = async () => {
    clearInterval(watching);
    for (const signal of STOP_SIGNALS) Deno.removeSignalListener(signal, stop);
    // Requests under way may finish, for a while; whatever they leave undone was never committed.
    const ended = server.shutdown();
    const patience = setTimeout(() => void service.close(), PATIENCE_MS);
    await ended;
    clearTimeout(patience);
    await service.close();
  };
  for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, stop);
  // A launcher that was killed can't end what it started: whoever loses it ends by itself and frees its port.
  const parent = Number(Deno.env.get("LAUNCHER_PID") ?? Deno.ppid);
  const watching = setInterval(() => {
    if (settings.mode === "local" && Deno.ppid !== parent) void stop();
  }, WATCH_MS);
  await server.finished;
}

/** How long a stop waits for requests under way, in milliseconds. */
const PATIENCE_MS = 3_000;
/** How often it looks whether its launcher is still there, in milliseconds. */
const WATCH_MS = 500;

async function checkedSettings(): Promise<Settings> {
  const read = readSettings((name) => Deno.env.get(name));
  if (!read.ok) fail(read.problems);
  const { storage } = read.settings;
  if (storage.kind === "remote") return read.settings;
  try {
    const dataDir = await Deno.realPath(storage.dataDir);
    if (!(await Deno.stat(dataDir)).isDirectory) fail([`DATA_DIR ${dataDir} is not a folder.`]);
    return { ...read.settings, storage: { kind: "local", dataDir } };
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "does not exist; create it first" : "can't be read";
    return fail([`DATA_DIR ${storage.dataDir} ${why}.`]);
  }
}

function fail(sentences: string[]): never {
  for (const sentence of sentences) console.error(sentence);
  Deno.exit(1);
}

/** On a laptop the terminal is a person's: what went well is not worth a line there. */
function logTrouble(entry: Record<string, unknown>): void {
  if (entry.event === "ready" || (entry.event === "request" && Number(entry.status) < 500)) return;
  log(entry);
}

/** One JSON line on standard error. */
function log(entry: Record<string, unknown>): void {
  console.error(JSON.stringify({ time: new Date().toISOString(), ...entry }));
}

// At the end, for the constants above must exist by now.
if (import.meta.main) await main();
