import { database } from "@/agent/database.ts";
import { enter } from "@/agent/people.ts";
import { define } from "../../../../(_web)/define.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "viewer");
    const { tables } = await database(workspace.database).schema();
    return ctx.json({ tables });
  },
});
