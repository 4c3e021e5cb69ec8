import { HttpError } from "fresh";
import { meOf } from "@/agent/people.ts";
import { define } from "./(_web)/define.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { workspaces: [first] } = await meOf(ctx.state.person);
    if (!first) throw new HttpError(404, "You are in no workspace yet.");
    return ctx.redirect(`/w/${first.id}`, 302);
  },
});
