/** The chunks of an answer, one by one: what they amount to, and what belongs together. Pure. */
import type { ChatChunk } from "../types.ts";

/**
 * Neighbouring deltas of one part as one, so that building the message costs no more than its length: the SDK reads all of
 * a tool's arguments again at each delta.
 */
export function joinDeltas(chunks: readonly ChatChunk[]): ChatChunk[] {
  const joined: ChatChunk[] = [];
  for (const chunk of chunks) {
    const last = joined.at(-1);
    const together = last && join(last, chunk);
    if (together) joined[joined.length - 1] = together;
    else joined.push(chunk);
  }
  return joined;
}

function join(last: ChatChunk, next: ChatChunk): ChatChunk | null {
  switch (next.type) {
    case "text-delta":
    case "reasoning-delta":
      return last.type === next.type && last.id === next.id
        ? { ...last, delta: last.delta + next.delta }
        : null;
    case "tool-input-delta":
      return last.type === next.type && last.toolCallId === next.toolCallId
        ? { ...last, inputTextDelta: last.inputTextDelta + next.inputTextDelta }
        : null;
    default:
      return null;
  }
}

/** How much of an answer a chunk is, in characters; what tools return is limited where it is made. */
export function unitsOf(chunk: ChatChunk): number {
  switch (chunk.type) {
    case "text-delta":
    case "reasoning-delta":
      return 1 + chunk.delta.length;
    case "tool-input-delta":
      return 1 + chunk.inputTextDelta.length;
    case "tool-input-available":
    case "tool-input-error":
      return 1 + (JSON.stringify(chunk.input) ?? "").length;
    default:
      return 1;
  }
}

/** Whether a chunk is something to read: words, or what a tool is used for. */
export function says(chunk: ChatChunk): boolean {
  return chunk.type === "text-delta" ? chunk.delta.trim() !== "" : chunk.type.startsWith("tool-");
}
