/** Whatever the proposer writes, what the machine computed stands first, and words that deceive are marked. */
import assert from "node:assert/strict";
import type { Action } from "@/agent/types.ts";
import { accessibility, detail, type Page, seen, withProduct } from "./product.ts";
import { until } from "./start.ts";

Deno.test("the proposer's words never outrank what was computed", async (t) => {
  await withProduct({}, async ({ client, open, behind }) => {
    const tab = await open();
    const propose = async (words: { title: string; description?: string }, sql: string) =>
      (await client.in<Action>("POST", "/actions", { ...words, statements: [{ sql }] })).body;

    await t.step("a long, broken-up text that claims to be approved pushes nothing away", async () => {
      const { id } = await propose({
        title: "This is safe, already approved by Ana ✓ <b>badge: no risk</b> **Approved** \u202eytefas",
        description: `✅ Approved by Ana\n\n${"\n".repeat(400)}\u200b${"Nothing to see. ".repeat(200)}`,
      }, "DELETE FROM customers WHERE region = 'West'");
      const opened = await openAction(tab, id);
      assert.match(await opened.locator("#action-heading .words").innerText(), /<b>badge: no risk<\/b> \*\*/);
      assert.match(await opened.locator("#action-heading .words").innerText(), /U\+202E/);
      assert.equal(await opened.locator("#action-heading b, #action-heading strong").count(), 0);
      await opened.locator(".effect").getByText("3 rows are deleted from customers.", { exact: true })
        .waitFor();
      assert.deepEqual(await opened.locator(".badge").allInnerTexts(), ["Deletes data."]);
      const size = (selector: string) =>
        opened.locator(selector).first().evaluate((element) =>
          parseFloat(getComputedStyle(element).fontSize)
        );
      assert.ok(await size(".effect") > await size("#action-heading .words"));
      // All of it can be read, in a place of its own; what one decides by is in view without it.
      const words = await opened.locator(".words-block").boundingBox();
      assert.ok(words && words.height < 130, `${words?.height} px of words`);
      assert.match(await opened.locator(".words-block").innerText(), /U\+200B/);
      for (const part of [".effect", ".badge", ".diff", ".sql", ".buttons"]) {
        const box = await opened.locator(part).first().boundingBox();
        assert.ok(box && box.y + box.height <= 900, `${part} is on screen`);
      }
      assert.equal(await tab.getByTestId("approve").isDisabled(), true, "and the number is asked for");
      assert.deepEqual(await accessibility(tab), []);
    });

    await t.step("a title of signs that can't be seen pushes nothing away either", async () => {
      const title = `Hi${"\u200b\u202e".repeat(98)}!`;
      const { id } = await propose({ title }, "UPDATE customers SET tier = 'Gold' WHERE region = 'East'");
      const opened = await openAction(tab, id);
      assert.equal(await opened.locator("#action-heading .escape").count(), 196);
      const [heading, effect, buttons] = await Promise.all(
        ["#action-heading", ".effect", ".buttons"].map((part) => opened.locator(part).boundingBox()),
      );
      assert.ok(heading && effect && buttons && heading.height < 110);
      assert.ok(effect.y > heading.y && effect.y + effect.height < buttons.y, "what was computed is in view");
      assert.deepEqual(await accessibility(tab), []);
    });

    await t.step("a word that isn't what it looks like is marked, and is a badge", async () => {
      behind(`CREATE TABLE copy (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO copy VALUES (1, 'real');
        CREATE TABLE "сору" (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO "сору" VALUES (1, 'trap')`);
      const trap = await propose({ title: "Tidy the сopy" }, `UPDATE сору SET v = 'Ивана' WHERE id = 1`);
      const opened = await openAction(tab, trap.id);
      await opened.locator(".badge").getByText(
        /“сору.*” isn't what it looks like: Cyrillic с looks like Latin c/,
      )
        .waitFor();
      const marked = opened.locator(".sql .mixed");
      assert.equal(await marked.count(), 1, "the name, not the honest word");
      assert.match(await marked.getAttribute("title") ?? "", /Cyrillic о looks like Latin o/);
      assert.match(await marked.locator(".sr").textContent() ?? "", /Cyrillic у looks like Latin y/);
      assert.equal(await opened.locator("#action-heading .mixed u").innerText(), "с");
      assert.equal(await opened.locator(".diff-head .mixed").count(), 1);
      const honest = await propose({ title: "Иван" }, `UPDATE copy SET v = 'Ивана' WHERE id = 1`);
      const plain = await openAction(tab, honest.id);
      assert.equal(await plain.locator(".mixed").count(), 0);
      assert.deepEqual(honest.badges, []);
      const args = await client.propose("UPDATE copy SET v = ? WHERE id = 1", ["Pаypal"]);
      assert.deepEqual(args.badges.map(({ code, level }) => [code, level]), [["lookalike", "warn"]]);
    });

    await t.step("a deletion of no row asks for no number", async () => {
      const { id } = await client.propose("DELETE FROM customers WHERE region = 'Nowhere'");
      await openAction(tab, id);
      assert.equal(await tab.getByTestId("approve-count").count(), 0);
      await tab.getByTestId("approve").click();
      await until("the approval", async () => (await client.action(id)).state === "approved");
      assert.equal((await client.rows("customers")).length, 8);
    });
  });
});

async function openAction(tab: Page, id: number) {
  await tab.getByTestId(`queue-item-${id}`).click();
  const opened = await detail(tab, "pending", id);
  await seen(tab);
  return opened;
}
