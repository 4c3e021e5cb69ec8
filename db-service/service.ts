/** The databases of this service: which there are, and the engine of each, opened when it is first needed. */
import { DatabaseId } from "./contract/schemas.ts";
import { createLocal, type LocalOptions, openLocal } from "./engine/local.ts";
import { type Engine, ServiceError } from "./engine/types.ts";
import { createRemoteService } from "./remote_service.ts";
import { unmatchedEntry } from "./unmatched.ts";
import type { Settings } from "./settings.ts";

/** What the HTTP handler needs to serve. */
export interface Service {
  readonly settings: Pick<Settings, "mode" | "token" | "adminToken">;
  /** Names of the databases, sorted. */
  list(): Promise<string[]>;
  /** The engine of a database; throws `not_found`. */
  engine(database: string): Promise<Engine>;
  /** Creates a database unless it exists already, or makes a blank file whole; answers whether it is new. Throws `invalid` for a bad name. */
  create(database: string, options: { sample: boolean }): Promise<boolean>;
  log(entry: Record<string, unknown>): void;
  close(): Promise<void>;
}

/** The service over local files `<DATA_DIR>/<database>.db`, or over the servers of LIBSQL_DATABASES. */
export function createService(settings: Settings, log: Service["log"]): Service {
  const { storage } = settings;
  return storage.kind === "remote"
    ? createRemoteService(settings, storage.databases, log)
    : new LocalService(settings, storage.dataDir, log);
}

class LocalService implements Service {
  readonly settings: Settings;
  readonly log: Service["log"];
  #dataDir: string;
  #engines = new Map<string, Engine>();
  #creating = new Map<string, Promise<void>>();
  #closed = false;

  constructor(settings: Settings, dataDir: string, log: Service["log"]) {
    this.settings = settings;
    this.#dataDir = dataDir;
    this.log = log;
  }

  async list(): Promise<string[]> {
    const names: string[] = [];
    for await (const { name, isFile } of Deno.readDir(this.#dataDir)) {
      const database = name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : "";
      if (isFile && DatabaseId.safeParse(database).success && !this.#creating.has(database)) {
        names.push(database);
      }
    }
    return names.sort();
  }

  async engine(database: string): Promise<Engine> {
    if (this.#closed) throw new ServiceError("db_unavailable", "The database service is shutting down.");
    const open = this.#engines.get(database);
    if (open !== undefined) return open;
    // Whoever asks while it is made waits for that, whatever becomes of it.
    await this.#creating.get(database)?.catch(() => {});
    if (!await this.#exists(database)) {
      throw new ServiceError("not_found", `There is no database ${database}.`);
    }
    const engine = this.#engines.get(database) ?? openLocal(this.#options(database));
    this.#engines.set(database, engine);
    return engine;
  }

  async create(database: string, { sample }: { sample: boolean }): Promise<boolean> {
    const name = DatabaseId.safeParse(database);
    if (!name.success) {
      const message =
        "A name has 1 to 63 lower-case letters, digits and hyphens and starts with a letter or digit.";
      throw new ServiceError("invalid", message, { errors: [{ path: "database", message }] });
    }
    if (DEVICE.test(database)) {
      const message = `${database} is the name of a device on Windows. Choose another.`;
      throw new ServiceError("invalid", message, { errors: [{ path: "database", message }] });
    }
    const existed = await this.#exists(database);
    if (existed && !await this.#isBlank(database)) return false;
    // Two requests for one name make it once.
    const under = this.#creating.get(database);
    if (under !== undefined) {
      await under;
      return false;
    }
    const making = createLocal(this.#options(database), { sample });
    this.#creating.set(database, making);
    try {
      await making;
    } finally {
      this.#creating.delete(database);
    }
    return !existed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const engines = [...this.#engines.values()];
    this.#engines.clear();
    await Promise.all(engines.map((engine) => engine.close()));
  }

  async #exists(database: string): Promise<boolean> {
    if (!DatabaseId.safeParse(database).success) return false;
    const file = await Deno.stat(this.#options(database).file).catch(() => null);
    return file?.isFile === true;
  }

  /** A file that holds nothing, as a crash while it was made leaves it: at most its header, and no log. */
  async #isBlank(database: string): Promise<boolean> {
    const { file } = this.#options(database);
    const log = await Deno.stat(`${file}-wal`).catch(() => ({ size: 0 }));
    return (await Deno.stat(file)).size <= HEADER && log.size === 0;
  }

  #options(database: string): LocalOptions {
    const { deny, retentionDays } = this.settings;
    return {
      file: `${this.#dataDir}/${database}${SUFFIX}`,
      folder: this.#dataDir,
      deny,
      retentionDays,
      onUnmatched: (names) => this.log(unmatchedEntry(database, names)),
      onEnd: ({ name, reason, stderr }) => this.log({ event: "child_ended", database, name, reason, stderr }),
    };
  }
}

const SUFFIX = ".db";
/** There `con.db` is no file but the console, in every folder. */
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/;
/** Size of a database of one page. */
const HEADER = 4_096;
