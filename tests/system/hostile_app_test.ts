/** An app that lies: whatever it alters of an action on its way to the browser, the browser does not sign it. */
import assert from "node:assert/strict";
import type { Action, Change, Preview } from "@/agent/types.ts";
import { problemOf } from "@/db-service/contract/problem.ts";
import { lieAbout, openAction, type Shown } from "./attacker_page.ts";
import { detail, live, type Page, seen, withProduct } from "./product.ts";

/** Each lie with what the page says of it. All of them begin from what the app would truly send. */
const LIES: Record<string, { lie: (action: Shown) => void; says: RegExp }> = {
  "a harmless value in place of the real one": {
    lie: ({ preview }) => firstAfter(preview).splice(3, 1, "Silver"),
    says: /rows shown are not the rows/,
  },
  "another row's key": {
    lie: ({ preview }) => first(preview).key = { id: 3 },
    says: /rows shown are not the rows/,
  },
  "an update shown as an insert": {
    lie: ({ preview }) => first(preview).op = "insert",
    says: /rows shown are not the rows/,
  },
  "a row left out": {
    lie: ({ preview }) => preview.changes.pop(),
    says: /rows shown are not the rows/,
  },
  "no rows at all": {
    lie: ({ preview }) => preview.changes.splice(0),
    says: /rows shown are not the rows/,
  },
  "a row left out, with the count to match": {
    lie: ({ preview, affected }) => {
      preview.changes.pop();
      preview.counts[0].updated = affected[0].updated = 2;
    },
    says: /rows shown are not the rows/,
  },
  "a smaller count in the headline": {
    lie: ({ affected }) => affected[0].updated = 1,
    says: /counts shown do not match/,
  },
  "a smaller count in the preview": {
    lie: ({ preview, affected }) => preview.counts[0].updated = affected[0].updated = 1,
    says: /counts shown do not match/,
  },
  "harmless SQL over the same rows": {
    lie: ({ statements }) => statements[0].sql = "UPDATE customers SET tier = ?1 WHERE id = 2",
    says: /SQL shown is not the SQL/,
  },
  "another argument": {
    lie: ({ statements }) => statements[0].args[0] = "Silver",
    says: /SQL shown is not the SQL/,
  },
  "one more statement": {
    lie: ({ statements }) => statements.push({ sql: "SELECT 1", args: [] }),
    says: /SQL shown is not the SQL/,
  },
  "other statements with their own hash": {
    lie: ({ preview }) => preview.statementsSha256 = preview.digest,
    says: /SQL shown is not the SQL/,
  },
  "another page hash": {
    lie: ({ preview }) => preview.pages[0] = preview.digest,
    says: /rows shown are not the rows/,
  },
  "a page fewer": {
    lie: ({ preview }) => preview.pages.pop(),
    says: /more|not|contain/,
  },
  "another name for a column": {
    lie: ({ preview }) => preview.columns.customers.splice(3, 1, "nickname"),
    says: /column names shown are not those/,
  },
  "columns that change places": {
    lie: ({ preview }) => preview.columns.customers.reverse(),
    says: /column names shown are not those/,
  },
  "one more column, under which nothing stands": {
    lie: ({ preview }) => preview.columns.customers.push("note"),
    says: /column names shown are not those/,
  },
  "other column names with a hash to match": {
    lie: ({ preview }) => {
      preview.columns.customers.splice(3, 1, "nickname");
      for (const change of preview.changes) change.columnsSha256 = preview.digest;
    },
    says: /rows shown are not the rows/,
  },
  "another digest": {
    lie: (action) => action.digest = action.preview.digest = action.preview.statementsSha256,
    says: /digest does not match/,
  },
  "another digest in the action alone": {
    lie: (action) => action.digest = action.preview.statementsSha256,
    says: /digest does not match/,
  },
  "another database": {
    lie: (action) => action.database = "payroll",
    says: /belongs to another database/,
  },
};

/** The same about an action that ran, whose revert would be signed. */
const REVERT_LIES: typeof LIES = {
  "a harmless value in place of the one that comes back": {
    lie: ({ preview }) => firstBefore(preview).splice(3, 1, "Gold"),
    says: /rows shown are not the rows/,
  },
  "fewer rows": {
    lie: ({ preview, affected }) => {
      preview.changes.pop();
      affected[0].updated = 2;
    },
    says: /rows shown are not the rows/,
  },
  "no rows at all": {
    lie: (action) => Object.assign(action, { preview: null }),
    says: /can't be shown/,
  },
  "another name for a column": {
    lie: ({ preview }) => preview.columns.customers.splice(3, 1, "nickname"),
    says: /column names shown are not those/,
  },
  "a smaller count in the headline": {
    lie: ({ affected }) => affected[0].updated = 1,
    says: /counts shown do not match/,
  },
  "harmless SQL over the same rows": {
    lie: ({ statements }) => statements[0].sql = "UPDATE customers SET tier = ?1 WHERE id = 2",
    says: /digest does not match/,
  },
};

Deno.test("what a hostile app alters, the browser does not sign", async (t) => {
  await withProduct({}, async ({ client, open, gatekeeper }) => {
    const { body: action } = await client.in<Action>("POST", "/actions", {
      title: "Upgrade",
      statements: [{ sql: "UPDATE customers SET tier = ?1 WHERE region = 'East'", args: ["Gold"] }],
    });
    const other = await client.propose("UPDATE customers SET name = 'Al' WHERE id = 1");
    const before = await client.rows("customers");
    const tab = await open();
    const sent: string[] = [];
    tab.on("request", (request) => {
      if (request.method() === "POST") sent.push(new URL(request.url()).pathname);
    });

    for (const [what, { lie, says }] of Object.entries(LIES)) {
      await t.step(what, async () => {
        const stop = await lieAbout(tab, action.id, lie);
        await openAction(tab, action.id);
        await tab.getByTestId("approve").click();
        const alert = tab.getByRole("alert").filter({ hasText: "Not signed." });
        assert.match(await alert.innerText(), says);
        await stop();
        await openAction(tab, other.id);
        assert.deepEqual(sent, [], "nothing was sent");
        assert.deepEqual(await client.rows("customers"), before);
        assert.equal((await client.action(action.id)).state, "pending");
      });
    }

    await t.step("badges left out: a deletion wants its count typed all the same", async () => {
      const { id } = await client.propose("DELETE FROM customers WHERE region = 'West'");
      const stop = await lieAbout(tab, id, (shown) => shown.badges = []);
      await openAction(tab, id);
      await tab.getByTestId("approve-count").waitFor();
      await seen(tab);
      assert.equal(await tab.getByTestId("approve").isDisabled(), true);
      await stop();
    });

    await t.step("the same action, told as it is, is signed and done", async () => {
      await openAction(tab, action.id);
      await tab.getByTestId("approve").click();
      await tab.getByTestId("undo").waitFor();
      assert.equal((await client.action(action.id)).state, "approved");
      assert.equal(sent.filter((path) => path.endsWith("/approve")).length, 1);
    });

    sent.length = 0;
    const after = await client.rows("customers");
    for (const [what, { lie, says }] of Object.entries(REVERT_LIES)) {
      await t.step(`a revert over ${what}`, async () => {
        await tab.goto(`${gatekeeper.url}/w/main?panel=queue&state=decided`);
        await live(tab);
        const stop = await lieAbout(tab, action.id, lie);
        await tab.getByTestId(`queue-item-${action.id}`).click();
        await detail(tab, "approved", action.id);
        await revertOpen(tab);
        const alert = tab.getByRole("alert").filter({ hasText: "Not signed." });
        assert.match(await alert.innerText(), says);
        await stop();
        assert.deepEqual(sent, [], "nothing was sent");
        assert.deepEqual(await client.rows("customers"), after);
      });
    }

    await t.step("Undo over another action that has the number by now", async () => {
      await tab.goto(`${gatekeeper.url}/w/main`);
      await live(tab);
      const { id } = await client.propose("UPDATE customers SET tier = 'New' WHERE id = 1");
      await openAction(tab, id);
      await tab.getByTestId("approve").click();
      await tab.getByTestId("undo").waitFor();
      sent.length = 0;
      const now = await client.rows("customers");
      const unlike = await client.action(action.id);
      const stop = await lieAbout(tab, id, (shown) => Object.assign(shown, { ...unlike, id }));
      await tab.getByTestId("undo").click();
      const alert = tab.getByRole("alert").filter({ hasText: "Not signed." });
      assert.match(await alert.innerText(), /another action/);
      assert.deepEqual(sent, [], "nothing was sent");
      assert.deepEqual(await client.rows("customers"), now);
      await stop();
      await tab.goto(`${gatekeeper.url}/w/main/actions/${id}`);
      await live(tab);
      await revertOpen(tab);
      await detail(tab, "reverted", id);
    });

    await t.step("an insert that is said to have failed, and waits again as another action", async () => {
      const [first, second] = await Promise.all(
        [1, 2].map(() =>
          client.propose("INSERT INTO customers(name, email) VALUES ('Once', 'once@example.com')")
        ),
      );
      await openAction(tab, first.id);
      await tab.route("**/approve", async (route) => {
        await route.fetch();
        await route.fulfill({ status: 503, contentType: "application/problem+json", body: UNAVAILABLE });
      }, { times: 1 });
      const stop = await lieAbout(
        tab,
        first.id,
        (shown) => Object.assign(shown, { ...second, id: first.id }),
      );
      await tab.getByTestId("approve").click();
      await tab.getByRole("alert").getByText("The database is away.").waitFor();
      await detail(tab, "pending", first.id);
      sent.length = 0;
      await tab.getByTestId("approve").click();
      await tab.getByRole("alert").getByText(/Not signed\. This is another action/).waitFor();
      assert.deepEqual(sent, []);
      const added = (await client.rows("customers")).filter(({ name }) => name === "Once");
      assert.equal(added.length, 1);
      await stop();
      await client.in("POST", `/actions/${second.id}/withdraw`, {});
    });

    await t.step("the revert of what it was is signed and done", async () => {
      await tab.goto(`${gatekeeper.url}/w/main?panel=queue&state=decided`);
      await live(tab);
      await tab.getByTestId(`queue-item-${action.id}`).click();
      await detail(tab, "approved", action.id);
      await revertOpen(tab);
      await detail(tab, "reverted", action.id);
      const rows = await client.rows("customers");
      assert.deepEqual(rows.filter(({ name }) => name !== "Once"), before);
    });
  });
});

function first({ changes: [change] }: Preview): Change {
  return change;
}

/** What a hostile app says of what it did. */
const UNAVAILABLE = JSON.stringify(problemOf("db_unavailable", "The database is away."));

function firstBefore(preview: Preview) {
  const { before } = first(preview);
  assert.ok(before);
  return before;
}

async function revertOpen(tab: Page): Promise<void> {
  await tab.getByTestId("revert").click();
  await tab.getByTestId("revert-confirm").click();
}

function firstAfter(preview: Preview) {
  const { after } = first(preview);
  assert.ok(after);
  return after;
}
