import type { Context } from "../context.ts";
import { HttpError } from "../error.ts";
import type { Middleware } from "../types.ts";

/** Which origins, besides the app's own, may send requests that change something. */
export interface CsrfOptions<State = unknown> {
  origin?:
    | string
    | string[]
    | ((origin: string, ctx: Context<State>) => boolean);
}

/** Refuses unsafe requests that a browser sends from another site. Clients that are no browsers pass. */
export function csrf<State>(
  options: CsrfOptions<State> = {},
): Middleware<State> {
  return (ctx) => {
    const { method, headers } = ctx.req;
    if (["GET", "HEAD", "OPTIONS"].includes(method)) return ctx.next();
    const site = headers.get("sec-fetch-site");
    const origin = headers.get("origin");
    const fromHere = site === null ? origin === null : site === "same-origin" || site === "none";
    if (
      fromHere || (origin !== null && isAllowed(origin, options.origin, ctx))
    ) return ctx.next();
    throw new HttpError(403);
  };
}

function isAllowed<State>(
  origin: string,
  allowed: CsrfOptions<State>["origin"],
  ctx: Context<State>,
): boolean {
  if (allowed === undefined) return origin === ctx.url.origin;
  if (typeof allowed === "function") return allowed(origin, ctx);
  return [allowed].flat().includes(origin);
}
