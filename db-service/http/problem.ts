/** Errors as problem responses (RFC 9457), the one place where a code gets its status. */
import type { Problem, ProblemCode } from "../contract/schemas.ts";
import { ServiceError } from "../engine/types.ts";

const STATUS: Record<ProblemCode, number> = {
  invalid: 400,
  not_found: 404,
  too_large: 413,
  unauthorized: 401,
  forbidden: 403,
  csrf: 403,
  not_approver: 403,
  bad_signature: 403,
  approval_expired: 403,
  not_pending: 409,
  not_approved: 409,
  drift: 409,
  stale_digest: 409,
  conflict: 409,
  action_id_reused: 409,
  refused_sql: 422,
  uninspectable: 422,
  limit: 422,
  busy: 503,
  rate_limited: 429,
  db_unavailable: 503,
  model_unavailable: 503,
  internal: 500,
};

const TITLE: Record<ProblemCode, string> = {
  invalid: "The request is malformed",
  not_found: "Not found",
  too_large: "The request is too large",
  unauthorized: "A valid token is needed",
  forbidden: "Not allowed",
  csrf: "The request comes from another site",
  not_approver: "This key may not approve",
  bad_signature: "The signature does not fit",
  approval_expired: "The approval has expired",
  not_pending: "The action is not pending",
  not_approved: "The action is not approved",
  drift: "The data moved since the preview",
  stale_digest: "The preview is out of date",
  conflict: "Rows changed since",
  action_id_reused: "This action id stands for another change",
  refused_sql: "The SQL was refused",
  uninspectable: "The effect of this SQL can't be determined",
  limit: "A limit was reached",
  busy: "The database is busy",
  rate_limited: "Too many requests",
  db_unavailable: "The database is unavailable",
  model_unavailable: "The model is unavailable",
  internal: "Something unexpected went wrong",
};

/** The response to an error with a code; `now` stands in answers about expiry, so that a wrong clock shows. */
export function problemResponse(error: ServiceError): Response {
  const status = STATUS[error.code];
  const problem: Problem = {
    type: `urn:gatekeeper:problem:${error.code}`,
    title: TITLE[error.code],
    status,
    code: error.code,
    detail: error.message,
    ...error.extra,
    ...(error.code === "approval_expired" ? { now: new Date().toISOString() } : {}),
  };
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
