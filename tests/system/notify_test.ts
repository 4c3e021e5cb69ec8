/** Notifications (SPEC U7): only on request, only while nobody looks, in words that were computed. */
import assert from "node:assert/strict";
import { accessibility, detail, live, type Page, withProduct } from "./product.ts";
import { until } from "./start.ts";

interface Told {
  title: string;
  body: string;
  tag: string;
}

/** Stands in for the browser's own, which nobody sees in a test: keeps what is told, and who looks at the page. */
const STAND_IN = `
  globalThis.told = [];
  globalThis.isLooking = true;
  document.hasFocus = () => globalThis.isLooking;
  globalThis.Notification = class {
    static permission = sessionStorage.getItem("permission") ?? "default";
    static async requestPermission() {
      return this.permission = sessionStorage.getItem("answer") ?? "granted";
    }
    constructor(title, { body, tag }) {
      globalThis.told.push({ title, body, tag });
      globalThis.last = this;
    }
    close() {}
  };`;

Deno.test("whoever asks for it is told what waits while they look elsewhere", async (t) => {
  await withProduct({}, async ({ client, context, open }) => {
    await context.addInitScript(STAND_IN);
    const tab = await open();
    const toggle = tab.getByTestId("notify-switch");
    const propose = (tier: string) => client.propose(`UPDATE customers SET tier = '${tier}' WHERE id < 3`);
    const listed = (id: number) => tab.getByTestId(`queue-item-${id}`).waitFor();

    await t.step("nobody is asked or told unasked", async () => {
      await look(tab, false);
      const { id } = await propose("One");
      await listed(id);
      assert.deepEqual(await told(tab), []);
    });

    await t.step("a browser that does not allow it says so, and the switch stays off", async () => {
      await tab.evaluate(() => sessionStorage.setItem("answer", "denied"));
      await tab.getByTestId("settings").click();
      await toggle.click();
      await tab.getByText("The browser does not allow it.").waitFor();
      assert.equal(await toggle.isChecked(), false);
      assert.deepEqual(await accessibility(tab), []);
      await tab.evaluate(() => sessionStorage.removeItem("answer"));
    });

    await t.step(
      "on request each change is told, as it was computed, to whoever looks elsewhere",
      async () => {
        await toggle.click();
        await until("it is on", () => toggle.isChecked());
        await tab.keyboard.press("Escape");
        await look(tab, true);
        await listed((await propose("Two")).id);
        assert.deepEqual((await told(tab)).map(({ title }) => title), ["Notifications are on"]);
        await look(tab, false);
        const { id } = await propose("Three");
        await until("it is told", async () => (await told(tab)).length === 2);
        const [, { title, body, tag }] = await told(tab);
        assert.deepEqual([title, body, tag], [
          `#${id} waits for you`,
          "2 rows in customers change.",
          "gatekeeper:main",
        ]);
        await tab.evaluate("globalThis.last.onclick()");
        await detail(tab, "pending", id);
      },
    );

    await t.step("it stays on after a reload, and off when it was turned off", async () => {
      await tab.evaluate(() => sessionStorage.setItem("permission", "granted"));
      await tab.reload();
      await live(tab);
      await tab.getByTestId("settings").click();
      await until("it is on", () => toggle.isChecked());
      await look(tab, false);
      const { id } = await propose("Four");
      await until(
        "it is told",
        async () => (await told(tab)).some(({ title }) => title.startsWith(`#${id} `)),
      );
      await toggle.click();
      await until("it is off", async () => !await toggle.isChecked());
      const before = (await told(tab)).length;
      await listed((await propose("Five")).id);
      assert.equal((await told(tab)).length, before);
    });

    await t.step("turned off in one tab, it is off in all of them", async () => {
      await toggle.click();
      await until("it is on", () => toggle.isChecked());
      const other = await open();
      await other.evaluate(() => sessionStorage.setItem("permission", "granted"));
      await other.reload();
      await live(other);
      await look(other, false);
      const six = await propose("Six");
      await until(
        "it is told in the other",
        async () => (await told(other)).some(({ title }) => title.startsWith(`#${six.id} `)),
      );
      await toggle.click();
      await until("it is off", async () => !await toggle.isChecked());
      const before = (await told(other)).length;
      const { id } = await propose("Seven");
      await other.getByTestId(`queue-item-${id}`).waitFor();
      assert.equal((await told(other)).length, before);
    });
  });
});

function told(tab: Page): Promise<Told[]> {
  return tab.evaluate<Told[]>("globalThis.told");
}

async function look(tab: Page, isLooking: boolean): Promise<void> {
  await tab.evaluate(`globalThis.isLooking = ${isLooking}`);
}
