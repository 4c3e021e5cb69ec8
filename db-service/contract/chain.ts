/**
 * The chain of hashes that the record of decisions is. Pure, so that the service that writes it and whoever verifies an
 * export of it compute the same.
 */
import type { ChainEntry } from "./schemas.ts";
import { hash } from "./digest.ts";

/** What is hashed of an entry: all of it but the hash itself. */
const HASHED = [
  "seq",
  "actionUid",
  "decision",
  "statementsSha256",
  "digest",
  "affected",
  "approval",
  "approver",
  "at",
  "prev",
] as const;

/** The hash of an entry: over all of it but the hash itself, and with `prev` over all entries before. */
export function entryHash(entry: Omit<ChainEntry, "hash">): Promise<string> {
  return hash(Object.fromEntries(HASHED.map((name) => [name, entry[name]])));
}
