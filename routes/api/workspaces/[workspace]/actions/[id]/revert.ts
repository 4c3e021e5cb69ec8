import { z } from "zod";
import { Approval } from "@/db-service/contract/schemas.ts";
import { revert } from "@/agent/queue/decide.ts";
import { decide } from "../../../../../(_web)/decision.ts";
import { define } from "../../../../../(_web)/define.ts";

const Body = z.object({ approval: Approval });

export const handler = define.handlers({
  POST: (ctx) =>
    decide(ctx, {
      role: "approver",
      from: ["approved"],
      body: Body,
      isSigned: true,
      verb: (ws, id, by, { approval }) => revert(ws, id, by, approval),
    }),
});
