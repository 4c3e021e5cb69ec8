/** What a database error means to the person: refused by a rule of the data, busy, or out of order. */
import { ServiceError } from "../types.ts";

/** What a driver's error tells; both libSQL clients use SQLite's names as codes. */
interface DatabaseError {
  code: string;
  message: string;
}

/** The error of a driver, or null for any other. */
export function databaseError(error: unknown): DatabaseError | null {
  if (!(error instanceof Error) || error instanceof ServiceError) return null;
  if (
    !("code" in error) || typeof error.code !== "string" ||
    !error.code.startsWith("SQLITE_")
  ) return null;
  return { code: error.code, message: plainMessage(error.message) };
}

/** Whether the database refused because of a constraint. */
export function isConstraint(error: unknown): boolean {
  return databaseError(error)?.code.startsWith("SQLITE_CONSTRAINT") ?? false;
}

/** An error of a statement as a refusal that names the constraint; `where` says which one. Others stay as they are. */
export function refuseStatement(error: unknown, where: string): unknown {
  if (error instanceof RangeError || error instanceof TypeError) {
    return new ServiceError(
      "refused_sql",
      `${where} has an argument that can't be bound: ${error.message}`,
    );
  }
  const known = databaseError(error);
  if (known === null || isEngineTrouble(known.code)) return refuseEngine(error);
  return new ServiceError("refused_sql", `The database refused ${where}: ${known.message}.`);
}

/** Trouble of the database itself as a problem; other errors stay as they are. */
export function refuseEngine(error: unknown): unknown {
  const known = databaseError(error);
  if (known === null) return error;
  if (/^SQLITE_(BUSY|LOCKED)/.test(known.code)) {
    return new ServiceError("busy", "Another program is writing to this database. Try again in a moment.");
  }
  if (known.code.startsWith("SQLITE_NOMEM")) {
    return new ServiceError(
      "limit",
      "The change needs more memory than it may use. Split it into smaller ones.",
    );
  }
  return isEngineTrouble(known.code)
    ? new ServiceError("db_unavailable", `The database can't be written: ${known.message}.`)
    : error;
}

function isEngineTrouble(code: string): boolean {
  return /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CORRUPT|NOTADB|READONLY|CANTOPEN|NOMEM|INTERRUPT|PROTOCOL)/
    .test(code);
}

function plainMessage(message: string): string {
  return message.replace(/^(SQLITE_\w+: |SqliteError: |SQLite (input )?error: )+/i, "").replace(/\.$/, "");
}
