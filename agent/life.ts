/** What the process does beside answering requests: heal what a crash left, notice what goes down, stop in order. */
import type { DatabaseHealth } from "./types.ts";
import { catchUp, dropFollowUps, followUp } from "./chat/followup.ts";
import { closeDead, runningAnswer, stopAll, type Where } from "./chat/run.ts";
import { closeUnanswered } from "./commands/interrupted.ts";
import { checkHealth, isHealthy, onHealth } from "./database.ts";
import { logUnexpected } from "./errors.ts";
import { closeHubs, hubOf, openHubs } from "./live/hubs.ts";
import { lookOutside } from "./live/outside.ts";
import { expireDue } from "./queue/expiry.ts";
import { completeIndex } from "./queue/index.ts";
import { onOutcome } from "./queue/outcomes.ts";
import { dropRetries, recover } from "./queue/settle.ts";
import { settings } from "./settings.ts";
import { closeStore } from "./store/kv.ts";
import { ensureMain, findWorkspace, listWorkspaces } from "./workspaces.ts";

const TEND_MS = 5_000;
/** How often a db-service that is down is asked whether it is back, in milliseconds. */
const WATCH_MS = 1_000;
/** How often it is found out whether it is time to look for changes from outside, in milliseconds. */
const LOOK_MS = 50;

/** Starts the process's own life. Call once. */
export async function start(): Promise<void> {
  const { mode } = settings();
  if (mode === "local") {
    endWithParent();
    await ensureMain();
    // The local store belongs to one process: whatever is claimed now was claimed by one that is gone.
    for (const { id, database } of await listWorkspaces()) {
      await closeDead(id);
      await closeUnanswered(id, true);
      background(recover(id, true).then(() => catchUpOnce({ ws: id, database })), "recovery");
    }
  }
  background(completeIndexes(), "index");
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => void stop().finally(() => Deno.exit(0)));
  }
  onOutcome((ws, action) => {
    findWorkspace(ws).then((workspace) => {
      if (workspace) followUp({ ws, database: workspace.database }, action);
    }).catch((error) => logUnexpected(error, "outcome"));
  });
  onHealth(() => background(tellHealth(), "health"));
  Deno.unrefTimer(setInterval(() => background(tend(), "tending"), TEND_MS));
  Deno.unrefTimer(setInterval(() => {
    if (!isHealthy()) background(checkHealth(), "health");
  }, WATCH_MS));
  Deno.unrefTimer(setInterval(() => background(lookAtAll(), "looking outside"), LOOK_MS));
}

/** Stores what is being written and closes everything, within the time that a platform gives. */
export async function stop(): Promise<void> {
  dropFollowUps();
  dropRetries();
  await stopAll();
  await closeHubs();
  await closeStore();
}

/** How the db-service is, in words. */
export function health(database: string): DatabaseHealth {
  return {
    name: database,
    ok: isHealthy(),
    detail: isHealthy()
      ? null
      : "The database service does not answer. Nothing is lost; this page goes on by itself when it is back.",
  };
}

/** Ends what nobody decided in time, and looks after every workspace that someone looks at. */
export async function tend(): Promise<void> {
  background(expireDue(), "expiry");
  if (await checkHealth()) {
    for (const { ws } of await openHubs()) {
      await runningAnswer(ws);
      await closeUnanswered(ws);
      await recover(ws);
      const workspace = await findWorkspace(ws);
      if (workspace) await catchUpOnce({ ws, database: workspace.database });
    }
  }
  for (const hub of await openHubs()) {
    hub.broadcast((cursor) => ({ type: "ping", cursor, data: {} }));
  }
}

/** A platform that ends idle processes may have ended one between a decision and the agent's word on it. */
async function catchUpOnce(where: Where): Promise<void> {
  if (caughtUp.has(where.ws)) return;
  caughtUp.add(where.ws);
  await catchUp(where);
}

const caughtUp = new Set<string>();

/** Stores of an earlier version hold entries that the index lacks. */
async function completeIndexes(): Promise<void> {
  for (const { id } of await listWorkspaces()) await completeIndex(id);
}

/** Every workspace that somebody watches, whatever becomes of the others. */
async function lookAtAll(): Promise<void> {
  for (const hub of await openHubs()) {
    if (hub.size > 0) background(lookOutside(hub.ws), "looking outside");
  }
}

async function tellHealth(): Promise<void> {
  for (const { id, database } of await listWorkspaces()) {
    const hub = await hubOf(id);
    hub.broadcast((cursor) => ({ type: "database", cursor, data: health(database) }));
  }
}

/** A launcher that was killed can't end what it started: whoever loses it ends by itself and frees its port. */
function endWithParent(): void {
  // Told by its launcher: one that died before this line could not be asked.
  const parent = Number(Deno.env.get("LAUNCHER_PID") ?? Deno.ppid);
  Deno.unrefTimer(setInterval(() => {
    if (Deno.ppid !== parent) stop().finally(() => Deno.exit(0));
  }, 500));
}

function background(work: Promise<unknown>, where: string): void {
  work.catch((error) => logUnexpected(error, where));
}
