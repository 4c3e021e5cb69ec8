import { type Context, internalsOf } from "./context.ts";
import type { HandlerFn, RouteHandler } from "./handlers.ts";
import { componentVNode } from "./server/document.ts";
import { METHODS, type Route } from "./types.ts";

/** The handler for a method; HEAD falls back to GET. */
export function handlerFor<State>(
  handler: RouteHandler<unknown, State>,
  method: string,
): HandlerFn<unknown, State> | undefined {
  if (typeof handler === "function") return handler;
  const known = METHODS.find((candidate) => candidate === method);
  if (known === undefined) return undefined;
  return handler[known] ?? (known === "HEAD" ? handler.GET : undefined);
}

/**
 * Runs a route's handler and renders its page with what that returns. `errorStatus` is set for error pages, which
 * answer whatever method failed.
 */
export async function renderRoute<State>(
  ctx: Context<State>,
  route: Route<State>,
  errorStatus?: number,
): Promise<Response> {
  const internals = internalsOf(ctx);
  if (route.config?.skipAppWrapper) internals.app = null;
  if (route.config?.skipInheritedLayouts) internals.layouts = [];

  const handler = pageHandler(route);
  const fn = handlerFor(handler, ctx.req.method) ??
    (errorStatus === undefined ? undefined : handlerFor(handler, "GET"));
  if (fn === undefined) return await ctx.next();
  const answer = await fn(ctx);
  if (answer instanceof Response) return answer;

  const vnode = route.component === undefined
    ? null
    : await componentVNode(ctx, route.component, answer.data, () => null);
  if (vnode instanceof Response) return vnode;
  return ctx.render(vnode, {
    status: answer.status ?? errorStatus ?? 200,
    headers: new Headers(answer.headers),
  });
}

/** A page without handlers answers every method; a page with some but no GET still shows itself. */
export function pageHandler<State>(
  route: Route<State>,
): RouteHandler<unknown, State> {
  const { handler, component } = route;
  if (handler === undefined) {
    return component === undefined ? {} : () => ({ data: {} });
  }
  if (
    typeof handler === "object" && component !== undefined &&
    handler.GET === undefined
  ) {
    return { ...handler, GET: () => ({ data: {} }) };
  }
  return handler;
}
