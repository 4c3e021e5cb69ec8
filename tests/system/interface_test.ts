/** The interface in all its states: accessible, in words, at every width, in both themes, by address. */
import assert from "node:assert/strict";
import { Approver } from "./client.ts";
import {
  accessibility,
  beforeApproval,
  detail,
  live,
  type Page,
  type Product,
  say,
  WIDE,
  withProduct,
} from "./product.ts";
import { until } from "./start.ts";

const PHONE = { width: 390, height: 780 };
const TABLET = { width: 900, height: 800 };

Deno.test("every state of the interface is accessible", async (t) => {
  await withProduct({}, async (product) => {
    const { client, open, behind } = product;
    const tab = await open();

    await t.step("an empty first visit", async () => {
      await tab.getByRole("button", { name: "Show me all customers" }).waitFor();
      await isAccessible(tab, "empty");
    });

    await t.step("after a query", async () => {
      await say(tab, "Show me all customers");
      await tab.getByTestId("message-assistant").last().getByText("8 rows.", { exact: true }).waitFor();
      await tab.getByTestId("queue-item-1").waitFor();
      await isAccessible(tab, "query");
    });

    await t.step("a pending action, and how many wait in the title", async () => {
      assert.equal(await tab.title(), "Main · Gatekeeper");
      await say(tab, "Upgrade all East customers to Gold");
      await tab.getByTestId("queue-item-2").click();
      await detail(tab, "pending", 2);
      await until("the title's count", async () => await tab.title() === "(1) Main · Gatekeeper");
      const card = await tab.getByTestId("action-card").last().innerText();
      assert.match(
        card,
        /^#2[\s\S]*3 rows in customers change\.[\s\S]*Set tier to/,
        "what was computed comes first",
      );
      const item = await tab.getByTestId("queue-item-2").innerText();
      assert.match(item, /^#2\s*customers: 3 to update[\s\S]*Set tier to/);
      await isAccessible(tab, "pending");
    });

    await t.step("a dangerous action, which wants its row count typed", async () => {
      await client.propose("DELETE FROM customers WHERE region = 'West'");
      await until("the title's count", async () => await tab.title() === "(2) Main · Gatekeeper");
      await tab.getByTestId("queue-item-3").click();
      await detail(tab, "pending", 3);
      await tab.getByTestId("approve-count").waitFor();
      await isAccessible(tab, "dangerous");
    });

    await t.step("drift", async () => {
      await tab.getByTestId("queue-item-2").click();
      await detail(tab, "pending", 2);
      await beforeApproval(tab, () => behind("UPDATE customers SET tier = 'Iron' WHERE id = 2"));
      await tab.getByTestId("approve").click();
      await detail(tab, "stale", 2);
      await isAccessible(tab, "drift");
    });

    await t.step("approved, with the quiet line that says so", async () => {
      await tab.getByTestId("look-again").click();
      await detail(tab, "pending", 2);
      await tab.getByTestId("approve").click();
      await tab.getByTestId("undo").waitFor();
      await tab.getByRole("button", { name: "Decided" }).click();
      await tab.getByTestId("queue-item-2").click();
      await detail(tab, "approved", 2);
      await isAccessible(tab, "approved");
    });

    await t.step("conflict on revert", async () => {
      behind("UPDATE customers SET tier = 'Copper' WHERE id = 5");
      await tab.getByTestId("revert").click();
      await tab.getByTestId("revert-confirm").click();
      await tab.getByRole("cell", { name: "Copper" }).waitFor();
      await tab.getByText("To bring back what was before anyway, ask for a change").waitFor();
      await isAccessible(tab, "conflict");
    });

    await t.step("failed", async () => {
      await failed(product);
      await tab.locator('[data-testid^=queue-item][data-state="failed"]').first().click();
      await detail(tab, "failed");
      await isAccessible(tab, "failed");
    });

    await t.step(
      "long titles, long values, hostile text, many columns: nothing widens the page",
      async () => {
        const long = "unbreakable".repeat(20);
        const wide = Array.from({ length: 14 }, (_, i) => `column_${i} TEXT`).join(", ");
        behind(`CREATE TABLE wide (id INTEGER PRIMARY KEY, ${wide}, data BLOB);
        INSERT INTO wide (column_1, column_2, data) VALUES ('<img src=x onerror=alert(1)>', '${long}', x'00ff')`);
        const { id } = await client.propose(
          `UPDATE wide SET column_2 = column_2 || '!', column_3 = '${long}', column_4 = '${long}'`,
        );
        await tab.getByRole("button", { name: "Waiting" }).click();
        await tab.getByTestId(`queue-item-${id}`).click();
        await detail(tab, "pending", id);
        await say(tab, long);
        await tab.getByTestId("message-assistant").last().getByText("did not understand").waitFor();
        await everyWidth(tab);
        await tab.goto(`${product.gatekeeper.url}/w/main/data/wide`);
        await live(tab);
        await everyWidth(tab);
        assert.equal(await tab.locator("td img").count(), 0);
      },
    );

    await t.step("a database that is down says so, and that it is back", async () => {
      const { db } = await product.gatekeeper.pids();
      Deno.kill(db, "SIGSTOP");
      try {
        assert.equal((await client.in("GET", "/tables")).status, 503);
        await tab.getByRole("alert").getByText("The database service does not answer.").waitFor();
        await isAccessible(tab, "down");
      } finally {
        Deno.kill(db, "SIGCONT");
      }
      await tab.getByRole("alert").waitFor({ state: "detached" });
    });
  });
});

Deno.test("addresses, themes and errors", async (t) => {
  await withProduct({}, async ({ gatekeeper, client, browser, context, open }) => {
    const { id } = await client.propose("UPDATE customers SET tier = 'Gold' WHERE region = 'East'");
    await client.propose("UPDATE customers SET tier = 'Iron' WHERE region = 'West'");

    await t.step("an action and a table have addresses that need no JavaScript", async () => {
      const plain = await browser.newContext({ javaScriptEnabled: false, viewport: WIDE });
      const page = await plain.newPage();
      await page.goto(`${gatekeeper.url}/w/main/actions/${id}`);
      await detail(page, "pending", id);
      assert.equal(await page.getByTestId("diff-row").count(), 3);
      await page.goto(`${gatekeeper.url}/w/main/data/customers`);
      assert.equal(await page.getByTestId("data-row").count(), 8);
      await plain.close();
    });

    await t.step("with JavaScript, links change the state alone, and Back works", async () => {
      const tab = await open(`/w/main/actions/${id}`);
      await detail(tab, "pending", id);
      await tab.evaluate("document.body.dataset.mark = 'same document'");
      await tab.getByTestId(`queue-item-${id + 1}`).click();
      await detail(tab, "pending", id + 1);
      assert.equal(new URL(tab.url()).pathname, `/w/main/actions/${id + 1}`);
      await tab.goBack();
      await detail(tab, "pending", id);
      await tab.goForward();
      await detail(tab, "pending", id + 1);
      assert.equal(await tab.locator("body").getAttribute("data-mark"), "same document");
      await tab.goto(`${gatekeeper.url}/w/main/data/customers`);
      await live(tab);
      await tab.goBack();
      await detail(tab, "pending", id + 1);
      await tab.close();
    });

    await t.step("the theme is kept, and there before the page is alive", async () => {
      const tab = await open();
      const theme = () => tab.locator("html").getAttribute("data-theme");
      assert.equal(await theme(), null);
      await tab.getByTestId("theme").click();
      assert.equal(await theme(), "light");
      await tab.getByTestId("theme").click();
      assert.equal(await theme(), "dark");
      await isAccessible(tab, "dark by choice");
      await tab.reload({ waitUntil: "commit" });
      await tab.locator("body").waitFor();
      assert.equal(await theme(), "dark");
      await tab.close();
    });

    await t.step("at 200% zoom nothing scrolls sideways", async () => {
      const tab = await open(`/w/main/actions/${id}`);
      for (const { width, height } of [WIDE, { width: 1280, height: 720 }, PHONE]) {
        await tab.setViewportSize({ width: width / 2, height: height / 2 });
        await fits(tab, `${width} at 200%`);
      }
      await tab.close();
    });

    await t.step("a phone has its panels one at a time, with the count on the queue", async () => {
      const tab = await open();
      const tabs = tab.getByRole("navigation", { name: "Panels" });
      for (const panel of ["Chat", "Queue", "Data"]) {
        await tab.setViewportSize(PHONE);
        await tabs.getByRole("link", { name: panel }).click();
        await tab.getByRole("heading", { level: 2, name: panel, exact: true }).waitFor();
        assert.equal(await tab.locator(".panel:visible").count(), 1);
        await isAccessible(tab, panel, [PHONE]);
      }
      await tab.setViewportSize(PHONE);
      assert.match(await tabs.getByRole("link", { name: "Queue" }).innerText(), /2/);
      await tab.close();
    });

    await t.step("what isn't there says so in words", async () => {
      const page = await context.newPage();
      const wrong = {
        "/w/nowhere": 'There is no workspace "nowhere".',
        "/w/main/actions/99": "There is no #99.",
        "/w/main/actions/abc": "There is no #abc.",
        "/w/main/data/nope": 'There is no table "nope".',
        "/nope": "There is nothing here.",
      };
      for (const [path, words] of Object.entries(wrong)) {
        const answer = await page.goto(gatekeeper.url + path);
        assert.equal(answer?.status(), 404);
        assert.equal(await page.getByRole("heading").innerText(), words);
        assert.deepEqual(await accessibility(page), []);
        const box = await page.locator(".error-page").boundingBox();
        assert.ok(box && box.width <= 560 && box.x > 100, "it is styled");
        await page.getByRole("link", { name: "Back to your workspace" }).waitFor();
      }
      await page.close();
      // A link to a row may be older than the row's end: its table is not empty for that.
      const gone = await open("/w/main/data/customers?key=99");
      await gone.getByText("This row is not there any more.").waitFor();
      assert.equal(await gone.getByText("This table is empty.").count(), 0);
      await gone.getByRole("link", { name: "Show the whole table" }).click();
      await gone.getByTestId("data-row").nth(7).waitFor();
      await gone.close();
    });
  });
});

/** axe at each size and in both themes, and nothing wider than the screen. */
async function isAccessible(tab: Page, what: string, sizes = [WIDE, TABLET, PHONE]): Promise<void> {
  for (const size of sizes) {
    await tab.setViewportSize(size);
    // One theme at each size: what differs between themes is colour, between sizes place.
    for (const colorScheme of size === WIDE ? ["light", "dark"] as const : ["dark"] as const) {
      await tab.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      assert.deepEqual(await accessibility(tab), [], `${what} at ${size.width}, ${colorScheme}`);
    }
    await fits(tab, `${what} at ${size.width}`);
  }
  await tab.emulateMedia({ colorScheme: "light" });
  await tab.setViewportSize(WIDE);
}

async function everyWidth(tab: Page): Promise<void> {
  for (const width of [1440, 1100, 1000, 760, 500, 390, 320]) {
    await tab.setViewportSize({ width, height: 800 });
    await fits(tab, `${width}`);
  }
  await isAccessible(tab, "long");
}

/** Neither the page nor a panel scrolls sideways, and the page itself doesn't scroll down. */
async function fits(tab: Page, what: string): Promise<void> {
  const over = await tab.evaluate(
    `[document.documentElement, ...document.querySelectorAll(".panel, .thread, .detail")]
    .filter((box) => box.scrollWidth > box.clientWidth + 1 ||
      box === document.documentElement && box.scrollHeight > innerHeight)
    .map((box) => box.className || box.tagName)`,
  );
  assert.deepEqual(over, [], what);
}

/** An action that the database refuses at last: a row that it adds has come in between. */
async function failed({ client, behind }: Product): Promise<void> {
  behind("CREATE TABLE codes (code TEXT PRIMARY KEY) WITHOUT ROWID");
  const approver = await Approver.enrolled(client);
  const action = await client.propose("INSERT INTO codes VALUES ('A')");
  behind("INSERT INTO codes VALUES ('A')");
  await client.approve(action, await approver.sign(action, "approve"));
}
