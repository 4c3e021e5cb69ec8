/**
 * Values larger than KV's limit of 65,536 bytes: the JSON text is cut into parts. Parts are written before the commit
 * that refers to them, so a reader never meets a value whose parts are missing; parts nobody refers to are removed.
 */
import { keys } from "./keys.ts";

/** A JSON value, inline or by its parts. */
export type Large = { inline: string } | { body: string; parts: number };

// V8's serialiser takes one byte a unit for Latin-1 text and two for any other: 30,000 units always stay below the limit.
const PART_UNITS = 30_000;
// What an entry may hold inline beside its other members.
const INLINE_UNITS = 12_000;

/** Stores a value and returns what to keep in the entry that owns it. `undefined` is not JSON and throws. */
export async function putLarge(kv: Deno.Kv, ws: string, value: unknown): Promise<Large> {
  const text = JSON.stringify(value);
  if (text.length <= INLINE_UNITS) return { inline: text };
  const body = crypto.randomUUID();
  const parts = Math.ceil(text.length / PART_UNITS);
  for (let i = 0; i < parts; i++) {
    await kv.set(keys.bodyPart(ws, body, i), text.slice(i * PART_UNITS, (i + 1) * PART_UNITS));
  }
  return { body, parts };
}

/** Reads a value back; null when its parts are gone. */
export async function getLarge<T>(kv: Deno.Kv, ws: string, large: Large): Promise<T | null> {
  if ("inline" in large) return JSON.parse(large.inline);
  let text = "";
  for (let i = 0; i < large.parts; i++) {
    const part = await kv.get<string>(keys.bodyPart(ws, large.body, i));
    if (part.value === null) return null;
    text += part.value;
  }
  return JSON.parse(text);
}

/** Removes the parts of a value that nothing refers to any more. */
export async function dropLarge(kv: Deno.Kv, ws: string, large: Large | null): Promise<void> {
  if (!large || "inline" in large) return;
  for (let i = 0; i < large.parts; i++) await kv.delete(keys.bodyPart(ws, large.body, i));
}
