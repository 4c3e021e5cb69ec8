/**
 * How much of the conversation a model is sent. Thirty messages may hold hundreds of results; past what a model takes,
 * its provider refuses the request, and every later one until the thirty are others.
 */
import type { LanguageModelV4Middleware, LanguageModelV4Prompt } from "@ai-sdk/provider";

/** Characters of answers, calls and results together: about 40,000 tokens. What people say is short and always whole. */
const MAX_UNITS = 150_000;

const LEFT_OUT = "(An older result, left out here. Read again what you need.)";

type Message = LanguageModelV4Prompt[number];
type Result = Extract<Message, { role: "tool" }>["content"][number];
type Said = Extract<Message, { role: "assistant" }>["content"][number];
type Take = (units: number) => number;

/** Middleware for `wrapLanguageModel`: what the newest leave no room for is said to be left out. */
export const forgetOld: LanguageModelV4Middleware = {
  specificationVersion: "v4",
  transformParams: ({ params }) => Promise.resolve({ ...params, prompt: withinBudget(params.prompt) }),
};

/** The conversation with the oldest answers, calls and results cut or left out. No message goes, so it stays in order. */
export function withinBudget(prompt: LanguageModelV4Prompt): LanguageModelV4Prompt {
  let left = MAX_UNITS;
  /** Takes so much, and tells how much room there was. */
  const take = (units: number): number => {
    const room = Math.max(left, 0);
    left -= units;
    return room;
  };
  return fromLast(prompt, (message): Message => {
    switch (message.role) {
      case "tool":
        return { ...message, content: fromLast(message.content, (part) => resultWithin(part, take)) };
      case "assistant":
        return { ...message, content: fromLast(message.content, (part) => saidWithin(part, take)) };
      default:
        return message;
    }
  });
}

function resultWithin(part: Result, take: Take): Result {
  if (part.type !== "tool-result") return part;
  const { output } = part;
  // What is wrong with a malformed call is told with all of its arguments, which may be as long as any result.
  if (output.type !== "text" && output.type !== "error-text") return part;
  const { length } = output.value;
  return length <= take(length) ? part : { ...part, output: { type: output.type, value: LEFT_OUT } };
}

function saidWithin(part: Said, take: Take): Said {
  if (part.type === "tool-call") {
    // A model may have written anything as its arguments; what is no object some providers refuse to read again.
    const input = isObject(part.input) ? part.input : {};
    const { length } = JSON.stringify(input);
    return { ...part, input: length <= take(length) ? input : {} };
  }
  if (part.type !== "text") return part;
  const room = take(part.text.length);
  return part.text.length <= room ? part : { ...part, text: `${part.text.slice(0, room)}… (cut)` };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fromLast<T>(items: readonly T[], change: (item: T) => T): T[] {
  return items.toReversed().map(change).toReversed();
}
