/** What an owner sets for a workspace. Kept as one value; what it lacks is as it was before it could be set. */
import { z } from "zod";
import type { WorkspaceSettings } from "./types.ts";
import { Refusal } from "./errors.ts";
import { announce } from "./store/feed.ts";
import { keys } from "./store/keys.ts";
import { backoff, MAX_TRIES, openStore } from "./store/kv.ts";

/** What may be changed; what is left out stays. */
export const SettingsChange = z.strictObject({
  /** Days after which a proposal that nobody decided is over. */
  expiryDays: z.int().min(1).max(365).optional(),
});
export type SettingsChange = z.infer<typeof SettingsChange>;

const DAY_MS = 24 * 3_600_000;
const DEFAULTS: WorkspaceSettings = { expiryDays: 7 };

/** The settings of a workspace. */
export async function settingsOf(ws: string): Promise<WorkspaceSettings> {
  const kv = await openStore();
  return { ...DEFAULTS, ...(await kv.get<Partial<WorkspaceSettings>>(keys.settings(ws))).value };
}

/** When a proposal made now is over. ISO 8601. */
export async function expiryFor(ws: string, now: number): Promise<string> {
  const { expiryDays } = await settingsOf(ws);
  return new Date(now + expiryDays * DAY_MS).toISOString();
}

/** Changes them and tells every open tab. Proposals that are there already keep the time they have. */
export async function changeSettings(ws: string, change: SettingsChange): Promise<WorkspaceSettings> {
  const kv = await openStore();
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const old = await kv.get<Partial<WorkspaceSettings>>(keys.settings(ws));
    const settings = { ...DEFAULTS, ...old.value, ...change };
    const op = kv.atomic().check(old).set(keys.settings(ws), settings);
    announce(kv, op, ws, [{ t: "settings", settings }]);
    if ((await op.commit()).ok) return settings;
    await backoff(tries);
  }
  throw new Refusal("busy", "The settings are busy. Try again.");
}
