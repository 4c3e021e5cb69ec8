import { stopAnswer } from "@/agent/chat/run.ts";
import { enter } from "@/agent/people.ts";
import { define } from "../../../../(_web)/define.ts";

export const handler = define.handlers({
  async POST(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "member");
    await stopAnswer(workspace.id);
    return new Response(null, { status: 204 });
  },
});
