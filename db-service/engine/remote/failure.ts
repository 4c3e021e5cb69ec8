/** What goes wrong between this service and a server, as problems with a code. No message repeats a token or a body. */
import { ServiceError } from "../types.ts";
import { DeadlinePassed } from "./deadline.ts";

/** The server's answer is larger than it, or we, let one be. */
export class AnswerTooLarge extends Error {
  override readonly name = "AnswerTooLarge";
}

/** The answer holds an infinite number, which the JSON of this protocol cannot carry. */
export class InfiniteReal extends Error {
  override readonly name = "InfiniteReal";
}

/** The token that was used may not do this. */
export class TokenForbids extends Error {
  override readonly name = "TokenForbids";
}

/** The answer holds a text that is not valid UTF-8. */
export class NoText extends Error {
  override readonly name = "NoText";
}

/** The server was not reached, or could not answer at all: nothing is known of what was asked. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** What an HTTP status that is no success means. `body` is only looked at for what it is known to say. */
export function failureOf(status: number, body: string): Error {
  if (status === 403) return new TokenForbids("The token may not do this.");
  if (status === 401) {
    return new ServiceError("db_unavailable", "The database server refuses the token that is set for it.");
  }
  if (/invalid utf-8/i.test(body)) return new NoText("A text is not valid UTF-8.");
  if (/baton|stream (has )?expired|stream not found/i.test(body)) return transactionEnded();
  return new Unreachable(`The database server answered HTTP ${status}.`);
}

/** The server gave up a transaction of ours: nothing of it stays. */
export function transactionEnded(): ServiceError {
  return new ServiceError(
    "db_unavailable",
    "The database server ended the transaction before it was finished, so nothing was changed. Ask again.",
  );
}

/**
 * An error of the client library as the rest of the engine knows it: SQLite's own errors keep their code and text,
 * others become one of ours.
 */
export function fromClient(error: unknown): unknown {
  const code = codeOf(error);
  if (code === null || !(error instanceof Error)) return error;
  // Turso's way to say it; sqld answers HTTP 403.
  if (code === "BLOCKED" || /^SQLITE_(READONLY|AUTH)/.test(code)) {
    return new TokenForbids("The token may not do this.");
  }
  if (code.startsWith("SQLITE_")) return error;
  if (code === "RESPONSE_TOO_LARGE") return new AnswerTooLarge("The answer is too large.");
  if (code === "HRANA_PROTO_ERROR" && /Expected number, received null/.test(error.message)) {
    return new InfiniteReal("An infinite number.");
  }
  if (/^SQL_/.test(code)) {
    const said = error.message.replace(/^SQL_\w+: (SQL string could not be parsed: )?/, "").replace(
      /\.$/,
      "",
    );
    return new ServiceError("refused_sql", `The database refuses this: ${said}.`);
  }
  if (/TIMEOUT|EXPIRED|TRANSACTION|STREAM/.test(code)) return transactionEnded();
  return new Unreachable(`The database server answered ${code}.`);
}

/** Whatever is left at the edge of the engine as a problem with a code; `deadline` is told for a passed deadline. */
export function asProblem(error: unknown, deadline: () => ServiceError): unknown {
  if (error instanceof DeadlinePassed) return deadline();
  if (error instanceof AnswerTooLarge) {
    return new ServiceError("limit", "This is more than the database server sends at once. Narrow it down.");
  }
  if (error instanceof InfiniteReal || error instanceof NoText) {
    return new ServiceError(
      "uninspectable",
      "This holds a value that the database server can't send: an infinite number, or a text that is not UTF-8.",
    );
  }
  if (error instanceof TokenForbids) {
    return new ServiceError(
      "db_unavailable",
      "The database server does not let the token that is set for it do this.",
    );
  }
  if (error instanceof Unreachable) {
    return new ServiceError(
      "db_unavailable",
      "The database server can't be reached. Ask again: nothing runs twice.",
    );
  }
  return error;
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" &&
      !(error instanceof ServiceError)
    ? error.code
    : null;
}
