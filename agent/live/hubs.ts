/** The hubs of this process: one for each workspace that someone looks at, opened on first use and kept. */
import { Hub } from "./hub.ts";

const hubs = new Map<string, Promise<Hub>>();

/** The hub of a workspace, opened on first use and kept. */
export function hubOf(ws: string): Promise<Hub> {
  let hub = hubs.get(ws);
  if (!hub) {
    hub = Hub.open(ws);
    hubs.set(ws, hub);
    // A hub that could not open must not be the answer for ever.
    hub.catch(() => hubs.delete(ws));
  }
  return hub;
}

/** Every hub that is open in this process. */
export function openHubs(): Promise<Hub[]> {
  return Promise.all(hubs.values());
}

/** Stops following every workspace; for a graceful stop and between tests. */
export async function closeHubs(): Promise<void> {
  const open = [...hubs.values()];
  hubs.clear();
  for (const hub of open) await (await hub).close();
}
