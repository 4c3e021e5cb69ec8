import { serveLive } from "@/agent/live/serve.ts";
import { Refusal } from "@/agent/errors.ts";
import { enter } from "@/agent/people.ts";
import { define } from "../../../(_web)/define.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "viewer");
    if (ctx.req.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      throw new Refusal("invalid", "The live feed is a WebSocket.");
    }
    const { socket, response } = ctx.upgrade();
    serveLive(socket, workspace, ctx.url.searchParams.get("cursor") ?? "");
    return response;
  },
});
