/** The one handle on Deno KV. Opened on first use: importing a module must not touch the disk. */
import { settings } from "../settings.ts";

let handle: Promise<Deno.Kv> | undefined;

/** The store. On Deploy the platform's own database; locally one file that belongs to this process alone. */
export function openStore(): Promise<Deno.Kv> {
  handle ??= Deno.openKv(settings().kvPath);
  return handle;
}

/** Closes the store, for a graceful stop and between tests. */
export async function closeStore(): Promise<void> {
  const open = handle;
  handle = undefined;
  (await open)?.close();
}

/** An atomic operation that lost its race is tried again this often before the caller hears `busy`. */
export const MAX_TRIES = 60;

/** Waits a short random time that grows with the number of lost races, in milliseconds. */
export function backoff(tries: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 + tries, 25)));
}
