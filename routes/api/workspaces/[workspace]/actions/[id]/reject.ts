import { z } from "zod";
import { reject } from "@/agent/queue/decide.ts";
import { decide } from "../../../../../(_web)/decision.ts";
import { define } from "../../../../../(_web)/define.ts";

const Body = z.object({ reason: z.string().trim().max(1_000).nullish() });

export const handler = define.handlers({
  POST: (ctx) =>
    decide(ctx, {
      role: "approver",
      from: ["pending", "stale"],
      body: Body,
      verb: (ws, id, by, { reason }) => reject(ws, id, by, reason || null),
    }),
});
