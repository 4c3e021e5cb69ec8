/** The whole work of deciding by keyboard alone. */
import assert from "node:assert/strict";
import {
  beforeSeen,
  connection,
  detail,
  type Page,
  type Product,
  seen,
  tiers,
  untilTiers,
  withProduct,
} from "./product.ts";
import { until } from "./start.ts";

Deno.test("deciding by keyboard alone", async (t) => {
  await withProduct({ expected: /net::ERR_FAILED/ }, async (product) => {
    const { client, open } = product;
    for (const tier of ["One", "Two", "Three", "Four"]) {
      await client.propose(`UPDATE customers SET tier = '${tier}' WHERE name = 'Alice Chen'`);
    }
    const tab = await open();
    const keys = tab.keyboard;
    const isOpen = (id: number, state = "pending") => detail(tab, state, id);
    const focused = () => tab.evaluate("document.activeElement.id");

    await t.step("J and K move, and stop at the ends", async () => {
      await keys.press("j");
      await isOpen(4);
      await keys.press("j");
      await isOpen(3);
      await keys.press("k");
      await keys.press("k");
      await isOpen(4);
    });

    await t.step("keys rest with a modifier and on repeat", async () => {
      for (const modifier of ["Control", "Alt", "Meta"]) await keys.press(`${modifier}+j`);
      await keys.down("j");
      await isOpen(3);
      await keys.down("j");
      await keys.down("j");
      await keys.up("j");
      await keys.press("k");
      await isOpen(4);
    });

    await t.step("? lists them, and Esc closes the list alone", async () => {
      await keys.press("?");
      const help = tab.getByRole("dialog", { name: "Keyboard" });
      await help.waitFor();
      await keys.press("a");
      await keys.press("Escape");
      await help.waitFor({ state: "hidden" });
      await isOpen(4);
      assert.equal((await client.action(4)).state, "pending");
    });

    await t.step("they can be turned off, and stay off; the button in the bar brings them back", async () => {
      await keys.press("?");
      await tab.getByTestId("keys-switch").press("Space");
      await tab.getByText("They are off in this browser").waitFor();
      await keys.press("Escape");
      const off = async () => {
        for (const key of ["j", "k", "x", "l", "r", "a", "?"]) await keys.press(key);
        assert.equal(await tab.getByRole("dialog").count(), 0);
        assert.equal(await tab.getByTestId("pick-bar").count(), 0);
        assert.equal(await tab.getByTestId("reject-reason").count(), 0);
        await isOpen(4);
      };
      await seen(tab);
      await off();
      await tab.reload();
      await connection(tab, "live");
      await isOpen(4);
      await seen(tab);
      await off();
      await tab.getByRole("button", { name: "Keyboard", exact: true }).click();
      await tab.getByTestId("keys-switch").check();
      await keys.press("Escape");
      await keys.press("j");
      await isOpen(3);
      await keys.press("k");
      await isOpen(4);
      assert.equal((await client.action(4)).state, "pending");
    });

    await t.step("X selects, Esc first closes what is open and then selects nothing", async () => {
      await keys.press("x");
      await tab.getByTestId("pick-4").and(tab.locator(":checked")).waitFor();
      await keys.press("Escape");
      await tab.getByTestId("action-detail").waitFor({ state: "detached" });
      await tab.getByTestId("pick-bar").waitFor();
      await keys.press("Escape");
      await tab.getByTestId("pick-bar").waitFor({ state: "detached" });
      await keys.press("j");
      await isOpen(4);
    });

    await t.step(
      "A approves; the focus goes on to what waits next, and a key held down does not",
      async () => {
        await seen(tab);
        await keys.down("a");
        await isOpen(3);
        await until("the focus on the next action", async () => await focused() === "action-heading");
        await seen(tab);
        for (let i = 0; i < 5; i++) await keys.down("a");
        await keys.up("a");
        assert.equal((await client.action(3)).state, "pending");
        await untilTiers(tab, (await tiers(tab)).replace(/^\S+/, "Four"));
      },
    );

    await t.step("A and R at once after the next one appeared do nothing", async () => {
      const sent: string[] = [];
      const listen = (request: { method(): string; url(): string }) => {
        if (request.method() === "POST") sent.push(request.url());
      };
      tab.on("request", listen);
      await beforeSeen(tab, async () => {
        await keys.press("j");
        await isOpen(2);
        await keys.press("k");
        await isOpen(3);
        for (const key of ["a", "r", "a"]) await keys.press(key);
        assert.equal(await tab.getByTestId("reject-reason").count(), 0);
      });
      await seen(tab);
      tab.off("request", listen);
      // Its preview is old, so A would look again before it signs.
      assert.deepEqual(sent, []);
      assert.equal((await client.action(3)).state, "pending");
    });

    await t.step(
      "R asks for a reason; letters in it are letters; Esc leaves it, Enter sends it",
      async () => {
        await seen(tab);
        await keys.press("r");
        await keys.type("a jar");
        assert.equal(await tab.getByTestId("reject-reason").inputValue(), "a jar");
        await keys.press("Escape");
        await tab.getByTestId("approve").waitFor();
        assert.equal((await client.action(3)).state, "pending");
        await keys.press("r");
        await keys.type("raja");
        await keys.press("Enter");
        await isOpen(2);
        await until("the focus on the next action", async () => await focused() === "action-heading");
        const rejected = await client.action(3);
        assert.deepEqual([rejected.state, rejected.reason], ["rejected", "raja"]);
      },
    );

    await t.step(
      "/ goes to the search and C to the composer, where keys are letters; Esc leaves it, Esc closes the action",
      async () => {
        await keys.press("/");
        await until("the search has the focus", async () => await focused() === "queue-search");
        await keys.press("Escape");
        await keys.press("c");
        await keys.type("jar?");
        assert.equal(await tab.getByTestId("composer").inputValue(), "jar?");
        await keys.press("Escape");
        await isOpen(2);
        await keys.press("Escape");
        await tab.getByTestId("action-detail").waitFor({ state: "detached" });
      },
    );

    await t.step("Undo is a Tab away and takes the decision back", async () => {
      await keys.press("j");
      await isOpen(2);
      await tab.getByTestId("look-again").press("Enter");
      await tab.getByText("The data moved").waitFor({ state: "detached" });
      await seen(tab);
      await keys.press("a");
      await tab.getByTestId("undo").waitFor();
      assert.deepEqual(await column(product, "tier", [1]), ["Two"]);
      await until("the focus on the next action", async () => await focused() === "action-heading");
      await tab.getByTestId("undo").press("Enter");
      await until("the undo", async () => (await client.action(2)).state === "reverted");
      assert.deepEqual(await column(product, "tier", [1]), ["Four"]);
    });

    await t.step("offline, a decision says that nothing happened and can be made again", async () => {
      await openAction(tab, 1);
      await tab.getByTestId("look-again").click();
      await tab.getByText("The data moved").waitFor({ state: "detached" });
      await tab.route("**/approve", (route) => route.abort());
      await tab.getByTestId("approve").click();
      await tab.getByRole("alert").getByText("The server does not answer.").waitFor();
      await tab.unroute("**/approve");
      await tab.getByTestId("approve").click();
      await isOpen(1, "approved");
      await connection(tab, "live");
    });
  });
});

async function openAction(tab: Page, id: number): Promise<void> {
  await tab.bringToFront();
  await tab.getByTestId(`queue-item-${id}`).click();
  await detail(tab, "pending", id);
}

/** One column of the customers with these ids. */
async function column({ client }: Product, name: string, ids: number[]): Promise<unknown[]> {
  const rows = await client.rows("customers");
  return ids.map((id) => rows.find((row) => row.id === id)?.[name]);
}
