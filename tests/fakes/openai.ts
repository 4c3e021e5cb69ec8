/**
 * A model provider for tests: an HTTP server on loopback that speaks both of OpenAI's wire formats, checks what it is
 * asked as a strict provider does, and answers, breaks or waits as the test says.
 */
import { within } from "@/tests/deadline.ts";
import {
  type Api,
  complaint,
  errorEvent,
  eventsOf,
  failedEvent,
  ModelRequest,
  type Said,
  unreadable,
} from "./openai_wire.ts";

export { type ModelRequest, textOf } from "./openai_wire.ts";

/** How the provider answers one request. */
export interface Turn extends Said {
  /** Fails with this status instead of answering; `message` is what it says of it. */
  status?: number;
  message?: string;
  /** What its Retry-After says then. */
  retryAfter?: string;
  /**
   * Breaks off after `after` events: by an error object, a response that says it failed (Responses alone), a broken
   * connection, a clean end, or bytes that are no SSE.
   */
  breaks?: "error" | "failed" | "reset" | "clean" | "garbage";
  after?: number;
  /** Waited for before the first byte, headers included. */
  before?: Promise<void>;
  /** Called before each event, with its number; waited for. */
  pace?: (event: number) => Promise<void> | void;
}

/** A request that arrived. */
export interface Arrival {
  path: string;
  headers: Headers;
  body: ModelRequest;
  /** `performance.now()` when it had arrived whole. */
  at: number;
  /** Resolves when the client hangs up in the middle of the answer. */
  hungUp: Promise<void>;
}

export interface FakeOpenAI {
  /** What a setting of the base URL holds. */
  baseUrl: string;
  /** Every request so far, also those that were refused as malformed. */
  requests: Arrival[];
  /** Complaints about malformed requests. A test that ends with any has found a bug. */
  complaints: string[];
  /** Resolves with request `n` (from 0) when it is there. */
  arrival(n: number): Promise<Arrival>;
  close(): Promise<void>;
}

/** Starts a provider. `script` says how request `n` (from 0) is answered. */
export function startOpenAI(script: (request: Arrival, n: number) => Turn | Promise<Turn>): FakeOpenAI {
  const requests: Arrival[] = [];
  const complaints: string[] = [];
  const waiting = new Set<() => void>();
  // Whatever a turn waits for, it waits no longer than the server lives.
  const closing = Promise.withResolvers<void>();

  const refuse = (status: number, message: string, retryAfter?: string) =>
    Response.json({ error: { message, type: "fake_error", code: String(status), param: null } }, {
      status,
      // The SDK tries again what may pass; a test need not wait for it.
      headers: retryAfter === undefined ? { "retry-after-ms": "1" } : { "retry-after": retryAfter },
    });

  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const api = apiOf(pathname);
    if (request.method !== "POST" || !api) return refuse(404, "There is nothing here.");
    const text = await request.text();
    // When the whole request is here; what is made of it is this fake's own time.
    const at = performance.now();
    const parsed = ModelRequest.safeParse(JSON.parse(text));
    const wrong = unreadable(text) ?? (parsed.success ? complaint(api, parsed.data) : parsed.error.message);
    if (wrong !== null) complaints.push(wrong);
    if (!parsed.success) return refuse(400, "malformed");
    const { promise: hungUp, resolve: hangUp } = Promise.withResolvers<void>();
    const arrival = {
      path: pathname,
      headers: request.headers,
      body: parsed.data,
      at,
      hungUp,
    };
    requests.push(arrival);
    const n = requests.length - 1;
    for (const wake of waiting) wake();
    if (wrong !== null) return refuse(400, wrong);
    const turn = await script(arrival, n);
    if (turn.before) await Promise.race([turn.before, closing.promise]);
    if (turn.status) return refuse(turn.status, turn.message ?? `fake ${turn.status}`, turn.retryAfter);
    const over = Promise.race([hungUp, closing.promise]);
    return new Response(bodyOf(api, turn, eventsOf(api, arrival.body.model, turn, n), over, hangUp), {
      headers: { "content-type": "text/event-stream; charset=utf-8" },
    });
  };

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  return {
    baseUrl: `http://127.0.0.1:${server.addr.port}/v1`,
    requests,
    complaints,
    async arrival(n) {
      while (requests.length <= n) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        await within(`request ${n} to the model`, promise).finally(() => waiting.delete(resolve));
      }
      return requests[n];
    },
    close() {
      closing.resolve();
      return server.shutdown();
    },
  };
}

/** An address on loopback where nobody listens. */
export function deadBaseUrl(): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return `http://127.0.0.1:${port}/v1`;
}

function apiOf(path: string): Api | null {
  if (path === "/v1/chat/completions") return "chat";
  return path === "/v1/responses" ? "responses" : null;
}

function bodyOf(
  api: Api,
  { breaks, after = 0, message, pace }: Turn,
  events: readonly string[],
  over: Promise<void>,
  hangUp: () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let gone = false;
  let n = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      await Promise.race([pace?.(n), over]);
      if (gone) return;
      if (breaks && n === after) {
        if (breaks === "error" || breaks === "failed") {
          const event = breaks === "error"
            ? errorEvent(api, message ?? "fake failure")
            : failedEvent(message ?? "fake");
          controller.enqueue(encoder.encode(event));
        }
        if (breaks === "garbage") controller.enqueue(encoder.encode('data: {"choices": [<html>\n\n'));
        if (breaks === "reset") controller.error(new Error("cut"));
        else controller.close();
        return;
      }
      controller.enqueue(encoder.encode(events[n++]));
      if (n === events.length) controller.close();
    },
    cancel() {
      gone = true;
      hangUp();
    },
  }, { highWaterMark: 0 });
}
