import { RenameRequest } from "@/db-service/contract/schemas.ts";
import { renameKey, requireKey, revokeKey } from "@/agent/approvers.ts";
import { enter } from "@/agent/people.ts";
import { readBody } from "../../../../(_web)/body.ts";
import { define } from "../../../../(_web)/define.ts";

export const handler = define.handlers({
  async PATCH(ctx) {
    const { person } = ctx.state;
    const { workspace, info } = await enter(person, ctx.params.workspace, "approver");
    const asking = { workspace, person, role: info.role };
    await requireKey(asking, ctx.params.key);
    const { name } = await readBody(ctx.req, RenameRequest);
    return ctx.json(await renameKey(asking, ctx.params.key, name));
  },

  async DELETE(ctx) {
    const { person } = ctx.state;
    const { workspace, info } = await enter(person, ctx.params.workspace, "approver");
    await revokeKey({ workspace, person, role: info.role }, ctx.params.key);
    return new Response(null, { status: 204 });
  },
});
