/** The one place that turns an error into an answer: RFC 9457 problem details with a code of the closed list. */
import { HttpError } from "fresh";
import { logUnexpected, Refusal } from "@/agent/errors.ts";

/** An expected failure as `application/problem+json`. */
export function problemOf(refusal: Refusal): Response {
  const { code, status, message, extra: { retryAfter, ...extra } } = refusal;
  const body = {
    type: "about:blank",
    title: TITLES[status] ?? "Error",
    status,
    code,
    detail: message,
    ...extra,
  };
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  if (retryAfter !== undefined) headers.set("retry-after", String(retryAfter));
  return new Response(JSON.stringify(body), { status, headers });
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

const TITLES: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  413: "Content Too Large",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};
