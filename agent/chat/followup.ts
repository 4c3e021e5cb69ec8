/**
 * The agent's short word after a decision on its own proposal. Decisions within two seconds share one, a person always
 * goes first, and a follow-up has no tools, so it can't lead to another (SPEC C4).
 */
import type { ActionSummary, Actor } from "../types.ts";
import { logUnexpected } from "../errors.ts";
import { getAction } from "../queue/store.ts";
import { isForModel, unheard } from "./instructions.ts";
import { runningAnswer, startFollowUp, type Where } from "./run.ts";
import { lastMessages } from "./store.ts";

/** Decisions this close together share one follow-up, in milliseconds. */
export const TOGETHER_MS = 2_000;
/** While an answer is being written it is asked again after this long whether it is over, in milliseconds. */
const WAIT_MS = 500;
/** How far back it is looked for outcomes, in messages. */
const NOTES = 20;

const waiting = new Map<string, ReturnType<typeof setTimeout>>();

/** Plans a follow-up on an outcome, if the agent should say one. */
export function followUp(where: Where, action: ActionSummary): void {
  if (action.proposedBy.via !== "agent" || action.decidedBy?.via === "agent" || action.state === "expired") {
    return;
  }
  const by: Actor = { ...action.proposedBy };
  plan(where, by, TOGETHER_MS);
}

/** Plans what an earlier process did not come to say: on the outcomes that no answer came after. */
export async function catchUp(where: Where): Promise<void> {
  const { messages } = await lastMessages(where.ws, NOTES, isForModel);
  for (const id of new Set(unheard(messages).flatMap(({ metadata }) => metadata?.actions ?? []))) {
    followUp(where, await getAction(where.ws, id));
  }
}

/** Forgets what is planned; for a graceful stop. */
export function dropFollowUps(): void {
  for (const timer of waiting.values()) clearTimeout(timer);
  waiting.clear();
}

function plan(where: Where, by: Actor, ms: number): void {
  clearTimeout(waiting.get(where.ws));
  const timer = setTimeout(() => {
    waiting.delete(where.ws);
    say(where, by).catch((error) => logUnexpected(error, "follow-up"));
  }, ms);
  Deno.unrefTimer(timer);
  waiting.set(where.ws, timer);
}

async function say(where: Where, by: Actor): Promise<void> {
  if (await runningAnswer(where.ws)) {
    if (!waiting.has(where.ws)) plan(where, by, WAIT_MS);
    return;
  }
  const { messages } = await lastMessages(where.ws, NOTES, isForModel);
  if (unheard(messages).length > 0) await startFollowUp(where, by);
}
