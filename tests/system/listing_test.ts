/** Finding things in a long queue (SPEC Q9): search, filters, the address, what is live, what an owner sets. */
import assert from "node:assert/strict";
import type { ActionList } from "@/agent/types.ts";
import { accessibility, detail, type Page, seen, withProduct } from "./product.ts";
import { until } from "./start.ts";

const ENTRIES = 1_500;
const PHONE = { width: 390, height: 780 };

Deno.test("finding things in a long queue", async (t) => {
  await withProduct({ entries: ENTRIES }, async (product) => {
    const { client, gatekeeper, open, browser } = product;
    const tab = await open();
    const keys = tab.keyboard;
    const field = tab.getByRole("textbox", { name: "Search the queue" });
    const address = () => new URL(tab.url()).search;
    const chip = (name: string) => tab.getByRole("group", { name: "Show" }).getByRole("button", { name });
    const titles = async () => await tab.locator(".queue-item-title").allInnerTexts();
    const every = async (word: string) => {
      const shown = await titles();
      return shown.length > 0 && shown.every((title) => title.includes(word));
    };

    await t.step("the four kinds say how many there are of each, in all", async () => {
      const { body } = await client.in<ActionList>("GET", "/actions?state=decided&type=action&limit=1");
      const waiting = body.counts.pending ?? 0;
      const actions = Object.values(body.counts).reduce((sum, count) => sum + count, 0);
      const counts = await tab.locator(".filter .count").allInnerTexts();
      const short = new Intl.NumberFormat("en", { notation: "compact" });
      assert.deepEqual(
        counts,
        [waiting, actions - waiting, ENTRIES - actions, ENTRIES].map((n) => short.format(n)),
      );
    });

    await t.step(
      "/ and words: what matches is listed with the word marked, and stands in the address",
      async () => {
        await keys.press("/");
        await keys.type("carol");
        await until("Carol's entries", () => every("Carol"));
        assert.equal(address(), "?state=waiting&q=carol");
        assert.equal((await tab.locator(".queue-item mark").first().innerText()).toLowerCase(), "carol");
        await chip("Decided").click();
        await until(
          "Carol's decided entries",
          async () => await every("Carol") && (await titles()).length > 10,
        );
        assert.equal(address(), "?state=decided&q=carol");
        assert.deepEqual(await accessibility(tab), []);
      },
    );

    await t.step("J, K and Enter go through what was found, and the address keeps the search", async () => {
      await field.press("Enter");
      await keys.press("j");
      const first = await tab.locator(".queue-item").first().getAttribute("data-testid");
      await detail(tab, await tab.locator(".queue-item").first().getAttribute("data-state") ?? "");
      assert.equal(
        tab.url(),
        `${gatekeeper.url}/w/main/actions/${first?.replace(/\D/g, "")}?state=decided&q=carol`,
      );
      await keys.press("j");
      await keys.press("Escape");
      assert.ok(await every("Carol"));
      assert.equal(address(), "?state=decided&q=carol");
    });

    await t.step(
      "the filter menu: a state and a table, by keyboard; Escape gives the focus back",
      async () => {
        await tab.getByRole("button", { name: "Filter" }).press("Enter");
        const menu = tab.getByRole("dialog", { name: "Filter" });
        await menu.getByLabel("State").selectOption("approved");
        await until("approved ones", () => onlyState(tab, "approved"));
        await menu.getByLabel("Table changed").selectOption("customers");
        await until("on customers", async () => await every("customers") && await every("Carol"));
        assert.equal(address(), "?state=approved&table=customers&q=carol");
        assert.deepEqual(await accessibility(tab), []);
        await keys.press("Escape");
        await menu.waitFor({ state: "detached" });
        assert.match(await tab.evaluate("document.activeElement.className"), /queue-filter/);
      },
    );

    await t.step(
      "the menu says of what any state is meant; a table leads from reads to changes",
      async () => {
        const any: string[] = [];
        const page = await open();
        for (const name of ["Waiting", "Decided", "Reads", "All"]) {
          await page.getByRole("group", { name: "Show" }).getByRole("button", { name }).click();
          await page.getByRole("button", { name: "Filter", exact: true }).press("Enter");
          const menu = page.getByRole("dialog", { name: "Filter" });
          const state = menu.getByLabel("State");
          any.push(await state.locator("option").first().innerText());
          await state.press("Escape");
          await menu.waitFor({ state: "detached" });
        }
        assert.deepEqual(any, ["All that waits", "All decided", "All reads", "Any"]);
        await page.getByRole("group", { name: "Show" }).getByRole("button", { name: "Reads" }).click();
        await page.getByRole("button", { name: "Filter", exact: true }).press("Enter");
        await page.getByLabel("Table changed").selectOption("customers");
        await page.locator('.queue-item[data-state="approved"]').first().waitFor();
        assert.equal(new URL(page.url()).search, "?table=customers");
        await page.getByRole("group", { name: "Show" }).getByRole("button", { name: "Reads" }).click();
        await page.locator(".queue-item").first().waitFor();
        assert.equal(new URL(page.url()).search, "?type=observation");
        await page.close();
      },
    );

    await t.step(
      "Back leads to what was listed before, Forward there again, and a reload keeps it",
      async () => {
        const narrow = await titles();
        await tab.goBack();
        await until("any table", async () => (await titles()).length > narrow.length);
        assert.equal(address(), "?state=approved&q=carol");
        // The action that was open lies between.
        for (let i = 0; i < 3; i++) await tab.goBack();
        await until("what waits, of Carol", () => onlyState(tab, "pending"));
        assert.equal(await field.inputValue(), "carol");
        await tab.goBack();
        await until("everything that waits", async () => (await titles()).length > 10);
        assert.deepEqual([address(), await field.inputValue()], ["", ""]);
        for (let i = 0; i < 5; i++) await tab.goForward();
        await until("the narrow list", async () => (await titles()).join() === narrow.join());
        await tab.reload();
        await until("the narrow list", async () => (await titles()).join() === narrow.join());
        assert.equal(await field.inputValue(), "carol");
      },
    );

    await t.step(
      "the first paint, without a line of script, is the list that the address asks for",
      async () => {
        const context = await browser.newContext({ javaScriptEnabled: false, viewport: PHONE });
        const still = await context.newPage();
        await still.goto(`${gatekeeper.url}/w/main?panel=queue&state=approved&table=customers&q=carol`);
        assert.deepEqual(await still.locator(".queue-item-title").allInnerTexts(), await titles());
        await context.close();
      },
    );

    await t.step("nothing found says so, and Clear search brings everything back", async () => {
      await field.fill("xylophone");
      await tab.getByText("Nothing matches.", { exact: true }).first().waitFor();
      await tab.getByRole("button", { name: "Clear search" }).last().click();
      await until("the list", async () => (await titles()).length > 20);
      assert.deepEqual([address(), await field.inputValue()], ["?state=decided", ""]);
    });

    await t.step("a narrowed list is live: what matches comes, what no longer does leaves", async () => {
      await chip("Waiting").click();
      await field.fill("platinum");
      await tab.getByText("Nothing matches.", { exact: true }).first().waitFor();
      const mine = await client.propose("UPDATE customers SET tier = 'Platinum' WHERE id = 1");
      await client.propose("UPDATE customers SET tier = 'Copper' WHERE id = 2");
      await tab.getByTestId(`queue-item-${mine.id}`).waitFor();
      assert.equal(await tab.locator(".queue-item").count(), 1);
      await client.in("POST", `/actions/${mine.id}/reject`, {});
      await tab.getByTestId(`queue-item-${mine.id}`).waitFor({ state: "detached" });
      await chip("Decided").click();
      await tab.getByTestId(`queue-item-${mine.id}`).waitFor();
    });

    await t.step("older pages follow without a gap and without an entry twice", async () => {
      await field.fill("");
      await chip("All").click();
      for (let pages = 2; pages <= 4; pages++) {
        await tab.getByRole("button", { name: "Older entries" }).click();
        await until("the next page", async () => await tab.locator(".queue-item").count() >= pages * 50);
      }
      const ids = (await tab.locator(".queue-item-id").allInnerTexts()).map((text) => Number(text.slice(1)));
      assert.deepEqual(ids, ids.map((_, i) => ids[0] - i));
    });

    await t.step("a decision goes on within the search", async () => {
      const amber = (id: number) => client.propose(`UPDATE customers SET tier = 'Amber' WHERE id = ${id}`);
      const first = await amber(3);
      await client.propose("UPDATE customers SET tier = 'Copper' WHERE id = 5");
      const last = await amber(4);
      await chip("Waiting").click();
      await field.fill("amber");
      await until("both", async () => await tab.locator(".queue-item").count() === 2);
      await tab.getByTestId(`queue-item-${last.id}`).click();
      await detail(tab, "pending", last.id);
      await seen(tab);
      await tab.getByTestId("approve").click();
      await detail(tab, "pending", first.id);
      await until("one is left", async () => await tab.locator(".queue-item").count() === 1);
      assert.match(address(), /q=amber$/);
    });

    await t.step("an owner sets how long proposals wait", async () => {
      await tab.getByTestId("settings").click();
      const days = tab.getByTestId("expiry-days");
      await until("the setting", async () => await days.inputValue() === "7");
      assert.deepEqual(await accessibility(tab), []);
      await days.fill("400");
      await tab.getByRole("button", { name: "Save" }).click();
      const isTooMuch = await days.evaluate((field) =>
        field instanceof HTMLInputElement && field.validity.rangeOverflow
      );
      assert.ok(isTooMuch);
      const feed = await client.live();
      await days.fill("3");
      await tab.getByRole("button", { name: "Save" }).click();
      await tab.getByText("New proposals wait 3 days for a decision.").waitFor();
      const said = await until("the frame", () => feed.frames.find(({ type }) => type === "settings"));
      assert.deepEqual(said.data, { expiryDays: 3, features: { chat: true } });
      await feed.close();
      const { body } = await client.in("GET", "/settings");
      assert.deepEqual(body, { expiryDays: 3 });
      for (const bad of [{ expiryDays: 0 }, { expiryDays: 366 }, { expiryDays: 1.5 }, { days: 3 }]) {
        assert.equal((await client.in("PUT", "/settings", bad)).status, 400, JSON.stringify(bad));
      }
      const { expiresAt } = await client.propose("UPDATE customers SET tier = 'Jade' WHERE id = 6");
      assert.equal(Math.round((Date.parse(expiresAt ?? "") - Date.now()) / 86_400_000), 3);
    });
  });
});

async function onlyState(tab: Page, state: string): Promise<boolean> {
  const all = await tab.locator(".queue-item").count();
  return all > 0 && all === await tab.locator(`.queue-item[data-state="${state}"]`).count();
}
