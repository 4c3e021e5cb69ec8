/**
 * Half a character is none: a model that writes by code units may be stopped between two, a text may be cut there, and a
 * program may send one. Providers refuse a request that holds it, and with it every later one of the conversation.
 */
import type { LanguageModelV4Middleware, LanguageModelV4Prompt } from "@ai-sdk/provider";

/** How JSON writes half a character: anything else is not escaped so. */
const HALF = /\\ud[89a-f][0-9a-f]{2}/;

/** Middleware for `wrapLanguageModel`: half a character reaches the provider as U+FFFD. */
export const sendWhole: LanguageModelV4Middleware = {
  specificationVersion: "v4",
  transformParams: ({ params }) => Promise.resolve({ ...params, prompt: whole(params.prompt) }),
};

function whole(prompt: LanguageModelV4Prompt): LanguageModelV4Prompt {
  if (!HALF.test(JSON.stringify(prompt))) return prompt;
  return JSON.parse(
    JSON.stringify(prompt, (_key, value) => typeof value === "string" ? value.toWellFormed() : value),
  );
}
