/**
 * The main job, word for word, in a real browser with two tabs open; both must see every change (SPEC M2).
 */
import assert from "node:assert/strict";
import { type Browser, complaints, type Page, startBrowser } from "./browser.ts";
import { startGatekeeper } from "./start.ts";

const OLD = "Gold Silver Bronze Gold Silver Bronze Gold Silver";
const NEW = "Gold Gold Bronze Gold Gold Bronze Gold Gold";

Deno.test("the script of the main job, in two tabs", async (t) => {
  const gatekeeper = await startGatekeeper();
  const browser: Browser = await startBrowser();
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const [here, there] = [await context.newPage(), await context.newPage()];
    const tabs = [here, there];
    const found = tabs.map(complaints);
    for (const tab of tabs) {
      await tab.goto(gatekeeper.url);
      await tab.locator('[data-testid=connection][data-state="live"]').waitFor();
      assert.equal(await tiers(tab), OLD);
    }
    const both = async (check: (tab: Page) => Promise<unknown>) => {
      for (const tab of tabs) await check(tab);
    };

    await t.step('"Show me all customers": rows appear, an observation is logged', async () => {
      await say(here, "Show me all customers");
      await both(async (tab) => {
        await tab.getByTestId("message-user").filter({ hasText: "Show me all customers" }).waitFor();
        const answer = tab.getByTestId("message-assistant").last();
        await answer.getByText("Hank Davis").waitFor();
        assert.equal(await answer.locator("tbody tr").count(), 8);
        await tab.getByTestId("queue-item-1").getByText("Read").waitFor();
      });
    });

    await t.step(
      '"Upgrade all East customers to Gold": a pending action with its three changed rows',
      async () => {
        await say(here, "Upgrade all East customers to Gold");
        await both(async (tab) => {
          await tab.getByTestId("action-card").waitFor();
          await tab.getByTestId("pending-count").getByText("1", { exact: true }).waitFor();
          await tab.getByTestId("queue-item-2").click();
          await detail(tab, "pending");
          assert.equal(await tab.getByTestId("diff-row").count(), 3);
          const row = tab.getByTestId("diff-row").first();
          assert.match(await row.innerText(), /Silver[\s\S]*Gold/);
          assert.equal(await tiers(tab), OLD, "nothing has changed yet");
        });
      },
    );

    await t.step("Approve: the data changes in every open tab, and the agent says so", async () => {
      await here.getByTestId("approve").click();
      await both(async (tab) => {
        await detail(tab, "approved");
        await untilTiers(tab, NEW);
        await tab.getByTestId("pending-count").getByText("0", { exact: true }).waitFor();
        await tab.getByTestId("message-assistant").filter({ hasText: /#2 (is|was) approved/ }).waitFor();
      });
    });

    await t.step("Revert, from the other tab: exactly the old tiers come back", async () => {
      await there.getByTestId("revert").click();
      await there.getByTestId("revert-confirm").click();
      await both(async (tab) => {
        await detail(tab, "reverted");
        await untilTiers(tab, OLD);
        await tab.getByTestId("message-assistant").filter({ hasText: /#2 (is|was) reverted/ }).waitFor();
      });
    });

    await t.step("propose again and Reject: nothing changes, and the agent knows", async () => {
      await say(there, "Upgrade all East customers to Gold");
      await both((tab) => tab.getByTestId("queue-item-3").click());
      await there.getByTestId("reject").click();
      await there.getByTestId("reject-reason").fill("not this month");
      await there.getByTestId("reject-reason").press("Enter");
      await both(async (tab) => {
        await detail(tab, "rejected");
        assert.equal(await tiers(tab), OLD);
        await tab.getByTestId("message-assistant").filter({ hasText: /#3 (is|was) rejected.*not this month/ })
          .waitFor();
      });
    });

    await t.step("a new tab shows all of it, already in what the server sends", async () => {
      const plain = await browser.newContext({ javaScriptEnabled: false });
      const page = await plain.newPage();
      await page.goto(`${gatekeeper.url}/w/main/actions/2`);
      assert.equal(await page.getByTestId("action-detail").getAttribute("data-state"), "reverted");
      assert.equal(await page.getByTestId("diff-row").count(), 3);
      assert.equal(await tiers(page), OLD);
      assert.equal(await page.getByTestId("message-user").count(), 3);
      await plain.close();
    });

    assert.deepEqual(found, [[], []], "no tab complained");
  } finally {
    await browser.close();
    await gatekeeper.stop();
    await Deno.remove(gatekeeper.varDir, { recursive: true });
  }
});

async function say(tab: Page, text: string): Promise<void> {
  await tab.getByTestId("composer").fill(text);
  await tab.getByTestId("composer").press("Enter");
}

async function detail(tab: Page, state: string): Promise<void> {
  await tab.locator(`[data-testid=action-detail][data-state="${state}"]`).waitFor();
}

/** The tiers in the data panel, in the order of the rows. */
async function tiers(tab: Page): Promise<string> {
  const cells = await tab.getByTestId("data-row").locator("td:nth-child(4)").allInnerTexts();
  // A cell that just changed says so to a screen reader, on a line of its own.
  return cells.map((text) => text.split("\n")[0].trim()).join(" ");
}

async function untilTiers(tab: Page, wanted: string): Promise<void> {
  for (const end = Date.now() + 30_000;;) {
    const seen = await tiers(tab);
    if (seen === wanted) return;
    if (Date.now() > end) assert.equal(seen, wanted);
    await tab.waitForTimeout(20);
  }
}
