import { z } from "zod";
import { actorOf, enter } from "@/agent/people.ts";
import { Proposal, propose } from "@/agent/queue/propose.ts";
import { listActions } from "@/agent/queue/list.ts";
import { getAction } from "@/agent/queue/store.ts";
import { EDGES, GROUPS, type StateFilter } from "@/agent/queue/states.ts";
import { readBody, readQuery } from "../../../../(_web)/body.ts";
import { define } from "../../../../(_web)/define.ts";

const STATES = [...Object.keys(EDGES), ...Object.keys(GROUPS)];
const Query = z.object({
  state: z.custom<StateFilter>((text) => typeof text === "string" && STATES.includes(text), "is not a state")
    .optional(),
  type: z.enum(["action", "observation"]).optional(),
  table: z.string().max(200).optional(),
  q: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
  cursor: z.string().regex(/^\d{1,15}$/, "is not one of ours").optional(),
});

export const handler = define.handlers({
  async GET(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "viewer");
    return ctx.json(await listActions(workspace.id, readQuery(ctx.url, Query)));
  },

  async POST(ctx) {
    const { workspace: { id: ws, database } } = await enter(ctx.state.person, ctx.params.workspace, "member");
    const proposal = await readBody(ctx.req, Proposal);
    const { id } = await propose({ ws, database, by: actorOf(ctx.state.person), messageId: null }, proposal);
    return ctx.json(await getAction(ws, id), { status: 201 });
  },
});
