import type { Middleware } from "../types.ts";

/** Redirects every address to its form with, or without, a slash at the end. */
export function trailingSlashes<State>(
  mode: "always" | "never",
): Middleware<State> {
  return (ctx) => {
    const { pathname, search } = ctx.url;
    if (pathname === "/" || pathname.endsWith("/") === (mode === "always")) {
      return ctx.next();
    }
    return ctx.redirect(
      (mode === "always" ? `${pathname}/` : pathname.slice(0, -1)) + search,
    );
  };
}
