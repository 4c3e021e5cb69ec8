/** What is on screen of a change hides nothing: not what can't be seen, not how much it is, not how far it is. */
import assert from "node:assert/strict";
import type { Action } from "@/agent/types.ts";
import { accessibility, detail, type Page, seen, WIDE, withProduct } from "./product.ts";
import { until } from "./start.ts";

const PHONE = { width: 390, height: 780 };
const TABLET = { width: 900, height: 800 };

Deno.test("what is on screen of a change is all of it", async (t) => {
  await withProduct({}, async ({ client, open: openTab, behind }) => {
    const tab = await openTab();

    await t.step(
      "values that differ in what can't be seen, or late, say so, side by side or stacked",
      async () => {
        const lead = "Transfer for the customer, as agreed in the last meeting of the whole board: PAY 10";
        behind(`CREATE TABLE "pa\u0443ments" (id INTEGER PRIMARY KEY, tier TEXT, note TEXT);
        INSERT INTO "pa\u0443ments" VALUES (1, 'Gold', '${lead}'), (2, 'Gold', 'a'), (3, 'Gold', 'b')`);
        const { body: { id } } = await client.in<Action>("POST", "/actions", {
          title: "Tidy \u202e up",
          statements: [
            `UPDATE "pa\u0443ments" SET tier = 'Gold\u200b', note = note || '000000' WHERE id = 1`,
            `UPDATE "pa\u0443ments" SET tier = 'Gold\u00a0', note = '\u202e' || note WHERE id = 2`,
            `UPDATE "pa\u0443ments" SET tier = 'Gold ' WHERE id = 3`,
          ].map((sql) => ({ sql })),
        });
        await tab.getByRole("button", { name: "Waiting" }).click();
        await tab.getByTestId(`queue-item-${id}`).click();
        const open = await detail(tab, "pending", id);
        const rows = open.getByTestId("diff-row");
        const ins = (row: number, column: number) => rows.nth(row).locator("ins").nth(column);
        assert.match(await ins(0, 0).innerText(), /Gold\s*U\+200B/);
        assert.match(await ins(1, 0).innerText(), /Gold\s*U\+00A0/);
        assert.equal(await ins(2, 0).locator("mark").textContent(), " ");
        assert.match(await ins(1, 1).innerText(), /U\+202E/);
        assert.match(await ins(0, 1).locator("summary").innerText(), /^…[\s\S]*PAY 10000000$/);
        assert.equal(await ins(0, 1).locator("summary mark").innerText(), "000000");
        assert.match(await open.locator("#action-heading").innerText(), /Tidy\s*U\+202E/);
        assert.match(await open.locator(".sql").first().innerText(), /'Gold\s*U\+200B\s*'/);
        assert.equal(await open.locator(".diff-head .mixed").count(), 1, "a Cyrillic letter in a Latin name");
        assert.ok(await tab.getByTestId(`queue-item-${id}`).locator(".mixed, .escape").count() >= 2);
        await until(
          "the action's table",
          async () => await tab.getByTestId("table-picker").inputValue() === "pa\u0443ments",
        );
        // Nothing that was isolated reorders what stands beside it: before is before, or above, after.
        for (const size of [WIDE, TABLET, PHONE]) {
          await tab.setViewportSize(size);
          for (let row = 0; row < 2; row++) {
            const was = await rows.nth(row).locator("del").nth(1).boundingBox();
            const becomes = await ins(row, 1).boundingBox();
            assert.ok(was && becomes && (was.y + was.height <= becomes.y + 1 || was.x < becomes.x));
          }
          const box = await open.locator(".table-wrap").first().boundingBox();
          const late = await ins(0, 0).boundingBox();
          const long = await ins(0, 1).boundingBox();
          assert.ok(box && late && long);
          for (const { x, width } of [late, long]) {
            assert.ok(x >= box.x && x + width <= box.x + box.width, `what comes is in view at ${size.width}`);
          }
          assert.deepEqual(await accessibility(tab), [], `at ${size.width}`);
        }
        await tab.setViewportSize(WIDE);
        await client.in("POST", `/actions/${id}/withdraw`, {});
        await detail(tab, "withdrawn", id);
      },
    );

    await t.step("decisions that follow each other are one line of the chat, which opens", async () => {
      const ids = [];
      for (let i = 0; i < 3; i++) {
        const { id } = await client.propose(`UPDATE customers SET tier = 'Tin ${i}' WHERE id = 1`);
        await client.in("POST", `/actions/${id}/reject`, { reason: "no" });
        ids.push(id);
      }
      const line = tab.getByTestId("outcomes").last();
      const named = ids.map((id) => `#${id}`).join(", ");
      await line.getByText(new RegExp(`${named} rejected$`)).waitFor();
      const note = line.getByTestId("message-outcome").last();
      assert.equal(await note.isVisible(), false);
      await line.locator("summary").click();
      await note.getByText(`#${ids[2]} was rejected`).waitFor();
      assert.deepEqual(await accessibility(tab), []);
    });

    await t.step("of many rows it says how many it has checked, then that it is executing", async () => {
      behind(`CREATE TABLE readings (id INTEGER PRIMARY KEY, value INTEGER NOT NULL);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1450)
        INSERT INTO readings SELECT i, i FROM n`);
      const { id } = await client.propose("UPDATE readings SET value = value + 1 WHERE id > 0");
      await openAction(tab, id);
      await tab.getByText("1,450 rows in readings change: value.", { exact: true }).waitFor();
      await tab.getByTestId("approve-count").fill("1,450");
      const held = await hold(tab, /\/changes\?page=2$/);
      const sending = await hold(tab, /\/approve$/);
      await tab.getByTestId("approve").click();
      const open = tab.getByTestId("action-detail");
      await open.getByText("Checking 400 of 1,450 rows…", { exact: true }).waitFor();
      assert.equal(await open.getByText("Executing").count(), 0, "nothing is executing yet");
      held();
      await open.getByText("Executing… Waiting for the database to confirm.").waitFor();
      assert.equal(await open.getByText("Checking").count(), 0);
      sending();
      await detail(tab, "approved", id);
    });

    await t.step("a change to many tables: lists say how much in all, the action everything", async () => {
      const names = Array.from({ length: 10 }, (_, i) => `part_${i}`);
      behind(
        names.map((name) =>
          `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, n INTEGER);
        INSERT INTO ${name} (n) VALUES (1), (2);`
        ).join(""),
      );
      const { body: { id } } = await client.in<Action>("POST", "/actions", {
        title: "Tidy up",
        statements: names.map((name) => ({ sql: `DELETE FROM ${name} WHERE n = 1` })),
      });
      const item = tab.getByTestId(`queue-item-${id}`);
      await item.getByText("10 tables: 10 rows to change", { exact: true }).waitFor();
      await openAction(tab, id);
      const effect = await tab.locator(".effect").innerText();
      for (const name of names) assert.ok(effect.includes(`1 row is deleted from ${name}.`), name);
      assert.equal(await tab.getByTestId("diff-row").count(), 10);
      await tab.getByTestId("approve-count").fill("4");
      await seen(tab);
      assert.equal(await tab.getByTestId("approve").isDisabled(), true);
      await tab.getByTestId("approve-count").fill("10");
      await tab.getByTestId("approve").click();
      await detail(tab, "approved", id);
      assert.deepEqual(await client.rows("part_9"), [{ id: 2, n: 2 }]);
    });
  });
});

/** Holds the next such request of the tab back, until the returned function is called. */
async function hold(tab: Page, url: RegExp): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await tab.route(url, async (route) => {
    await promise;
    await route.continue();
  }, { times: 1 });
  return resolve;
}

async function openAction(tab: Page, id: number): Promise<void> {
  await tab.getByTestId(`queue-item-${id}`).click();
  await detail(tab, "pending", id);
}
