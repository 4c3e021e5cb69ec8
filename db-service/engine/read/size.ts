/** How much one answer may carry. */
import { ServiceError, type SqlValue } from "../types.ts";

/** Most bytes of one answer, roughly as JSON. */
export const MAX_BYTES = 2_000_000;

/** Bytes of a row, roughly as JSON. */
export function rowSize(row: readonly SqlValue[]): number {
  return row.reduce<number>((sum, value) => sum + size(value), 2);
}

/** Why a row that fills an answer alone is refused. */
export function rowTooLarge(): ServiceError {
  return new ServiceError(
    "limit",
    "One row alone is larger than 2 MB. Select fewer columns or cut them with substr().",
  );
}

function size(value: SqlValue): number {
  if (typeof value === "string") return value.length + 3;
  if (value instanceof Uint8Array) return Math.ceil(value.length * 4 / 3) + 15;
  return 10;
}
