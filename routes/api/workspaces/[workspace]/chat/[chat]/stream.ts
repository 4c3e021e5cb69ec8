import { enter } from "@/agent/people.ts";
import { define } from "../../../../../(_web)/define.ts";
import { resumeAnswer } from "../../../../../(_web)/answer_stream.ts";

/** The AI SDK's transport resumes by the id it gave the chat; a workspace has one conversation, so any id names it. */
export const handler = define.handlers({
  async GET(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "viewer");
    return await resumeAnswer(workspace.id);
  },
});
