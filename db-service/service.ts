/** The databases of this service: which there are, and the engine of each, opened when it is first needed. */
import { DatabaseId } from "./contract/schemas.ts";
import { createLocal, type LocalOptions, openLocal } from "./engine/local.ts";
import { type Engine, ServiceError } from "./engine/types.ts";
import type { Settings } from "./settings.ts";

/** What the HTTP handler needs to serve. */
export interface Service {
  readonly settings: Pick<Settings, "mode" | "token">;
  /** Names of the databases, sorted. */
  list(): Promise<string[]>;
  /** The engine of a database; throws `not_found`. */
  engine(database: string): Promise<Engine>;
  /** Creates a database unless it exists already, or makes a blank file whole; answers whether it is new. Throws `invalid` for a bad name. */
  create(database: string, options: { sample: boolean }): Promise<boolean>;
  log(entry: Record<string, unknown>): void;
  close(): Promise<void>;
}

/** The service over local files `<DATA_DIR>/<database>.db`. */
export function createService(settings: Settings, log: Service["log"]): Service {
  return new LocalService(settings, log);
}

class LocalService implements Service {
  readonly settings: Settings;
  readonly log: Service["log"];
  #engines = new Map<string, Engine>();
  #creating = new Map<string, Promise<boolean>>();
  #closed = false;

  constructor(settings: Settings, log: Service["log"]) {
    this.settings = settings;
    this.log = log;
  }

  async list(): Promise<string[]> {
    const names: string[] = [];
    for await (const { name, isFile } of Deno.readDir(this.settings.dataDir)) {
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
    // Two requests for one name make it once.
    const under = this.#creating.get(database);
    if (under !== undefined) {
      await under;
      return false;
    }
    const made = this.#exists(database).then(async (exists) => {
      if (!exists || await this.#isBlank(database)) await createLocal(this.#options(database), { sample });
      return !exists;
    });
    this.#creating.set(database, made);
    try {
      return await made;
    } finally {
      this.#creating.delete(database);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const engines = [...this.#engines.values()];
    this.#engines.clear();
    await Promise.all(engines.map((engine) => engine.close()));
  }

  async #exists(database: string): Promise<boolean> {
    return DatabaseId.safeParse(database).success && (await this.list()).includes(database);
  }

  /** A file that holds nothing, as a crash while it was made leaves it: at most its header, and no log. */
  async #isBlank(database: string): Promise<boolean> {
    const { file } = this.#options(database);
    const log = await Deno.stat(`${file}-wal`).catch(() => ({ size: 0 }));
    return (await Deno.stat(file)).size <= HEADER && log.size === 0;
  }

  #options(database: string): LocalOptions {
    const { dataDir, deny } = this.settings;
    return {
      file: `${dataDir}/${database}${SUFFIX}`,
      folder: dataDir,
      deny,
      onEnd: ({ name, reason, stderr }) => this.log({ event: "child_ended", database, name, reason, stderr }),
    };
  }
}

const SUFFIX = ".db";
/** Size of a database of one page. */
const HEADER = 4_096;
