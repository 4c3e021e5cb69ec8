/** Rows left out of a bulk change: the rest is a change of its own, previewed, signed and executed as such. */
import assert from "node:assert/strict";
import type { Action } from "@/agent/types.ts";
import { accessibility, detail, type Page, seen, withProduct } from "./product.ts";
import { until } from "./start.ts";

Deno.test("rows can be left out of a change", async (t) => {
  await withProduct({}, async ({ client, open, behind }) => {
    const tab = await open();
    const keys = tab.keyboard;

    await t.step("by keyboard: L, a box for each row, Enter previews the rest", async () => {
      const { body: { id } } = await client.in<Action>("POST", "/actions", {
        title: "Everybody becomes Gold",
        description: "All eight of them.",
        statements: [{ sql: "UPDATE customers SET tier = 'Gold' WHERE tier <> 'Gold'" }],
      });
      await tab.getByTestId(`queue-item-${id}`).waitFor();
      await keys.press("j");
      const opened = await detail(tab, "pending", id);
      const before = await client.action(id);
      assert.equal(await opened.getByTestId("diff-row").count(), 5);
      await seen(tab);
      await keys.press("l");
      await tab.getByTestId("leave-out").waitFor();
      await until("the focus in the boxes", () => focusIs(tab, "Keep all rows"));
      assert.deepEqual(await accessibility(tab), []);
      for (const [steps, key] of [[1, 2], [2, 5]] as const) {
        await tabTo(tab, `Keep id ${key}`, steps + 3);
        await keys.press("Space");
      }
      await tab.getByTestId("leave-count").getByText("2 rows left out, 3 rows remain.").waitFor();
      assert.deepEqual(await accessibility(tab), []);
      await keys.press("Enter");
      await tab.getByTestId("left-out").getByText("2 rows were left out: no part of this change").waitFor();
      assert.equal(await tab.evaluate("document.activeElement.id"), "action-heading");
      await opened.getByText("3 rows in customers change: tier.", { exact: true }).waitFor();
      await opened.getByText("The proposer's words, from before 2 rows were left out.").waitFor();
      assert.equal(await opened.locator(".diff").first().getByTestId("diff-row").count(), 3);
      assert.match(await opened.locator(".sql").innerText(), /^UPDATE "customers" SET "tier" = \? WHERE/);
      await tab.getByTestId(`queue-item-${id}`).getByText("rows left out").waitFor();

      const after = await client.action(id);
      assert.notEqual(after.digest, before.digest);
      assert.deepEqual(after.leftOut?.changes.map(({ key }) => key), [{ id: 2 }, { id: 5 }]);
      await seen(tab);
      await keys.press("a");
      await detail(tab, "approved", id);
      const gold = (await client.rows("customers")).filter(({ tier }) => tier === "Gold").map(({ id }) => id);
      assert.deepEqual(gold, [1, 3, 4, 6, 7, 8]);
      await tab.getByTestId("message-outcome").getByText("after 2 rows were left out").first().waitFor({
        state: "attached",
      });
    });

    await t.step("leaving out nothing, or everything, is not offered; Esc leaves", async () => {
      const { id } = await client.propose("UPDATE customers SET region = 'North' WHERE id < 4");
      await openAction(tab, id);
      await keys.press("l");
      const preview = tab.getByTestId("leave-preview");
      assert.equal(await preview.getAttribute("aria-disabled"), "true");
      await tab.getByLabel("Keep all rows").uncheck();
      await tab.getByText("No row would remain. Reject the change instead.").waitFor();
      assert.equal(await preview.getAttribute("aria-disabled"), "true");
      await preview.dispatchEvent("click");
      await keys.press("Escape");
      await tab.getByTestId("approve").waitFor();
      assert.equal(await tab.getByTestId("leave-out").count(), 0);
      assert.equal((await client.action(id)).leftOut, undefined);
    });

    await t.step("what the server refuses is said there: the data moved meanwhile", async () => {
      const { id } = await client.propose("UPDATE customers SET region = 'South' WHERE id < 4");
      await openAction(tab, id);
      await keys.press("l");
      await tab.getByLabel("Keep id 1").uncheck();
      behind("UPDATE customers SET region = 'Moved' WHERE id = 3");
      await tab.getByTestId("leave-preview").click();
      await tab.getByRole("alert").getByText("The data moved since this preview. Look again").first()
        .waitFor();
      assert.equal((await client.action(id)).leftOut, undefined);
      await keys.press("Escape");
    });

    await t.step("not where triggers act, and it says why", async () => {
      behind(`CREATE TABLE log (what TEXT);
        CREATE TRIGGER noted AFTER UPDATE ON customers BEGIN INSERT INTO log VALUES (NEW.id); END`);
      const { id, digest } = await client.propose("UPDATE customers SET email = 'x' WHERE id < 4");
      await openAction(tab, id);
      await tab.locator(".more-menu summary").click();
      const button = tab.getByTestId("leave-rows");
      assert.equal(await button.getAttribute("aria-disabled"), "true");
      await tab.getByText("Triggers, cascades or replacements act: all or nothing.").waitFor();
      await button.dispatchEvent("click");
      assert.equal(await tab.getByTestId("leave-out").count(), 0);
      const exclude = [{ table: "customers", key: { id: 1 } }];
      const { status, body } = await client.in<{ code: string }>("POST", `/actions/${id}/preview`, {
        exclude,
        digest,
      });
      assert.deepEqual([status, body.code], [400, "invalid"]);
      behind("DROP TRIGGER noted");
    });

    await t.step("of what was previewed again meanwhile nothing is left out", async () => {
      const { id, digest } = await client.propose("UPDATE customers SET email = 'y' WHERE id < 4");
      const exclude = (key: number) => [{ table: "customers", key: { id: key } }];
      const one = await client.in("POST", `/actions/${id}/preview`, { exclude: exclude(1), digest });
      assert.equal(one.status, 200);
      const two = await client.in<{ code: string }>("POST", `/actions/${id}/preview`, {
        exclude: exclude(2),
        digest,
      });
      assert.deepEqual([two.status, two.body.code], [409, "stale_digest"]);
      const { leftOut, affectedTotal } = await client.action(id);
      assert.deepEqual([leftOut?.rows, affectedTotal.rows], [1, 2]);
      const rest = await client.in("POST", `/actions/${id}/preview`, { exclude: exclude(2) });
      assert.equal(rest.status, 200);
      assert.equal((await client.action(id)).leftOut?.rows, 2, "both are told of");
    });

    await t.step("of new rows without a key yet, too", async () => {
      const values = Array.from({ length: 12 }, (_, i) => `('New ${i + 1}', 'n${i + 1}@example.com')`).join(
        ", ",
      );
      const { id } = await client.propose(`INSERT INTO customers (name, email) VALUES ${values}`);
      const exclude = [2, 11].map((number) => ({ table: "customers", key: { id: { $key: number } } }));
      const { status, body } = await client.in<Action>("POST", `/actions/${id}/preview`, { exclude });
      assert.equal(status, 200, JSON.stringify(body));
      assert.deepEqual(body.affected, [{ table: "customers", inserted: 10, updated: 0, deleted: 0 }]);
      assert.deepEqual(
        body.leftOut?.changes.map(({ after }) => after?.[1]).toSorted(),
        ["New 11", "New 2"],
      );
    });
  });
});

async function openAction(tab: Page, id: number): Promise<void> {
  await tab.getByTestId(`queue-item-${id}`).click();
  await detail(tab, "pending", id);
  await seen(tab);
}

/** Goes on with Tab until a field has the focus. */
async function tabTo(tab: Page, label: string, most: number): Promise<void> {
  for (let i = 0; i < most; i++) {
    if (await focusIs(tab, label)) return;
    await tab.keyboard.press("Tab");
  }
  assert.ok(await focusIs(tab, label), `Tab reaches ${label}`);
}

async function focusIs(tab: Page, label: string): Promise<boolean> {
  return await tab.evaluate("document.activeElement.getAttribute('aria-label')") === label;
}
