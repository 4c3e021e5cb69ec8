/** Who may import whom. The walls are what keeps a bug in one part from reaching another (SPEC D1). */
import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);

/** Each part, and what of ours it may import. */
const ALLOWED: Record<string, RegExp[]> = {
  "routes/": [/^routes\/\(_web\)\//, /^agent\//, /^db-service\/contract\//, /^islands\//, /^components\//],
  "agent/": [/^agent\//, /^db-service\/contract\//],
  "islands/": [
    /^islands\//,
    /^components\//,
    /^agent\/lookalikes\.ts$/,
    /^agent\/types\.ts$/,
    /^db-service\/contract\//,
  ],
  "components/": [/^components\//],
  "db-service/contract/": [/^db-service\/contract\//],
  "db-service/": [/^db-service\//],
  "fresh/": [/^fresh\//],
};

Deno.test("nothing imports through a wall", async () => {
  const broken: string[] = [];
  for await (const path of sources("")) {
    const part = Object.keys(ALLOWED).find((prefix) => path.startsWith(prefix));
    if (!part) continue;
    for (const target of await importsOf(path)) {
      if (!ALLOWED[part].some((rule) => rule.test(target))) broken.push(`${path} imports ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

Deno.test("islands take types alone from the app and from the schemas: zod stays out of the browser", async () => {
  const broken: string[] = [];
  for await (const path of sources("islands/")) {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    for (
      const [statement] of text.matchAll(
        /^(?:import|export)\s[^;]*?(?:agent\/types|contract\/\w*schemas)\.ts"/gms,
      )
    ) {
      if (!/^(import|export) type\b/.test(statement)) broken.push(`${path}: ${statement}`);
    }
  }
  assert.deepEqual(broken, []);
});

Deno.test("the walls are really looked at", async () => {
  let files = 0;
  for await (const _ of sources("")) files++;
  assert.ok(files > 80, `${files} files`);
  assert.ok((await importsOf("routes/api/me.ts")).includes("agent/people.ts"));
});

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder || ".", ROOT))) {
    if (["node_modules", "_fresh", "var", "tests", "static"].includes(name) || name.startsWith(".")) continue;
    if (isDirectory) yield* sources(`${folder}${name}/`);
    else if (/\.tsx?$/.test(name)) yield `${folder}${name}`;
  }
}

/** Our own modules that a file imports, as paths from the root. */
async function importsOf(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(path, ROOT));
  const base = new URL(path, ROOT);
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"((?:\.{1,2}|@)\/[^"]+)"/g)].map(([, specifier]) => {
    const url = specifier.startsWith("@/") ? new URL(specifier.slice(2), ROOT) : new URL(specifier, base);
    return decodeURIComponent(url.href.slice(ROOT.href.length));
  });
}
