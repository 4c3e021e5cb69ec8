/** Which model answers: any OpenAI-compatible one by the settings, else the built-in one. */
import { createOpenAI } from "@ai-sdk/openai";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import {
  APICallError,
  extractReasoningMiddleware,
  RetryError,
  ToolChoiceViolationError,
  wrapLanguageModel,
} from "ai";
import type { Table } from "../types.ts";
import { createBuiltinModel } from "../builtin/model.ts";
import { settings } from "../settings.ts";
import { forgetOld } from "./budget.ts";
import { pauseOf, refuseLongPauses } from "./patience.ts";
import { mendQuirks } from "./quirks.ts";
import { sendWhole } from "./wellformed.ts";

/** Pause between the words of the built-in model, in milliseconds: it reads as writing, and can be stopped. */
const WORD_MS = 12;

export interface ChosenModel {
  model: LanguageModelV4;
  name: string;
  builtin: boolean;
  providerOptions?: { openai: { store: boolean } };
}

/** Which model answers, by name, without making one. */
export function modelInfo(): { builtin: boolean; name: string } {
  const { model } = settings();
  return model ? { builtin: false, name: model.name } : { builtin: true, name: "Built-in model" };
}

/**
 * The model for one run. The built-in one plans from the schema it is given. `onHeld` is called when the model says
 * something that is not passed on yet.
 */
export function chooseModel(schema: Table[], onHeld: () => void = () => {}): ChosenModel {
  const configured = settings().model;
  if (!configured) {
    return { model: createBuiltinModel({ schema, delayMs: WORD_MS }), name: "Built-in model", builtin: true };
  }
  const { apiKey, baseUrl, name } = configured;
  if (baseUrl === null) {
    // OpenAI itself, by the Responses API; `store: false` keeps the conversation off its servers.
    const openai = createOpenAI({ apiKey, baseURL: "https://api.openai.com/v1" });
    const model = wrapLanguageModel({
      model: openai(name),
      middleware: [forgetOld, sendWhole, refuseLongPauses],
    });
    return { model, name, builtin: false, providerOptions: { openai: { store: false } } };
  }
  // Models that think aloud in their text do it between these tags; a person unfolds it if they want to.
  const model = wrapLanguageModel({
    model: createOpenAI({ apiKey, baseURL: baseUrl }).chat(name),
    // The first is the outermost: what was thought aloud is taken out before the text is looked at for calls.
    middleware: [
      forgetOld,
      sendWhole,
      mendQuirks(onHeld),
      extractReasoningMiddleware({ tagName: "think" }),
      refuseLongPauses,
    ],
  });
  return { model, name, builtin: false };
}

/** Why a model failed, in words for the person. What the provider said is logged, not shown: it may hold the key. */
export function modelFailure(thrown: unknown): string {
  // What was tried twice arrives wrapped; the last attempt says why.
  const error = RetryError.isInstance(thrown) ? thrown.lastError : thrown;
  if (APICallError.isInstance(error)) {
    const { statusCode } = error;
    if (statusCode === 401 || statusCode === 403) return "The model's provider refused the key.";
    if (statusCode === 404) return "The model's provider does not know this model.";
    if (statusCode === 429) {
      const pause = pauseOf(error);
      const wait = pause ? `Try again in ${pause} second${pause === 1 ? "" : "s"}.` : "Wait a moment.";
      return `The model's provider says that there are too many requests. ${wait}`;
    }
    if (statusCode !== undefined && statusCode >= 500) {
      return `The model's provider failed (HTTP ${statusCode}).`;
    }
    // A failure under a status of success is a connection that broke while the answer came.
    if (statusCode !== undefined && statusCode < 400) return "The connection to the model broke.";
    if (statusCode !== undefined) return `The model's provider refused the request (HTTP ${statusCode}).`;
    return "The model's provider could not be reached.";
  }
  if (ToolChoiceViolationError.isInstance(error)) return "The model called tools where it had to answer.";
  if (error instanceof Error && error.name === "TimeoutError") return "The model did not answer in time.";
  return "The connection to the model broke.";
}
