import { EnrolRequest } from "@/db-service/contract/schemas.ts";
import { enrolKey, listKeys } from "@/agent/approvers.ts";
import { enter } from "@/agent/people.ts";
import { readBody } from "../../../../(_web)/body.ts";
import { define } from "../../../../(_web)/define.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { person } = ctx.state;
    const { workspace, info } = await enter(person, ctx.params.workspace, "approver");
    return ctx.json({ approvers: await listKeys({ workspace, person, role: info.role }) });
  },

  async POST(ctx) {
    const { person } = ctx.state;
    const { workspace, info } = await enter(person, ctx.params.workspace, "approver");
    const request = await readBody(ctx.req, EnrolRequest);
    return ctx.json(await enrolKey({ workspace, person, role: info.role }, request), { status: 201 });
  },
});
