import type { RouteHandler } from "./handlers.ts";
import type { RouteFile } from "./server/snapshot.ts";
import type { Middleware, Route, RouteComponent, RouteConfig } from "./types.ts";

/** A module under `routes/`, after its shape was checked. */
export interface RouteModule<State> extends Route<State> {
  middlewares: Middleware<State>[];
}

/** The verbs of an app that file routes need; unlike `app.route`, a file route answers every method. */
export interface FileRouteTarget<State> {
  addMiddleware(pattern: string, middlewares: Middleware<State>[]): void;
  addApp(component: RouteComponent<State>): void;
  addLayout(
    pattern: string,
    component: RouteComponent<State>,
    config: RouteConfig | undefined,
  ): void;
  addError(pattern: string, route: Route<State>): void;
  addNotFound(route: Route<State>): void;
  addFileRoute(
    pattern: string,
    routePattern: string,
    load: () => Promise<Route<State>>,
  ): void;
}

/** Registers file routes. `_app`, `_layout`, `_middleware` and error files come before any route they apply to. */
export function registerFileRoutes<State>(
  target: FileRouteTarget<State>,
  files: RouteFile[],
): void {
  for (const file of files) {
    if (typeof file.load === "function") {
      const load = file.load;
      target.addFileRoute(
        file.pattern,
        file.routePattern,
        async () => readModule(file.path, await load()),
      );
      continue;
    }
    const module = readModule<State>(file.path, file.load.module);
    const { component, config } = module;
    switch (file.kind) {
      case "middleware":
        target.addMiddleware(file.pattern, module.middlewares);
        break;
      case "app":
        if (component !== undefined) target.addApp(component);
        break;
      case "layout":
        if (component !== undefined) {
          target.addLayout(file.pattern, component, config);
        }
        break;
      case "error":
        target.addError(file.pattern, module);
        break;
      case "notFound":
        target.addNotFound(module);
        break;
      case "route":
        target.addFileRoute(
          file.pattern,
          config?.routeOverride ?? file.routePattern,
          () => Promise.resolve(module),
        );
    }
  }
}

function readModule<State>(path: string, module: unknown): RouteModule<State> {
  const exports: Record<string, unknown> = { ...Object(module) };
  const component = exports.default;
  const handler = exports.handler ?? exports.handlers;
  const config = exports.config;
  const list = [handler ?? component].flat();
  const middlewares = list.filter((item) => isMiddleware<State>(item));
  if (
    !isComponent<State>(component) && !isHandler<State>(handler) &&
    middlewares.length === 0
  ) {
    throw new Error(`No page, handler or middleware is exported by ${path}`);
  }
  return {
    component: isComponent<State>(component) ? component : undefined,
    handler: isHandler<State>(handler) ? handler : undefined,
    config: isConfig(config) ? config : undefined,
    middlewares,
  };
}

function isComponent<State>(value: unknown): value is RouteComponent<State> {
  return typeof value === "function";
}

function isMiddleware<State>(value: unknown): value is Middleware<State> {
  return typeof value === "function";
}

function isHandler<State>(
  value: unknown,
): value is RouteHandler<unknown, State> {
  return typeof value === "function" ||
    (typeof value === "object" && value !== null && !Array.isArray(value));
}

function isConfig(value: unknown): value is RouteConfig {
  return typeof value === "object" && value !== null;
}
