import { getBuildId } from "./build_id.ts";

/** The query parameter that ties an address to one build and so makes it cacheable for ever. */
export const CACHE_KEY_PARAM = "__frsh_c";

/** Address of a static file that is specific to this build; foreign and relative addresses are returned as they are. */
export function asset(path: string): string {
  if (!path.startsWith("/") || path.startsWith("//")) return path;
  const url = new URL(path, "http://assets.invalid");
  if (url.host !== "assets.invalid" || url.searchParams.has(CACHE_KEY_PARAM)) {
    return path;
  }
  url.searchParams.set(CACHE_KEY_PARAM, getBuildId());
  return url.pathname + url.search + url.hash;
}

/** `asset` for every candidate of a `srcset` attribute. */
export function assetSrcSet(srcset: string): string {
  return srcset.split(",").map((candidate) => {
    const [url, ...size] = candidate.trim().split(/\s+/);
    return [asset(url), ...size].join(" ");
  }).join(", ");
}
