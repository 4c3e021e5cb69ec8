/** How large a change may be in bytes: it is hashed, shown, kept and sent whole. */
import type { NetRow } from "../capture/capture.ts";
import { ServiceError, type SqlValue } from "../types.ts";

/** Most bytes of all rows of an action, before and after together. */
export const MAX_BYTES = 32_000_000;

/** Throws `limit` for rows that hold more than {@link MAX_BYTES}. */
export function refuseTooLarge(rows: readonly NetRow[]): void {
  let bytes = 0;
  for (const { before, after } of rows) {
    for (const cells of [before, after]) for (const cell of cells ?? []) bytes += size(cell);
  }
  if (bytes <= MAX_BYTES) return;
  throw new ServiceError(
    "limit",
    `The rows of this change hold more than ${MAX_BYTES / 1_000_000} MB. Split it into smaller changes.`,
  );
}

function size(cell: SqlValue): number {
  return typeof cell === "string" || cell instanceof Uint8Array ? cell.length : 8;
}
