/** What a person decides by is in view: every value of a row, what went wrong, and which entry it is. */
import assert from "node:assert/strict";
import { beforeApproval, detail, type Page, seen, withProduct } from "./product.ts";
import { until } from "./start.ts";

const PHONE = { width: 390, height: 780 };

Deno.test("what one decides by is in view", async (t) => {
  await withProduct(
    { expected: /net::ERR_FAILED/ },
    async ({ client, open, behind, browser, gatekeeper }) => {
      const columns = Array.from(
        { length: 12 },
        (_, i) => `a_column_with_a_name_${i} TEXT DEFAULT 'some words'`,
      );
      behind(`CREATE TABLE wide (id INTEGER PRIMARY KEY, ${columns.join(", ")});
      CREATE TABLE items (id INTEGER PRIMARY KEY, v TEXT NOT NULL);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90)
      INSERT INTO items SELECT i, 'old' FROM n`);

      await t.step(
        "on a phone the values of an added row stand below each other, none beside the screen",
        async () => {
          const { id } = await client.propose("INSERT INTO wide DEFAULT VALUES");
          const context = await browser.newContext({ viewport: PHONE, isMobile: true, hasTouch: true });
          const phone = await open(`/w/main/actions/${id}`, context);
          await detail(phone, "pending", id);
          const cells = phone.getByTestId("diff-row").locator("td[data-name]");
          assert.equal(await cells.count(), 13);
          for (const cell of await cells.all()) {
            const box = await cell.boundingBox();
            assert.ok(box && box.x >= 0 && box.x + box.width <= PHONE.width, await cell.innerText());
          }
          const wrap = phone.locator(".diff .table-wrap");
          assert.equal(await wrap.evaluate((box) => box.scrollWidth - box.clientWidth), 0);
          await context.close();
        },
      );

      await t.step(
        "there the boxes that leave rows out stand beside the values, and the one for all above",
        async () => {
          const { id } = await client.propose("INSERT INTO wide (id) VALUES (7), (8)");
          const context = await browser.newContext({ viewport: PHONE, isMobile: true, hasTouch: true });
          const phone = await open(`/w/main/actions/${id}`, context);
          await detail(phone, "pending", id);
          await phone.getByText("More", { exact: true }).tap();
          await phone.getByTestId("leave-rows").tap();
          await phone.getByLabel("Keep all rows").waitFor();
          const row = phone.getByTestId("diff-row").first();
          const [boxes, key] = [
            await row.locator(".diff-op").boundingBox(),
            await row.locator(".diff-key").boundingBox(),
          ];
          assert.ok(boxes && key && boxes.x + boxes.width <= key.x + 1);
          await phone.getByLabel("Keep all rows").tap();
          await phone.locator(".diff-insert.is-out").nth(1).waitFor();
          await context.close();
        },
      );

      await t.step("there it is seen what a row is now that stops a revert", async () => {
        const { id } = await client.propose("UPDATE customers SET name = 'Alice B. Chen' WHERE id = 1");
        const context = await browser.newContext({ viewport: PHONE, isMobile: true, hasTouch: true });
        const phone = await open(`/w/main/actions/${id}`, context);
        await seen(phone);
        await phone.getByTestId("approve").tap();
        await phone.getByTestId("undo").waitFor();
        await phone.goto(`${gatekeeper.url}/w/main/actions/${id}`);
        await detail(phone, "approved", id);
        behind("UPDATE customers SET name = 'Alice Charlotte Chen' WHERE id = 1");
        await phone.locator('[data-testid=revert][aria-disabled="false"]').tap();
        await phone.locator('[data-testid=revert-confirm][aria-disabled="false"]').tap();
        const rows = phone.getByRole("group", { name: "Rows that moved since" });
        await rows.getByText("Alice Charlotte Chen").waitFor();
        assert.equal(await rows.evaluate((box) => box.scrollWidth - box.clientWidth), 0);
        await context.close();
      });

      await t.step("at 200% on a phone all three tabs are whole", async () => {
        const context = await browser.newContext({ viewport: { width: PHONE.width / 2, height: 400 } });
        const small = await open("/w/main", context);
        for (const name of ["Chat", "Queue", "Data"]) {
          const link = small.getByRole("navigation", { name: "Panels" }).getByRole("link", { name });
          const box = await link.boundingBox();
          const inside = await link.evaluate((tab) => tab.scrollWidth <= tab.clientWidth);
          assert.ok(inside && box && box.x >= 0 && box.x + box.width <= PHONE.width / 2, name);
        }
        await context.close();
      });

      const ids: number[] = [];
      for (let i = 1; i <= 20; i++) {
        ids.push((await client.propose(`UPDATE items SET v = 'new ${i}' WHERE id = ${i}`)).id);
      }
      const tab = await open();

      await t.step("the list follows J and K, and a link to one entry", async () => {
        for (const id of ids.toReversed()) {
          await tab.keyboard.press("j");
          await detail(tab, "pending", id);
          await until(`#${id} in view`, () => isInList(tab, id));
        }
        await tab.goto(`${gatekeeper.url}/w/main/actions/${ids[2]}`);
        await until("the linked entry in view", () => isInList(tab, ids[2]));
      });

      await t.step("of many rows, scrolled down to the last: what came of the decision is seen", async () => {
        const { id } = await client.propose("UPDATE items SET v = v || '!' WHERE id < 80");
        await tab.goto(`${gatekeeper.url}/w/main/actions/${id}`);
        const open = await detail(tab, "pending", id);
        await seen(tab);
        await open.evaluate((box) => box.scrollTo(0, box.scrollHeight));
        await tab.route("**/approve", (route) => route.abort(), { times: 1 });
        await tab.getByTestId("approve").click();
        await until("what went wrong in view", () => isInDetail(tab, ".strip.tone-red"));
        await open.evaluate((box) => box.scrollTo(0, box.scrollHeight));
        await beforeApproval(tab, () => behind("UPDATE items SET v = 'moved' WHERE id = 1"));
        await tab.getByTestId("approve").click();
        await detail(tab, "stale", id);
        await until("that it drifted in view", () => isInDetail(tab, ".strip.tone-amber"));
      });
    },
  );
});

/** Whether an entry's line is wholly within the list's box. */
function isInList(tab: Page, id: number): Promise<boolean> {
  return isInside(tab, ".queue-list", `[data-entry="${id}"]`);
}

/** Whether a part of the open action is wholly above its buttons. */
function isInDetail(tab: Page, selector: string): Promise<boolean> {
  return isInside(tab, ".detail", `.detail ${selector}`);
}

async function isInside(tab: Page, outer: string, inner: string): Promise<boolean> {
  if (await tab.locator(inner).count() === 0) return false;
  const around = await tab.locator(outer).boundingBox();
  const box = await tab.locator(inner).first().boundingBox();
  return !!around && !!box && box.y >= around.y - 1 && box.y + box.height <= around.y + around.height + 1;
}
