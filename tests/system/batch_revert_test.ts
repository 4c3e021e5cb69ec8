/** Taking several back at once: what waits is withdrawn, what ran is reverted, each with an outcome of its own. */
import assert from "node:assert/strict";
import { PAGE_SIZE } from "@/db-service/contract/page_size.ts";
import { accessibility, type Page, withProduct } from "./product.ts";
import { over, pickAll, ready, renames } from "./reviewing.ts";

/** Rows of one change: five do not fit on its first page. */
const MANY = PAGE_SIZE + 5;

Deno.test("several taken back at once", async (t) => {
  await withProduct({}, async (product) => {
    const { client, open, behind } = product;
    const tab = await open();
    const names = async () => (await client.rows("customers")).map(({ name }) => name);
    const before = await names();

    await t.step("what was approved together is undone together, after another look", async () => {
      const made = await renames(product, 3);
      await pickAll(tab);
      await approveAll(tab);
      await tab.getByTestId("undo").click();
      await tab.getByRole("heading", { name: "Revert 3 changes" }).waitFor();
      await confirm(tab);
      await tab.getByTestId("live-status").getByText("3 reverted.", { exact: true }).waitFor();
      assert.deepEqual(await names(), before);
      for (const { id } of made) assert.equal((await client.action(id)).state, "reverted");
    });

    await t.step("selected in the list; one whose rows moved stops nothing but itself", async () => {
      const made = await renames(product, 3);
      await pickAll(tab);
      await approveAll(tab);
      // It builds on the third: newest first is the only order in which both go back.
      const onTop = await client.propose("UPDATE customers SET name = name || '?' WHERE id = 3");
      await tab.getByTestId(`pick-${onTop.id}`).check();
      await approveAll(tab);
      made.push(onTop);
      behind("UPDATE customers SET name = 'Moved' WHERE id = 2");
      await tab.goto(`${product.gatekeeper.url}/w/main?panel=queue&state=decided`);
      for (const { id } of made) await tab.getByTestId(`pick-${id}`).check();
      assert.equal(await tab.getByTestId("pick-approve").count(), 0);
      assert.deepEqual(await accessibility(tab), []);
      await tab.getByTestId("pick-revert").click();
      await confirm(tab, true);
      await over(tab);
      assert.deepEqual(await accessibility(tab), []);
      const kinds = made.map(({ id }) => tab.getByTestId(`review-item-${id}`).getAttribute("data-outcome"));
      assert.deepEqual(await Promise.all(kinds), ["reverted", "refused", "reverted", "reverted"]);
      await tab.getByRole("alert").getByText("1 row changed since this action ran. Nothing was reverted.")
        .waitFor();
      assert.equal((await client.action(made[1].id)).state, "approved");
      assert.deepEqual(await names(), before.with(1, "Moved"));
      await tab.getByTestId("review-close").click();
    });

    await t.step("of more rows than are kept, what is left out is counted, and all go back", async () => {
      behind(`CREATE TABLE items (id INTEGER PRIMARY KEY, v TEXT NOT NULL);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${2 * MANY})
      INSERT INTO items SELECT i, 'old' FROM n`);
      const made = [
        await client.propose(`UPDATE items SET v = 'new' WHERE id <= ${MANY}`),
        await client.propose(`UPDATE items SET v = 'new' WHERE id > ${MANY}`),
      ];
      await tab.goto(`${product.gatekeeper.url}/w/main?panel=queue`);
      for (const { id } of made) await tab.getByTestId(`pick-${id}`).check();
      await tab.getByTestId("pick-approve").click();
      await tab.getByTestId("review").getByTestId("diff-row").first().waitFor();
      const count = tab.locator("#review-count");
      if (await count.isVisible()) await count.fill(String(2 * MANY));
      await ready(tab);
      await tab.getByTestId("review-approve").click();
      await tab.getByTestId("undo").click();
      const review = tab.getByTestId("review");
      await review.getByText("and 5 more", { exact: true }).nth(1).waitFor();
      assert.equal(await review.getByRole("button", { name: "and 5 more" }).count(), 0);
      await confirm(tab, true);
      await tab.getByTestId("live-status").getByText("2 reverted.", { exact: true }).waitFor();
      assert.ok((await client.rows("items")).every(({ v }) => v === "old"));
      await tab.goto(`${product.gatekeeper.url}/w/main/actions/${made[0].id}`);
      await tab.locator(".detail").getByText("and 5 more", { exact: true }).waitFor();
      assert.equal(await tab.getByRole("button", { name: "and 5 more" }).count(), 0);
    });

    await t.step("withdrawn together", async () => {
      await tab.goto(`${product.gatekeeper.url}/w/main?panel=queue`);
      const made = await renames(product, 2);
      await pickAll(tab);
      await tab.getByTestId("pick-withdraw").click();
      await confirm(tab);
      await tab.getByTestId("live-status").getByText("2 withdrawn.", { exact: true }).waitFor();
      for (const { id } of made) assert.equal((await client.action(id)).state, "withdrawn");
      assert.deepEqual(await names(), before.with(1, "Moved"));
    });
  });
});

/** Approves what is selected. */
async function approveAll(tab: Page): Promise<void> {
  await tab.getByTestId("pick-approve").click();
  await ready(tab);
  await tab.getByTestId("review-approve").click();
  await tab.getByTestId("review").waitFor({ state: "detached" });
}

/** Presses the one button of the review, once it may be pressed. `isRevert`: rows have to be there first. */
async function confirm(tab: Page, isRevert = false): Promise<void> {
  if (isRevert) await tab.getByTestId("review").getByTestId("diff-row").first().waitFor();
  await tab.locator('[data-testid=review-do][aria-disabled="false"]:enabled').click();
}
