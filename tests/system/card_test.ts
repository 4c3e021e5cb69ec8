/** A proposal in the conversation is a card that lives on: where it stands, its diff a click away, and its Undo (SPEC C9). */
import assert from "node:assert/strict";
import { detail, say, seen, untilTiers, withProduct } from "./product.ts";
import { until } from "./start.ts";

const BEFORE = "Gold Silver Bronze Gold Silver Bronze Gold Silver";
const AFTER = "Gold Gold Bronze Gold Gold Bronze Gold Gold";

Deno.test("the card of a proposal follows it, in every tab", async (t) => {
  await withProduct({}, async ({ client, open }) => {
    const here = await open(), there = await open();
    const both = [here, there];
    const card = (tab: typeof here, id: number) =>
      tab.locator(`[data-testid=action-card][aria-label="Action #${id}"]`);
    const stands = async (id: number, state: string) => {
      for (const tab of both) {
        await tab.locator(`[aria-label="Action #${id}"][data-state="${state}"]`).waitFor();
      }
    };

    await t.step("it waits, says that nothing has changed, and leads to its rows", async () => {
      await here.bringToFront();
      await say(here, "Upgrade all East customers to Gold");
      await stands(1, "pending");
      await card(here, 1).getByText("Queued: nothing has changed yet.").waitFor();
      assert.equal(await card(here, 1).getByRole("button", { name: "Undo" }).count(), 0);
      await card(here, 1).getByRole("link", { name: "Review and approve" }).click();
      await detail(here, "pending", 1);
    });

    await t.step("approved, it offers Undo, which takes exactly that back", async () => {
      await seen(here);
      await here.getByTestId("approve").click();
      await stands(1, "approved");
      await untilTiers(here, AFTER);
      await there.bringToFront();
      await card(there, 1).getByRole("button", { name: "Undo" }).click();
      await stands(1, "reverted");
      await untilTiers(there, BEFORE);
      for (const tab of both) {
        assert.equal(await card(tab, 1).getByRole("button", { name: "Undo" }).count(), 0);
      }
    });

    await t.step("rejected, it says why", async () => {
      await until("the word on the revert", async () => {
        const { body } = await client.in<{ run: unknown }>("GET", "/chat");
        return body.run === null;
      });
      await say(there, "Delete customer 3");
      await stands(2, "pending");
      await client.in("POST", "/actions/2/reject", { reason: "she is a customer" });
      await stands(2, "rejected");
      for (const tab of both) await card(tab, 2).getByText("she is a customer").waitFor();
    });
  });
});
