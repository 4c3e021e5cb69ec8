/**
 * A write transaction on a server: BEGIN IMMEDIATE over HTTP, each step one round trip.
 *
 * A server ends a transaction that takes too long, and what is sent afterwards would run by itself, captured by nobody.
 * So between two steps a savepoint stands open, and each step begins by releasing it: that fails outside of the
 * transaction, and the rest of the step with it. During a step it is not there, so it costs no journal.
 */
import type { InStatement, ResultSet, Transaction } from "@libsql/client/web";
import { ServiceError, type SqlValue, type Tx } from "../types.ts";
import { Deadline } from "./deadline.ts";
import { fromClient, transactionEnded, Unreachable } from "./failure.ts";
import { type Connection, type Server, valuesOf } from "./server.ts";

const GUARD = "_gk_guard";

/**
 * How long to wait for the lock, in milliseconds. A server takes it away from whoever has held it for five seconds: who
 * gives up before that leaves one more behind that waits for it, and nobody ever gets it.
 */
const LOCK_MS = 6_000;

/** A transaction that begins with its first step and then has `ms` milliseconds until it is committed. */
export async function begin(server: Server, ms: number, closing: AbortSignal): Promise<Tx> {
  const deadline = new Deadline(LOCK_MS, closing);
  const connection = server.connect(deadline);
  return new RemoteTx(connection, await connection.client.transaction("write"), { deadline, ms });
}

class RemoteTx implements Tx {
  #connection: Connection;
  #transaction: Transaction;
  #deadline: Deadline;
  #ms: number;
  #state: "new" | "guarded" | "unguarded" | "over" = "new";

  constructor(
    connection: Connection,
    transaction: Transaction,
    { deadline, ms }: { deadline: Deadline; ms: number },
  ) {
    this.#connection = connection;
    this.#transaction = transaction;
    this.#deadline = deadline;
    this.#ms = ms;
  }

  async query(sql: string, args: SqlValue[] = []): Promise<SqlValue[][]> {
    const [result] = await this.#step([{ sql, args: args.map(toClient) }]);
    return result === undefined ? [] : valuesOf(result);
  }

  async run(sql: string, args: SqlValue[] = []): Promise<void> {
    await this.#step([{ sql, args: args.map(toClient) }]);
  }

  async script(sqls: string[]): Promise<void> {
    await this.#step(sqls.map((sql) => ({ sql, args: [] })));
  }

  async commit(): Promise<void> {
    if (this.#state === "unguarded") throw transactionEnded();
    this.#state = "over";
    try {
      // Outside of a transaction a COMMIT is an error and nothing else.
      await this.#transaction.commit();
    } catch (error) {
      const failure = fromClient(error);
      if (isNoTransaction(failure)) throw transactionEnded();
      throw failure instanceof Unreachable ? unknownOutcome() : failure;
    } finally {
      await this.#end();
    }
  }

  async rollback(): Promise<void> {
    this.#state = "over";
    try {
      await this.#transaction.rollback();
    } catch {
      // It ended already, or the server is not there to be told: it drops what nobody commits.
    } finally {
      await this.#end();
    }
  }

  async #step(statements: { sql: string; args: SqlValue[] }[]): Promise<ResultSet[]> {
    const state = this.#state;
    const [first] = statements;
    if (first === undefined) return [];
    // After a failed statement the guard is missing; going back to a savepoint fails outside of the transaction too.
    const isReturn = /^ROLLBACK TO /.test(first.sql);
    if (state === "over" || (state === "unguarded" && !isReturn)) throw transactionEnded();
    const before: InStatement[] = state === "guarded" ? [`RELEASE ${GUARD}`] : [];
    this.#state = "unguarded";
    try {
      const results = await this.#transaction.batch([...before, ...statements, `SAVEPOINT ${GUARD}`]);
      if (state === "new") this.#deadline.restart(this.#ms);
      this.#state = "guarded";
      return results.slice(before.length, -1);
    } catch (error) {
      const failed = error instanceof Error && "statementIndex" in error ? error.statementIndex : null;
      if (before.length > 0 && failed === 0) throw transactionEnded();
      throw fromClient(error);
    }
  }

  async #end(): Promise<void> {
    this.#deadline[Symbol.dispose]();
    await this.#connection.settled();
  }
}

function isNoTransaction(error: unknown): boolean {
  return error instanceof Error && /no transaction is active|TRANSACTION_CLOSED/i.test(error.message);
}

function unknownOutcome(): ServiceError {
  return new ServiceError(
    "db_unavailable",
    "The connection broke while the change was being committed. Ask again: nothing runs twice.",
  );
}

function toClient(value: SqlValue): SqlValue {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new ServiceError(
      "invalid",
      "An infinite number can't be sent to a remote database as an argument: write 9e999 or -9e999 in the statement.",
    );
  }
  return value;
}
