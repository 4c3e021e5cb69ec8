import { listSuspicions, SuspicionsQuery } from "@/agent/guard/log.ts";
import { enter } from "@/agent/people.ts";
import { readQuery } from "../../../(_web)/body.ts";
import { define } from "../../../(_web)/define.ts";

/** What the guard noted, for the owner alone. */
export const handler = define.handlers({
  async GET(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "owner");
    return ctx.json(await listSuspicions(workspace.id, readQuery(ctx.url, SuspicionsQuery)));
  },
});
