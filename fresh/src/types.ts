import type { AnyComponent, FunctionComponent } from "preact";
import type { Context } from "./context.ts";
import type { RouteHandler } from "./handlers.ts";

export type Method =
  | "HEAD"
  | "GET"
  | "POST"
  | "PATCH"
  | "PUT"
  | "DELETE"
  | "OPTIONS";

export const METHODS: readonly Method[] = [
  "GET",
  "POST",
  "PATCH",
  "PUT",
  "DELETE",
  "HEAD",
  "OPTIONS",
];

export interface FreshConfig {
  basePath?: string;
  mode?: "development" | "production";
  trustProxy?: boolean;
}

export interface ResolvedFreshConfig {
  root: string;
  basePath: string;
  mode: "development" | "production";
  trustProxy: boolean;
}

/** Answers a request, or passes it on with `ctx.next()`. */
export type Middleware<State> = (
  ctx: Context<State>,
) => Response | Promise<Response>;
/** @deprecated Use {@linkcode Middleware} instead. */
export type MiddlewareFn<State> = Middleware<State>;

export interface LayoutConfig {
  skipInheritedLayouts?: boolean;
  skipAppWrapper?: boolean;
}

export interface RouteConfig extends LayoutConfig {
  /** A URL pattern to use instead of the one the file's place gives. */
  routeOverride?: string;
  methods?: "ALL" | Method[];
}

export type Lazy<T> = () => Promise<T>;
export type MaybeLazy<T> = T | Lazy<T>;

/** What pages, layouts and the app wrapper are given. */
export type PageProps<Data = unknown, State = unknown> =
  & Pick<
    Context<State>,
    | "config"
    | "url"
    | "req"
    | "params"
    | "info"
    | "state"
    | "isPartial"
    | "error"
    | "route"
  >
  & { data: Data; Component: FunctionComponent };

export type RouteComponent<State> = AnyComponent<PageProps<unknown, State>>;

export interface Route<State> {
  component?: RouteComponent<State>;
  config?: RouteConfig;
  handler?: RouteHandler<unknown, State>;
}
