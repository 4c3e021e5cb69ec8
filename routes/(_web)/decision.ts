/** The order in which a decision is checked: role, existence, state, body, and at last the signature. */
import type { z } from "zod";
import { actorOf, enter } from "@/agent/people.ts";
import { getAction, getStored, notPending } from "@/agent/queue/store.ts";
import { isClaimed } from "@/agent/queue/states.ts";
import { Refusal } from "@/agent/errors.ts";
import type { Action, ActionState, Actor, Role } from "@/agent/types.ts";
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
  verb: (ws: string, id: number, by: Actor, body: T) => Promise<unknown>;
}

/** Answers with the action as it stands afterwards; 202 while the database is still at work on it. */
export async function decide<T>(
  ctx: DecisionContext,
  { role, from, body, verb }: Decision<T>,
): Promise<Response> {
  const { workspace } = await enter(ctx.state.person, ctx.params.workspace, role);
  const id = numberIn(ctx.params.id);
  const { summary } = await getStored(workspace.id, id);
  if (summary.type !== "action" || !from.includes(summary.state)) {
    if (from.includes("approved")) {
      throw new Refusal(
        "not_approved",
        `#${id} is ${summary.state}. Only an approved change can be reverted.`,
      );
    }
    throw notPending(summary);
  }
  await verb(workspace.id, id, actorOf(ctx.state.person), await readBody(ctx.req, body));
  const action: Action = await getAction(workspace.id, id);
  return Response.json(action, { status: isClaimed(action.state) ? 202 : 200 });
}
