import { type Context, internalsOf } from "./context.ts";
import { HttpError } from "./error.ts";
import { renderRoute } from "./render_route.ts";
import { patternFolders } from "./router.ts";
import type { LayoutConfig, Middleware, Route, RouteComponent } from "./types.ts";

/** A folder of the address space with everything that the routes below it inherit. */
export interface Segment<State> {
  parent: Segment<State> | null;
  children: Map<string, Segment<State>>;
  middlewares: Middleware<State>[];
  app: RouteComponent<State> | null;
  layout: { component: RouteComponent<State>; config: LayoutConfig } | null;
  errorRoute: Route<State> | null;
  /** On the root only. */
  notFound: Route<State> | null;
}

export function newSegment<State>(
  parent: Segment<State> | null,
): Segment<State> {
  return {
    parent,
    children: new Map(),
    middlewares: [],
    app: null,
    layout: null,
    errorRoute: null,
    notFound: null,
  };
}

/** The segment of a pattern, made on the way where it is missing. */
export function segmentOf<State>(
  root: Segment<State>,
  pattern: string,
  includeLast: boolean,
): Segment<State> {
  let current = root;
  for (const name of patternFolders(pattern, includeLast)) {
    let child = current.children.get(name);
    if (child === undefined) {
      child = newSegment(current);
      current.children.set(name, child);
    }
    current = child;
  }
  return current;
}

/** Everything that runs before a route in this segment, as registered up to now: what comes later does not apply. */
export function inheritedMiddlewares<State>(
  segment: Segment<State>,
): Middleware<State>[] {
  const path: Segment<State>[] = [];
  for (let at: Segment<State> | null = segment; at !== null; at = at.parent) {
    path.unshift(at);
  }
  const root = path[0];
  return path.flatMap((at) => [segmentMiddleware(at, root), ...at.middlewares]);
}

/** One middleware out of many; `ctx.next` leads from each to the one after it, and from the last to what was there. */
export function compose<State>(
  middlewares: Middleware<State>[],
): Middleware<State> {
  return (ctx) => {
    const end = ctx.next;
    const run = async (index: number): Promise<Response> => {
      if (index === middlewares.length) return await end();
      ctx.next = () => run(index + 1);
      try {
        return await middlewares[index](ctx);
      } catch (error) {
        ctx.error = error;
        throw error;
      }
    };
    return run(0);
  };
}

/** Puts the segment's wrapper and layout around what is rendered below, and its error page where that throws. */
function segmentMiddleware<State>(
  segment: Segment<State>,
  root: Segment<State>,
): Middleware<State> {
  const { app, layout, errorRoute } = segment;
  return async (ctx) => {
    const internals = internalsOf(ctx);
    const before = { ...internals };
    if (app !== null) internals.app = app;
    if (layout !== null) {
      if (layout.config.skipAppWrapper) internals.app = null;
      internals.layouts = layout.config.skipInheritedLayouts
        ? [layout.component]
        : [...internals.layouts, layout.component];
    }
    const here = { ...internals };
    try {
      return await ctx.next();
    } catch (error) {
      Object.assign(internals, here);
      return await renderError(ctx, error, root.notFound, errorRoute);
    } finally {
      Object.assign(internals, before);
    }
  };
}

async function renderError<State>(
  ctx: Context<State>,
  error: unknown,
  notFound: Route<State> | null,
  errorRoute: Route<State> | null,
): Promise<Response> {
  const status = error instanceof HttpError ? error.status : 500;
  const route = status === 404 && notFound !== null ? notFound : errorRoute;
  if (route === null) throw error;
  if (status >= 500) console.error(error);
  return await renderRoute(ctx, route, status);
}
