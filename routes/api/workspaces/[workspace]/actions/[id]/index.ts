import { enter } from "@/agent/people.ts";
import { getAction } from "@/agent/queue/store.ts";
import { numberIn } from "../../../../../(_web)/body.ts";
import { define } from "../../../../../(_web)/define.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "viewer");
    return ctx.json(await getAction(workspace.id, numberIn(ctx.params.id)));
  },
});
