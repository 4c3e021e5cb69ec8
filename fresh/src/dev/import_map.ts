import { dirname, fromFileUrl, join, resolve } from "./paths.ts";

/** The project's `deno.json`, as far as bundling needs it. */
export interface Project {
  /** The folder of `deno.json`, which also holds `node_modules`. */
  dir: string;
  jsxImportSource: string;
  imports: Record<string, string>;
  links: LinkedPackage[];
}

/** A local package that takes the place of a published one. */
export interface LinkedPackage {
  dir: string;
  name: string;
  exports: Record<string, string>;
  imports: Record<string, string>;
}

/** What a specifier means: a file, or an npm package to be looked up in `node_modules`. */
export type Resolved = { file: string } | { npm: string } | { error: string };

/** Reads the nearest `deno.json` at or above a folder, and the packages it links. It must be strict JSON. */
export async function readProject(root: string): Promise<Project> {
  for (let dir = root;; dir = dirname(dir)) {
    const config = await readConfig(dir);
    if (config !== undefined && config.imports !== undefined) {
      const links = await Promise.all(
        stringList(config.links).map((link) => readLink(resolve(dir, link))),
      );
      const { jsxImportSource } = Object(config.compilerOptions);
      return {
        dir,
        jsxImportSource: typeof jsxImportSource === "string" ? jsxImportSource : "preact",
        imports: stringRecord(config.imports),
        links: links.filter((link) => link !== undefined),
      };
    }
    if (dirname(dir) === dir) {
      throw new Error(
        `No deno.json with imports was found at or above ${root}`,
      );
    }
  }
}

/** Resolves a bare specifier of a source file by the import map that applies to it; undefined if none does. */
export function resolveSpecifier(
  project: Project,
  specifier: string,
  importer: string,
): Resolved | undefined {
  const link = project.links.find(({ dir }) => importer.startsWith(`${dir}/`));
  const mapped = (link && lookUp(link.imports, specifier, link.dir)) ??
    lookUp(project.imports, specifier, project.dir) ?? specifier;
  if (mapped.startsWith("npm:")) {
    return { npm: withoutVersion(mapped.slice("npm:".length)) };
  }
  if (mapped.startsWith("jsr:")) {
    return resolveLinked(project, withoutVersion(mapped.slice("jsr:".length)));
  }
  if (mapped.startsWith("file://")) return { file: fromFileUrl(mapped) };
  if (mapped.startsWith("/")) return { file: mapped };
  if (mapped.startsWith("node:")) {
    return { error: `"${specifier}" exists on the server only` };
  }
  return undefined;
}

/** Deno's rules: an exact key, else the longest key ending in "/", else a package key with a path after it. */
function lookUp(
  imports: Record<string, string>,
  specifier: string,
  dir: string,
): string | undefined {
  const exact = imports[specifier];
  if (exact !== undefined) return absolute(exact, dir);
  const prefixes = Object.entries(imports)
    .map(([key, value]): [string, string] =>
      /^(npm|jsr):/.test(value) && !key.endsWith("/") ? [`${key}/`, `${value}/`] : [key, value]
    )
    .filter(([key]) => key.endsWith("/") && specifier.startsWith(key))
    .sort(([a], [b]) => b.length - a.length);
  if (prefixes.length === 0) return undefined;
  const [key, value] = prefixes[0];
  return absolute(value + specifier.slice(key.length), dir);
}

function absolute(target: string, dir: string): string {
  return target.startsWith(".") ? join(dir, target) : target;
}

/** `@scope/name@^1.2.3/path` to `@scope/name/path`. */
function withoutVersion(specifier: string): string {
  return specifier.replace(/^\/?((?:@[^/]+\/)?[^/@]+)(?:@[^/]+)?/, "$1");
}

function resolveLinked(project: Project, specifier: string): Resolved {
  const link = project.links.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  if (link === undefined) {
    return {
      error: `"${specifier}" is a JSR package; only linked ones can be bundled`,
    };
  }
  const target = link.exports[`.${specifier.slice(link.name.length)}`];
  return target === undefined
    ? { error: `${link.name} does not export "${specifier}"` }
    : { file: join(link.dir, target) };
}

async function readLink(dir: string): Promise<LinkedPackage | undefined> {
  const config = await readConfig(dir);
  if (typeof config?.name !== "string") return undefined;
  const exports = typeof config.exports === "string" ? { ".": config.exports } : stringRecord(config.exports);
  return {
    dir,
    name: config.name,
    exports,
    imports: stringRecord(config.imports),
  };
}

async function readConfig(
  dir: string,
): Promise<Record<string, unknown> | undefined> {
  const path = join(dir, "deno.json");
  try {
    return { ...Object(JSON.parse(await Deno.readTextFile(path))) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof SyntaxError) {
      throw new Error(`${path} is not strict JSON: ${error.message}`);
    }
    throw error;
  }
}

function stringRecord(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Object(value)).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function stringList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
