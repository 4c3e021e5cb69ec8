/** Deciding on several changes at once: only on what is alike, was seen and is still so; each has its own outcome. */
import assert from "node:assert/strict";
import type { Action } from "@/agent/types.ts";
import { accessibility, beforeApproval, detail, withProduct } from "./product.ts";
import { over, pickAll, ready, renames, sentBy, waiting, withdrawAll } from "./reviewing.ts";

Deno.test("several at once", async (t) => {
  await withProduct({}, async (product) => {
    const { client, open, behind } = product;
    const tab = await open();
    const sent = sentBy(tab);

    await t.step("a mix is said plainly and not decided; what is like the first can be kept", async () => {
      const [one, two] = await renames(product, 2);
      const three = await client.propose("DELETE FROM customers WHERE id = 8");
      for (const { id } of [one, three, two]) await tab.getByTestId(`pick-${id}`).check();
      await tab.getByTestId("pick-bar").getByText(
        `#${one.id} and 1 more change customers; #${three.id} deletes from customers.`,
      ).waitFor();
      assert.equal(await tab.getByTestId("pick-approve").getAttribute("aria-disabled"), "true");
      await tab.getByTestId("pick-approve").dispatchEvent("click");
      await tab.keyboard.press("a");
      await tab.keyboard.press("r");
      assert.equal(await tab.getByTestId("review").count(), 0);
      assert.deepEqual(await accessibility(tab), []);
      await tab.getByTestId("pick-keep").click();
      assert.equal(await tab.getByTestId(`pick-${three.id}`).isChecked(), false);
      assert.equal(await tab.getByTestId("pick-approve").getAttribute("aria-disabled"), "false");
    });

    await t.step(
      "what was previewed again after it was looked at is not signed, the others are",
      async () => {
        const [one, two] = await waiting(client);
        await tab.getByTestId("pick-approve").click();
        await ready(tab);
        behind(`UPDATE customers SET name = 'Alice Tin' WHERE id = 1`);
        await client.in("POST", `/actions/${one.id}/preview`, {});
        await tab.locator(`[data-testid=review-item-${one.id}][data-standing=changed]`).waitFor();
        await tab.getByRole("button", { name: "Approve 1 of 2" }).waitFor();
        await ready(tab);
        await tab.getByTestId("review-approve").click();
        await over(tab);
        assert.deepEqual(sent.splice(0), [`/${two.id}/approve`]);
        assert.equal((await client.action(one.id)).state, "pending");
        await tab.getByTestId(`review-item-${one.id}`).getByTestId("review-open").click();
        await detail(tab, "pending", one.id);
        await tab.getByTestId("diff-row").getByText("Alice Tin!").waitFor();
        await withdrawAll(client);
      },
    );

    await t.step("one whose rows moved is looked at again with one press, then as any other", async () => {
      const [one] = await renames(product, 2);
      await tab.goto(`${product.gatekeeper.url}/w/main?panel=queue`);
      await pickAll(tab);
      await tab.getByTestId("pick-approve").click();
      await ready(tab);
      await beforeApproval(tab, () => behind("UPDATE customers SET name = 'Alice Zinc' WHERE id = 1"));
      await tab.getByTestId("review-approve").click();
      await over(tab);
      const moved = tab.locator(`[data-testid=review-item-${one.id}][data-outcome=drift]`);
      await moved.getByTestId("review-open").click();
      const open = await detail(tab, "pending", one.id);
      await open.getByTestId("diff-row").getByText("Alice Zinc!").waitFor();
      assert.equal(await open.getByTestId("look-again").count(), 0);
      await tab.getByTestId("approve").click();
      await detail(tab, "approved", one.id);
      sent.length = 0;
    });

    await t.step("of what is shown falsely nothing is signed, of the others it is", async () => {
      const [one, two] = await renames(product, 2);
      const lie = `**/actions/${one.id}`;
      await tab.route(lie, async (route) => {
        const response = await route.fetch();
        const action: Action = await response.json();
        for (const change of action.preview?.changes ?? []) {
          change.after = [1, "Harmless", ...change.after?.slice(2) ?? []];
        }
        await route.fulfill({ response, json: action });
      });
      await pickAll(tab);
      await tab.getByTestId("pick-approve").click();
      await tab.getByTestId(`review-item-${one.id}`).getByText("Harmless").waitFor();
      await ready(tab);
      await tab.getByTestId("review-approve").click();
      await over(tab);
      const refused = tab.getByTestId(`review-item-${one.id}`);
      await refused.getByText("Not signed. The rows shown are not the rows that were previewed.").waitFor();
      assert.deepEqual(sent.splice(0), [`/${two.id}/approve`]);
      await tab.unroute(lie);
      await tab.getByTestId("review-close").click();
      await withdrawAll(client);
    });

    await t.step("dangerous ones want the number of all rows, once", async () => {
      for (const region of ["West", "Central"]) {
        await client.propose(`DELETE FROM customers WHERE region = '${region}'`);
      }
      await pickAll(tab);
      await tab.getByTestId("pick-approve").click();
      await tab.getByTestId("review-count").waitFor();
      await tab.getByTestId("review-total").getByText(/^5 rows/).waitFor();
      await tab.locator('[data-testid=review-approve][aria-disabled="false"]').waitFor();
      await tab.keyboard.press("a");
      assert.equal(await tab.evaluate("document.activeElement.id"), "review-count", "A asks for it");
      for (const wrong of ["", "3", "2", "50", "five"]) {
        await tab.getByTestId("review-count").fill(wrong);
        assert.equal(await tab.getByTestId("review-approve").isDisabled(), true, wrong);
      }
      await tab.getByTestId("review-count").fill("5");
      await ready(tab);
      await tab.getByTestId("review-count").press("Enter");
      await tab.getByTestId("review").waitFor({ state: "detached" });
      await tab.getByTestId("live-status").getByText("2 approved.", { exact: true }).waitFor();
      assert.equal((await client.rows("customers")).length, 3);
      await tab.getByRole("link", { name: "Show them" }).click();
      await tab.locator('.queue-item[data-state="approved"]').first().waitFor();
      sent.length = 0;
    });

    await t.step("one that fails stops nothing; Stop does, between two", async () => {
      behind("CREATE TABLE codes (code TEXT PRIMARY KEY, n INTEGER)");
      await tab.goto(`${product.gatekeeper.url}/w/main?panel=queue`);
      const codes: Action[] = [];
      for (const code of ["A", "A", "B", "C"]) {
        codes.push(await client.propose(`INSERT INTO codes VALUES ('${code}', ${codes.length})`));
      }
      const [, , third, fourth] = codes;
      await pickAll(tab);
      const held = Promise.withResolvers<void>();
      const asked = Promise.withResolvers<void>();
      await tab.route(`**/actions/${third.id}/approve`, async (route) => {
        asked.resolve();
        await held.promise;
        await route.continue();
      });
      await tab.getByTestId("pick-approve").click();
      await ready(tab);
      await tab.getByTestId("review-approve").click();
      await asked.promise;
      await tab.getByText(/^Approving #\d+: 3 of 4…$/).waitFor();
      await tab.keyboard.press("Escape");
      await tab.getByText(`Stopping after #${third.id}…`).waitFor();
      held.resolve();
      await over(tab);
      const kinds = await Promise.all(
        codes.map(({ id }) => tab.getByTestId(`review-item-${id}`).getAttribute("data-outcome")),
      );
      assert.deepEqual(kinds, ["approved", "failed", "approved", "unsent"]);
      await tab.getByRole("alert").getByText("UNIQUE constraint failed").waitFor();
      assert.equal((await client.action(fourth.id)).state, "pending");
      await tab.getByTestId("review-close").click();
      await withdrawAll(client);
    });

    await t.step("a key that may not sign stops the rest", async () => {
      await renames(product, 3);
      await pickAll(tab);
      await tab.route("**/approve", (route) =>
        route.fulfill({
          status: 403,
          contentType: "application/problem+json",
          json: {
            type: "about:blank",
            title: "No",
            status: 403,
            code: "not_approver",
            detail: "Not your key.",
          },
        }));
      sent.length = 0;
      await tab.getByTestId("pick-approve").click();
      await ready(tab);
      await tab.getByTestId("review-approve").click();
      await over(tab);
      await tab.getByRole("heading", { name: "1 refused, 2 not sent" }).waitFor();
      assert.equal(new Set(sent).size, 1, "no second one was sent");
      await tab.unroute("**/approve");
      await tab.getByTestId("review-close").click();
    });

    await t.step("rejected together, for one reason", async () => {
      await pickAll(tab);
      await tab.keyboard.press("r");
      await tab.getByTestId("review-reason").waitFor();
      await tab.keyboard.type("a raj x");
      await tab.locator('[data-testid=review-reject][aria-disabled="false"]').waitFor();
      await tab.keyboard.press("Enter");
      await tab.getByTestId("live-status").getByText("3 rejected.", { exact: true }).waitFor();
      const { body } = await client.in<{ actions: Action[] }>("GET", "/actions?state=rejected");
      assert.deepEqual(body.actions.map(({ reason }) => reason), Array(3).fill("a raj x"));
      assert.deepEqual(await waiting(client), []);
    });

    await t.step("on a phone a button shows the boxes, and the whole line is one", async () => {
      const [one, two] = await renames(product, 2);
      const context = await product.browser.newContext({
        viewport: { width: 390, height: 780 },
        hasTouch: true,
        isMobile: true,
      });
      const phone = await open("/w/main?panel=queue", context);
      const box = (id: number) => phone.locator(`[data-entry="${id}"] .pick`);
      assert.equal(await box(one.id).evaluate((label) => getComputedStyle(label).opacity), "0");
      await phone.getByRole("button", { name: "Select several" }).tap();
      await box(one.id).and(phone.locator(":visible")).waitFor();
      for (const { id } of [one, two]) await phone.getByTestId(`queue-item-${id}`).tap();
      await phone.getByTestId("pick-count").getByText("2 selected").waitFor();
      assert.equal(await phone.getByTestId("action-detail").count(), 0, "none is opened by it");
      assert.deepEqual(await accessibility(phone), []);
      await phone.getByTestId("pick-approve").tap();
      await ready(phone);
      assert.deepEqual(await accessibility(phone), []);
      await phone.getByTestId("review-approve").tap();
      await phone.getByTestId("live-status").getByText("2 approved.").waitFor();
      await context.close();
    });
  });
});
