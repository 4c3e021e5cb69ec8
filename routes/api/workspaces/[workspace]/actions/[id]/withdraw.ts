import { z } from "zod";
import { withdraw } from "@/agent/queue/decide.ts";
import { decide } from "../../../../../(_web)/decision.ts";
import { define } from "../../../../../(_web)/define.ts";

export const handler = define.handlers({
  POST: (ctx) =>
    decide(ctx, { role: "member", from: ["pending", "stale", "failed"], body: z.object({}), verb: withdraw }),
});
