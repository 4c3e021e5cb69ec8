/** What SQLite says when a statement fails, as a refusal with a code. */
import { ServiceError } from "../types.ts";

/** Result codes of https://sqlite.org/rescode.html that are not the statement's fault. */
const BUSY = 5,
  LOCKED = 6,
  NOMEM = 7,
  TOO_BIG = 18,
  IO_ERROR = 10,
  CORRUPT = 11,
  CANT_OPEN = 14,
  NOT_A_DB = 26;
const RANGE = 25;

/** Turns an error of `node:sqlite` into a {@link ServiceError}; whatever else it is comes back as it was. */
export function asRefusal(error: unknown): unknown {
  if (error instanceof ServiceError || !(error instanceof Error)) return error;
  if (!("errcode" in error) || typeof error.errcode !== "number") return error;
  switch (error.errcode & 0xff) {
    case BUSY:
    case LOCKED:
      return new ServiceError("busy", "The database is busy. Try again in a moment.");
    case NOMEM:
      return new ServiceError("limit", "The query needs more than 64 MB of memory. Narrow it down.");
    case TOO_BIG:
      return new ServiceError("limit", "A value in this query is larger than 16 MB. Cut it with substr().");
    case IO_ERROR:
    case CORRUPT:
    case CANT_OPEN:
    case NOT_A_DB:
      return new ServiceError("db_unavailable", "The database file can't be read.");
    case RANGE:
      return new ServiceError("refused_sql", "There are more arguments than `?` in the statement.");
    default:
      return new ServiceError("refused_sql", `The database refuses this: ${error.message}.`);
  }
}
