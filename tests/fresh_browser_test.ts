/** Islands in a real browser, under a strict Content-Security-Policy. */
import assert from "node:assert/strict";
import { App, csp, staticFiles } from "fresh";
import { Builder } from "fresh/dev";
import { type Browser, chromium, type Page } from "playwright-core";
import { HOSTILE } from "./fixtures/fresh_app/routes/everything.tsx";
import type { State } from "./fixtures/fresh_app/utils.ts";

const root = new URL("./fixtures/fresh_app", import.meta.url).href;
const attach = await new Builder<State>({ root }).build({ snapshot: "memory" });
const app = new App<State>().use(csp({ useNonce: true })).use(staticFiles())
  .fsRoutes();
attach(app);

Deno.test("islands take over the DOM that the server sent and share their signal", async () => {
  await withPage(async (page, address) => {
    // The client is held back until every node that the server sent is marked.
    const marked = Promise.withResolvers<void>();
    await page.route("**/fresh-runtime.js", async (route) => {
      await marked.promise;
      await route.continue();
    });
    await page.goto(address, { waitUntil: "commit" });
    await page.locator("body > script").waitFor({ state: "attached" });
    const before = await page.evaluate(markNodes);
    marked.resolve();
    await page.locator('.counter[data-browser="true"]').nth(2).waitFor();
    assert.deepEqual(
      await page.evaluate(countMarked),
      before,
      "no node was replaced or added",
    );

    assert.equal(await page.title(), "home");
    assert.equal(
      await page.locator("i").textContent(),
      "2 1970-01-01T00:00:00.000Z",
    );
    await page.locator("#add-A").click();
    await page.locator("#add-C").click();
    await page.locator("#add-C").click();
    for (const label of ["A", "B", "C"]) {
      assert.equal(
        await page.locator(`#count-${label}`).textContent(),
        "6",
        label,
      );
    }
  });
});

Deno.test("every kind of prop arrives, hostile text stays text, nested islands are one tree", async () => {
  await withPage(async (page, address) => {
    const sent = await (await fetch(`${address}everything`)).text();
    await page.goto(`${address}everything`);
    await page.locator("#started", { hasText: "yes" }).waitFor();
    const kinds = await page.locator("#kinds").textContent();
    assert.equal(
      kinds,
      "86400000 example.com 2361183241434822606848 1-2-255 1+2 10",
    );
    assert.ok(sent.includes(kinds));
    assert.equal(await page.locator("#text").textContent(), HOSTILE);
    assert.equal(await page.evaluate(() => "pwned" in globalThis), false);
    assert.equal(await page.locator("#shout").textContent(), "NAMED");
    await page.locator("#add-nested").click();
    await page.locator("#add-beside").click();
    assert.equal(await page.locator("#count-nested").textContent(), "7");
    assert.equal(await page.locator("#count-beside").textContent(), "7");
  });
});

/** Serves the app, opens a page and sees to it that neither leaves a trace, and that the page had no errors. */
async function withPage(
  work: (page: Page, address: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    app.handler(),
  );
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch({
      executablePath: Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    });
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      // The browser asks for an icon by itself; the app has none.
      if (
        ["error", "warning"].includes(message.type()) &&
        !message.location().url.endsWith("/favicon.ico")
      ) {
        problems.push(message.text());
      }
    });
    await work(page, `http://127.0.0.1:${server.addr.port}/`);
    assert.deepEqual(problems, []);
  } finally {
    await browser?.close();
    await server.shutdown();
  }
}

/** Runs in the page: marks every node below `<main>` and counts them. */
function markNodes(): { nodes: number; marked: number } {
  const walker = document.createTreeWalker(
    document.body,
    NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT,
  );
  let nodes = 0;
  while (walker.nextNode()) {
    Object.assign(walker.currentNode, { sentByServer: true });
    nodes++;
  }
  return { nodes, marked: nodes };
}

/** Runs in the page: how many nodes there are now, and how many of them the server sent. */
function countMarked(): { nodes: number; marked: number } {
  const walker = document.createTreeWalker(
    document.body,
    NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT,
  );
  let nodes = 0;
  let marked = 0;
  while (walker.nextNode()) {
    nodes++;
    if (Reflect.get(walker.currentNode, "sentByServer") === true) marked++;
  }
  return { nodes, marked };
}
