import { enter } from "@/agent/people.ts";
import { define } from "../../../../(_web)/define.ts";
import { resumeStream } from "../../../../(_web)/resume.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "viewer");
    return await resumeStream(workspace.id, ctx.req.signal);
  },
});
