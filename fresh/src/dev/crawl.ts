import type { RouteFile } from "../server/snapshot.ts";
import { basename, extname, join, relative } from "./paths.ts";
import { routePattern } from "./route_pattern.ts";

/** A route file as the build finds it; `eager` ones are imported at start, the others by their first request. */
export interface FoundRoute extends Omit<RouteFile, "load"> {
  eager: boolean;
}

/** All files below a folder, without hidden ones and without following links. */
export async function* walk(dir: string): AsyncGenerator<string> {
  try {
    for await (const entry of Deno.readDir(dir)) {
      if (entry.name.startsWith(".") && entry.name !== ".well-known") continue;
      const path = join(dir, entry.name);
      if (entry.isDirectory) yield* walk(path);
      else if (entry.isFile) yield path;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The source files below a folder, in a stable order. */
export async function findSources(
  dir: string,
  ignore: RegExp[],
): Promise<string[]> {
  const files = await Array.fromAsync(walk(dir));
  return files
    .filter((file) => /\.[tj]sx?$/.test(file) && !ignore.some((pattern) => pattern.test(file)))
    .sort();
}

/** The island files by the names their modules get. */
export async function findIslands(
  dir: string,
  ignore: RegExp[],
): Promise<Map<string, string>> {
  const islands = new Map<string, string>();
  for (const file of await findSources(dir, ignore)) {
    const base = basename(file, extname(file)).replace(
      /^[^A-Za-z_$]|[^\w$]/g,
      "_",
    );
    let name = base;
    for (let n = 1; islands.has(name); n++) name = `${base}_${n}`;
    islands.set(name, file);
  }
  return islands;
}

/** The route files in the order in which they are registered. */
export async function findRoutes(
  dir: string,
  ignore: RegExp[],
): Promise<FoundRoute[]> {
  const routes: FoundRoute[] = [];
  for (const file of await findSources(dir, ignore)) {
    const id = relative(dir, file).replaceAll("\\", "/").replace(
      /\.[^.]+$/,
      "",
    );
    if (/(^|\/)\(_[^/]+\)\//.test(id)) continue;
    const special = /(?:^|\/)_(app|layout|middleware|error|500|404)$/.exec(id);
    if (special === null) {
      const eager = (await Deno.readTextFile(file)).includes("routeOverride");
      const place = routePattern(id, true);
      const pattern = id.endsWith("/index") && !place.endsWith("/") ? `${place}/` : place;
      routes.push({
        kind: "route",
        path: file,
        pattern,
        routePattern: routePattern(id, false),
        eager,
      });
      continue;
    }
    const pattern = routePattern(id.slice(0, special.index), true);
    routes.push({
      kind: kindOf(special[1]),
      path: file,
      pattern,
      routePattern: pattern,
      eager: true,
    });
  }
  return routes.sort(compareRoutes);
}

function kindOf(special: string): RouteFile["kind"] {
  switch (special) {
    case "app":
    case "layout":
    case "middleware":
      return special;
    case "404":
      return "notFound";
    default:
      return "error";
  }
}

/** Files that others inherit come first; of the routes, the more specific ones. */
function compareRoutes(a: FoundRoute, b: FoundRoute): number {
  if (a.kind !== "route" || b.kind !== "route") {
    return Number(a.kind === "route") - Number(b.kind === "route");
  }
  const left = a.routePattern.split("/");
  const right = b.routePattern.split("/");
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = vagueness(left[i]) - vagueness(right[i]) ||
      compare(left[i], right[i]);
    if (difference !== 0) return difference;
  }
  return right.length - left.length;
}

function vagueness(segment: string): number {
  if (/^:.*\*$/.test(segment)) return 3;
  if (segment.includes("{")) return 2;
  return segment.includes(":") ? 1 : 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
