/** The order in which a decision is checked: role, existence, state, body, and at last the signature. */
import type { z } from "zod";
import { actorOf, enter } from "@/agent/people.ts";
import { notApproved } from "@/agent/queue/decide.ts";
import { getAction, getStored, notPending } from "@/agent/queue/store.ts";
import { isClaimed } from "@/agent/queue/states.ts";
import type { Refusal } from "@/agent/errors.ts";
import type { Action, ActionState, ActionSummary, Actor, Role } from "@/agent/types.ts";
import { numberIn, readBody } from "./body.ts";
import type { State } from "./define.ts";

interface DecisionContext {
  req: Request;
  params: Record<string, string>;
  state: State;
}

interface Decision<T> {
  role: Role;
  from: readonly ActionState[];
  body: z.ZodType<T>;
  /** It carries an approval, which a refusal ends. */
  isSigned?: boolean;
  verb: (ws: string, id: number, by: Actor, body: T) => Promise<unknown>;
}

/** Answers with the action as it stands afterwards; 202 while the database is still at work on it. */
export async function decide<T>(
  ctx: DecisionContext,
  { role, from, body, verb, isSigned = false }: Decision<T>,
): Promise<Response> {
  const { workspace } = await enter(ctx.state.person, ctx.params.workspace, role);
  const id = numberIn(ctx.params.id);
  const wrong = wrongState((await getStored(workspace.id, id)).summary, from);
  if (wrong && !isSigned) throw wrong;
  // What is signed is passed on: its verb says the same, and sees to it that no copy comes true in another state.
  const given = await readBody(ctx.req, body).catch((error) => {
    throw wrong ?? error;
  });
  await verb(workspace.id, id, actorOf(ctx.state.person), given);
  const action: Action = await getAction(workspace.id, id);
  return Response.json(action, { status: isClaimed(action.state) ? 202 : 200 });
}

/** Why an action can't be decided on as it stands, or null. */
function wrongState(summary: ActionSummary, from: readonly ActionState[]): Refusal | null {
  if (summary.type === "action" && from.includes(summary.state)) return null;
  return from.includes("approved") ? notApproved(summary) : notPending(summary);
}
