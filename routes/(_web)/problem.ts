/** The one place that turns an error into an answer. */
import { HttpError } from "fresh";
import { problemOf } from "@/db-service/contract/problem.ts";
import { logUnexpected, Refusal } from "@/agent/errors.ts";

/** An expected failure as `application/problem+json`. */
export function problemResponse(
  { code, status, message, extra: { retryAfter, ...extra } }: Refusal,
): Response {
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  if (retryAfter !== undefined) headers.set("retry-after", String(retryAfter));
  return new Response(JSON.stringify(problemOf(code, message, extra)), { status, headers });
}

/** Any error as a refusal: what nobody expected is logged whole and named by its id alone. */
export function refusalOf(error: unknown, where: string): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof HttpError && error.status === 404) {
    return new Refusal("not_found", "There is nothing here.");
  }
  if (error instanceof HttpError && error.status < 500) return new Refusal("invalid", error.message);
  return new Refusal(
    "internal",
    `Something went wrong here. Its number in the log is ${logUnexpected(error, where)}.`,
  );
}
