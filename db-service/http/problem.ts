/** Errors as problem responses. */
import { problemOf, STATUS } from "../contract/problem.ts";
import { ServiceError } from "../engine/types.ts";

/** The response to an error with a code; `now` stands in answers about expiry, so that a wrong clock shows. */
export function problemResponse(error: ServiceError): Response {
  const status = STATUS[error.code];
  const now = error.code === "approval_expired" ? { now: new Date().toISOString() } : {};
  const problem = problemOf(error.code, error.message, { ...error.extra, ...now });
  const headers = new Headers({ "content-type": "application/problem+json" });
  if (status === 401) headers.set("www-authenticate", "Bearer");
  if (error.code === "busy" || error.code === "db_unavailable") headers.set("retry-after", "1");
  return new Response(JSON.stringify(problem), { status, headers });
}

/** Anything thrown as an error with a code. What was not expected is logged whole and shown as an id alone. */
export function asServiceError(error: unknown, log: (entry: Record<string, unknown>) => void): ServiceError {
  if (error instanceof ServiceError) return error;
  const id = crypto.randomUUID();
  log({
    event: "unexpected",
    id,
    error: error instanceof Error ? error.stack ?? error.message : String(error),
  });
  return new ServiceError("internal", `Unexpected error ${id}.`);
}
