/**
 * The agent's short word after a decision on its own proposal. Decisions within two seconds share one, a person always
 * goes first, and a follow-up has no tools, so it can't lead to another (SPEC C4).
 */
import type { ActionSummary, Actor } from "../types.ts";
import { logUnexpected } from "../errors.ts";
import { getAction } from "../queue/store.ts";
import { isForModel, isOutcome } from "./instructions.ts";
import { runningAnswer, startFollowUp, type Where } from "./run.ts";
import { lastMessages } from "./store.ts";

/** Decisions this close together share one follow-up, in milliseconds. */
export const TOGETHER_MS = 2_000;
const WAIT_MS = 500;
const PATIENCE = 120;
/** How far back it is looked for outcomes, in messages. */
const NOTES = 20;

const waiting = new Map<string, ReturnType<typeof setTimeout>>();

/** Plans a follow-up on an outcome, if the agent should say one. */
export function followUp(where: Where, action: ActionSummary): void {
  if (action.proposedBy.via !== "agent" || action.decidedBy?.via === "agent" || action.state === "expired") {
    return;
  }
  const by: Actor = { ...action.proposedBy };
  plan(where, by, TOGETHER_MS, PATIENCE);
}

/** Plans what an earlier process did not come to say: on the outcomes that no answer came after. */
export async function catchUp(where: Where): Promise<void> {
  const { messages } = await lastMessages(where.ws, NOTES, isForModel);
  const heard = messages.findLastIndex(({ role }) => role === "assistant");
  const notes = messages.slice(heard + 1).filter(isOutcome);
  for (const id of new Set(notes.flatMap(({ metadata }) => metadata?.actions ?? []))) {
    followUp(where, await getAction(where.ws, id));
  }
}

/** Forgets what is planned; for a graceful stop. */
export function dropFollowUps(): void {
  for (const timer of waiting.values()) clearTimeout(timer);
  waiting.clear();
}

function plan(where: Where, by: Actor, ms: number, patience: number): void {
  clearTimeout(waiting.get(where.ws));
  const timer = setTimeout(() => {
    waiting.delete(where.ws);
    say(where, by, patience).catch((error) => logUnexpected(error, "follow-up"));
  }, ms);
  Deno.unrefTimer(timer);
  waiting.set(where.ws, timer);
}

async function say(where: Where, by: Actor, patience: number): Promise<void> {
  if (await runningAnswer(where.ws)) {
    if (patience > 0 && !waiting.has(where.ws)) plan(where, by, WAIT_MS, patience - 1);
    return;
  }
  const { messages } = await lastMessages(where.ws, NOTES, isForModel);
  const last = messages.findLastIndex(isOutcome);
  // The model has seen the note already: an answer came after it.
  if (last === -1 || messages.slice(last + 1).some(({ role }) => role === "assistant")) return;
  await startFollowUp(where, by);
}
