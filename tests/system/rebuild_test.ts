/** Local work: a change is rebuilt and open pages reload; a change that doesn't build leaves what runs alone. */
import assert from "node:assert/strict";
import { startBrowser } from "./browser.ts";
import { copyProject } from "./project.ts";

Deno.test("a change is rebuilt and shown, a broken one is said and harmless", async () => {
  const copy = await copyProject();
  const { folder: project, port, word } = await copy.develop();
  const browser = await startBrowser();
  try {
    await word(/is ready on/);
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}`);
    await page.locator('[data-testid=connection][data-state="live"]').waitFor();

    const island = `${project}/islands/lib/QueueHead.tsx`;
    const source = await Deno.readTextFile(island);
    const title = ">Queue</h2>";
    assert.ok(source.includes(title));
    await Deno.writeTextFile(island, source.replace(title, ">Changes</h2>"));
    await word(/Rebuilt in \d+ ms/);
    await page.getByRole("heading", { name: "Changes" }).waitFor();

    await Deno.writeTextFile(island, source.replace(title, ">Broken</h2"));
    await word(/Not rebuilt: /);
    await page.reload();
    await page.getByRole("heading", { name: "Changes" }).waitFor();

    await Deno.writeTextFile(island, source);
    await word(/Rebuilt in \d+ ms/);
    await page.getByRole("heading", { name: "Queue" }).waitFor();
  } finally {
    await browser.close();
    await copy.end();
  }
});
