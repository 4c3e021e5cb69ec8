import { createWorkspace, NewWorkspace } from "@/agent/workspaces.ts";
import { readBody } from "../../(_web)/body.ts";
import { define } from "../../(_web)/define.ts";

export const handler = define.handlers({
  async POST(ctx) {
    const { id, name } = await createWorkspace(await readBody(ctx.req, NewWorkspace));
    return ctx.json({ id, name }, { status: 201 });
  },
});
