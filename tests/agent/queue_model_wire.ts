/**
 * The wire between the app and the db-service, which can be cut at every point: a request that never arrives, one whose
 * answer is lost, one that is held on its way or whose answer is held on its way back.
 */

/** What becomes of the next decision that goes over the wire. */
export type Fault = "lost" | "unanswered" | "held" | "held answer";

/** A request that was stopped on its way. */
export interface Held {
  /** Resolves when it is where it was to be stopped. */
  reached: Promise<void>;
  /** Lets it go on; `false` drops it for good, as the end of its connection does. */
  release(goOn: boolean): void;
}

export class Wire {
  readonly url: string;
  /** Nothing gets through. */
  down = false;
  /** Decisions that reached the db-service. */
  delivered = 0;
  #next: { fault: Fault; reached: PromiseWithResolvers<void>; gate: PromiseWithResolvers<boolean> } | null =
    null;
  readonly #gates = new Set<(goOn: boolean) => void>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(public target: string) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {}, onError: () => broken() },
      (request) => this.#pass(request),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** What the next execute or revert meets. */
  next(fault: Fault): Held {
    const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<boolean>()];
    this.#next = { fault, reached, gate };
    this.#gates.add(gate.resolve);
    return { reached: reached.promise, release: gate.resolve };
  }

  /** Whole again, for whatever comes next. */
  mend(): void {
    this.#next = null;
    this.down = false;
  }

  /** Drops everything that is still held. */
  cut(): void {
    this.mend();
    for (const release of this.#gates) release(false);
    this.#gates.clear();
  }

  close(): Promise<void> {
    this.cut();
    return this.#server.shutdown();
  }

  async #pass(request: Request): Promise<Response> {
    const body = request.method === "GET" ? undefined : await request.text();
    if (this.down) return broken();
    const isDecision = /\/(execute|revert)$/.test(new URL(request.url).pathname);
    if (!isDecision || this.#next === null) return await this.#forward(request, body, isDecision);
    const { fault, reached, gate } = this.#next;
    this.#next = null;
    if (fault === "lost") return broken();
    if (fault === "held") {
      reached.resolve();
      return await gate.promise ? await this.#forward(request, body, true) : broken();
    }
    const answer = await this.#forward(request, body, true);
    reached.resolve();
    if (fault === "held answer" && await gate.promise) return answer;
    await answer.body?.cancel();
    return broken();
  }

  async #forward(request: Request, body: string | undefined, isDecision: boolean): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    if (isDecision) this.delivered++;
    const answer = await fetch(this.target + pathname + search, {
      method: request.method,
      headers: {
        authorization: request.headers.get("authorization") ?? "",
        "content-type": "application/json",
      },
      body,
    });
    return new Response(await answer.arrayBuffer(), { status: answer.status, headers: answer.headers });
  }
}

/** A connection that breaks in the middle of its answer. */
function broken(): Response {
  return new Response(
    new ReadableStream({
      start(controller) {
        controller.error(new Error("cut"));
      },
    }),
  );
}
