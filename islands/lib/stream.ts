/**
 * A thin reader of the AI SDK's UI message stream: folds chunks into the message that the chat shows. It keeps only
 * what is drawn (text, reasoning, tool calls), so that the SDK's own client (six times this page's budget) stays out.
 */
import type { ChatChunk, ChatMessage, CommandData, MessageMetadata } from "@/agent/types.ts";

export interface TextPart {
  type: "text" | "reasoning";
  text: string;
  streaming: boolean;
}

export interface ToolPart {
  type: "tool";
  id: string;
  name: string;
  state: "running" | "done" | "failed";
  input: unknown;
  output: unknown;
  error: string | null;
}

/** What a slash command found; the text beside it says the same in words. */
export interface CommandPart {
  type: "command";
  data: CommandData;
}

export type ShownPart = TextPart | ToolPart | CommandPart;

/** A message of the conversation, reduced to what is drawn. `pending`: sent from here, not yet confirmed. */
export interface ShownMessage {
  id: string;
  role: "user" | "assistant" | "system";
  parts: ShownPart[];
  metadata: MessageMetadata;
  pending?: boolean;
}

/** A running answer while it is read. `seen` counts the chunks that are already part of `message`. */
export interface Fold {
  message: ShownMessage;
  seen: number;
  done: boolean;
  open: Map<string, TextPart>;
  stepStart: number;
}

/** An empty fold; the message takes its id from the `start` chunk, else from the run. */
export function startFold(run: string): Fold {
  return {
    message: { id: run, role: "assistant", parts: [], metadata: {} },
    seen: 0,
    done: false,
    open: new Map(),
    stepStart: 0,
  };
}

/**
 * Takes chunks `seq` and following. Chunks that are already in are skipped, so a repeated delivery changes nothing;
 * when some are missing in between nothing is applied and the answer is `"gap"`.
 */
export function receive(
  fold: Fold,
  seq: number,
  chunks: readonly ChatChunk[],
): "applied" | "nothing" | "gap" {
  if (seq > fold.seen) return "gap";
  const fresh = chunks.slice(fold.seen - seq);
  for (const chunk of fresh) apply(fold, chunk);
  fold.seen += fresh.length;
  return fresh.length > 0 ? "applied" : "nothing";
}

/** The message as it stands, detached from the fold, for rendering. */
export function snapshot(fold: Fold): ShownMessage {
  return { ...fold.message, parts: fold.message.parts.map((part) => ({ ...part })) };
}

/** A stored message as the chat draws it. */
export function shown(message: ChatMessage): ShownMessage {
  const parts: ShownPart[] = [];
  for (const part of message.parts) {
    if (part.type === "text" || part.type === "reasoning") {
      parts.push({ type: part.type, text: part.text, streaming: false });
    } else if (part.type === "data-command") {
      parts.push({ type: "command", data: part.data });
    } else if (part.type === "dynamic-tool") {
      parts.push(tool(part.toolCallId, part.toolName, part));
    } else if (part.type.startsWith("tool-") && "toolCallId" in part) {
      parts.push(tool(part.toolCallId, part.type.slice("tool-".length), part));
    }
  }
  return { id: message.id, role: message.role, parts, metadata: message.metadata ?? {} };
}

interface StoredTool {
  state: string;
  input?: unknown;
  output?: unknown;
  errorText?: string;
}

function tool(id: string, name: string, part: StoredTool): ToolPart {
  return {
    type: "tool",
    id,
    name,
    // Nothing runs any more in what is stored: a call without a result was cut off.
    state: part.state === "output-available" ? "done" : "failed",
    input: part.input,
    output: part.output,
    error: part.errorText ?? null,
  };
}

function apply(fold: Fold, chunk: ChatChunk): void {
  const { message, open } = fold;
  switch (chunk.type) {
    case "start":
      if (chunk.messageId) message.id = chunk.messageId;
      describe(fold, chunk.messageMetadata);
      break;
    case "start-step":
      fold.stepStart = message.parts.length;
      break;
    case "reset-step":
      message.parts.length = fold.stepStart;
      open.clear();
      break;
    case "text-start":
    case "reasoning-start": {
      const type = chunk.type === "text-start" ? "text" : "reasoning";
      const part: TextPart = { type, text: "", streaming: true };
      open.set(`${type} ${chunk.id}`, part);
      message.parts.push(part);
      break;
    }
    case "text-delta":
    case "reasoning-delta": {
      const part = open.get(`${chunk.type === "text-delta" ? "text" : "reasoning"} ${chunk.id}`);
      if (part) part.text += chunk.delta;
      break;
    }
    case "text-end":
    case "reasoning-end": {
      const part = open.get(`${chunk.type === "text-end" ? "text" : "reasoning"} ${chunk.id}`);
      if (part) part.streaming = false;
      break;
    }
    case "tool-input-start":
      setTool(message, chunk.toolCallId, { name: chunk.toolName, state: "running" });
      break;
    case "tool-input-available":
      setTool(message, chunk.toolCallId, { name: chunk.toolName, state: "running", input: chunk.input });
      break;
    case "tool-input-error":
      setTool(message, chunk.toolCallId, {
        name: chunk.toolName,
        state: "failed",
        input: chunk.input,
        error: chunk.errorText,
      });
      break;
    case "tool-output-available":
      setTool(message, chunk.toolCallId, { state: "done", output: chunk.output });
      break;
    case "tool-output-error":
      setTool(message, chunk.toolCallId, { state: "failed", error: chunk.errorText });
      break;
    case "message-metadata":
      describe(fold, chunk.messageMetadata);
      break;
    case "error":
      describe(fold, { status: "failed", error: chunk.errorText });
      break;
    case "finish":
      describe(fold, chunk.messageMetadata);
      end(fold);
      break;
    case "abort":
      if (!message.metadata.status) describe(fold, { status: "stopped" });
      end(fold);
      break;
  }
}

function end(fold: Fold): void {
  for (const part of fold.open.values()) part.streaming = false;
  fold.done = true;
}

function describe(fold: Fold, metadata: MessageMetadata | undefined): void {
  if (metadata) fold.message.metadata = { ...fold.message.metadata, ...metadata };
}

function setTool(message: ShownMessage, id: string, change: Partial<ToolPart>): void {
  const found = message.parts.findLast((part) => part.type === "tool" && part.id === id);
  if (found) Object.assign(found, change);
  else {
    message.parts.push({
      type: "tool",
      id,
      name: "",
      state: "running",
      input: undefined,
      output: undefined,
      error: null,
      ...change,
    });
  }
}
