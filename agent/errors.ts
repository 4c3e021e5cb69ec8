/**
 * The app's one kind of expected failure: a code of the closed list, a status, and a sentence that says what happened
 * and what to do. Whatever else is thrown is a bug: logged whole under an id and shown as that id alone.
 */
import { STATUS } from "@/db-service/contract/problem.ts";
import type { Problem, ProblemCode } from "@/db-service/contract/schemas.ts";

type Extra = Partial<Pick<Problem, "errors" | "preview" | "conflicts" | "now">> & { retryAfter?: number };

/** An expected failure. `message` is shown to the person as it stands. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  constructor(readonly code: ProblemCode, message: string, readonly extra: Extra = {}) {
    super(message);
  }
  get status(): (typeof STATUS)[ProblemCode] {
    return STATUS[this.code];
  }
}

/** Logs what nobody expected, whole, as one JSON line, and returns the id to show in its place. */
export function logUnexpected(error: unknown, where: string): string {
  const id = crypto.randomUUID().slice(0, 8);
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  console.error(JSON.stringify({ at: new Date().toISOString(), level: "error", id, where, error: text }));
  return id;
}
