import { isValidElement, type VNode } from "preact";
import { renderPage } from "./server/document.ts";
import type { ServerSnapshot } from "./server/snapshot.ts";
import type { LayoutConfig, ResolvedFreshConfig, RouteComponent } from "./types.ts";
import {
  upgradeWebSocket,
  type WebSocketHandlers,
  type WebSocketPair,
  type WebSocketUpgradeOptions,
} from "./websocket.ts";

export type { WebSocketHandlers, WebSocketUpgradeOptions } from "./websocket.ts";

/** @deprecated Use {@linkcode Context} instead. */
export type FreshContext<State = unknown> = Context<State>;

/** What the rendering of one request inherits from the segments it passed. */
export interface ContextInternals<State> {
  app: RouteComponent<State> | null;
  layouts: RouteComponent<State>[];
  snapshot: ServerSnapshot | null;
}

/** Everything a context is made of. */
export interface ContextInit<State> {
  req: Request;
  url: URL;
  info: Deno.ServeHandlerInfo;
  route: string | null;
  params: Record<string, string>;
  config: ResolvedFreshConfig;
  next: () => Promise<Response>;
  snapshot: ServerSnapshot | null;
}

/** Reads a context's internals, which are private to Fresh. */
export let internalsOf: <S>(ctx: Context<S>) => ContextInternals<S>;

/** One request on its way through middleware to its handler. */
export class Context<State> {
  readonly config: ResolvedFreshConfig;
  readonly url: URL;
  req: Request;
  readonly route: string | null;
  readonly params: Record<string, string>;
  /** Shared by all middleware of the request. It starts empty: filling it is the first middleware's duty. */
  readonly state: State = Object.create(Object.prototype);
  error: unknown = null;
  readonly info: Deno.ServeHandlerInfo;
  /** Always false: partials are not implemented here. */
  readonly isPartial: boolean = false;
  /** Passes the request on. */
  next: () => Promise<Response>;

  #internals: ContextInternals<State>;

  static {
    internalsOf = (ctx) => ctx.#internals;
  }

  constructor(init: ContextInit<State>) {
    this.req = init.req;
    this.url = init.url;
    this.info = init.info;
    this.route = init.route;
    this.params = init.params;
    this.config = init.config;
    this.next = init.next;
    this.#internals = { app: null, layouts: [], snapshot: init.snapshot };
  }

  /** Redirects; a path can never become an address of another host. */
  redirect(pathOrUrl: string, status = 302): Response {
    const [path] = pathOrUrl.split(/[?#]/, 1);
    const location = pathOrUrl.startsWith("/")
      ? path.replace(/[\\/]{2,}/g, "/") + pathOrUrl.slice(path.length)
      : pathOrUrl;
    return new Response(null, { status, headers: { location } });
  }

  /** Renders JSX inside the inherited layouts and the app wrapper. */
  render(
    vnode: VNode | null,
    init: ResponseInit = {},
    config: LayoutConfig = {},
  ): Promise<Response> {
    if (vnode !== null && !isValidElement(vnode)) {
      throw new TypeError("ctx.render() takes a JSX element or null");
    }
    return renderPage(this, this.#internals, vnode, init, config);
  }

  text(content: string, init?: ResponseInit): Response {
    return new Response(content, init);
  }

  html(content: string, init?: ResponseInit): Response {
    const headers = new Headers(init?.headers);
    headers.set("content-type", "text/html; charset=utf-8");
    return new Response(content, { ...init, headers });
  }

  json(content: unknown, init?: ResponseInit): Response {
    return Response.json(content, init);
  }

  /** Streams what an iterable, or a function returning one, yields; text is encoded. */
  stream<U extends string | Uint8Array>(
    stream:
      | Iterable<U>
      | AsyncIterable<U>
      | (() => Iterable<U> | AsyncIterable<U>),
    init?: ResponseInit,
  ): Response {
    const encoder = new TextEncoder();
    const chunks = typeof stream === "function" ? stream() : stream;
    const body = ReadableStream.from(chunks).pipeThrough(
      new TransformStream<U, Uint8Array<ArrayBuffer>>({
        transform(chunk, controller) {
          controller.enqueue(
            typeof chunk === "string" ? encoder.encode(chunk) : new Uint8Array(chunk),
          );
        },
      }),
    );
    return new Response(body, init);
  }

  /** Without handlers returns socket and response; with handlers wires them and returns the response. */
  upgrade(options?: WebSocketUpgradeOptions): WebSocketPair;
  upgrade(
    handlers: WebSocketHandlers,
    options?: WebSocketUpgradeOptions,
  ): Response;
  upgrade(
    first?: WebSocketHandlers | WebSocketUpgradeOptions,
    options?: WebSocketUpgradeOptions,
  ): WebSocketPair | Response {
    return upgradeWebSocket(this.req, first, options);
  }
}
