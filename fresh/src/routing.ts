import { type FileRouteTarget, registerFileRoutes } from "./fs_routes.ts";
import { renderRoute } from "./render_route.ts";
import { Router } from "./router.ts";
import { compose, inheritedMiddlewares, newSegment, segmentOf } from "./segments.ts";
import type { RouteFile } from "./server/snapshot.ts";
import {
  type LayoutConfig,
  type MaybeLazy,
  type Method,
  METHODS,
  type Middleware,
  type Route,
  type RouteComponent,
} from "./types.ts";

/** An app's router while it is being filled, in the order in which the app registered things. */
export class Routing<State> implements FileRouteTarget<State> {
  readonly router = new Router<Middleware<State>>();
  #root = newSegment<State>(null);

  addMiddleware(pattern: string, middlewares: Middleware<State>[]): void {
    segmentOf(this.#root, pattern, true).middlewares.push(...middlewares);
  }

  addApp(component: RouteComponent<State>): void {
    this.#root.app = component;
  }

  addLayout(
    pattern: string,
    component: RouteComponent<State>,
    config: LayoutConfig = {},
  ): void {
    segmentOf(this.#root, pattern, true).layout = { component, config };
  }

  addError(pattern: string, route: Route<State>): void {
    segmentOf(this.#root, pattern, true).errorRoute = route;
  }

  addNotFound(route: Route<State>): void {
    this.#root.notFound = route;
  }

  addHandlers(
    methods: readonly Method[],
    pattern: string,
    fns: Middleware<State>[],
  ): void {
    this.#add(methods, pattern, pattern, true, fns);
  }

  /** A route of the program answers the methods it has handlers for. */
  addRoute(pattern: string, route: MaybeLazy<Route<State>>): void {
    const lazy = typeof route === "function";
    const load = lazy ? once(route) : () => Promise.resolve(route);
    const handler = lazy ? undefined : route.handler;
    const methods = METHODS.filter((method) =>
      typeof handler !== "object" || handler[method] !== undefined ||
      (method === "GET" && !lazy && route.component !== undefined)
    );
    this.#add(methods, pattern, pattern, true, [
      async (ctx) => renderRoute(ctx, await load()),
    ]);
  }

  /** A file route is loaded by its first request, so every method leads to it. */
  addFileRoute(
    pattern: string,
    routePattern: string,
    load: () => Promise<Route<State>>,
  ): void {
    const loaded = once(load);
    this.#add(METHODS, pattern, routePattern, false, [
      async (ctx) => renderRoute(ctx, await loaded()),
    ]);
  }

  addFiles(files: RouteFile[]): void {
    registerFileRoutes(this, files);
  }

  /** Runs for requests that no route matches: middleware, then the not-found page. */
  fallback(): Middleware<State> {
    return compose(inheritedMiddlewares(this.#root));
  }

  #add(
    methods: readonly Method[],
    pattern: string,
    routePattern: string,
    includeLast: boolean,
    fns: Middleware<State>[],
  ): void {
    const segment = segmentOf(this.#root, pattern, includeLast);
    const composed = compose([...inheritedMiddlewares(segment), ...fns]);
    for (const method of methods) {
      this.router.add(
        method,
        routePattern === "" ? "*" : routePattern,
        composed,
      );
    }
  }
}

/** Loads at most once; a failed attempt is not remembered. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    loading ??= load().catch((error) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}
