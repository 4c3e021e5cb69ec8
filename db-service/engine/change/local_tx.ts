/** Write transactions on a local file through the libSQL client. */
import { type Client, createClient, type InValue, type Transaction } from "@libsql/client/sqlite3";
import type { SqlValue, Tx } from "../types.ts";

/** A local database for writing: one connection, every commit on the disk before it is answered. */
export interface LocalDatabase {
  begin(): Promise<Tx>;
  close(): void;
}

/** Opens, or creates, the database file. A transaction waits `busyTimeoutMs` for another program's to end. */
export async function openLocal(file: string, busyTimeoutMs = BUSY_TIMEOUT_MS): Promise<LocalDatabase> {
  const client = createClient({
    url: `file:${encodeURI(file).replaceAll("?", "%3F").replaceAll("#", "%23")}`,
    intMode: "bigint",
    // One connection, so that the settings below hold for every transaction.
    concurrency: 1,
    timeout: busyTimeoutMs,
  });
  try {
    await configure(client, busyTimeoutMs);
  } catch (error) {
    client.close();
    throw error;
  }
  return {
    begin: async () => {
      try {
        return localTx(await client.transaction("write"));
      } catch (error) {
        // A BEGIN that found the database busy stays active in the driver: go on with another connection.
        await client.reconnect();
        await configure(client, busyTimeoutMs);
        throw error;
      }
    },
    close: () => client.close(),
  };
}

const BUSY_TIMEOUT_MS = 5_000;

/**
 * Most memory that SQLite itself may use, in bytes: a preview needs nobody's approval, and one expression that doubles
 * a text would take gigabytes. Captured rows are kept in memory too, so this is more than a query gets.
 */
const HEAP = 256 * 1024 * 1024;

async function configure(client: Client, busyTimeoutMs: number): Promise<void> {
  await client.executeMultiple(
    `PRAGMA busy_timeout = ${busyTimeoutMs};
     PRAGMA journal_mode = WAL;
     PRAGMA synchronous = FULL;
     PRAGMA foreign_keys = ON;
     PRAGMA temp_store = MEMORY;
     PRAGMA hard_heap_limit = ${HEAP}`,
  );
}

function localTx(transaction: Transaction): Tx {
  return {
    async query(sql, args = []) {
      const { rows } = await transaction.execute({ sql, args: args.map(toDriver) });
      return rows.map((row) => {
        const values: SqlValue[] = [];
        for (let i = 0; i < row.length; i++) {
          const value = row[i];
          values.push(value instanceof ArrayBuffer ? new Uint8Array(value) : value);
        }
        return values;
      });
    },
    async run(sql, args = []) {
      await transaction.execute({ sql, args: args.map(toDriver) });
    },
    script: (sqls) => transaction.executeMultiple(sqls.join(";\n")),
    async commit() {
      // A COMMIT that fails stays active in the driver until it is collected, and no table can be dropped meanwhile:
      // a script ends its statements at once.
      await transaction.executeMultiple("COMMIT");
      transaction.close();
    },
    async rollback() {
      // A constraint or trigger with ROLLBACK has ended it already; what is left is to give the connection back.
      if (transaction.closed) transaction.close();
      else await transaction.rollback();
    },
  };
}

function toDriver(value: SqlValue): InValue {
  return value;
}
