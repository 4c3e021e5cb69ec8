/** Twenty changes decided by keyboard alone: all of them are seen, each has its own outcome. */
import assert from "node:assert/strict";
import { accessibility, detail, withProduct } from "./product.ts";
import { over, ready, sentBy } from "./reviewing.ts";
import { until } from "./start.ts";

Deno.test("twenty are approved by keyboard alone; the one whose row changed is kept", async (t) => {
  await withProduct({}, async (product) => {
    const { client, open, behind } = product;
    behind(`CREATE TABLE items (id INTEGER PRIMARY KEY, v TEXT NOT NULL);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
      INSERT INTO items SELECT i, 'old' FROM n`);
    const other = await client.propose("UPDATE customers SET tier = 'Gold' WHERE id = 2");
    const ids: number[] = [];
    for (let i = 1; i <= 20; i++) {
      ids.push((await client.propose(`UPDATE items SET v = 'new' WHERE id = ${i}`)).id);
    }
    behind("UPDATE items SET v = 'moved' WHERE id = 7");
    const tab = await open();
    const keys = tab.keyboard;
    const sent = sentBy(tab);

    await t.step("X selects the one that is open, J goes on", async () => {
      for (const [i, id] of ids.toReversed().entries()) {
        await keys.press("j");
        await detail(tab, "pending", id);
        await keys.press("x");
        await tab.getByTestId("pick-count").getByText(`${i + 1} selected`, { exact: true }).waitFor();
      }
    });

    await t.step(
      "A opens the review: every row of every change, oldest first, and nothing signed yet",
      async () => {
        await keys.press("a");
        await ready(tab);
        const items = tab.locator(".review-item");
        assert.deepEqual(await items.evaluateAll((all) => all.map((one) => one.dataset.testid)), [
          ...ids.map((id) => `review-item-${id}`),
        ]);
        for (let i = 0; i < 20; i++) {
          assert.match(await items.nth(i).getByTestId("diff-row").innerText(), /old[\s\S]*new/);
        }
        await tab.getByText("20 rows in items change: v.", { exact: true }).waitFor();
        assert.match(await tab.getByTestId("review-total").innerText(), /^20 rows/);
        assert.deepEqual(sent, []);
        assert.deepEqual(await accessibility(tab), []);
      },
    );

    await t.step("A signs and sends one after another; each has its outcome", async () => {
      await keys.press("a");
      await over(tab);
      await tab.getByRole("heading", { name: "19 approved, 1 needs another look" }).waitFor();
      assert.equal(await tab.evaluate("document.activeElement.id"), "review-title");
      for (const [i, id] of ids.entries()) {
        const outcome = await tab.getByTestId(`review-item-${id}`).getAttribute("data-outcome");
        assert.equal(outcome, i === 6 ? "drift" : "approved");
      }
      await tab.getByRole("alert").getByText("The data moved since this preview").waitFor();
      assert.deepEqual(sent, ids.map((id) => `/${id}/approve`));
      const rows = await client.rows("items");
      assert.deepEqual(rows.map(({ v }) => v), rows.map(({ id }) => id === 7 ? "moved" : "new"));
      assert.equal((await client.action(ids[6])).state, "stale");
      assert.deepEqual(await accessibility(tab), []);
    });

    await t.step("afterwards the focus is on what waits next, and the summary is said", async () => {
      await keys.press("Escape");
      await tab.getByTestId("live-status").getByText("19 approved, 1 needs another look.").waitFor();
      await detail(tab, "pending", other.id);
      await until(
        "the focus on the next action",
        async () => await tab.evaluate("document.activeElement.id") === "action-heading",
      );
      assert.equal(await tab.getByTestId("pick-bar").count(), 0);
    });
  });
});
