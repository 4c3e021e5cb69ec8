/**
 * The remote engine: a libSQL server (Turso, sqld) over HTTP. Reads and every EXPLAIN go by a token that cannot write,
 * changes by another; no process is started and no file is touched.
 */
import type { Schema } from "../contract/schemas.ts";
import { createWriter } from "./change/writer.ts";
import { Deadline } from "./remote/deadline.ts";
import { unmatched } from "./read/denials.ts";
import { asProblem } from "./remote/failure.ts";
import { RemoteFactsCache } from "./remote/facts.ts";
import { type Session, withFacts } from "./remote/compile.ts";
import { describe } from "./remote/describe.ts";
import { inspect } from "./remote/inspect.ts";
import { read } from "./remote/query.ts";
import { readRows } from "./remote/rows.ts";
import { Server } from "./remote/server.ts";
import { ReadToken } from "./remote/read_token.ts";
import { begin } from "./remote/tx.ts";
import { remoteVersion } from "./remote/version.ts";
import { type Engine, type Reader, ServiceError, type Writer } from "./types.ts";

/** A remote database: one token that writes and one that can't. */
export interface RemoteAccess {
  /** `https:`, `http:` or `libsql:`. */
  url: string;
  token: string;
  readToken: string;
}

export interface RemoteOptions {
  /** READ_DENY. */
  deny: string[];
  retentionDays?: number;
  now?: () => number;
  /** Hears the names of READ_DENY that stand for nothing in this database. */
  onUnmatched?: (names: string[]) => void;
}

/** Deadlines in milliseconds. A server ends a transaction after five seconds: we do so before it does. */
export const READ_DEADLINE_MS = 1_500;
export const SCHEMA_DEADLINE_MS = 4_000;
export const WRITE_DEADLINE_MS = 4_500;

/** Opens a remote database. Nothing is sent before something is asked. */
export function openRemote(
  { url, token, readToken }: RemoteAccess,
  { deny, retentionDays, now = Date.now, onUnmatched = () => {} }: RemoteOptions,
): Engine {
  const closing = new AbortController();
  const close = () => {
    closing.abort(
      new ServiceError("db_unavailable", "The database service is shutting down. Try again in a moment."),
    );
    return Promise.resolve();
  };
  const life = { closing: closing.signal, close };
  const reader = remoteReader(new Server({ url, token: readToken }), deny, { onUnmatched, ...life });
  const { version } = reader;
  const writer = remoteWriter(new Server({ url, token }), { version, now, retentionDays, ...life });
  return { reader, writer, close };
}

interface Life {
  closing: AbortSignal;
  close: () => Promise<void>;
}

function remoteReader(
  server: Server,
  deny: readonly string[],
  { closing, close, onUnmatched }: Life & Required<Pick<RemoteOptions, "onUnmatched">>,
): Reader {
  const cache = new RemoteFactsCache((facts) => {
    // A typo in READ_DENY would silently protect nothing.
    const names = unmatched(deny, facts);
    if (names.length > 0) onUnmatched(names);
  });
  const token = new ReadToken(server);
  let lastSchema: Schema | null = null;
  const within = async <T>(ms: number, work: (session: Session) => Promise<T>): Promise<T> => {
    using deadline = new Deadline(ms, closing);
    try {
      await token.requireReadOnly(deadline);
      return await work({ server, deadline, cache, deny });
    } catch (error) {
      throw asProblem(
        error,
        () =>
          new ServiceError("limit", `This took longer than ${ms / 1000} s and was stopped. Narrow it down.`),
      );
    }
  };
  return {
    read: (request) => within(READ_DEADLINE_MS, (session) => read(session, request)),
    rows: (table, query) => within(READ_DEADLINE_MS, (session) => readRows(session, table, query)),
    schema: () =>
      within(SCHEMA_DEADLINE_MS, async (session) => {
        const version = await remoteVersion(session);
        if (lastSchema?.version !== version) {
          lastSchema = {
            version,
            tables: await withFacts(session, (facts, denials) => describe(session, facts, denials)),
          };
        }
        return lastSchema;
      }),
    inspect: (statements) => within(SCHEMA_DEADLINE_MS, (session) => inspect(session, statements)),
    version: () => within(READ_DEADLINE_MS, remoteVersion),
    close,
  };
}

/** The writer as every engine has it; one at a time, each with a deadline of its own. */
function remoteWriter(
  server: Server,
  { closing, close, version, now, retentionDays }: Life & {
    version: Reader["version"];
    now: () => number;
    retentionDays: number | undefined;
  },
): Writer {
  const writer = createWriter({
    begin: () => begin(server, WRITE_DEADLINE_MS, closing),
    // A server refuses temporary objects.
    scope: "main",
    now,
    ...(retentionDays === undefined ? {} : { retentionDays }),
    close: () => {},
  });
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(deadline: () => ServiceError, work: () => Promise<T>): Promise<T> => {
    const turn = last.then(async () => {
      try {
        return await work();
      } catch (error) {
        throw asProblem(error, deadline);
      }
    });
    last = turn.catch(() => {});
    return turn;
  };
  // What took effect stays told, also when the version can't be asked for.
  const dated = async <T>(done: T) => ({ ...done, version: await version().catch(() => "") });
  const asked = <T>(work: () => Promise<T>) => inTurn(tooSlow, work);
  return {
    preview: (input) => inTurn(tooMuch, () => writer.preview(input)),
    execute: async (input) => await dated(await asked(() => writer.execute(input))),
    revert: async (input) => await dated(await asked(() => writer.revert(input))),
    spend: (input) => asked(() => writer.spend(input)),
    record: (uid) => asked(() => writer.record(uid)),
    changes: (after) => asked(() => writer.changes(after)),
    approvers: () => asked(() => writer.approvers()),
    keys: () => asked(() => writer.keys()),
    invite: (name) => asked(() => writer.invite(name)),
    enrol: (request, mode) => asked(() => writer.enrol(request, mode)),
    rename: (key, name) => asked(() => writer.rename(key, name)),
    revoke: (key) => asked(() => writer.revoke(key)),
    close,
  };
}

function tooMuch(): ServiceError {
  return new ServiceError("limit", "The change took too long and was stopped. Split it into smaller ones.");
}

function tooSlow(): ServiceError {
  return new ServiceError("db_unavailable", "The database took too long. Ask again: nothing runs twice.");
}
