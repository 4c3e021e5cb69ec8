/** Values of the database in JSON. `schemas.ts` hands them on. */
import { z } from "zod";

/**
 * One SQLite value in JSON: integers beyond ±2^53 are `{"$int"}`, blobs `{"$blob": base64}`, infinities `{"$real"}`.
 */
export const Value = z.union([
  z.null(),
  z.string(),
  z.number(),
  z.strictObject({ $int: z.string().regex(/^-?\d{1,19}$/) }),
  z.strictObject({ $blob: z.base64() }),
  z.strictObject({ $real: z.enum(["Infinity", "-Infinity"]) }),
]);
export type Value = z.infer<typeof Value>;

/** A value in a preview: a key that SQLite will assign or a cell that the clock will fill stands as its mark. */
export const Cell = z.union([
  Value,
  z.strictObject({ $key: z.int().positive() }),
  z.strictObject({ $now: z.string() }),
]);
export type Cell = z.infer<typeof Cell>;
