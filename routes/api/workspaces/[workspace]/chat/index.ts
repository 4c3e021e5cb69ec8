import { z } from "zod";
import { receive } from "@/agent/chat/receive.ts";
import { ChatBody, requestOf } from "@/agent/chat/request.ts";
import { stopAnswer } from "@/agent/chat/run.ts";
import { clearMessages } from "@/agent/chat/store.ts";
import { chatTail } from "@/agent/view.ts";
import { hubOf } from "@/agent/live/hubs.ts";
import { enter } from "@/agent/people.ts";
import { streamAnswer, streamMessage } from "../../../../(_web)/answer_stream.ts";
import { readBody, readQuery } from "../../../../(_web)/body.ts";
import { define } from "../../../../(_web)/define.ts";

/** A client of the AI SDK sends the whole conversation each time, with all that was read, in bytes at most. */
const MAX_CONVERSATION = 16_000_000;

const Page = z.object({
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const handler = define.handlers({
  async GET(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "viewer");
    const { limit, before } = readQuery(ctx.url, Page);
    return ctx.json(await chatTail(workspace.id, limit, before));
  },

  async POST(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "member");
    const request = requestOf(await readBody(ctx.req, ChatBody, MAX_CONVERSATION));
    const received = await receive(workspace, ctx.state.person, request);
    const { run } = received;
    if (/\brespond-async\b/.test(ctx.req.headers.get("prefer") ?? "")) {
      return ctx.json(run === null ? received : { run: { id: run } }, {
        status: 202,
        headers: { "preference-applied": "respond-async" },
      });
    }
    return run === null ? streamMessage(received.message) : streamAnswer(await hubOf(workspace.id), run);
  },

  async DELETE(ctx) {
    const { workspace: { id } } = await enter(ctx.state.person, ctx.params.workspace, "member");
    await stopAnswer(id);
    await clearMessages(id);
    return new Response(null, { status: 204 });
  },
});
