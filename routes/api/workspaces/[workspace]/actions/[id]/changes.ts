import { z } from "zod";
import { enter } from "@/agent/people.ts";
import { changesPage } from "@/agent/queue/changes.ts";
import { getStored } from "@/agent/queue/store.ts";
import { numberIn, readQuery } from "../../../../../(_web)/body.ts";
import { define } from "../../../../../(_web)/define.ts";

const Query = z.object({ page: z.coerce.number().int().min(0).default(0) });

export const handler = define.handlers({
  async GET(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "viewer");
    const id = numberIn(ctx.params.id);
    // That there is no such action is said before what is wrong with the query.
    await getStored(workspace.id, id);
    const { page } = readQuery(ctx.url, Query);
    return ctx.json(await changesPage(workspace.id, id, page));
  },
});
