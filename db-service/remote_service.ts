/** The databases that LIBSQL_DATABASES names: they exist elsewhere, and nothing here creates one. */
import { openRemote } from "./engine/remote.ts";
import { type Engine, ServiceError } from "./engine/types.ts";
import type { Service } from "./service.ts";
import type { Settings } from "./settings.ts";
import type { RemoteDatabase } from "./storage.ts";
import { unmatchedEntry } from "./unmatched.ts";

/** The service over remote libSQL servers. */
export function createRemoteService(
  settings: Settings,
  databases: ReadonlyMap<string, RemoteDatabase>,
  log: Service["log"],
): Service {
  const engines = new Map<string, Engine>();
  let closed = false;
  return {
    settings,
    log,
    list: () => Promise.resolve([...databases.keys()].sort()),
    engine(database) {
      const access = databases.get(database);
      if (closed) {
        return Promise.reject(new ServiceError("db_unavailable", "The database service is shutting down."));
      }
      if (access === undefined) {
        return Promise.reject(new ServiceError("not_found", `There is no database ${database}.`));
      }
      const engine = engines.get(database) ?? openRemote(access, {
        ...settings,
        onUnmatched: (names) => log(unmatchedEntry(database, names)),
      });
      engines.set(database, engine);
      return Promise.resolve(engine);
    },
    create(database) {
      if (databases.has(database)) return Promise.resolve(false);
      const message = "Remote databases are created where they are kept: name them in LIBSQL_DATABASES.";
      return Promise.reject(
        new ServiceError("invalid", message, { errors: [{ path: "database", message }] }),
      );
    },
    async close() {
      closed = true;
      await Promise.all([...engines.values()].map((engine) => engine.close()));
    },
  };
}
