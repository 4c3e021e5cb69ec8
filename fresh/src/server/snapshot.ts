import type { ComponentType } from "preact";
import { setBuildId } from "../build_id.ts";

/** A component that is shipped to the browser. */
export interface Island {
  name: string;
  exportName: string;
  /** Address of its client file. */
  file: string;
}

/** A file that is served as it is. */
export interface StaticEntry {
  hash: string;
  contentType: string;
  /** Where it lies, or its bytes if it was only built into memory. */
  source: string | Uint8Array<ArrayBuffer>;
}

/** A file under `routes/`, with its module or the way to load it. */
export interface RouteFile {
  kind: "app" | "layout" | "middleware" | "error" | "notFound" | "route";
  /** For messages. */
  path: string;
  /** Place in the tree of folders, route groups included. */
  pattern: string;
  /** The address it answers. */
  routePattern: string;
  load: (() => Promise<unknown>) | { module: unknown };
}

/** Everything a build knows, as the server needs it. */
export interface ServerSnapshot {
  root: string;
  buildId: string;
  development: boolean;
  clientEntry: string;
  /** The files that the client entry imports. */
  preload: string[];
  islands: Map<ComponentType, Island>;
  staticFiles: Map<string, StaticEntry>;
  routes: RouteFile[];
}

/** One island module as a build describes it. */
export interface IslandModule {
  name: string;
  file: string;
  module: object;
}

/** A snapshot as it is written to disk; its files are named relative to the project's root. */
export interface SnapshotData {
  buildId: string;
  development: boolean;
  clientEntry: string;
  /** The files that the client entry imports. */
  preload: string[];
  islands: IslandModule[];
  staticFiles: [pathname: string, file: StaticEntry][];
  routes: RouteFile[];
}

/** Brings a build to life: names its islands and makes it the current one. */
export function loadSnapshot(root: string, data: SnapshotData): ServerSnapshot {
  setBuildId(data.buildId);
  const staticFiles = data.staticFiles.map((
    [pathname, file],
  ): [string, StaticEntry] => [
    pathname,
    typeof file.source === "string" && !file.source.startsWith("/")
      ? { ...file, source: `${root}/${file.source}` }
      : file,
  ]);
  return {
    root,
    buildId: data.buildId,
    development: data.development,
    clientEntry: data.clientEntry,
    preload: data.preload,
    islands: nameIslands(data.islands),
    staticFiles: new Map(staticFiles),
    routes: data.routes,
  };
}

/** Every function that an island module exports is an island; names are unique on a page. */
function nameIslands(modules: IslandModule[]): Map<ComponentType, Island> {
  const islands = new Map<ComponentType, Island>();
  const taken = new Set<string>();
  for (const { name: moduleName, file, module } of modules) {
    for (const [exportName, value] of Object.entries(module)) {
      if (!isComponent(value)) continue;
      const base = exportName === "default" ? moduleName : exportName;
      let name = base;
      for (let n = 1; taken.has(name); n++) name = `${base}_${n}`;
      taken.add(name);
      islands.set(value, { name, exportName, file });
    }
  }
  return islands;
}

function isComponent(value: unknown): value is ComponentType {
  return typeof value === "function";
}
