import { EnrolRequest } from "@/db-service/contract/schemas.ts";
import { database } from "@/agent/database.ts";
import { enter } from "@/agent/people.ts";
import { readBody } from "../../../../(_web)/body.ts";
import { define } from "../../../../(_web)/define.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "viewer");
    return ctx.json(await database(workspace.database).approvers());
  },

  async POST(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "approver");
    const approver = await database(workspace.database).enrol(await readBody(ctx.req, EnrolRequest));
    return ctx.json(approver, { status: 201 });
  },
});
