/**
 * What this app relies on of Fresh 2, stated by its public API alone: middleware, files, streams, sockets and programmed routes. It holds for the published Fresh as well as for
 * the one in `fresh/`, and imports nothing that only one of them has.
 */
import assert from "node:assert/strict";
import { App, csp, HttpError, staticFiles, trailingSlashes } from "fresh";
import { attach, call, go, handler, quietly, talk, text } from "./fixtures/fresh_app/testing.ts";
import type { State } from "./fixtures/fresh_app/utils.ts";

Deno.test("csrf: other sites are refused, the own one and programs are not", async () => {
  const post = async (headers: HeadersInit) => {
    const response = await go("/api/hello", {
      method: "POST",
      body: "{}",
      headers,
    });
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(
    await post({
      "sec-fetch-site": "cross-site",
      origin: "http://evil.example",
    }),
    403,
  );
  assert.equal(await post({ "sec-fetch-site": "same-site" }), 403);
  assert.equal(await post({ origin: "http://evil.example" }), 403);
  assert.equal(await post({ origin: "null" }), 403);
  assert.equal(await post({ "sec-fetch-site": "same-origin" }), 201);
  assert.equal(await post({ origin: "http://localhost" }), 201);
  assert.equal(await post({}), 201);
});

Deno.test("streams: events arrive, and leaving ends the generator", async () => {
  const response = await go("/api/events");
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  assert.match(await response.text(), /^id: 0\ndata: \{"i":0\}\n\nid: 1\n/);

  const ended = Promise.withResolvers<void>();
  const endless = new App().get("/", (ctx) =>
    ctx.stream(async function* () {
      try {
        while (true) {
          yield new TextEncoder().encode("x");
          await Promise.resolve();
        }
      } finally {
        ended.resolve();
      }
    }));
  const reader = (await call(endless, "/")).body?.getReader();
  assert.deepEqual(
    (await reader?.read())?.value,
    new TextEncoder().encode("x"),
  );
  await reader?.cancel();
  await ended.promise;
});

Deno.test("a WebSocket in both manners, and a plain request to it", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    handler,
  );
  try {
    const address = `ws://127.0.0.1:${server.addr.port}/api/socket`;
    assert.deepEqual(await talk(address, "a", 2), ["open", "managed a"]);
    assert.deepEqual(await talk(`${address}?bare`, "b", 1), ["bare b"]);
  } finally {
    await server.shutdown();
  }
  const plain = await go("/api/socket");
  assert.equal(plain.status, 400);
  await plain.body?.cancel();
});

Deno.test("static files", async () => {
  const file = await go("/plain.txt");
  assert.equal(file.status, 200);
  assert.match(file.headers.get("content-type") ?? "", /^text\/plain/);
  assert.match(file.headers.get("cache-control") ?? "", /no-cache/);
  assert.equal(await file.text(), "plain\n");
  const head = await go("/plain.txt", { method: "HEAD" });
  assert.equal(head.headers.get("content-length"), "6");
  assert.equal(await head.text(), "");
  const post = await go("/plain.txt", { method: "POST" });
  assert.equal(post.status, 405);
  await post.body?.cancel();
});

Deno.test("static files: an asset address is immutable for this build only", async () => {
  const [, address] = /href="(\/plain\.txt\?[^"]+)"/.exec(await text("/")) ??
    [];
  const file = await go(address);
  assert.match(file.headers.get("cache-control") ?? "", /immutable/);
  await file.body?.cancel();
  const old = await go(address.replace(/=.*/, "=0123"));
  assert.equal(old.status, 307);
  assert.equal(old.headers.get("location"), "/plain.txt");
});

Deno.test("static files: nothing outside their folder", async () => {
  for (
    const path of [
      "/..%2fmain.ts",
      "/%2e%2e/main.ts",
      "/..%5cmain.ts",
      "/static/../../main.ts",
    ]
  ) {
    const response = await quietly(() => go(path));
    assert.ok(response.status >= 400, `${path}: ${response.status}`);
    await response.body?.cancel();
  }
});

Deno.test("routes of the program: 405, OPTIONS, HEAD, order of registration", async () => {
  const log: string[] = [];
  const own = new App()
    .use((ctx) => (log.push("a"), ctx.next()))
    .use("/x", (ctx) => (log.push("b"), ctx.next()))
    .get("/x/y", () => new Response("y"))
    .use("/x", (ctx) => (log.push("late"), ctx.next()))
    .put("/x/y", () => new Response("put"))
    .get("/z/:id", (ctx) => ctx.text(`${ctx.params.id} ${ctx.route}`))
    .all("/all", (ctx) => ctx.html(`<b>${ctx.req.method}</b>`));
  assert.equal(await (await call(own, "/x/y")).text(), "y");
  assert.deepEqual(log, ["a", "b"]);
  assert.equal((await call(own, "/x/y", { method: "POST" })).status, 405);
  const options = await call(own, "/x/y", { method: "OPTIONS" });
  assert.equal(options.status, 204);
  assert.equal(options.headers.get("allow"), "GET, PUT");
  assert.equal(await (await call(own, "/x/y", { method: "HEAD" })).text(), "");
  assert.equal(await (await call(own, "//z//1")).text(), "1 /z/:id");
  assert.equal(
    await (await call(own, "/all", { method: "PATCH" })).text(),
    "<b>PATCH</b>",
  );
  assert.equal((await call(own, "/none")).status, 404);
});

Deno.test("errors without an error page, and with one of the program", async () => {
  const own = new App()
    .post("/tea", () => {
      throw new HttpError(418, "tea");
    })
    .get("/gone", () => {
      throw new HttpError(410);
    })
    .get("/boom", () => {
      throw new Error("a secret detail");
    });
  const tea = await call(own, "/tea", { method: "POST" });
  assert.equal(tea.status, 418);
  assert.equal(await tea.text(), "tea");
  assert.equal((await call(own, "/gone")).status, 410);
  const boom = await quietly(() => call(own, "/boom"));
  assert.equal(boom.status, 500);
  assert.doesNotMatch(await boom.text(), /secret/);

  const pages = new App()
    .onError(
      "*",
      (ctx) =>
        ctx.text(
          `error ${ctx.error instanceof HttpError ? ctx.error.status : "?"}`,
        ),
    )
    .notFound((ctx) => ctx.text("not here", { status: 404 }))
    .get("/tea", () => {
      throw new HttpError(418);
    });
  assert.equal(await (await call(pages, "/tea")).text(), "error 418");
  const missing = await call(pages, "/none");
  assert.equal(missing.status, 404);
  assert.equal(await missing.text(), "not here");
});

Deno.test("csp: a page's inline scripts by nonce, reporting only if asked", async () => {
  const own = new App<State>()
    .use(
      csp({
        useNonce: true,
        csp: ["img-src 'self'", "upgrade-insecure-requests"],
      }),
    )
    .use(staticFiles())
    .fsRoutes();
  attach(own);
  const response = await call(own, "/");
  const policy = response.headers.get("content-security-policy") ?? "";
  const [, nonce] = /nonce="([0-9a-f]+)"/.exec(await response.text()) ?? [];
  assert.ok(policy.includes(`script-src 'self' 'nonce-${nonce}'`), policy);
  assert.match(policy, /default-src 'self'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.match(policy, /img-src 'self'(;|$)/);
  const json = await call(own, "/api/hello");
  assert.match(
    json.headers.get("content-security-policy") ?? "",
    /script-src 'self' 'unsafe-inline'/,
  );
  await json.body?.cancel();

  const reporting = new App().use(csp({ reportOnly: true })).get(
    "/",
    (ctx) => ctx.text("x"),
  );
  const reported = await call(reporting, "/");
  assert.match(
    reported.headers.get("content-security-policy-report-only") ?? "",
    /script-src/,
  );
  assert.equal(reported.headers.get("content-security-policy"), null);
});

Deno.test("trailing slashes", async () => {
  const never = new App().use(trailingSlashes("never")).get(
    "/q",
    (ctx) => ctx.text("q"),
  );
  const response = await call(never, "/q/?a=1");
  assert.equal(response.status, 302);
  assert.equal(response.headers.get("location"), "/q?a=1");
  assert.equal(await (await call(never, "/q")).text(), "q");
});
