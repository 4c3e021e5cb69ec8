/**
 * One remote database with one token, through `@libsql/client/web`. The client library is given a fetch of our own:
 * there each call gets its deadline, a bound on what it may receive, and a meaning for every way in which it can fail.
 */
import { type Client, createClient, type InStatement, type ResultSet } from "@libsql/client/web";
import type { SqlValue } from "../types.ts";
import type { Deadline } from "./deadline.ts";
import { AnswerTooLarge, failureOf, fromClient, Unreachable } from "./failure.ts";

/** Where a database is and what opens it. */
export interface Access {
  url: string;
  token: string;
}

/** Most bytes that we take of one answer: a server's own bound is usually lower. */
const MAX_ANSWER = 32_000_000;
/** How long a goodbye may take after its deadline, in milliseconds. */
const GRACE_MS = 500;
/** How long to wait before a read is tried again, in milliseconds. */
const RETRY_MS = 50;

export class Server {
  #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  /** A client for one piece of work. The protocol is HTTP: nothing is opened before something is asked. */
  connect(deadline: Deadline): Connection {
    return new Connection(this.#access, deadline);
  }

  /**
   * Statements that only read, in one transaction and one round trip; tried a second time where the server was not
   * reached. Never for a statement that writes: there nobody knows whether the first try did.
   */
  async read(deadline: Deadline, statements: InStatement[]): Promise<SqlValue[][][]> {
    return (await this.readWithVersion(deadline, statements)).results;
  }

  /** The same with the server's count of commits, where it tells one. */
  async readWithVersion(
    deadline: Deadline,
    statements: InStatement[],
  ): Promise<{ results: SqlValue[][][]; columns: string[][]; commits: string | null }> {
    for (let attempt = 1;; attempt++) {
      const connection = this.connect(deadline);
      try {
        const sets = await connection.client.batch(statements, "read");
        return {
          results: sets.map(valuesOf),
          columns: sets.map(({ columns }) => columns),
          commits: connection.commits,
        };
      } catch (error) {
        const failure = fromClient(error);
        if (!(failure instanceof Unreachable) || attempt === 2) throw failure;
        await pause(RETRY_MS, deadline.signal);
      } finally {
        await connection.settled();
      }
    }
  }
}

/** One use of a server. */
export class Connection {
  readonly client: Client;
  /** How often the database was committed to, as the server last said; null if it does not say. */
  commits: string | null = null;
  #underWay = new Set<Promise<unknown>>();

  constructor({ url, token }: Access, deadline: Deadline) {
    this.client = createClient({
      url,
      authToken: token,
      intMode: "bigint",
      fetch: (request: Request) => {
        const answer = this.#fetch(request, deadline.signal);
        const done = answer.catch(() => {}).finally(() => this.#underWay.delete(done));
        this.#underWay.add(done);
        return answer;
      },
    });
  }

  /** Resolves when nothing is on its way any more: the library says goodbye to a stream without waiting. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    this.client.close();
  }

  async #fetch(request: Request, deadline: AbortSignal): Promise<Response> {
    // After the deadline only a goodbye is left to say, so that the server frees what it holds for us.
    const signal = deadline.aborted ? AbortSignal.timeout(GRACE_MS) : deadline;
    try {
      const response = await fetch(request, { signal, redirect: "error" });
      const text = await readText(response, MAX_ANSWER);
      if (!response.ok) throw failureOf(response.status, text);
      // In a string this quote would be escaped, so it is never a value of somebody's.
      this.commits = /"replication_index":"(\d+)"/.exec(text)?.[1] ?? this.commits;
      return new Response(text, { status: response.status, headers: response.headers });
    } catch (error) {
      if (deadline.aborted) throw deadline.reason;
      throw error instanceof TypeError ? new Unreachable("The database server can't be reached.") : error;
    }
  }
}

/** A result's rows as plain arrays, bytes as bytes. */
export function valuesOf({ rows }: ResultSet): SqlValue[][] {
  return rows.map((row) => {
    const values: SqlValue[] = [];
    for (let i = 0; i < row.length; i++) {
      const value = row[i];
      values.push(value instanceof ArrayBuffer ? new Uint8Array(value) : value ?? null);
    }
    return values;
  });
}

async function readText(response: Response, max: number): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > max) throw new AnswerTooLarge("The answer is too large.");
    pieces.push(decoder.decode(chunk, { stream: true }));
  }
  return pieces.join("") + decoder.decode();
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => (clearTimeout(timer), reject(signal.reason));
    const timer = setTimeout(() => (signal.removeEventListener("abort", stop), resolve()), ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
