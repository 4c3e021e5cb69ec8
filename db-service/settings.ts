/** Settings from the environment, checked once at the start: every fault in one clear sentence. */
import { readStorage, type Storage } from "./storage.ts";

import { RETENTION_DAYS } from "./record/retention.ts";

export type Mode = "local" | "production";

export interface Settings {
  mode: Mode;
  host: string;
  port: number;
  /** DB_SERVICE_TOKEN. */
  token: string;
  /** DB_ADMIN_TOKEN, which makes invites for approvers; null where nobody makes any. */
  adminToken: string | null;
  storage: Storage;
  /** READ_DENY: `table` and `table.column`. */
  deny: string[];
  /** RETENTION_DAYS: how long an action can be reverted. */
  retentionDays: number;
  /** LOG: a line for each request, or for trouble alone. */
  log: "all" | "trouble";
}

/** Variables that this service is set by. */
export const VARIABLES = [
  "GATEKEEPER_MODE",
  "HOST",
  "PORT",
  "DB_SERVICE_TOKEN",
  "DB_ADMIN_TOKEN",
  "DATA_DIR",
  "LIBSQL_DATABASES",
  "READ_DENY",
  "RETENTION_DAYS",
  "LOG",
] as const;

const MIN_TOKEN = 16;
/** A hundred years: as good as for ever. */
const MAX_RETENTION_DAYS = 36_500;

/** Reads the settings through `get`, or says what is wrong with them, a sentence for each. */
export function readSettings(
  get: (name: (typeof VARIABLES)[number]) => string | undefined,
): { ok: true; settings: Settings } | { ok: false; problems: string[] } {
  const problems: string[] = [];
  const mode = get("GATEKEEPER_MODE") ?? "production";
  if (mode !== "local" && mode !== "production") {
    problems.push(`GATEKEEPER_MODE must be "local" or "production", not "${mode}".`);
  }
  const host = get("HOST") ?? (mode === "local" ? "127.0.0.1" : "0.0.0.0");
  if (mode === "local" && !LOOPBACK_HOSTS.includes(host)) {
    problems.push(`HOST must be a loopback address in local mode, not "${host}".`);
  }
  const port = Number(get("PORT") ?? "8001");
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    problems.push(`PORT must be a number from 0 to 65535, not "${get("PORT")}".`);
  }
  const token = get("DB_SERVICE_TOKEN") ?? "";
  if (token === "") {
    problems.push("DB_SERVICE_TOKEN is missing: set it to a long random text that the app knows too.");
  } else if (token.length < MIN_TOKEN) {
    problems.push(`DB_SERVICE_TOKEN must have at least ${MIN_TOKEN} characters.`);
  }
  const adminToken = get("DB_ADMIN_TOKEN") ?? "";
  if (adminToken === "" && mode === "production") {
    problems.push("DB_ADMIN_TOKEN is missing: set it to a long random text that the app does not know.");
  } else if (adminToken !== "" && adminToken.length < MIN_TOKEN) {
    problems.push(`DB_ADMIN_TOKEN must have at least ${MIN_TOKEN} characters.`);
  } else if (adminToken !== "" && adminToken === token) {
    problems.push("DB_ADMIN_TOKEN must differ from DB_SERVICE_TOKEN, or the app could invite approvers.");
  }
  const storage = readStorage(get("DATA_DIR") ?? "", get("LIBSQL_DATABASES") ?? "", problems);
  const deny = (get("READ_DENY") ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "");
  const bad = deny.find((name) => name.split(".").some((part) => part === "") || name.split(".").length > 2);
  if (bad !== undefined) {
    problems.push(`READ_DENY must be a list like "table,table.column"; "${bad}" is neither.`);
  }
  const retentionDays = Number(get("RETENTION_DAYS") ?? RETENTION_DAYS);
  if (!Number.isInteger(retentionDays) || retentionDays < 1 || retentionDays > MAX_RETENTION_DAYS) {
    problems.push(
      `RETENTION_DAYS must be a number of days from 1 to ${MAX_RETENTION_DAYS}, not "${
        get("RETENTION_DAYS")
      }".`,
    );
  }
  const log = get("LOG") ?? "all";
  if (log !== "all" && log !== "trouble") problems.push(`LOG must be "all" or "trouble", not "${log}".`);
  if (problems.length > 0 || storage === null || (mode !== "local" && mode !== "production")) {
    return { ok: false, problems };
  }
  return {
    ok: true,
    settings: {
      mode,
      host,
      port,
      token,
      adminToken: adminToken === "" ? null : adminToken,
      storage,
      deny,
      retentionDays,
      log: log === "trouble" ? "trouble" : "all",
    },
  };
}

const LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "::1"];
