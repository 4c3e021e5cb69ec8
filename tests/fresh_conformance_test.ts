/**
 * What this app relies on of Fresh 2, stated by its public API alone: pages, routes and islands on the server. It holds for the published Fresh as well as for
 * the one in `fresh/`, and imports nothing that only one of them has.
 */
import assert from "node:assert/strict";
import { App } from "fresh";
import { call, go, quietly, text } from "./fixtures/fresh_app/testing.ts";

Deno.test("a page has the document around it, its data, its title and its islands", async () => {
  const response = await go("/");
  assert.equal(response.status, 200);
  assert.equal(
    response.headers.get("content-type"),
    "text/html; charset=utf-8",
  );
  const html = await response.text();
  assert.match(
    html,
    /^<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"\/?>/,
  );
  assert.match(html, /<title>home<\/title>/);
  assert.doesNotMatch(html, /<title>fixture<\/title>/);
  assert.match(html, /<body data-shared="hello">/);
  assert.match(html, /<h1 data-browser="false">hello<\/h1>/);
  assert.match(html, /<b id="count-A">3<\/b>/);
  assert.match(html, /<i>2 1970-01-01T00:00:00.000Z<\/i>/);
  assert.equal(html.match(/<script/g)?.length, 1);
  assert.match(html, /<script type="module" nonce="[0-9a-f]{32}">/);
  assert.match(response.headers.get("link") ?? "", /rel="modulepreload"/);
});

Deno.test("the client's files are immutable", async () => {
  const link = (await go("/")).headers.get("link") ?? "";
  const [, address] = /<([^>]+)>/.exec(link) ?? [];
  const file = await go(address);
  assert.equal(file.status, 200);
  assert.match(file.headers.get("content-type") ?? "", /javascript/);
  assert.match(file.headers.get("cache-control") ?? "", /immutable/);
  assert.match(await file.text(), /export/);
});

Deno.test("a page without islands ships no script", async () => {
  const response = await go("/async");
  const html = await response.text();
  assert.match(html, /<p id="async">\/async<\/p>/);
  assert.doesNotMatch(html, /<script/);
  assert.equal(response.headers.get("link"), null);
});

Deno.test("an async page may answer with a response", async () => {
  const response = await go("/moved");
  assert.equal(response.status, 307);
  assert.equal(response.headers.get("location"), "/async");
});

Deno.test("props of islands are rendered on the server and never end the script", async () => {
  const html = await (await go("/everything")).text();
  assert.match(
    html,
    /<p id="kinds">86400000 example.com 2361183241434822606848 1-2-255 1\+2 10<\/p>/,
  );
  assert.match(html, /<b id="count-nested">5<\/b>/);
  assert.match(html, /<strong id="shout">NAMED<\/strong>/);
  assert.equal(html.match(/<\/script>/g)?.length, 1);
  const script = html.slice(html.indexOf("<script"), html.indexOf("</script>"));
  assert.doesNotMatch(script, /<!--/);
});

Deno.test("a function among an island's props is an error", async () => {
  const response = await quietly(() => go("/broken"));
  assert.equal(response.status, 500);
  await response.body?.cancel();
});

Deno.test("parameters, page(), status, headers and route", async () => {
  const response = await go("/blog/a%20b");
  assert.equal(response.status, 203);
  assert.equal(response.headers.get("x-a"), "b");
  assert.match(
    await response.text(),
    /<p id="slug">a b\|a b\|\/blog\/:slug<\/p>/,
  );
  assert.equal(await text("/blog/new"), "new");
  assert.equal(await text("/lang"), "code=");
  assert.equal(await text("/lang/de"), "code=de");
  assert.equal(await text("/files/a/b.txt", { method: "PUT" }), "PUT:a/b.txt");
});

Deno.test("a group is a folder for layouts and not for addresses", async () => {
  assert.match(
    await text("/grouped"),
    /<article><p>grouped page<\/p><\/article>/,
  );
});

Deno.test("redirects never lead to another host by a path", async () => {
  const response = await go("/blog/x", { method: "POST" });
  assert.equal(response.status, 303);
  assert.equal(response.headers.get("location"), "/blog/x?ok=1");
  const guarded = new App().get(
    "/",
    (ctx) => ctx.redirect("//evil.example/?a=//b"),
  );
  const location = (await call(guarded, "/")).headers.get("location");
  assert.equal(location, "/evil.example/?a=//b");
});

Deno.test("a folder's middleware, layout and the error page", async () => {
  const refused = await go("/admin");
  assert.equal(refused.status, 403);
  assert.match(await refused.text(), /<h1 id="error">http 403 no key<\/h1>/);
  const headers = { "x-key": "k" };
  assert.match(
    await text("/admin", { headers }),
    /<section class="admin"><p>first second<\/p><\/section>/,
  );
  const plain = await text("/admin/plain", { headers });
  assert.match(plain, /<p>plain<\/p>/);
  assert.doesNotMatch(plain, /section|data-shared/);
});

Deno.test("what a handler throws is not sent", async () => {
  const response = await quietly(() => go("/boom"));
  assert.equal(response.status, 500);
  const html = await response.text();
  assert.match(html, /<h1 id="error">unknown<\/h1>/);
  assert.doesNotMatch(html, /secret|boom\.ts/);
});

Deno.test("an unknown address gets the error page with 404", async () => {
  const response = await go("/nowhere");
  assert.equal(response.status, 404);
  assert.match(await response.text(), /<h1 id="error">http 404/);
});

Deno.test("JSON, and a method that a file route does not have", async () => {
  assert.deepEqual(await (await go("/api/hello")).json(), {
    ok: true,
    path: "/api/hello",
  });
  const created = await go("/api/hello", { method: "POST", body: '{"a":1}' });
  assert.equal(created.status, 201);
  assert.deepEqual(await created.json(), { a: 1 });
  const missing = await go("/api/hello", { method: "DELETE" });
  assert.equal(missing.status, 404);
  await missing.body?.cancel();
  const head = await go("/api/hello", { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(await head.text(), "");
});
