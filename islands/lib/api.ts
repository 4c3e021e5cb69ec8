/** The browser's one way to the app's JSON routes. Answers are values: a failure is a result, never a throw. */
import type { Problem } from "@/agent/types.ts";

export type Answer<T> = { ok: true; data: T } | Failure;

export interface Failure {
  ok: false;
  /** HTTP status; 0 when no answer came at all. */
  status: number;
  /** A code of the contract's closed list, or `offline`. */
  code: Problem["code"] | "offline";
  /** A sentence for the person. */
  message: string;
  problem: Problem | null;
  /** Seconds to wait before trying again, when the server said so. */
  retryAfter: number | null;
}

export interface CallOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  headers?: Record<string, string>;
}

/**
 * A path from a template: every inserted value is encoded, so that a table named `a/b?c` stays one segment.
 */
export function path(parts: TemplateStringsArray, ...values: (string | number)[]): string {
  return parts.reduce((whole, part, i) => whole + encodeURIComponent(String(values[i - 1])) + part);
}

/** Query text of the parameters that are set; empty without any. */
export function query(params: Record<string, string | number | null | undefined>): string {
  const set = Object.entries(params).filter(([, value]) =>
    value !== null && value !== undefined && value !== ""
  );
  return set.length > 0 ? "?" + new URLSearchParams(set.map(([key, value]) => [key, String(value)])) : "";
}

/** Calls a route. `T` is the contract's shape of a success; an answer without a body gives `null`. */
export async function call<T>(url: string, options: CallOptions = {}): Promise<Answer<T>> {
  const { method = "GET", body, headers = {} } = options;
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    return failure(0, "offline", "The server does not answer. Nothing was changed from here.", null, null);
  }
  const json = await response.json().catch(() => null);
  if (response.ok) return { ok: true, data: json };
  const retryAfter = Number(response.headers.get("retry-after")) || null;
  const problem = isProblem(json) ? json : null;
  const message = problem?.detail || problem?.title || `The server answered ${response.status}.`;
  return failure(response.status, problem?.code ?? "internal", message, problem, retryAfter);
}

/** Whether a refusal concerns this field of what was sent. */
export function isAbout({ problem }: Failure, field: string): boolean {
  return problem?.errors?.some(({ path }) => path === field) ?? false;
}

function failure(
  status: number,
  code: Failure["code"],
  message: string,
  problem: Problem | null,
  retryAfter: number | null,
): Failure {
  return { ok: false, status, code, message, problem, retryAfter };
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "detail" in value;
}
