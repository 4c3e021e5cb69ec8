/** Databases that a running service has open too. */
import { DatabaseSync } from "node:sqlite";

/** Opens a database file as a well-made other program does: where the service holds a lock, it waits for a while. */
export function openBeside(file: string, options: { readOnly?: boolean } = {}): DatabaseSync {
  return new DatabaseSync(file, { timeout: 10_000, ...options });
}
