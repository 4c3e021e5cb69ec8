/** Problem details (RFC 9457): what each code means and which status it has, the same in both services. */
import type { Problem, ProblemCode } from "./schemas.ts";

/** Status of each code. */
export const STATUS = {
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
  limit: 409,
  busy: 409,
  rate_limited: 429,
  db_unavailable: 503,
  model_unavailable: 503,
  internal: 500,
} as const satisfies Record<ProblemCode, number>;

const TITLE: Record<ProblemCode, string> = {
  invalid: "The request is malformed",
  not_found: "Not found",
  too_large: "The request is too large",
  unauthorized: "Sign-in or a valid token is needed",
  forbidden: "Not allowed",
  csrf: "The request comes from another site",
  not_approver: "This key may not approve",
  bad_signature: "The signature does not fit",
  approval_expired: "The approval has expired",
  not_pending: "The action is not pending",
  not_approved: "The action is not approved",
  drift: "The data moved since the preview",
  stale_digest: "The preview is out of date",
  conflict: "It is not as it was",
  action_id_reused: "This action id stands for another change",
  refused_sql: "The SQL was refused",
  uninspectable: "The effect of this SQL can't be determined",
  limit: "A limit was reached",
  busy: "It is busy",
  rate_limited: "Too many requests",
  db_unavailable: "The database is unavailable",
  model_unavailable: "The model is unavailable",
  internal: "Something unexpected went wrong",
};

/** The body of a problem response; `detail` is the sentence for the person. */
export function problemOf(
  code: ProblemCode,
  detail: string,
  extra: Partial<Pick<Problem, "errors" | "preview" | "conflicts" | "now">> = {},
): Problem {
  return {
    type: `urn:gatekeeper:problem:${code}`,
    title: TITLE[code],
    status: STATUS[code],
    code,
    detail,
    ...extra,
  };
}
