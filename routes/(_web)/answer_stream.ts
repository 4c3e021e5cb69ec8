/** A running answer as the AI SDK's UI message stream. Whoever reads it may leave at any time; the answer goes on. */
import { createUIMessageStreamResponse } from "ai";
import { runningAnswer } from "@/agent/chat/run.ts";
import type { Hub } from "@/agent/live/hub.ts";
import { hubOf } from "@/agent/live/hubs.ts";
import type { ChatChunk, ChatMessage } from "@/agent/types.ts";

/** The answer of `run` from its first chunk until it ends. */
export function streamAnswer(hub: Hub, run: string): Response {
  const left = new AbortController();
  const chunks = hub.chunks(run, left.signal);
  const stream = new ReadableStream<ChatChunk>({
    async pull(controller) {
      const { value, done } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => left.abort(),
  });
  return createUIMessageStreamResponse({ stream });
}

/** A message that is there already, such as the result of a command, as a stream that holds it whole. */
export function streamMessage({ id, parts, metadata }: ChatMessage): Response {
  const chunks: ChatChunk[] = [{ type: "start", messageId: id, messageMetadata: metadata }];
  for (const part of parts) {
    if (part.type === "text") {
      chunks.push(
        { type: "text-start", id: "text" },
        { type: "text-delta", id: "text", delta: part.text },
        { type: "text-end", id: "text" },
      );
    } else if (part.type === "data-command") {
      chunks.push({ type: "data-command", data: part.data });
    }
  }
  chunks.push({ type: "finish", messageMetadata: metadata });
  return createUIMessageStreamResponse({ stream: ReadableStream.from(chunks) });
}

/** The running answer, as the AI SDK resumes it; 204 when nothing runs. */
export async function resumeAnswer(ws: string): Promise<Response> {
  const hub = await hubOf(ws);
  await hub.drain();
  const run = await runningAnswer(ws);
  return run && hub.tail?.run === run.id ? streamAnswer(hub, run.id) : new Response(null, { status: 204 });
}
