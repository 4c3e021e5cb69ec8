import { enter } from "@/agent/people.ts";
import { define } from "../../../../(_web)/define.ts";
import { resumeAnswer } from "../../../../(_web)/answer_stream.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "viewer");
    return await resumeAnswer(workspace.id);
  },
});
