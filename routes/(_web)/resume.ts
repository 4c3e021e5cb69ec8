/** The running answer from its start, as the AI SDK resumes it: a stream, or 204 when nothing runs. */
import { createUIMessageStreamResponse } from "ai";
import { runningAnswer } from "@/agent/chat/run.ts";
import { hubOf } from "@/agent/live/hub.ts";

export async function resumeStream(ws: string, signal: AbortSignal): Promise<Response> {
  const hub = await hubOf(ws);
  await hub.drain();
  const run = await runningAnswer(ws);
  if (!run || hub.tail?.run !== run.id) return new Response(null, { status: 204 });
  return createUIMessageStreamResponse({ stream: ReadableStream.from(hub.chunks(run.id, signal)) });
}
