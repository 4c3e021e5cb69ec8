/**
 * The part of Fresh 2's public API that this app uses, built on npm packages alone. `deno unlink @fresh/core` switches
 * to the published Fresh; nothing in the app changes.
 */
export { App, type ListenOptions } from "./src/app.ts";
export type { Context, FreshContext, WebSocketHandlers, WebSocketUpgradeOptions } from "./src/context.ts";
export { createDefine, type Define } from "./src/define.ts";
export { HttpError } from "./src/error.ts";
export {
  type HandlerByMethod,
  type HandlerFn,
  page,
  type PageResponse,
  type RouteData,
  type RouteHandler,
} from "./src/handlers.ts";
export { csp, type CSPOptions } from "./src/middlewares/csp.ts";
export { csrf, type CsrfOptions } from "./src/middlewares/csrf.ts";
export { staticFiles } from "./src/middlewares/static_files.ts";
export { trailingSlashes } from "./src/middlewares/trailing_slashes.ts";
export type {
  FreshConfig,
  LayoutConfig,
  Lazy,
  MaybeLazy,
  Method,
  Middleware,
  MiddlewareFn,
  PageProps,
  ResolvedFreshConfig,
  RouteConfig,
} from "./src/types.ts";
