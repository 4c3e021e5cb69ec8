import { lookup } from "mrmime";
import { assetPrefix } from "../build_id.ts";
import { canonicalPath } from "../middlewares/static_files.ts";
import type { StaticEntry } from "../server/snapshot.ts";
import type { ResolvedBuildConfig } from "./builder.ts";
import { bundle, CLIENT_ENTRY } from "./bundle.ts";
import { walk } from "./crawl.ts";
import { readProject } from "./import_map.ts";
import { relative } from "./paths.ts";

/** The client's files and the project's static ones, each under the address it is served at. */
export interface ClientBuild {
  /** A hash of every file: the same sources give the same build. */
  buildId: string;
  entryAddress: string;
  /** What the entry imports, so that the browser can fetch it at the same time. */
  preload: string[];
  staticFiles: [pathname: string, file: StaticEntry][];
  islandAddress(name: string): string;
}

/** Bundles the islands, lists the static files and names the result by its content. */
export async function build(
  config: ResolvedBuildConfig,
  islands: Map<string, string>,
): Promise<ClientBuild> {
  const project = await readProject(config.root);
  const [client, files] = await Promise.all([
    bundle({
      project,
      islands,
      target: config.target,
      development: config.mode === "development",
    }),
    listStaticFiles(config),
  ]);
  const bundled = await Promise.all(
    [...client.files].map(async (
      [name, bytes],
    ): Promise<[string, StaticEntry]> => [name, await entry(name, bytes)]),
  );
  const summary = [...bundled, ...files].map(([name, { hash }]) => `${name} ${hash}`).sort().join("\n");
  const buildId = (await sha256(new TextEncoder().encode(summary))).slice(
    0,
    40,
  );
  const prefix = assetPrefix(buildId);
  return {
    buildId,
    entryAddress: prefix + CLIENT_ENTRY,
    preload: client.runtimeChunks.map((file) => prefix + file),
    islandAddress: (name) => `${prefix}${client.islandFiles.get(name)}`,
    staticFiles: [
      ...files,
      ...bundled.map((
        [name, file],
      ): [string, StaticEntry] => [prefix + name, file]),
    ],
  };
}

/** Of several static folders the first one that has a file wins. */
async function listStaticFiles(
  config: ResolvedBuildConfig,
): Promise<[string, StaticEntry][]> {
  const files = new Map<string, StaticEntry>();
  for (const dir of config.staticDir) {
    for await (const path of walk(dir)) {
      if (path.startsWith(`${config.outDir}/`)) continue;
      const pathname = canonicalPath(
        encodeURI(`/${relative(dir, path).replaceAll("\\", "/")}`),
      );
      if (!files.has(pathname)) {
        files.set(pathname, {
          ...await entry(path, await Deno.readFile(path)),
          source: path,
        });
      }
    }
  }
  return [...files];
}

async function entry(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<StaticEntry> {
  return {
    hash: await sha256(bytes),
    contentType: contentTypeOf(name),
    source: bytes,
  };
}

function contentTypeOf(name: string): string {
  const type = lookup(name) ?? "application/octet-stream";
  return /^text\/|\/(json|javascript|manifest\+json)$/.test(type) ? `${type}; charset=utf-8` : type;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
