import { CACHE_KEY_PARAM } from "../asset.ts";
import { assetPrefix } from "../build_id.ts";
import { internalsOf } from "../context.ts";
import type { Middleware } from "../types.ts";

/** Serves the files of `static/` and the client's own. Only what the build listed can be reached. */
export function staticFiles<State>(): Middleware<State> {
  return async (ctx) => {
    const { req, url } = ctx;
    const { snapshot } = internalsOf(ctx);
    const file = snapshot?.staticFiles.get(canonicalPath(url.pathname));
    if (!snapshot || !file) {
      // Browsers ask for it on their own; a page for an answer would be wasted.
      return url.pathname === "/favicon.ico" ? new Response(null, { status: 404 }) : await ctx.next();
    }
    if (req.method !== "GET" && req.method !== "HEAD") {
      return new Response("Method Not Allowed", {
        status: 405,
        headers: { allow: "GET, HEAD" },
      });
    }
    const key = url.searchParams.get(CACHE_KEY_PARAM);
    if (key !== null && key !== snapshot.buildId) {
      url.searchParams.delete(CACHE_KEY_PARAM);
      return new Response(null, {
        status: 307,
        headers: { location: url.pathname + url.search },
      });
    }

    const headers = new Headers({ "content-type": file.contentType });
    if (ctx.config.mode === "development") {
      headers.set("cache-control", "no-cache, no-store");
    } else {
      const immutable = key !== null ||
        url.pathname.startsWith(assetPrefix(snapshot.buildId));
      headers.set(
        "cache-control",
        immutable ? "public, max-age=31536000, immutable" : "no-cache",
      );
      headers.set("etag", `W/"${file.hash}"`);
      if (matches(req.headers.get("if-none-match"), file.hash)) {
        return new Response(null, { status: 304, headers });
      }
    }
    const bytes = typeof file.source === "string" ? await Deno.readFile(file.source) : file.source;
    headers.set("content-length", String(bytes.byteLength));
    return new Response(req.method === "HEAD" ? null : bytes, { headers });
  };
}

/** The one spelling under which the build lists a file. */
export function canonicalPath(pathname: string): string {
  try {
    return decodeURIComponent(pathname).split("/").map(encodeURIComponent).join(
      "/",
    );
  } catch {
    return pathname;
  }
}

function matches(ifNoneMatch: string | null, hash: string): boolean {
  if (ifNoneMatch === null) return false;
  return ifNoneMatch.split(",").some((tag) => tag.trim().replace(/^W\//, "") === `"${hash}"`);
}
