import { database } from "@/agent/database.ts";
import { enter } from "@/agent/people.ts";
import { define } from "../../../../(_web)/define.ts";

export const handler = define.handlers({
  async DELETE(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "approver");
    await database(workspace.database).revoke(ctx.params.key);
    return new Response(null, { status: 204 });
  },
});
