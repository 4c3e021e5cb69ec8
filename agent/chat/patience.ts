/**
 * How long a provider that is busy is waited for. The SDK would wait for as long as it is told to, up to a minute, while
 * the person sees nothing happen; they are rather told how long it takes, and decide.
 */
import type { LanguageModelV4Middleware } from "@ai-sdk/provider";
import { APICallError } from "ai";

/** A shorter pause is nobody's business, in seconds. */
const SHORT_S = 3;

/** Middleware for `wrapLanguageModel`: what asks for a longer pause has failed. */
export const refuseLongPauses: LanguageModelV4Middleware = {
  specificationVersion: "v4",
  wrapStream: async ({ doStream }) => {
    try {
      return await doStream();
    } catch (error) {
      if (!APICallError.isInstance(error) || (pauseOf(error) ?? 0) <= SHORT_S) throw error;
      const { message, url, requestBodyValues, statusCode, responseHeaders } = error;
      throw new APICallError({
        message,
        url,
        requestBodyValues,
        statusCode,
        responseHeaders,
        cause: error,
        isRetryable: false,
      });
    }
  },
};

/** The pause that a provider asks for, in whole seconds; null when it names none (RFC 9110, 10.2.3). */
export function pauseOf({ responseHeaders }: APICallError): number | null {
  const ms = Number.parseFloat(responseHeaders?.["retry-after-ms"] ?? "");
  if (Number.isFinite(ms)) return Math.max(0, Math.ceil(ms / 1_000));
  const text = responseHeaders?.["retry-after"]?.trim() ?? "";
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
}
