/** An app that lies: whatever it alters of an action on its way to the browser, the browser does not sign it. */
import assert from "node:assert/strict";
import type { Action, Change, Preview } from "@/agent/types.ts";
import { lieAbout, openAction, type Shown } from "./attacker_page.ts";
import { seen, withProduct } from "./product.ts";

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

Deno.test("what a hostile app alters, the browser does not sign", async (t) => {
  await withProduct({}, async ({ client, open }) => {
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
  });
});

function first({ changes: [change] }: Preview): Change {
  return change;
}

function firstAfter(preview: Preview) {
  const { after } = first(preview);
  assert.ok(after);
  return after;
}
