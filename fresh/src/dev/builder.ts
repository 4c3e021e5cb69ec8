import { App, attachSnapshot, type ListenOptions } from "../app.ts";
import { withLiveReload } from "../server/live_reload.ts";
import { type IslandModule, loadSnapshot, type RouteFile } from "../server/snapshot.ts";
import { build as buildClient, type ClientBuild } from "./client_build.ts";
import { findIslands, findRoutes, type FoundRoute } from "./crawl.ts";
import { fromFileUrl, isAbsolute, join, toFileUrl } from "./paths.ts";
import { writeSnapshot } from "./write_snapshot.ts";

export interface BuildOptions {
  /** The project's folder; everything else is relative to it. */
  root?: string;
  outDir?: string;
  staticDir?: string | string[];
  islandDir?: string;
  routeDir?: string;
  /** The module that exports `app`. */
  serverEntry?: string;
  /** Files to leave out; tests by default. */
  ignore?: RegExp[];
  /** The language level of the client's files. */
  target?: string | string[];
}

export type ResolvedBuildConfig = Required<Omit<BuildOptions, "staticDir">> & {
  staticDir: string[];
  mode: "development" | "production";
};

/** Builds an app's client and the snapshot its server runs from. */
export class Builder<_State = unknown> {
  config: ResolvedBuildConfig;

  constructor(options: BuildOptions = {}) {
    const root = absolute(options.root ?? ".", Deno.cwd());
    this.config = {
      root,
      outDir: absolute(options.outDir ?? "_fresh", root),
      staticDir: [options.staticDir ?? "static"].flat().map((dir) => absolute(dir, root)),
      islandDir: absolute(options.islandDir ?? "islands", root),
      routeDir: absolute(options.routeDir ?? "routes", root),
      serverEntry: absolute(options.serverEntry ?? "main.ts", root),
      ignore: options.ignore ?? [/[._]test\.(?:[tj]sx?|[mc][tj]s)$/],
      target: options.target ?? "es2022",
      mode: "production",
    };
  }

  /**
   * Builds to disk, or into memory, and returns a function that gives the build to an app. A build on disk runs from
   * `_fresh/server.js`.
   */
  async build(
    options: {
      mode?: ResolvedBuildConfig["mode"];
      snapshot?: "disk" | "memory";
    } = {},
  ): Promise<<State>(app: App<State>) => void> {
    this.config.mode = options.mode ?? "production";
    const [islands, routes] = await this.#find();
    const client = await buildClient(this.config, islands);
    if (options.snapshot !== "memory") {
      // The app's own modules are not imported here: building must not start anything.
      await writeSnapshot(this.config, client, islands, routes);
      return () => {
        throw new Error(
          `This build is on disk: run ${join(this.config.outDir, "server.js")}`,
        );
      };
    }
    const snapshot = await this.#load(client, islands, routes);
    return (app) => attachSnapshot(app, snapshot, app.config.mode);
  }

  /** Serves the app for development; pages reload when the server is started anew. */
  async listen<State>(
    importApp: () => Promise<{ app: App<State> } | App<State>>,
    options: ListenOptions = {},
  ): Promise<void> {
    this.config.mode = "development";
    const [islands, routes] = await this.#find();
    const [client, imported] = await Promise.all([
      buildClient(this.config, islands),
      importApp(),
    ]);
    const app = imported instanceof App ? imported : imported.app;
    attachSnapshot(
      app,
      await this.#load(client, islands, routes),
      "development",
    );
    const { remoteAddress: _remoteAddress, ...serveOptions } = options;
    Deno.serve(
      { ...serveOptions, port: options.port ?? 8000 },
      withLiveReload(app.handler()),
    );
  }

  #find(): Promise<[Map<string, string>, FoundRoute[]]> {
    const { islandDir, routeDir, ignore } = this.config;
    return Promise.all([
      findIslands(islandDir, ignore),
      findRoutes(routeDir, ignore),
    ]);
  }

  async #load(
    client: ClientBuild,
    islands: Map<string, string>,
    found: FoundRoute[],
  ) {
    const modules = [...islands].map(async (
      [name, path],
    ): Promise<IslandModule> => ({
      name,
      file: client.islandAddress(name),
      module: await importFile(path),
    }));
    const routes = found.map(async (
      { eager, ...route },
    ): Promise<RouteFile> => ({
      ...route,
      load: eager ? { module: await importFile(route.path) } : () => importFile(route.path),
    }));
    return loadSnapshot(this.config.root, {
      buildId: client.buildId,
      development: this.config.mode === "development",
      clientEntry: client.entryAddress,
      preload: client.preload,
      islands: await Promise.all(modules),
      staticFiles: client.staticFiles,
      routes: await Promise.all(routes),
    });
  }
}

function importFile(path: string): Promise<object> {
  return import(toFileUrl(path).href);
}

function absolute(path: string, root: string): string {
  if (path.startsWith("file://")) return fromFileUrl(path);
  return isAbsolute(path) ? path : join(root, path);
}
