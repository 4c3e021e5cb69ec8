/** Slash commands and rich results as a person uses them: by keyboard alone, and accessible in every state. */
import assert from "node:assert/strict";
import { accessibility, detail, live, type Page, say, WIDE, withProduct } from "./product.ts";
import { until } from "./start.ts";

Deno.test("slash commands by keyboard alone", async (t) => {
  await withProduct({}, async ({ client, open }) => {
    await client.propose("UPDATE customers SET tier = 'Gold' WHERE region = 'East'");
    await client.propose("UPDATE customers SET tier = 'Iron' WHERE region = 'West'");
    const tab = await open();
    const keys = tab.keyboard;
    const field = tab.getByTestId("composer");
    const options = tab.getByTestId("suggestions").getByRole("option");
    const posts = postsOf(tab);

    await t.step("a slash lists every command; typing narrows the list", async () => {
      await keys.press("c");
      await keys.type("/");
      await until("ten commands", async () => await options.count() === 10);
      await until("the first is chosen", async () => await chosen(tab) === "/help [command]");
      for (const size of [{ width: 390, height: 780 }, WIDE]) {
        await tab.setViewportSize(size);
        await isAccessible(tab, `list at ${size.width}`);
      }
      await keys.type("re");
      await until("two are left", async () => await options.count() === 2);
      assert.deepEqual(await options.locator("code").allInnerTexts(), ["/reject n reason", "/recent [n]"]);
    });

    await t.step("arrows choose and go round; Esc closes the list, not what is typed", async () => {
      await keys.press("ArrowDown");
      assert.equal(await chosen(tab), "/recent [n]");
      await keys.press("ArrowDown");
      assert.equal(await chosen(tab), "/reject n reason");
      await keys.press("ArrowUp");
      assert.equal(await chosen(tab), "/recent [n]");
      await keys.press("Escape");
      await options.first().waitFor({ state: "detached" });
      assert.equal(await field.inputValue(), "/re");
      assert.equal(await tab.evaluate("document.activeElement.id"), "composer");
    });

    await t.step(
      "Tab fills in, numbers that wait are offered, and approving opens the rows alone",
      async () => {
        await field.fill("/ap");
        await options.first().waitFor();
        await keys.press("Tab");
        assert.equal(await field.inputValue(), "/approve ");
        await until("both that wait", async () => await options.count() === 2);
        await keys.press("ArrowDown");
        await isAccessible(tab, "arguments");
        await keys.press("Enter");
        await detail(tab, "pending", 1);
        await until(
          "the focus on the action",
          async () => await tab.evaluate("document.activeElement.id") === "action-heading",
        );
        assert.equal(await field.inputValue(), "");
        assert.equal((await client.action(1)).state, "pending");
        assert.deepEqual(posts, []);
      },
    );

    await t.step("Enter on a complete command sends it; the result is a block of its own", async () => {
      await field.focus();
      await keys.type("/pending");
      await keys.press("Enter");
      const result = tab.locator("[data-command=pending]");
      await result.getByTestId("action-line-2").waitFor();
      assert.equal(await tab.getByTestId("command-typed").innerText(), "Command\n/pending");
      assert.equal(await tab.getByTestId("message-assistant").count(), 0);
      await keys.type("/reject 1 not now");
      await keys.press("Enter");
      // What is listed stays true.
      await result.locator('[data-testid=action-line-1][data-state="rejected"]').waitFor();
    });

    await t.step("rows, a proposal, the schema, what is found, help and a mistake", async () => {
      await command(tab, "/query SELECT name FROM customers WHERE name LIKE '%chen%'", "query");
      await tab.locator("[data-command=query] mark").getByText("Chen").waitFor();
      await command(tab, "/propose UPDATE customers SET tier = 'Tin' WHERE id = 3", "propose");
      await tab.locator("[data-command=propose] [data-testid=action-card]").waitFor();
      await command(tab, "/schema", "schema");
      await tab.locator("[data-command=schema]").getByRole("link", { name: "customers" }).first().waitFor();
      await command(tab, "/find tin", "find");
      await tab.locator("[data-command=find] mark").first().waitFor();
      await command(tab, "/help", "help");
      assert.equal(await tab.locator("[data-command=help] dt").count(), 10);
      await command(tab, "/pendign", "pendign");
      await tab.getByRole("button", { name: "/pending" }).press("Enter");
      await until("the command in the field", async () => await field.inputValue() === "/pending");
      await field.fill("");
      await isAccessible(tab, "results");
    });

    await t.step("Up in an empty field brings back what was sent, Down goes forward", async () => {
      await field.focus();
      await keys.press("ArrowUp");
      assert.equal(await field.inputValue(), "/pendign");
      assert.equal(await options.count(), 0);
      await keys.press("ArrowUp");
      assert.equal(await field.inputValue(), "/help");
      await keys.press("ArrowDown");
      await keys.press("ArrowDown");
      assert.equal(await field.inputValue(), "");
    });

    await t.step("clearing asks first, whoever asks for it; Esc keeps everything", async () => {
      const before = posts.length;
      await keys.type("/clear");
      await keys.press("Enter");
      await until(
        "the focus on Keep",
        async () => await tab.evaluate("document.activeElement.textContent") === "Keep",
      );
      await isAccessible(tab, "clear");
      await keys.press("Escape");
      await tab.getByTestId("clear").waitFor();
      assert.ok(await tab.getByTestId("command-result").count() > 0);
      await keys.type("/clear");
      await keys.press("Enter");
      await tab.getByRole("button", { name: "Clear", exact: true }).press("Enter");
      await tab.getByTestId("command-result").first().waitFor({ state: "detached" });
      assert.equal(posts.length, before);
    });
  });
});

Deno.test("results are shown as what they are", async (t) => {
  await withProduct({}, async ({ context, open, gatekeeper }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const tab = await open();
    const result = tab.getByTestId("result").last();
    const names = () => result.locator("tbody td:nth-child(2)").allInnerTexts();

    await t.step("rows are sorted by their header and copied in that order", async () => {
      await say(tab, "Show me all customers");
      await result.waitFor();
      const asStored = await names();
      const header = result.getByRole("button", { name: "name" });
      await header.press("Enter");
      assert.deepEqual(await names(), asStored.toSorted());
      assert.equal(await result.locator("th[aria-sort=ascending]").count(), 1);
      await header.press("Enter");
      assert.deepEqual(await names(), asStored.toSorted().toReversed());
      await result.getByTestId("copy-csv").press("Enter");
      await result.getByText("Copied").waitFor();
      const copied = String(await tab.evaluate("navigator.clipboard.readText()")).trim().split(/\r?\n/);
      assert.equal(copied.length, asStored.length + 1);
      assert.ok(copied[1]?.includes(asStored.toSorted().at(-1) ?? "?"));
      await isAccessible(tab, "rows");
    });

    await t.step(
      "what was looked for is marked, in what the agent read too; what every row has is not",
      async () => {
        await say(tab, "find customers called Kim");
        await result.locator("mark").getByText("Kim", { exact: true }).waitFor();
        assert.equal(await result.locator("mark").count(), 1);
        await tab.getByTestId("send").waitFor();
        await say(tab, 'Show me customers in "East"');
        await until("three rows", async () => await result.locator("tbody tr").count() === 3);
        assert.equal(await result.locator("mark").count(), 0);
        await tab.getByTestId("send").waitFor();
      },
    );

    await t.step("a small group-by has bars beside its numbers, and a count one number", async () => {
      await say(tab, "/query SELECT region, count(*) AS n FROM customers GROUP BY region");
      await tab.locator(".result-chart").waitFor();
      const shares = await tab.locator(".result-chart .share-text").allInnerTexts();
      assert.equal(Math.round(shares.reduce((sum, text) => sum + parseFloat(text), 0)), 100);
      await say(tab, "/query SELECT count(*) AS n FROM customers");
      await tab.getByTestId("figure").getByText("8", { exact: true }).waitFor();
      await isAccessible(tab, "chart");
    });

    await t.step("a row's address shows that row alone, and the way back", async () => {
      await tab.goto(`${gatekeeper.url}/w/main/data/customers?key=3`);
      await live(tab);
      await until("one row", async () => await tab.getByTestId("data-row").count() === 1);
      assert.equal(await tab.getByTestId("data-row").locator("td").first().innerText(), "3");
      await tab.getByRole("link", { name: "Show the whole table" }).press("Enter");
      await until("all rows", async () => await tab.getByTestId("data-row").count() === 8);
    });
  });
});

Deno.test("too many messages: what was typed stays, and sending comes back by itself", async () => {
  await withProduct({ env: { RATE_LIMIT: "1" } }, async ({ client, open }) => {
    const tab = await open();
    await tab.clock.install();
    await say(tab, "Show me all customers");
    await tab.getByTestId("message-assistant").last().getByText("8 rows.", { exact: true }).waitFor();
    await say(tab, "And how many are Gold?");
    const countdown = tab.getByTestId("countdown");
    await countdown.getByText(/^You have sent 1 message within a minute\. .* in [45]\d seconds\.$/).waitFor();
    assert.equal(await tab.getByTestId("composer").inputValue(), "And how many are Gold?");
    assert.equal(await tab.getByTestId("message-user").count(), 1);
    assert.ok(await tab.getByTestId("send").isDisabled());
    assert.equal(await tab.getByText(/Try again/).count(), 0);
    await isAccessible(tab, "limited");
    const { status, headers } = await client.in("POST", "/chat", { message: "Hello" });
    assert.deepEqual([status, Number(headers.get("retry-after")) > 40], [429, true]);
    // A command never reaches a model: it has a window of its own.
    await tab.getByTestId("composer").fill("/help");
    assert.equal(await tab.getByTestId("send").isDisabled(), false);
    await tab.getByTestId("composer").press("Enter");
    await tab.locator("[data-command=help]").waitFor();
    await tab.getByTestId("composer").fill("And how many are Gold?");
    // This browser's minute passes; the server's clock still says no, and that is said anew.
    await tab.clock.fastForward(61_000);
    await countdown.waitFor({ state: "detached" });
    await tab.getByTestId("send").click();
    await countdown.waitFor();
    assert.equal(await tab.getByTestId("composer").inputValue(), "And how many are Gold?");
  });
});

Deno.test("a command that the app died over says so, and Retry sends it again", async () => {
  await withProduct({ expected: /net::ERR_|WebSocket connection to/ }, async (product) => {
    const tab = await product.open();
    const { db } = await product.gatekeeper.pids();
    // Its answer waits for the database when the app is killed.
    Deno.kill(db, "SIGSTOP");
    await say(tab, "/query SELECT 1 AS one");
    await until("the command to be kept", async () => {
      const { body } = await product.client.in<{ messages: unknown[] }>("GET", "/chat");
      return body.messages.length === 1;
    });
    await product.crash(() => Deno.kill(db, "SIGCONT"));
    await live(tab);
    await tab.getByText("This was interrupted, and there is no answer.").waitFor();
    await isAccessible(tab, "interrupted");
    await tab.getByRole("button", { name: "Retry" }).press("Enter");
    await tab.getByTestId("figure").getByText("1", { exact: true }).waitFor();
    assert.equal(await tab.getByTestId("command-typed").count(), 2);
  });
});

/** Writes a command and waits for its result. */
async function command(tab: Page, text: string, name: string): Promise<void> {
  await say(tab, text);
  await tab.locator(`[data-command=${name}]`).waitFor();
}

/** What a screen reader is told to be chosen in the list. */
async function chosen(tab: Page): Promise<string> {
  const id = await tab.getByTestId("composer").getAttribute("aria-activedescendant");
  return id ? await tab.locator(`#${id}[aria-selected=true] code`).innerText() : "";
}

/** The conversation's POSTs of a tab, from now on. */
function postsOf(tab: Page): string[] {
  const posts: string[] = [];
  tab.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/chat")) posts.push(request.postData() ?? "");
  });
  return posts;
}

async function isAccessible(tab: Page, what: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await tab.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    assert.deepEqual(await accessibility(tab), [], `${what}, ${colorScheme}`);
  }
  await tab.emulateMedia({ colorScheme: "light" });
}
