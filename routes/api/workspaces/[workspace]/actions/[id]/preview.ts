import { z } from "zod";
import { Key } from "@/db-service/contract/schemas.ts";
import { previewAgain } from "@/agent/queue/preview.ts";
import { decide } from "../../../../../(_web)/decision.ts";
import { define } from "../../../../../(_web)/define.ts";

const Body = z.object({
  exclude: z.array(z.object({ table: z.string(), key: Key })).max(10_000).optional(),
  /** What the person saw; without it, whatever waits now. */
  digest: z.string().max(100).optional(),
});

export const handler = define.handlers({
  POST: (ctx) =>
    decide(ctx, {
      role: "member",
      from: ["pending", "stale", "failed"],
      body: Body,
      verb: (ws, id, _by, body) => previewAgain(ws, id, body),
    }),
});
