import { z } from "zod";
import { Approval } from "@/db-service/contract/schemas.ts";
import { approve } from "@/agent/queue/decide.ts";
import { decide } from "../../../../../(_web)/decision.ts";
import { define } from "../../../../../(_web)/define.ts";

const Body = z.object({ digest: z.string().max(100), approval: Approval });

export const handler = define.handlers({
  POST: (ctx) =>
    decide(ctx, { role: "approver", from: ["pending"], body: Body, isSigned: true, verb: approve }),
});
