import type { StaticEntry } from "../server/snapshot.ts";
import type { ResolvedBuildConfig } from "./builder.ts";
import type { ClientBuild } from "./client_build.ts";
import type { FoundRoute } from "./crawl.ts";
import { dirname, join, relative } from "./paths.ts";

const NOTICE = "// Written by a build; edit the sources instead.\n";

/** Writes a build to its folder: client files, `snapshot.js` and the entry `server.js`. */
export async function writeSnapshot(
  config: ResolvedBuildConfig,
  client: ClientBuild,
  islands: Map<string, string>,
  routes: FoundRoute[],
): Promise<void> {
  const { outDir } = config;
  await Deno.remove(join(outDir, "static"), { recursive: true }).catch(
    ignoreMissing,
  );
  const staticFiles = await Promise.all(
    client.staticFiles.map(
      async ([pathname, file]): Promise<[string, StaticEntry]> => {
        if (typeof file.source === "string") {
          return [pathname, {
            ...file,
            source: relative(config.root, file.source),
          }];
        }
        const path = join(outDir, "static", pathname);
        await Deno.mkdir(dirname(path), { recursive: true });
        await Deno.writeFile(path, file.source);
        return [pathname, { ...file, source: relative(config.root, path) }];
      },
    ),
  );
  await Promise.all([
    Deno.writeTextFile(
      join(outDir, "snapshot.js"),
      snapshotSource(config, client, islands, routes, staticFiles),
    ),
    Deno.writeTextFile(join(outDir, "server.js"), serverSource(config)),
    Deno.writeTextFile(join(outDir, "compiled-entry.js"), RUN_SOURCE),
  ]);
}

function snapshotSource(
  config: ResolvedBuildConfig,
  client: ClientBuild,
  islands: Map<string, string>,
  routes: FoundRoute[],
  staticFiles: [string, StaticEntry][],
): string {
  const spec = (path: string) => JSON.stringify(specifier(config.outDir, path));
  const imports: string[] = [];
  const load = (path: string) => `m${imports.push(`import * as m${imports.length} from ${spec(path)};`) - 1}`;
  const islandSource = [...islands].map(([name, path]) =>
    `{ name: ${JSON.stringify(name)}, file: ${JSON.stringify(client.islandAddress(name))}, module: ${
      load(path)
    } }`
  );
  const routeSource = routes.map(({ eager, path, ...route }) => {
    const loader = eager ? `{ module: ${load(path)} }` : `() => import(${spec(path)})`;
    const fields = { ...route, path: relative(config.root, path) };
    return `{ ...${JSON.stringify(fields)}, load: ${loader} }`;
  });
  return `${NOTICE}${imports.join("\n")}
export default {
  buildId: ${JSON.stringify(client.buildId)},
  development: ${config.mode === "development"},
  clientEntry: ${JSON.stringify(client.entryAddress)},
  preload: ${JSON.stringify(client.preload)},
  islands: [${list(islandSource)}],
  routes: [${list(routeSource)}],
  staticFiles: [${list(staticFiles.map((file) => JSON.stringify(file)))}],
};
`;
}

function serverSource(config: ResolvedBuildConfig): string {
  const root = JSON.stringify(`/${relative(config.outDir, config.root)}`);
  const handler = config.mode === "development" ? "withLiveReload(app.handler())" : "app.handler()";
  return `${NOTICE}import { attachSnapshot, loadSnapshot, withLiveReload } from "fresh/internal";
import data from "./snapshot.js";
import { app } from ${JSON.stringify(specifier(config.outDir, config.serverEntry))};

attachSnapshot(app, loadSnapshot(import.meta.dirname + ${root}, data), ${JSON.stringify(config.mode)});

export default { fetch: ${handler} };
`;
}

/** For \`deno run\` and \`deno compile\`, which do not serve a default export by themselves. */
const RUN_SOURCE = `${NOTICE}import server from "./server.js";

Deno.serve({ port: Number(Deno.env.get("PORT") ?? 8000), hostname: Deno.env.get("HOSTNAME") }, server.fetch);
`;

function specifier(outDir: string, path: string): string {
  const spec = relative(outDir, path).replaceAll("\\", "/");
  return spec.startsWith(".") ? spec : `./${spec}`;
}

function list(items: string[]): string {
  return items.map((item) => `\n    ${item},`).join("");
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
