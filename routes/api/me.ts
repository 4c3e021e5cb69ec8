import { meOf } from "@/agent/people.ts";
import { define } from "../(_web)/define.ts";

export const handler = define.handlers({
  GET: async (ctx) => ctx.json(await meOf(ctx.state.person)),
});
