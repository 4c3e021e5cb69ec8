/** Deciding, in a real browser: when the data moved, when two decide at once, by keyboard alone, with keys that went. */
import assert from "node:assert/strict";
import type { Action } from "@/agent/types.ts";
import { beforeApproval, beforeSeen, detail, type Page, type Product, seen, withProduct } from "./product.ts";
import { until } from "./start.ts";

Deno.test("deciding when things have moved", async (t) => {
  await withProduct({}, async (product) => {
    const { client, open, behind, gatekeeper, context } = product;
    const tab = await open();

    let upgrade = 0;
    await t.step("drift changes nothing and says so; after another look, approving works", async () => {
      const { id } = await client.propose("UPDATE customers SET tier = 'Gold' WHERE region = 'East'");
      upgrade = id;
      await openAction(tab, id);
      await beforeApproval(tab, () => behind("UPDATE customers SET tier = 'Iron' WHERE id = 2"));
      await tab.getByTestId("approve").click();
      await detail(tab, "stale", id);
      const strip = tab.getByRole("alert").filter({ hasText: "These rows would change now." });
      await tab.getByTestId("diff-row").getByText("Iron").waitFor();
      assert.match(await strip.getAttribute("class") ?? "", /tone-amber/);
      assert.equal(await tab.getByRole("alert").count(), 1, "it is said once");
      assert.equal(await tab.getByTestId("approve").count(), 0);
      assert.deepEqual(await column(product, "tier", [2, 5, 8]), ["Iron", "Silver", "Silver"]);
      await tab.getByTestId("look-again").click();
      await detail(tab, "pending", id);
      assert.match(await tab.getByTestId("diff-row").first().innerText(), /Iron[\s\S]*Gold/);
      await tab.getByTestId("approve").click();
      await detail(tab, "approved", id);
      assert.deepEqual(await column(product, "tier", [2, 5, 8]), ["Gold", "Gold", "Gold"]);
    });

    await t.step("where the data is known to have moved, Approve looks again before it signs", async () => {
      const { id } = await client.propose("UPDATE customers SET region = 'North' WHERE tier = 'Bronze'");
      await openAction(tab, id);
      const moved = tab.getByRole("alert").filter({ hasText: "The data moved since this preview." });
      const requests: string[] = [];
      tab.on("request", (request) => requests.push(new URL(request.url()).pathname.split("/").pop() ?? ""));

      behind("UPDATE customers SET tier = 'Bronze' WHERE id = 8");
      await moved.waitFor();
      await tab.getByTestId("approve").click();
      await tab.getByRole("alert").getByText("Not signed. The data moved since the preview").waitFor();
      await tab.getByTestId("diff-row").getByText("Hank Davis").waitFor();
      assert.deepEqual([requests.includes("preview"), requests.includes("approve")], [true, false]);
      assert.deepEqual(await column(product, "region", [3, 6, 8]), ["West", "West", "East"]);

      // What moved and came back is what was seen: one click approves it.
      behind("UPDATE customers SET tier = 'Silver' WHERE id = 8");
      await moved.waitFor();
      behind("UPDATE customers SET tier = 'Bronze' WHERE id = 8");
      await tab.getByTestId("approve").click();
      await detail(tab, "approved", id);
      assert.deepEqual(await column(product, "region", [3, 6, 8]), ["North", "North", "North"]);
      behind("UPDATE customers SET region = 'West' WHERE id IN (3, 6)");
      behind("UPDATE customers SET region = 'East', tier = 'Gold' WHERE id = 8");
    });

    await t.step(
      "a revert over rows that moved changes nothing and shows before, after and now",
      async () => {
        await tab.getByTestId(`queue-item-${upgrade}`).click();
        await detail(tab, "approved", upgrade);
        behind("UPDATE customers SET tier = 'Copper' WHERE id = 5");
        await tab.getByTestId("revert").click();
        await tab.getByTestId("revert-confirm").click();
        const alert = tab.getByRole("alert");
        await alert.getByRole("columnheader", { name: "Now" }).waitFor();
        const cells = await alert.getByRole("row").last().getByRole("cell").allInnerTexts();
        assert.deepEqual(cells, ["customers · id 5", "tier", "Silver", "Gold", "Copper"]);
        assert.equal(await alert.count(), 1, "it is said once");
        assert.deepEqual(await column(product, "tier", [2, 5, 8]), ["Gold", "Copper", "Gold"]);
        await detail(tab, "approved");
      },
    );

    await t.step("a double click, or A twice, decides on the one action that was looked at", async () => {
      const tiers = ["Jade", "Ruby", "Opal"];
      const ids: number[] = [];
      for (const tier of tiers) {
        ids.push((await client.propose(`UPDATE customers SET tier = '${tier}' WHERE id = 3`)).id);
      }
      const [last, middle, first] = ids;
      const sent: string[] = [];
      const listen = (request: { method(): string; url(): string }) => {
        if (request.method() === "POST") sent.push(new URL(request.url()).pathname.replace(/.*actions/, ""));
      };
      tab.on("request", listen);
      await openAction(tab, first);
      await seen(tab);
      const box = await tab.getByTestId("approve").boundingBox();
      assert.ok(box);
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await beforeSeen(tab, async () => {
        await tab.mouse.dblclick(x, y);
        await detail(tab, "pending", middle);
        // What was under the pointer is so again: the next action's button.
        await tab.getByTestId("approve").waitFor();
        assert.equal(await tab.getByTestId("approve").getAttribute("aria-disabled"), "true");
        await tab.mouse.dblclick(x, y);
        await tab.getByTestId("approve").dispatchEvent("click");
        await tab.getByTestId("reject").dispatchEvent("click");
        await tab.keyboard.press("a");
        await tab.keyboard.press("r");
      });
      await seen(tab);
      assert.equal(await tab.getByTestId("reject-reason").count(), 0);
      assert.deepEqual(sent.filter((path) => /approve|reject/.test(path)), [`/${first}/approve`]);
      assert.equal((await client.action(middle)).state, "pending");
      tab.off("request", listen);

      for (const id of [middle, last]) await client.in("POST", `/actions/${id}/withdraw`, {});
      await tab.getByTestId("action-detail").and(tab.locator('[data-state="withdrawn"]')).waitFor();
    });

    await t.step("an action that another tab previewed anew wants to be looked at anew", async () => {
      const { id } = await client.propose("UPDATE customers SET tier = 'Gold' WHERE id = 3");
      await openAction(tab, id);
      await seen(tab);
      behind("UPDATE customers SET tier = 'Tin' WHERE id = 3");
      await beforeSeen(tab, async () => {
        await client.in("POST", `/actions/${id}/preview`, {});
        await tab.getByTestId("diff-row").getByText("Tin").waitFor();
        assert.equal(await tab.getByTestId("approve").getAttribute("aria-disabled"), "true");
      });
      await seen(tab);
      await client.in("POST", `/actions/${id}/withdraw`, {});
      await detail(tab, "withdrawn", id);
    });

    await t.step(
      "a decision in one tab marks, within a second, what it concerns in every other",
      async () => {
        const first = await client.propose("UPDATE customers SET tier = 'Jet' WHERE id = 6");
        const second = await client.propose("UPDATE customers SET tier = 'Onyx' WHERE id = 6");
        const other = await open();
        await openAction(other, second.id);
        await openAction(tab, first.id);
        await seen(tab);
        const shown = other.getByRole("alert").filter({ hasText: "The data moved since this preview." })
          .waitFor()
          .then(() => performance.now());
        const decided = performance.now();
        await tab.getByTestId("approve").click();
        // A second, and some for a machine that is busy.
        assert.ok(await shown - decided < 3_000, "within a second");
        await other.getByTestId(`queue-item-${second.id}`).getByText("data moved").waitFor();
        await other.getByTestId("look-again").click();
        await other.getByTestId("diff-row").getByText("Jet").waitFor();
        await client.in("POST", `/actions/${second.id}/withdraw`, {});
        await other.close();
        await tab.bringToFront();
      },
    );

    await t.step("what the database refuses at last has failed, with its reason", async () => {
      behind("CREATE TABLE codes (code TEXT PRIMARY KEY, what TEXT)");
      const second = await client.propose("INSERT INTO codes VALUES ('A', 'second')");
      await openAction(tab, second.id);
      await seen(tab);
      await beforeApproval(tab, () => behind("INSERT INTO codes VALUES ('A', 'first')"));
      await tab.getByTestId("approve").click();
      const failed = await detail(tab, "failed", second.id);
      await failed.getByText("UNIQUE constraint failed: codes.code").waitFor();
      await failed.getByText("Nothing was changed.", { exact: true }).waitFor();
      assert.deepEqual(await client.rows("codes"), [{ code: "A", what: "first" }]);
    });

    await t.step("a dangerous change wants its row count typed, and nothing else will do", async () => {
      const { id } = await client.propose("DELETE FROM customers WHERE region = 'West'");
      await openAction(tab, id);
      await seen(tab);
      const button = tab.getByTestId("approve");
      const count = tab.getByTestId("approve-count");
      for (const wrong of ["", "2", "33", "three", "3x"]) {
        await count.fill(wrong);
        assert.equal(await button.isDisabled(), true, wrong);
        await count.press("Enter");
      }
      assert.equal((await client.rows("customers")).length, 8);
      await detail(tab, "pending", id);
      await count.fill("3");
      await count.press("Enter");
      await detail(tab, "approved", id);
      assert.equal((await client.rows("customers")).length, 5);
      await tab.getByTestId("undo").click();
      await detail(tab, "reverted", id);
      assert.equal((await client.rows("customers")).length, 8);
    });

    await t.step("a key that the db-service no longer knows is enrolled again by itself", async () => {
      const known = await approvers(product);
      assert.equal(known.length, 1);
      behind("DELETE FROM _gk_approver");
      assert.deepEqual(await approvers(product), []);
      await approveOne(product, tab, "Silver");
      assert.deepEqual(await approvers(product), known, "the same key");
    });

    await t.step(
      "a key that was revoked there stays revoked: the page says so and offers a new one",
      async () => {
        const [key] = await approvers(product);
        const revoked = await fetch(`${gatekeeper.dbUrl}/v1/databases/main/approvers/${key}`, {
          method: "DELETE",
          headers: { authorization: `Bearer ${gatekeeper.dbToken}` },
        });
        assert.equal(revoked.status, 204);
        const { id } = await client.propose("UPDATE customers SET tier = 'Stolen' WHERE id = 2");
        await openAction(tab, id);
        await tab.getByTestId("approve").click();
        await tab.getByRole("alert").getByText(/revoked/).waitFor();
        await detail(tab, "pending", id);
        assert.deepEqual(await column(product, "tier", [2]), ["Silver"]);
        assert.deepEqual(await approvers(product), []);
        await tab.getByTestId("new-key").click();
        await tab.getByRole("alert").waitFor({ state: "detached" });
        assert.deepEqual(await approvers(product), [], "only a decision enrols");
        await tab.getByTestId("approve").click();
        await detail(tab, "approved", id);
        const [renewed] = await approvers(product);
        assert.notEqual(renewed, key);
      },
    );

    await t.step("a browser whose storage was cleared makes a new key, and approving works", async () => {
      const known = await approvers(product);
      await tab.evaluate(`new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase("gatekeeper");
        request.onsuccess = resolve;
        request.onblocked = () => reject(new Error("something keeps the keys open"));
      })`);
      await approveOne(product, tab, "Bronze");
      assert.equal((await approvers(product)).length, known.length + 1);
    });

    await t.step("two tabs approve the same action at the same time: one effect, and both know", async () => {
      const other = await open();
      const { id } = await client.propose("UPDATE customers SET name = name || '!' WHERE id = 1");
      const both = [tab, other];
      let asked = 0;
      const together = Promise.withResolvers<void>();
      await context.route("**/approve", async (route) => {
        if (++asked === both.length) together.resolve();
        await together.promise;
        await route.continue();
      });
      for (const one of both) {
        await openAction(one, id);
        await one.getByTestId("approve").click();
      }
      for (const one of both) await detail(one, "approved", id);
      await context.unroute("**/approve");
      const told = async () => {
        const won = await Promise.all(
          both.map((one) => one.getByTestId("live-status").getByText(`Approved #${id}:`).count()),
        );
        const lost = await Promise.all(
          both.map((one) => one.getByRole("alert").filter({ hasText: `#${id} ` }).allInnerTexts()),
        );
        return won.join() === lost.map(([text]) => text ? 0 : 1).join() && lost.flat()[0];
      };
      assert.match(await until("one tab won, the other was told", told), /approved|executing/);
      assert.deepEqual(await column(product, "name", [1]), ["Alice Chen!"]);
      await other.close();
    });
  });
});

async function openAction(tab: Page, id: number): Promise<void> {
  await tab.bringToFront();
  await tab.getByTestId(`queue-item-${id}`).click();
  await detail(tab, "pending", id);
}

/** Proposes a tier for Bob and approves it in the tab. */
async function approveOne(product: Product, tab: Page, tier: string): Promise<Action> {
  const action = await product.client.propose(`UPDATE customers SET tier = '${tier}' WHERE id = 2`);
  await openAction(tab, action.id);
  await tab.getByTestId("approve").click();
  await detail(tab, "approved", action.id);
  assert.deepEqual(await column(product, "tier", [2]), [tier]);
  return action;
}

/** One column of the customers with these ids. */
async function column({ client }: Product, name: string, ids: number[]): Promise<unknown[]> {
  const rows = await client.rows("customers");
  return ids.map((id) => rows.find((row) => row.id === id)?.[name]);
}

/** The keys that may approve. */
async function approvers({ client }: Product): Promise<string[]> {
  const { body } = await client.in<{ approvers: { key: string; revokedAt?: string | null }[] }>(
    "GET",
    "/approvers",
  );
  return body.approvers.filter(({ revokedAt }) => !revokedAt).map(({ key }) => key);
}
