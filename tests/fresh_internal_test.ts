/** What is particular to the Fresh in `fresh/`; what it has in common with the published one is in the other test. */
import assert from "node:assert/strict";
import { computed, signal } from "@preact/signals";
import { h } from "preact";
import { App } from "fresh";
import { Builder } from "fresh/dev";
import { Partial } from "fresh/runtime";
import { findRoutes } from "../fresh/src/dev/crawl.ts";
import { type Project, resolveSpecifier } from "../fresh/src/dev/import_map.ts";
import { routePattern } from "../fresh/src/dev/route_pattern.ts";
import { withLiveReload } from "../fresh/src/server/live_reload.ts";
import { scriptString, serialiseProps } from "../fresh/src/server/props.ts";
import { app } from "./fixtures/fresh_app/main.ts";

const root = new URL("./fixtures/fresh_app", import.meta.url).pathname;

Deno.test("props: a function is refused by the names of island and prop", () => {
  const islands = [
    { island: "Fine", props: { a: 1 } },
    { island: "Picker", props: { items: [{ onPick: () => {} }] } },
  ];
  assert.throws(
    () => serialiseProps(islands),
    /Island "Picker": prop "items\[0\]\.onPick" cannot be sent/,
  );
  const jsx = [{ island: "Box", props: { children: h("p", null) } }];
  assert.throws(
    () => serialiseProps(jsx),
    /Island "Box": JSX as a prop is not implemented/,
  );
});

Deno.test("props: one signal given to several islands is serialised once, a computed by its value", () => {
  const count = signal(41);
  const serialised = serialiseProps([
    { island: "A", props: { count } },
    {
      island: "B",
      props: { deep: [{ count }], next: computed(() => count.value + 1) },
    },
  ]);
  assert.equal(serialised.match(/"Signal"/g)?.length, 1);
  assert.equal(serialised.match(/"Computed"/g)?.length, 1);
  assert.match(serialised, /42/);
});

Deno.test("props: the script's string contains nothing that HTML or old engines could misread", () => {
  const value = "</script><!--\u2028\u2029\"'\\";
  const literal = scriptString(value);
  assert.doesNotMatch(literal, /[<\u2028\u2029]/);
  assert.equal(JSON.parse(literal), value);
});

Deno.test("static files: etag and 304, spaces in names, no cache in development", async () => {
  const attach = await new Builder({ root }).build({ snapshot: "memory" });
  attach(app);
  const handler = app.handler();
  const go = (path: string, headers: HeadersInit = {}) =>
    handler(new Request(`http://localhost${path}`, { headers }));
  const file = await go("/plain.txt");
  const etag = file.headers.get("etag") ?? "";
  assert.match(etag, /^W\/"[0-9a-f]{64}"$/);
  assert.equal(await file.text(), "plain\n");
  assert.equal(
    (await go("/plain.txt", { "if-none-match": `"x", ${etag}` })).status,
    304,
  );
  assert.equal(
    (await go("/plain.txt", { "if-none-match": '"x"' })).status,
    200,
  );
  assert.equal(
    await (await go("/with%20space,%20comma.txt")).text(),
    "a comma\n",
  );
});

Deno.test("a development build reloads every page", async () => {
  const own = new App({ mode: "development" }).get(
    "/",
    (ctx) => ctx.render(h("p", null, "x")),
  );
  const attach = await new Builder({ root }).build({
    mode: "development",
    snapshot: "memory",
  });
  attach(own);
  const html = await (await own.handler()(new Request("http://localhost/")))
    .text();
  assert.match(html, /<script type="module"/);

  const revision = async () => {
    const handler = withLiveReload(own.handler());
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      handler,
    );
    const socket = new WebSocket(
      `ws://127.0.0.1:${server.addr.port}/_frsh/alive`,
    );
    const said = await new Promise((resolve) => socket.onmessage = (event) => resolve(event.data));
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
    await server.shutdown();
    return said;
  };
  assert.notEqual(await revision(), await revision());
});

Deno.test("a build on disk runs with read access to itself and no more", async () => {
  const outDir = await Deno.makeTempDir();
  try {
    const attach = await new Builder({ root, outDir }).build();
    assert.throws(() => attach(app), /server\.js/);
    const first = await Deno.readTextFile(`${outDir}/snapshot.js`);
    await new Builder({ root, outDir }).build();
    assert.equal(
      await Deno.readTextFile(`${outDir}/snapshot.js`),
      first,
      "the same sources, the same build",
    );

    const config = new URL("../deno.json", import.meta.url).pathname;
    const flags = [
      "--no-prompt",
      "--cached-only",
      `--config=${config}`,
      `--allow-read=${outDir},${root}/static`,
    ];
    const server = new Deno.Command(Deno.execPath(), {
      args: [
        "serve",
        "--host=127.0.0.1",
        "--port=0",
        ...flags,
        `${outDir}/server.js`,
      ],
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const log = server.stderr.pipeThrough(new TextDecoderStream());
    let said = "";
    for await (const text of log.values({ preventCancel: true })) {
      said += text;
      if (/:\d+\/\s/.test(said)) break;
    }
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
    assert.ok(address !== undefined, said);
    try {
      const page = await fetch(`${address}/`);
      assert.match(await page.text(), /<b id="count-C">3<\/b>/);
      const script = /<([^>]+)>/.exec(page.headers.get("link") ?? "")?.[1];
      const file = await fetch(`${address}${script}`);
      assert.match(file.headers.get("cache-control") ?? "", /immutable/);
      await file.body?.cancel();
      assert.equal(
        await (await fetch(`${address}/plain.txt`)).text(),
        "plain\n",
      );
    } finally {
      server.kill();
      await server.status;
      await log.cancel();
    }
  } finally {
    await Deno.remove(outDir, { recursive: true });
  }
});

Deno.test("route files: their patterns and their order", async () => {
  const patterns: [string, boolean, string][] = [
    ["index", false, "/"],
    ["blog/[slug]", false, "/blog/:slug"],
    ["a/[id]-[rev].x", false, "/a/:id-:rev.x"],
    ["[...rest]", false, "/:rest*"],
    ["[[lang]]/about", false, "/{:lang}?/about"],
    ["lang/[[code]]", false, "/lang{/:code}?"],
    ["(group)/x/index", false, "/x"],
    ["(group)/x", true, "/(group)/x"],
  ];
  for (const [id, keepGroups, expected] of patterns) {
    assert.equal(routePattern(id, keepGroups), expected);
  }
  assert.throws(() => routePattern("[a][b]", false), SyntaxError);
  assert.throws(() => routePattern("a]", false), SyntaxError);

  const found = await findRoutes(`${root}/routes`, []);
  const kinds = found.map((route) => route.kind === "route");
  assert.equal(
    kinds.lastIndexOf(false) < kinds.indexOf(true),
    true,
    "what is inherited comes first",
  );
  const order = found.map((route) => route.routePattern);
  assert.equal(order.indexOf("/blog/new") < order.indexOf("/blog/:slug"), true);
});

Deno.test("the client's imports follow deno.json", () => {
  const project: Project = {
    dir: "/app",
    jsxImportSource: "preact",
    imports: {
      "@/": "./",
      "@/lib/": "./library/",
      preact: "npm:preact@10.29.8",
      "@scope/name": "npm:@scope/name@^1.0.0",
      fresh: "jsr:@fresh/core@^2.3.3",
      unlinked: "jsr:@std/path@1",
    },
    links: [{
      dir: "/app/fresh",
      name: "@fresh/core",
      exports: { ".": "./mod.ts", "./runtime": "./runtime.ts" },
      imports: { devalue: "npm:devalue@6.0.3" },
    }],
  };
  const from = (importer: string, specifier: string) => resolveSpecifier(project, specifier, importer);
  assert.deepEqual(from("/app/islands/A.tsx", "@/components/b.ts"), {
    file: "/app/components/b.ts",
  });
  assert.deepEqual(from("/app/islands/A.tsx", "@/lib/b.ts"), {
    file: "/app/library/b.ts",
  });
  assert.deepEqual(from("/app/islands/A.tsx", "preact/hooks"), {
    npm: "preact/hooks",
  });
  assert.deepEqual(from("/app/islands/A.tsx", "@scope/name"), {
    npm: "@scope/name",
  });
  assert.deepEqual(from("/app/islands/A.tsx", "npm:zod@4.6.7/mini"), {
    npm: "zod/mini",
  });
  assert.deepEqual(from("/app/islands/A.tsx", "fresh/runtime"), {
    file: "/app/fresh/runtime.ts",
  });
  assert.deepEqual(from("/app/fresh/src/a.ts", "devalue"), { npm: "devalue" });
  assert.equal(from("/app/islands/A.tsx", "devalue"), undefined);
  for (const specifier of ["unlinked", "fresh/other", "node:fs"]) {
    const resolved = from("/app/islands/A.tsx", specifier);
    assert.ok(resolved !== undefined && "error" in resolved, specifier);
  }
});

Deno.test("what is not implemented says so", () => {
  assert.throws(
    () => new App({ basePath: "/x" }),
    /basePath is not implemented/,
  );
  assert.throws(
    () => new App({ trustProxy: true }),
    /trustProxy is not implemented/,
  );
  assert.throws(
    () => new App().mountApp("/x", new App()),
    /mountApp\(\) is not implemented/,
  );
  assert.throws(() => Partial({ name: "x" }), /<Partial> is not implemented/);
});
