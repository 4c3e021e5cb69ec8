/**
 * What models behind OpenAI-compatible endpoints were seen to do, put right before anyone else meets it: tool calls
 * written out as JSON text, and tool-call ids that are empty or come again (small models number them from 0 at each
 * step). One transformation of the stream; a model that behaves passes through unchanged but for its ids.
 */
import type { LanguageModelV4Middleware, LanguageModelV4StreamPart } from "@ai-sdk/provider";

/** Text that might be a call is held back no longer than this; a person should not wait for an answer that is none. */
const MOST_HELD = 8_000;

/** Middleware for `wrapLanguageModel`. `onHeld` is called for what is held back: the model is not silent meanwhile. */
export function mendQuirks(onHeld: () => void): LanguageModelV4Middleware {
  return {
    specificationVersion: "v4",
    wrapStream: async ({ doStream, params }) => {
      const { stream, ...rest } = await doStream();
      const offered = params.toolChoice?.type === "none" ? [] : (params.tools ?? []).map(({ name }) => name);
      return { ...rest, stream: stream.pipeThrough(mend(new Set(offered), onHeld)) };
    },
  };
}

/** A call that was written as text; null for any other text. `offered`: the names of the tools there are. */
export function callInText(
  text: string,
  offered: ReadonlySet<string>,
): { name: string; input: string } | null {
  const bare = text.trim()
    .replace(/^```(?:json|tool_call)?\s*([\s\S]*?)\s*```$/, "$1")
    .replace(/^<tool_call>\s*([\s\S]*?)\s*<\/tool_call>$/, "$1");
  if (!bare.startsWith("{") || !bare.endsWith("}")) return null;
  let value: unknown;
  try {
    value = JSON.parse(bare);
  } catch {
    return null;
  }
  const { name, tool, function: called, arguments: args, parameters, input } = Object(value);
  const inner = Object(called);
  const named = [name, tool, typeof called === "string" ? called : inner.name].find((candidate) =>
    offered.has(candidate)
  );
  const given = args ?? parameters ?? input ?? inner.arguments ?? inner.parameters;
  if (named === undefined || given === undefined) return null;
  return { name: named, input: typeof given === "string" ? given : JSON.stringify(given) };
}

type Part = LanguageModelV4StreamPart;

function mend(offered: ReadonlySet<string>, onHeld: () => void): TransformStream<Part, Part> {
  /** Our id for each of the model's that is still being written. */
  const ids = new Map<string, string>();
  /** A text that began as a call would, with the parts that were held back for it. */
  let held: { id: string; text: string; parts: Part[] } | null = null;
  let called = false;
  const release = (controller: TransformStreamDefaultController<Part>) => {
    for (const part of held?.parts ?? []) controller.enqueue(part);
    held = null;
  };
  return new TransformStream({
    transform(part, controller) {
      if (part.type === "text-start" && offered.size > 0 && !held) {
        held = { id: part.id, text: "", parts: [part] };
      } else if (held && part.type === "text-delta" && part.id === held.id) {
        held.text += part.delta;
        held.parts.push(part);
        onHeld();
        if (!mayBeCall(held.text) || held.text.length > MOST_HELD) release(controller);
      } else if (held && part.type === "text-end" && part.id === held.id) {
        held.parts.push(part);
        const call = callInText(held.text, offered);
        if (!call) return release(controller);
        held = null;
        called = true;
        for (const made of callParts(call)) controller.enqueue(made);
      } else if (part.type === "tool-input-start") {
        const id = newId();
        ids.set(part.id, id);
        controller.enqueue({ ...part, id });
      } else if (part.type === "tool-input-delta" || part.type === "tool-input-end") {
        controller.enqueue({ ...part, id: ids.get(part.id) ?? part.id });
      } else if (part.type === "tool-call") {
        const toolCallId = ids.get(part.toolCallId) ?? newId();
        // The next call may come under the same id.
        ids.delete(part.toolCallId);
        controller.enqueue({ ...part, toolCallId });
      } else if (part.type === "finish" && called) {
        controller.enqueue({ ...part, finishReason: { ...part.finishReason, unified: "tool-calls" } });
      } else {
        controller.enqueue(part);
      }
    },
    flush: release,
  });
}

/** What may stand before a call that is written as text. */
const OPENERS = ["```json", "```tool_call", "```", "<tool_call>"];

/** Whether text may still turn out to be a call: other code is shown as it is written. */
function mayBeCall(text: string): boolean {
  const start = text.trimStart();
  if (OPENERS.some((opener) => opener.startsWith(start))) return true;
  const opener = OPENERS.find((opener) => start.startsWith(opener)) ?? "";
  const inner = start.slice(opener.length).trimStart();
  return inner === "" || inner.startsWith("{");
}

function callParts({ name, input }: { name: string; input: string }): Part[] {
  const id = newId();
  return [
    { type: "tool-input-start", id, toolName: name },
    { type: "tool-input-delta", id, delta: input },
    { type: "tool-input-end", id },
    { type: "tool-call", toolCallId: id, toolName: name, input },
  ];
}

function newId(): string {
  return `call-${crypto.randomUUID()}`;
}
