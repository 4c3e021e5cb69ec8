/** Whoever uses the keyboard never starts over: what was pressed goes, and the focus goes on to what it is about. */
import { detail, type Page, seen, withProduct } from "./product.ts";
import { pickAll, ready, renames, withdrawAll } from "./reviewing.ts";
import { until } from "./start.ts";

Deno.test("the focus is never lost", async (t) => {
  await withProduct({ expected: /net::ERR_FAILED/ }, async (product) => {
    const { client, open, behind, gatekeeper } = product;
    const tab = await open();
    const keys = tab.keyboard;
    const press = async (testId: string) => {
      const button = tab.locator(`[data-testid=${testId}]:enabled:not([aria-disabled=true])`);
      await button.focus();
      await keys.press("Enter");
    };

    await t.step("Undo of several that is looked at and left: it can still be pressed", async () => {
      await renames(product, 2);
      await pickAll(tab);
      await tab.getByTestId("pick-approve").click();
      await ready(tab);
      await tab.getByTestId("review-approve").click();
      await tab.getByTestId("review").waitFor({ state: "detached" });
      await press("undo");
      await tab.getByRole("heading", { name: "Revert 2 changes" }).waitFor();
      await keys.press("Escape");
      await tab.getByTestId("review").waitFor({ state: "detached" });
      await kept(tab, "queue-list");
      await tab.getByTestId("undo").click();
      await tab.getByRole("heading", { name: "Revert 2 changes" }).waitFor();
      await keys.press("Escape");
      await tab.getByTestId("review").waitFor({ state: "detached" });
    });

    await t.step("in a review, what moved is looked at again", async () => {
      const { id } = await client.propose("UPDATE customers SET tier = 'Iron' WHERE id = 6");
      const other = await client.propose("UPDATE customers SET tier = 'Iron' WHERE id = 7");
      await tab.getByTestId(`pick-${id}`).check();
      await tab.getByTestId(`pick-${other.id}`).check();
      behind("UPDATE customers SET tier = 'Lead' WHERE id = 6");
      await client.in("POST", `/actions/${other.id}/preview`, {});
      await tab.getByTestId("pick-approve").click();
      const review = tab.getByTestId(`review-item-${id}`);
      await review.getByText("Its table changed since this preview.").waitFor();
      await review.getByRole("button", { name: "Look again" }).focus();
      await keys.press("Enter");
      await review.getByText("Lead", { exact: true }).waitFor();
      await until("the focus on the heading", () => tab.locator("#review-title:focus").isVisible());
      await keys.press("Escape");
      await tab.getByTestId("pick-clear").click();
      await withdrawAll(client);
    });

    await t.step("Select all and Clear", async () => {
      const [{ id }] = await renames(product, 2);
      await tab.getByTestId(`pick-${id}`).check();
      await press("pick-all");
      await until("the focus in the bar", () => tab.locator(".pick-bar :focus").isVisible());
      await press("pick-clear");
      await kept(tab, "queue-list");
      await withdrawAll(client);
    });

    await t.step("what is selected is decided elsewhere: A is for what is open again", async () => {
      const [first, second, third] = await renames(product, 3);
      await tab.getByTestId(`pick-${first.id}`).check();
      await tab.getByTestId(`pick-${second.id}`).check();
      await client.in("POST", `/actions/${first.id}/withdraw`, {});
      await client.in("POST", `/actions/${second.id}/reject`, {});
      await tab.getByTestId("pick-bar").waitFor({ state: "detached" });
      await keys.press("j");
      await detail(tab, "pending", third.id);
      await seen(tab);
      await keys.press("a");
      await detail(tab, "approved", third.id);
    });

    await t.step("a decision that fails, a reason that is not given, another look", async () => {
      const { id } = await client.propose("UPDATE customers SET tier = 'Tin' WHERE id = 5");
      await tab.goto(`${gatekeeper.url}/w/main/actions/${id}`);
      await detail(tab, "pending", id);
      await press("reject");
      await tab.getByTestId("reject-reason").waitFor();
      await keys.press("Escape");
      await kept(tab, "action-heading");
      await tab.route("**/approve", (route) => route.abort(), { times: 1 });
      await press("approve");
      await tab.locator(".detail .strip.tone-red").waitFor();
      await kept(tab, "action-heading");
      behind("UPDATE customers SET tier = 'Lead' WHERE id = 5");
      await press("approve");
      await detail(tab, "stale", id);
      await kept(tab, "action-heading");
      await press("look-again");
      await detail(tab, "pending", id);
      await kept(tab, "action-heading");
      await press("approve");
      await detail(tab, "approved", id);
    });

    await t.step("a revert that is asked for, left, and then fails", async () => {
      await press("revert");
      await until("the question has it", () => tab.locator(".buttons > p:focus").isVisible());
      await tab.getByRole("button", { name: "Keep it" }).focus();
      await keys.press("Enter");
      await kept(tab, "action-heading");
      behind("UPDATE customers SET tier = 'Moved' WHERE id = 5");
      await press("revert");
      await press("revert-confirm");
      await tab.locator(".detail .strip.tone-red").waitFor();
      await kept(tab, "action-heading");
    });
  });
});

/** Waits until the focus is on the heading of the open action, or on the list where none is open. */
async function kept(tab: Page, place: "action-heading" | "queue-list"): Promise<void> {
  const found = tab.locator(place === "queue-list" ? ".queue-list:focus" : `#${place}:focus`);
  await until(`the focus on ${place}`, async () => await found.count() === 1);
}
