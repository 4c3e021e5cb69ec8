/** The local engine: a database file behind confined processes, several that read and one that writes. */
import { Child, type ChildSpec } from "./child.ts";
import { Pool } from "./pool.ts";
import { type Engine, type Reader, ServiceError, type Writer } from "./types.ts";

export interface LocalOptions {
  /** Absolute path of the database file. */
  file: string;
  /** Absolute path of the folder that holds it; the writer may write there and nowhere else. */
  folder: string;
  /** READ_DENY. */
  deny: string[];
  /** RETENTION_DAYS. */
  retentionDays: number;
  /** Hears the names of READ_DENY that stand for nothing in this database. */
  onUnmatched: (names: string[]) => void;
  /** Hears about processes that ended without being asked to. */
  onEnd: NonNullable<ChildSpec["onEnd"]>;
}

/** Deadlines in milliseconds (SPEC D2); the writer's leaves room for its own busy timeout of five seconds. */
export const READ_DEADLINE_MS = 1_500;
/** What is only looked at gets five seconds of work; anybody may ask for it, so nobody should wait for it longer. */
export const PREVIEW_DEADLINE_MS = 5_500;
/** What a person approved gets as long after a wait of five seconds for the lock. */
export const WRITE_DEADLINE_MS = 10_000;

/** Opens an existing database file. */
export function openLocal(options: LocalOptions): Engine {
  const pool = new Pool(readerSpec(options));
  const child = new Child(writerSpec(options));
  child.start();
  if (options.deny.length > 0) tellUnmatched(pool, options);
  const close = async () => void await Promise.all([pool.close(), child.close()]);
  return { reader: readerOf(pool), writer: writerOf(child), close };
}

/** Creates the file with Gatekeeper's own tables and, if asked for, the sample. */
export async function createLocal(options: LocalOptions, { sample }: { sample: boolean }): Promise<void> {
  const child = new Child(writerSpec(options));
  try {
    await child.call("seed", { sample });
  } finally {
    await child.close();
  }
}

/** A typo in READ_DENY would silently protect nothing. */
function tellUnmatched(pool: Pool, { onUnmatched }: LocalOptions): void {
  pool.call<string[]>("unmatched", null).then(
    (names) => names.length > 0 && onUnmatched(names),
    // A database that can't be read says so to whoever asks for its rows.
    () => {},
  );
}

function readerOf(pool: Pool): Reader {
  return {
    read: (request) => pool.call("read", request),
    rows: (table, query) => pool.call("rows", { table, query }),
    schema: () => pool.call("schema", null),
    inspect: (statements) => pool.call("inspect", statements),
    version: () => pool.call("version", null),
    close: () => pool.close(),
  };
}

function writerOf(child: Child): Writer {
  return {
    preview: (input) => child.call("preview", input),
    execute: (input) => child.call("execute", input),
    revert: (input) => child.call("revert", input),
    spend: (input) => child.call("spend", input),
    record: (uid) => child.call("record", uid),
    changes: (after) => child.call("changes", after),
    keys: () => child.call("keys", null),
    approvers: () => child.call("approvers", null),
    invite: (name) => child.call("invite", name),
    enrol: (request, mode) => child.call("enrol", { request, mode }),
    rename: (key, name) => child.call("rename", { key, name }),
    revoke: async (key) => void await child.call("revoke", key),
    close: () => child.close(),
  };
}

/** The process that reads: one file, for reading, and nothing else. */
export function readerSpec({ file, deny, onEnd }: LocalOptions): ChildSpec {
  return {
    name: "reader",
    module: new URL("./reader_child.ts", import.meta.url),
    permissions: [`--allow-read=${[file, `${file}-shm`].map(flag).join(",")}`],
    args: [file, JSON.stringify(deny)],
    heapMb: 128,
    deadlineMs: () => READ_DEADLINE_MS,
    onDeadline: () =>
      new ServiceError(
        "limit",
        `This took longer than ${READ_DEADLINE_MS / 1000} s and was stopped. Narrow it down.`,
      ),
    onCrash: (method) =>
      method === "read"
        ? new ServiceError("limit", "The query needed more memory than it may use. Narrow it down.")
        : new ServiceError("db_unavailable", "The database can't be read at the moment. Try again."),
    onEnd,
  };
}

/** The process that writes: its folder, and the native driver. */
export function writerSpec({ file, folder, retentionDays, onEnd }: LocalOptions): ChildSpec {
  const code = `${import.meta.dirname}/..`;
  return {
    name: "writer",
    module: new URL("./writer_child.ts", import.meta.url),
    permissions: [
      // The native driver itself obeys none of these flags; they bind the JavaScript around it.
      `--allow-read=${[folder, code].map(flag).join(",")}`,
      `--allow-write=${flag(folder)}`,
      `--allow-ffi=${flag(`${code}/node_modules`)}`,
      "--allow-env=LIBSQL_JS_DEV",
      "--allow-sys=cpus,networkInterfaces,hostname",
    ],
    args: [file, String(retentionDays)],
    heapMb: 512,
    deadlineMs: (method) => method === "preview" ? PREVIEW_DEADLINE_MS : WRITE_DEADLINE_MS,
    onDeadline: (method) =>
      method === "preview"
        ? new ServiceError("limit", "The change took too long and was stopped. Split it into smaller ones.")
        : new ServiceError("db_unavailable", "The database took too long. Ask again: nothing runs twice."),
    onCrash: () =>
      new ServiceError(
        "db_unavailable",
        "The database process ended unexpectedly. Ask again: nothing runs twice.",
      ),
    onEnd,
  };
}

/** A path in a permission flag, where a comma separates paths. */
function flag(path: string): string {
  return path.replaceAll(",", ",,");
}
