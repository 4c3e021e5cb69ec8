/**
 * Changes that did not come from the queue: the database's own application, a person with a shell. Nobody tells us of
 * them, so the version of the data is looked at while somebody watches the workspace. When it moved and none of our own
 * decisions moved it, tabs read their rows anew, and what waits is previewed in silence: an action whose preview would
 * be another one now is marked (SPEC Q4). Its state stays: only a person's new preview, or the attempt to execute it,
 * makes it stale.
 */
import { database, isHealthy } from "../database.ts";
import { Refusal } from "../errors.ts";
import { countStates, idsOfState } from "../queue/list.ts";
import { getAction, updateAction } from "../queue/store.ts";
import { settings } from "../settings.ts";
import { fetchSchema, sawVersion } from "../schema.ts";
import { announce } from "../store/feed.ts";
import { keys } from "../store/keys.ts";
import { openStore } from "../store/kv.ts";
import { findWorkspace, type Workspace } from "../workspaces.ts";

/** Names of tables that one frame may hold, in characters; more are said by none. */
const MAX_NAMES = 1_000;
/** After a round of silent previews, a pause of this many times its length: what waits must not keep the database busy. */
const REST = 10;

/** How long the version is not asked for again, in milliseconds: so a change is announced well within a second. */
const PAUSE_MS = { local: 600, production: 1_000 };
/** A decision of our own is announced a moment after it takes effect: this long, in milliseconds, it may take. */
const DOUBT_MS = 150;
/** Whoever writes without pause is announced this often, in milliseconds: every tab reads its rows anew each time. */
const ANNOUNCE_MS = 1_000;

interface Watched {
  nextAt: number;
  /** The announcement that the data was found to be past, once. */
  puzzledBy: string | null;
  announcedAt: number;
  /** Something moved since the last round of previews. */
  dirty: boolean;
  restUntil: number;
  busy: boolean;
}
const watched = new Map<string, Watched>();

/** Looks, if it is time to. Call it at short intervals. */
export async function lookOutside(ws: string): Promise<void> {
  const state = watched.get(ws) ??
    { nextAt: 0, puzzledBy: null, announcedAt: 0, dirty: false, restUntil: 0, busy: false };
  watched.set(ws, state);
  if (state.busy || !isHealthy() || Date.now() < state.nextAt) return;
  state.busy = true;
  try {
    const workspace = await findWorkspace(ws);
    if (workspace) await look(workspace, state);
  } catch (error) {
    // A database that is away is told by its own strip, and looked at again in a moment.
    if (!(error instanceof Refusal)) throw error;
  } finally {
    state.busy = false;
    state.nextAt = Date.now() + (state.puzzledBy === null ? PAUSE_MS[settings().mode] : DOUBT_MS);
  }
}

async function look({ id: ws, database: name }: Workspace, state: Watched): Promise<void> {
  const kv = await openStore();
  const { version } = await database(name).version();
  sawVersion(name, version);
  const announced = await kv.get<string>(keys.version(ws));
  if (announced.value === version) state.puzzledBy = null;
  else if (!announced.value) {
    // The first look at this workspace, or the first since a decision whose version the db-service could not tell: what it
    // was before is not known, and nobody shows anything older.
    const { ok } = await kv.atomic().check(announced).set(keys.version(ws), version).commit();
    if (ok) state.dirty = true;
  } else if (await isDeciding(ws)) state.puzzledBy = null;
  else if (state.puzzledBy !== announced.versionstamp) state.puzzledBy = announced.versionstamp;
  else if (Date.now() - state.announcedAt >= ANNOUNCE_MS) {
    state.announcedAt = Date.now();
    const { tables } = await fetchSchema(name);
    const names = tables.map(({ name }) => name);
    const op = kv.atomic().check(announced);
    announce(kv, op, ws, [{
      t: "data",
      tables: names.join().length > MAX_NAMES ? [] : names,
      version,
      outside: true,
    }]);
    // Another process may have been faster; its round of previews is as good as ours.
    if ((await op.commit()).ok) state.dirty = true;
  }
  if (state.dirty && Date.now() >= state.restUntil) {
    const began = Date.now();
    state.dirty = false;
    try {
      await previewSilently(ws);
    } catch (error) {
      // What it did not reach may have moved too.
      state.dirty = true;
      throw error;
    } finally {
      state.restUntil = Date.now() + REST * (Date.now() - began);
    }
  }
}

/** Whether a decision of our own is under way: it may be what moved the data, however long its answer takes. */
async function isDeciding(ws: string): Promise<boolean> {
  const { executing = 0, reverting = 0 } = await countStates(ws);
  return executing + reverting > 0;
}

/** Marks what would change other rows, or the same rows otherwise, than its preview shows. */
async function previewSilently(ws: string): Promise<void> {
  for (const id of await idsOfState(ws, "pending")) {
    const { database: name, statements, digest, maybeStale } = await getAction(ws, id);
    if (maybeStale) continue;
    const now = await digestNow(name, statements);
    if (now === digest) continue;
    await updateAction(ws, id, ({ summary, previewed }) => {
      const isSame = summary.state === "pending" && summary.digest === digest && previewed;
      return isSame ? { previewed: { ...previewed, moved: true } } : null;
    });
  }
}

/** What the statements would amount to now; null when the database would refuse them. */
async function digestNow(name: string, statements: Parameters<ReturnType<typeof database>["preview"]>[0]) {
  try {
    return (await database(name).preview(statements)).digest;
  } catch (error) {
    if (error instanceof Refusal && error.code !== "db_unavailable" && error.code !== "busy") return null;
    throw error;
  }
}
