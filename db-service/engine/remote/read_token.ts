/** Proof that the token for reads cannot write: it is tried once, in a transaction that is rolled back. */
import { ServiceError } from "../types.ts";
import type { Deadline } from "./deadline.ts";
import { fromClient, TokenForbids } from "./failure.ts";
import type { Server } from "./server.ts";

export class ReadToken {
  #server: Server;
  #proven = false;

  constructor(server: Server) {
    this.#server = server;
  }

  /** Throws `db_unavailable` when the token can write: then nothing is read with it at all. */
  async requireReadOnly(deadline: Deadline): Promise<void> {
    if (this.#proven) return;
    const connection = this.#server.connect(deadline);
    const transaction = await connection.client.transaction("write");
    try {
      await transaction.execute("CREATE TABLE _gk_may_not_be_created(v)");
    } catch (error) {
      const failure = fromClient(error);
      if (!(failure instanceof TokenForbids)) throw failure;
      this.#proven = true;
      return;
    } finally {
      await transaction.rollback().catch(() => {});
      await connection.settled();
    }
    throw new ServiceError(
      "db_unavailable",
      "The readToken of this database can write. Make a read-only one, or nothing will be read.",
    );
  }
}
