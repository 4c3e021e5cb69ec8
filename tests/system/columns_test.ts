/** The widths of the columns: moved by keyboard and pointer, kept in this browser, put back by a double click. */
import assert from "node:assert/strict";
import { live, type Page, withProduct } from "./product.ts";
import { until } from "./start.ts";

Deno.test("the columns are as wide as somebody made them, here and after a reload", async () => {
  await withProduct({}, async ({ open }) => {
    const tab = await open();
    const edge = tab.getByRole("separator", { name: "Width of the chat" });
    const usual = await width(tab);
    await edge.press("ArrowRight");
    await until("a step wider", async () => Math.round(await width(tab) - usual) === 24);
    assert.equal(Number(await edge.getAttribute("aria-valuenow")), Math.round(usual) + 24);
    const box = await edge.boundingBox();
    assert.ok(box);
    await tab.mouse.move(box.x + box.width / 2, 300);
    await tab.mouse.down();
    await tab.mouse.move(600, 300, { steps: 4 });
    await tab.mouse.up();
    await until("as wide as it was dragged", async () => Math.round(await width(tab)) === 600);
    await tab.reload();
    await live(tab);
    assert.equal(Math.round(await width(tab)), 600);
    await edge.dblclick();
    await until("as usual", async () => Math.abs(await width(tab) - usual) < 1);
  });
});

async function width(tab: Page): Promise<number> {
  const box = await tab.locator(".panel-chat").boundingBox();
  assert.ok(box);
  return box.width;
}
