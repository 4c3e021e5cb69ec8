/** Reading what a request carries: bounded, parsed, and checked against the schema of the verb it is for. */
import type { z } from "zod";
import { Refusal } from "@/agent/errors.ts";

/** A body holds at most this many bytes, where its verb does not take more. */
export const MAX_BODY = 1_000_000;

/**
 * A JSON body in the shape of `schema`. Throws `too_large` over `limit` bytes and `invalid`, naming the field, for anything
 * else.
 */
export async function readBody<T>(request: Request, schema: z.ZodType<T>, limit = MAX_BODY): Promise<T> {
  return check(schema, parse(await readText(request, limit)));
}

/** The query of an address in the shape of `schema`. */
export function readQuery<T>(url: URL, schema: z.ZodType<T>): T {
  return check(schema, Object.fromEntries(url.searchParams));
}

/** A number in a path, such as an action's. Anything else does not exist. */
export function numberIn(text: string): number {
  const n = Number(text);
  if (!/^\d{1,15}$/.test(text) || n < 1) throw new Refusal("not_found", `There is no #${text.slice(0, 20)}.`);
  return n;
}

/** The part of a path after `before`, as it was meant. Fresh's parameters leave `%2F` and its like as they came. */
export function nameAfter(before: string, url: URL): string {
  const parts = url.pathname.split("/");
  const raw = parts[parts.indexOf(before) + 1] ?? "";
  try {
    return decodeURIComponent(raw);
  } catch {
    throw new Refusal("not_found", "There is nothing under this name.");
  }
}

function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.slice(0, 20).map(({ path, message }) => ({
    path: path.join("."),
    message,
  }));
  const first = errors[0];
  throw new Refusal("invalid", first.path ? `${first.path}: ${first.message}.` : `${first.message}.`, {
    errors,
  });
}

function parse(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal("invalid", "The body is not JSON.", { errors: [{ path: "", message: "is not JSON" }] });
  }
}

async function readText(request: Request, limit: number): Promise<string> {
  const tooLarge = () => new Refusal("too_large", `The body is over ${limit / 1_000_000} MB.`);
  if (Number(request.headers.get("content-length") ?? 0) > limit) {
    await request.body?.cancel();
    throw tooLarge();
  }
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  // The header may lie or be missing: what counts is what arrives.
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
