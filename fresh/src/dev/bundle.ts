import { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild";
import { type Project, resolveSpecifier } from "./import_map.ts";
import { fromFileUrl, relative } from "./paths.ts";

export interface BundleOptions {
  project: Project;
  development: boolean;
  target: string | string[];
  /** Island files by their names. */
  islands: Map<string, string>;
}

export interface Bundle {
  /** Every client file by its name. */
  files: Map<string, Uint8Array<ArrayBuffer>>;
  /** The client file of each island, by the island's name. */
  islandFiles: Map<string, string>;
  /** The chunks that the runtime needs at once. */
  runtimeChunks: string[];
}

export const CLIENT_ENTRY = "fresh-runtime.js";

/** Bundles the client: one file per island, what they share in chunks, so that module state is shared too. */
export async function bundle(options: BundleOptions): Promise<Bundle> {
  const { project, development } = options;
  const esbuild = await import("esbuild");
  const service = watchService();
  const runtime = development ? "../client/dev.ts" : "../client/boot.ts";
  const islandEntries = [...options.islands].map(([name, file]) => ({
    out: `island-${name}`,
    in: file,
  }));
  try {
    const result = await esbuild.build({
      entryPoints: [
        {
          out: "fresh-runtime",
          in: fromFileUrl(new URL(runtime, import.meta.url)),
        },
        ...islandEntries,
      ],
      absWorkingDir: project.dir,
      outdir: project.dir,
      write: false,
      metafile: true,
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "browser",
      target: options.target,
      minify: !development,
      sourcemap: development ? "inline" : false,
      jsx: "automatic",
      jsxImportSource: project.jsxImportSource,
      define: {
        "process.env.NODE_ENV": JSON.stringify(
          development ? "development" : "production",
        ),
      },
      logLevel: "silent",
      plugins: [denoResolver(project)],
    });
    assertSinglePreact(Object.keys(result.metafile.inputs));
    return {
      files: new Map(
        result.outputFiles.map((
          file,
        ) => [relative(project.dir, file.path), new Uint8Array(file.contents)]),
      ),
      islandFiles: new Map(
        [...options.islands.keys()].map((name) => [name, `island-${name}.js`]),
      ),
      runtimeChunks: result.metafile.outputs[CLIENT_ENTRY].imports.map((
        { path },
      ) => path),
    };
  } finally {
    await esbuild.stop();
    await service.ended();
  }
}

const SINGLETON = /^(preact|@preact\/signals)(\/|$)/;
const BY_NODE_RULES = Symbol("resolve by Node's rules");

/** Teaches esbuild the project's import map. Preact is always the project's own: two copies would not work. */
function denoResolver(project: Project): Plugin {
  return {
    name: "deno-resolver",
    setup(build) {
      build.onResolve({ filter: /^[^./]|^\.\.?$/ }, (args) => {
        if (args.pluginData === BY_NODE_RULES || args.kind === "entry-point") {
          return undefined;
        }
        const inPackage = args.importer.includes("/node_modules/");
        if (inPackage) {
          return SINGLETON.test(args.path) ? fromNodeModules(build, project, args.path, args) : undefined;
        }
        const resolved = resolveSpecifier(project, args.path, args.importer);
        if (resolved === undefined) return undefined;
        if ("error" in resolved) return { errors: [{ text: resolved.error }] };
        if ("file" in resolved) return { path: resolved.file };
        return fromNodeModules(build, project, resolved.npm, args);
      });
    },
  };
}

function fromNodeModules(
  build: PluginBuild,
  project: Project,
  specifier: string,
  { kind }: OnResolveArgs,
): Promise<OnResolveResult> {
  return build.resolve(specifier, {
    resolveDir: project.dir,
    kind,
    pluginData: BY_NODE_RULES,
  });
}

function assertSinglePreact(inputs: string[]): void {
  for (
    const name of [
      "preact/dist/preact",
      "@preact/signals/dist/signals",
      "@preact/signals-core/dist/signals-core",
    ]
  ) {
    const copies = inputs.filter((input) => input.includes(`/node_modules/${name}.`));
    if (copies.length > 1) {
      throw new Error(
        `More than one copy in the client bundle: ${copies.join(", ")}`,
      );
    }
  }
}

/**
 * `esbuild.stop()` does not wait for its process to end, and does not tell which one it is. So it is noted when it
 * starts, and `ended` waits for it: a build leaves nothing behind.
 */
function watchService(): { ended(): Promise<void> } {
  const children: { child: ChildProcess; end: Promise<unknown> }[] = [];
  const note = (message: unknown) => {
    const { process: child } = Object(message);
    if (!(child instanceof ChildProcess)) return;
    children.push({
      child,
      end: new Promise((resolve) => child.once("exit", resolve).once("error", resolve)),
    });
  };
  subscribe("child_process", note);
  return {
    async ended() {
      unsubscribe("child_process", note);
      for (const { child, end } of children) {
        if (
          !child.spawnargs.some((argument) => argument.startsWith("--service="))
        ) continue;
        // esbuild lets the process go; without this there would be nothing to wait for.
        child.ref();
        await end;
      }
    },
  };
}
