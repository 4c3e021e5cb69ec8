/** Statements compiled by the server, which runs nothing of them: EXPLAIN, with facts of the same version beside it. */
import type { Opcode } from "../../sql/judge.ts";
import { ServiceError, type SqlValue } from "../types.ts";
import type { Deadline } from "./deadline.ts";
import type { Denials } from "../read/denials.ts";
import { databaseError } from "../change/refusal.ts";
import { TokenForbids } from "./failure.ts";
import { firstNumber, type RemoteFacts, type RemoteFactsCache, VERSION } from "./facts.ts";
import { remoteDenials } from "./names.ts";
import type { Server } from "./server.ts";

/** How often a schema may move between two looks at it. */
const ATTEMPTS = 4;

/** What one request works with: a server, the time that is left, and what is known of the schema. */
export interface Session {
  server: Server;
  deadline: Deadline;
  cache: RemoteFactsCache;
  /** READ_DENY. */
  deny: readonly string[];
}

/** Why a compiled statement must look at the schema again. */
export class SchemaMoved extends Error {
  override readonly name = "SchemaMoved";
}

/** Does `work` with facts, again with new ones if the schema turns out to have moved. Throws `busy` if it keeps moving. */
export async function withFacts<T>(
  { server, deadline, cache, deny }: Session,
  work: (facts: RemoteFacts, denials: Denials) => Promise<T>,
): Promise<T> {
  let facts = await cache.last(server, deadline);
  for (let attempt = 1;; attempt++) {
    try {
      return await work(facts, remoteDenials(deny, facts));
    } catch (error) {
      // A refusal may speak of a schema that is no more: a table that has been made since.
      const isStale = error instanceof SchemaMoved ||
        (error instanceof ServiceError && await hasMoved({ server, deadline }, facts));
      if (!isStale) throw error;
      if (attempt === ATTEMPTS) {
        throw new ServiceError("busy", "The schema of the database keeps changing. Try again in a moment.");
      }
      facts = await cache.refresh(server, deadline);
    }
  }
}

async function hasMoved(
  { server, deadline }: Pick<Session, "server" | "deadline">,
  facts: RemoteFacts,
): Promise<boolean> {
  const [version] = await server.read(deadline, [VERSION]);
  return firstNumber(version) !== facts.schemaVersion;
}

/** EXPLAIN's rows of each statement. Throws {@link SchemaMoved}, or `refused_sql` where one does not compile. */
export async function explain(
  { server, deadline }: Session,
  facts: RemoteFacts,
  sqls: readonly string[],
): Promise<Opcode[][]> {
  const [version, ...explained] = await compiled(() =>
    server.read(deadline, [VERSION, ...sqls.map((sql) => `EXPLAIN ${sql}`)])
  );
  requireVersion(facts, version);
  return explained.map((rows) => rows.map(toOpcode));
}

/** Throws {@link SchemaMoved} unless the answer to {@link VERSION} is the version of the facts. */
export function requireVersion(facts: RemoteFacts, version: SqlValue[][] | undefined): void {
  if (firstNumber(version) !== facts.schemaVersion) throw new SchemaMoved("The schema moved.");
}

/** Runs a batch of the reader's; what the server says against a statement becomes a refusal. */
export async function compiled<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TokenForbids) {
      throw new ServiceError("refused_sql", "This would write, and a query may only read.");
    }
    const known = databaseError(error);
    if (
      known === null || /^SQLITE_(BUSY|LOCKED|IOERR|CORRUPT|FULL|CANTOPEN|NOTADB|PROTOCOL)/.test(known.code)
    ) throw error;
    if (/NOMEM|out of memory|too big/i.test(`${known.code} ${known.message}`)) {
      throw new ServiceError("limit", "The query needs more memory than it may use. Narrow it down.");
    }
    throw new ServiceError("refused_sql", `The database refuses this: ${known.message}.`);
  }
}

function toOpcode([, opcode, p1, p2, p3, p4]: SqlValue[]): Opcode {
  return {
    opcode: String(opcode),
    p1: Number(p1),
    p2: Number(p2),
    p3: Number(p3),
    p4: p4 === null || p4 === undefined ? null : String(p4),
  };
}
