import { Context, type WebSocketHandlers, type WebSocketUpgradeOptions } from "./context.ts";
import { HttpError, STATUS_TEXT } from "./error.ts";
import { Routing } from "./routing.ts";
import type { ServerSnapshot } from "./server/snapshot.ts";
import { registerIslands } from "./server/vnode_hooks.ts";
import {
  type FreshConfig,
  type LayoutConfig,
  type MaybeLazy,
  type Method,
  METHODS,
  type Middleware,
  type ResolvedFreshConfig,
  type Route,
  type RouteComponent,
  type RouteConfig,
} from "./types.ts";

export type ListenOptions = Partial<Deno.ServeTcpOptions> & {
  remoteAddress?: string;
};

type Handler = (
  request: Request,
  info?: Deno.ServeHandlerInfo,
) => Promise<Response>;

/** Gives an app the build whose islands, static files and file routes it serves. */
export let attachSnapshot: <S>(
  app: App<S>,
  snapshot: ServerSnapshot,
  mode: ResolvedFreshConfig["mode"],
) => void;

/** Passes requests through middleware to routes, in the order of their registration. */
export class App<State> {
  config: ResolvedFreshConfig;
  #steps: ((routing: Routing<State>, snapshot: ServerSnapshot | null) => void)[] = [];
  #snapshot: ServerSnapshot | null = null;

  static {
    attachSnapshot = (app, snapshot, mode) => {
      registerIslands(snapshot.islands.keys());
      app.config.root = snapshot.root;
      app.config.mode = mode;
      app.#snapshot = snapshot;
    };
  }

  constructor(config: FreshConfig = {}) {
    if (config.basePath) {
      throw new Error("basePath is not implemented in this build of Fresh");
    }
    if (config.trustProxy) {
      throw new Error("trustProxy is not implemented in this build of Fresh");
    }
    this.config = {
      root: ".",
      basePath: "",
      mode: config.mode ?? "production",
      trustProxy: false,
    };
  }

  /** Adds middleware for everything registered after it, or for what lies under a path. */
  use(...middleware: Middleware<State>[]): this;
  use(path: string, ...middleware: Middleware<State>[]): this;
  use(first: string | Middleware<State>, ...rest: Middleware<State>[]): this {
    const pattern = typeof first === "string" ? first : "*";
    const fns = typeof first === "string" ? rest : [first, ...rest];
    return this.#then((routing) => routing.addMiddleware(pattern, fns));
  }

  notFound(route: Route<State> | Middleware<State>): this {
    return this.#then((routing) => routing.addNotFound(asRoute(route)));
  }

  onError(path: string, route: Route<State> | Middleware<State>): this {
    return this.#then((routing) => routing.addError(path, asRoute(route)));
  }

  appWrapper(component: RouteComponent<State>): this {
    return this.#then((routing) => routing.addApp(component));
  }

  layout(
    path: string,
    component: RouteComponent<State>,
    config?: LayoutConfig,
  ): this {
    return this.#then((routing) => routing.addLayout(path, component, config));
  }

  route(
    path: string,
    route: MaybeLazy<Route<State>>,
    _config?: RouteConfig,
  ): this {
    return this.#then((routing) => routing.addRoute(path, route));
  }

  get(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#on(["GET"], path, middlewares);
  }

  post(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#on(["POST"], path, middlewares);
  }

  patch(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#on(["PATCH"], path, middlewares);
  }

  put(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#on(["PUT"], path, middlewares);
  }

  delete(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#on(["DELETE"], path, middlewares);
  }

  head(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#on(["HEAD"], path, middlewares);
  }

  all(path: string, ...middlewares: Middleware<State>[]): this {
    return this.#on(METHODS, path, middlewares);
  }

  /** Registers a WebSocket endpoint. */
  ws(
    path: string,
    handlers: WebSocketHandlers,
    options?: WebSocketUpgradeOptions,
  ): this {
    return this.get(path, (ctx) => ctx.upgrade(handlers, options));
  }

  /** Inserts the file routes of the build here. */
  fsRoutes(pattern = "*"): this {
    if (pattern !== "*") {
      throw new Error(
        "fsRoutes() under a path is not implemented in this build of Fresh",
      );
    }
    return this.#then((routing, snapshot) => routing.addFiles(snapshot?.routes ?? []));
  }

  mountApp(_path: string, _app: App<State>): this {
    throw new Error("mountApp() is not implemented in this build of Fresh");
  }

  /** The function that answers requests; what is registered later does not apply to it. */
  handler(): Handler {
    const snapshot = this.#snapshot;
    const routing = new Routing<State>();
    for (const step of this.#steps) step(routing, snapshot);
    const { router } = routing;
    const fallback = routing.fallback();

    return async (req, info = LOCAL_INFO) => {
      const url = new URL(req.url);
      url.pathname = url.pathname.replace(/\/+/g, "/");
      const { pattern, item, params } = router.match(req.method, url);
      const next = (): Promise<Response> => {
        if (pattern === null || item !== null) {
          return Promise.reject(new HttpError(404));
        }
        if (req.method !== "OPTIONS") return Promise.reject(new HttpError(405));
        const allow = router.methodsOf(pattern).join(", ");
        return Promise.resolve(
          new Response(null, { status: 204, headers: { allow } }),
        );
      };
      const ctx = new Context<State>({
        req,
        url,
        info,
        route: pattern,
        params,
        config: this.config,
        next,
        snapshot,
      });
      try {
        const response: unknown = await (item ?? fallback)(ctx);
        if (!(response instanceof Response)) {
          throw new TypeError(
            "A handler returned something else than a Response",
          );
        }
        return req.method === "HEAD" ? withoutBody(response) : response;
      } catch (error) {
        return plainError(error);
      }
    };
  }

  /** Serves the app. */
  listen(options: ListenOptions = {}): Promise<void> {
    const { remoteAddress: _remoteAddress, ...serveOptions } = options;
    Deno.serve({ ...serveOptions, port: options.port ?? 8000 }, this.handler());
    return Promise.resolve();
  }

  #on(
    methods: readonly Method[],
    path: string,
    middlewares: Middleware<State>[],
  ): this {
    return this.#then((routing) => routing.addHandlers(methods, path, middlewares));
  }

  #then(
    step: (routing: Routing<State>, snapshot: ServerSnapshot | null) => void,
  ): this {
    this.#steps.push(step);
    return this;
  }
}

/** Stands in for the connection when a handler is called without a server. */
const LOCAL_INFO: Deno.ServeHandlerInfo<Deno.NetAddr> = {
  remoteAddr: { transport: "tcp", hostname: "localhost", port: 1234 },
  completed: Promise.resolve(),
};

function asRoute<State>(route: Route<State> | Middleware<State>): Route<State> {
  return typeof route === "function" ? { handler: route } : route;
}

async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, response);
}

/** The answer where no error page is registered; what went wrong is logged, never sent. */
function plainError(error: unknown): Response {
  const status = error instanceof HttpError ? error.status : 500;
  if (status >= 500) console.error(error);
  const text = error instanceof HttpError ? error.message || STATUS_TEXT[status] : STATUS_TEXT[500];
  return new Response(text, { status });
}
