/** Input from outside: bodies within their size, and values that fit their schema. */
import type { z } from "zod";
import { ServiceError } from "../engine/types.ts";

/** Most bytes of a body. */
export const MAX_BODY = 1_000_000;

/** Reads a JSON body. Throws `too_large`, or `invalid` naming the field. */
export async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(request);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid([{ path: "", message: "The body is not valid JSON." }]);
  }
  return parse(schema, value);
}

/** Checks a value. Throws `invalid` naming each field. */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(
    parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message })),
  );
}

function invalid(errors: { path: string; message: string }[]): ServiceError {
  const detail = errors.map(({ path, message }) => path === "" ? message : `${path}: ${message}`).join(" · ");
  return new ServiceError("invalid", detail, { errors });
}

/** Counts while reading: a body that lies about its length, or tells none, is cut off as well. */
async function readText(request: Request): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY) throw tooLarge();
  if (request.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.length;
    if (bytes > MAX_BODY) throw tooLarge();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function tooLarge(): ServiceError {
  return new ServiceError("too_large", "A request may have 1 MB.");
}
