/** The built-in model: deterministic, without a network, behind the same interface as every other model. */
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";
import type { Table } from "@/agent/types.ts";
import { nextTurn } from "./turn.ts";

const MODEL_ID = "built-in";

/**
 * A model that understands simple English about the schema given. `delayMs` is the pause between the words of an
 * answer, so that people can follow it; 0 for tests.
 */
export function createBuiltinModel(
  { schema, delayMs = 0 }: { schema: Table[]; delayMs?: number },
): LanguageModelV4 {
  return {
    specificationVersion: "v4",
    provider: "gatekeeper",
    modelId: MODEL_ID,
    supportedUrls: {},
    doGenerate(options) {
      return Promise.resolve({ ...respond(options, schema), warnings: [] });
    },
    doStream(options) {
      const parts = stream(respond(options, schema), delayMs, options.abortSignal);
      return Promise.resolve({
        stream: new ReadableStream<LanguageModelV4StreamPart>({
          async pull(controller) {
            const { value, done } = await parts.next();
            if (done) controller.close();
            else controller.enqueue(value);
          },
          async cancel() {
            await parts.return(undefined);
          },
        }),
      });
    },
  };
}

interface Response {
  content: LanguageModelV4Content[];
  finishReason: LanguageModelV4FinishReason;
  usage: LanguageModelV4Usage;
}

function respond(options: LanguageModelV4CallOptions, schema: Table[]): Response {
  const allowed = options.toolChoice?.type === "none" ? [] : options.tools ?? [];
  const turn = nextTurn(options.prompt, schema, new Set(allowed.map((t) => t.name)));
  const content: LanguageModelV4Content[] = "say" in turn ? [{ type: "text", text: turn.say }] : [{
    type: "tool-call",
    toolCallId: `call-${crypto.randomUUID()}`,
    toolName: turn.tool,
    input: JSON.stringify(turn.input),
  }];
  return {
    content,
    finishReason: { unified: "say" in turn ? "stop" : "tool-calls", raw: undefined },
    usage: usage(options, content),
  };
}

async function* stream(
  { content, finishReason, usage }: Response,
  delayMs: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<LanguageModelV4StreamPart, undefined> {
  signal?.throwIfAborted();
  yield { type: "stream-start", warnings: [] };
  yield {
    type: "response-metadata",
    id: `response-${crypto.randomUUID()}`,
    modelId: MODEL_ID,
    timestamp: new Date(),
  };
  for (const part of content) {
    if (part.type === "text") {
      const id = "text-1";
      yield { type: "text-start", id };
      // Each word with the space after it: joined, the deltas are the text again.
      for (const delta of part.text.match(/\s*\S+\s*/g) ?? [part.text]) {
        await pause(delayMs, signal);
        yield { type: "text-delta", id, delta };
      }
      yield { type: "text-end", id };
    } else if (part.type === "tool-call") {
      signal?.throwIfAborted();
      yield { type: "tool-input-start", id: part.toolCallId, toolName: part.toolName };
      yield { type: "tool-input-delta", id: part.toolCallId, delta: part.input };
      yield { type: "tool-input-end", id: part.toolCallId };
      yield part;
    }
  }
  yield { type: "finish", finishReason, usage };
}

/** Ends early, by throwing, when the run is stopped. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  if (ms <= 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** Estimated at four characters a token: nothing is billed for this model. */
function usage(options: LanguageModelV4CallOptions, content: LanguageModelV4Content[]): LanguageModelV4Usage {
  const tokens = (value: unknown) => Math.ceil(JSON.stringify(value).length / 4);
  const input = tokens(options.prompt), output = tokens(content);
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: output, text: output, reasoning: 0 },
  };
}
