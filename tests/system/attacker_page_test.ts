/** A hostile app that has learnt how approvals are made: the browser still signs what it shows, or nothing that works. */
import assert from "node:assert/strict";
import { digestOf } from "@/db-service/contract/digest.ts";
import { Approval } from "@/db-service/contract/schemas.ts";
import type { Action, Cell, Change } from "@/agent/types.ts";
import { alter, alterFrames, lieAbout, openAction, type Shown } from "./attacker_page.ts";
import { type Page, seen, withProduct } from "./product.ts";
import { until } from "./start.ts";

/** Lies about keys that SQLite will assign and cells that the clock will fill, over an insert and an update. */
const MARKS: Record<string, { of: "insert" | "update"; lie: (change: Change) => void }> = {
  "a key of its own in place of the one to be assigned": {
    of: "insert",
    lie: (change) => (change.key = { id: 9 }, cells(change)[0] = 9),
  },
  "a row that is there in place of the one to be added": {
    of: "insert",
    lie: (change) => (change.key = { id: 1 }, cells(change)[0] = 1),
  },
  "another number of the key to be assigned": {
    of: "insert",
    lie: (change) => (change.key = { id: { $key: 2 } }, cells(change)[0] = { $key: 2 }),
  },
  "a key to be assigned in place of a row that is there": {
    of: "update",
    lie: (change) => (change.key = { id: { $key: 1 } }, cells(change)[0] = { $key: 1 }),
  },
  "the clock in place of what is written": {
    of: "update",
    lie: (change) => cells(change)[3] = { $now: "CURRENT_TIMESTAMP" },
  },
  "what is written in place of the mark's name": {
    of: "update",
    lie: (change) => cells(change)[3] = "$key",
  },
};

/** What the second of two pages is altered to. */
const PAGES: Record<string, (body: { changes: Change[] }) => void> = {
  "a cell on the page that nobody looks at": ({ changes }) => cells(changes[7])[1] = "harmless",
  "a row fewer": ({ changes }) => void changes.pop(),
  "a row more": ({ changes }) => void changes.push(changes[0]),
  "two rows that change places": ({ changes }) => void changes.push(...changes.splice(0, 1)),
  "no rows": ({ changes }) => void changes.splice(0),
};

Deno.test("a hostile app gets no signature for what it does not show", async (t) => {
  await withProduct({}, async ({ client, open, behind, context, gatekeeper }) => {
    behind("CREATE TABLE big (id INTEGER PRIMARY KEY, v TEXT)");
    behind(
      "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 250) INSERT INTO big SELECT i, 'v' FROM c",
    );
    const actions = {
      insert: await client.propose("INSERT INTO customers(name, email) VALUES ('New', 'new@example.com')"),
      update: await client.propose("UPDATE customers SET tier = 'Gold' WHERE id = 2"),
    };
    const bulk = await client.propose("UPDATE big SET v = 'w'");
    const hostile = await client.propose("UPDATE customers SET name = 'Stolen'");
    const before = await data();
    async function data(): Promise<string> {
      return JSON.stringify([await client.rows("customers"), await client.rows("big")]);
    }
    const tab = await open();
    const sent = approvalsOf(tab);
    const notSigned = async (says: RegExp) => {
      const alert = tab.getByRole("alert").filter({ hasText: "Not signed." });
      assert.match(await alert.innerText(), says);
      assert.equal(await data(), before);
      assert.deepEqual(sent, [], "nothing was sent");
    };

    for (const [what, { of, lie }] of Object.entries(MARKS)) {
      await t.step(what, async () => {
        const stop = await lieAbout(tab, actions[of].id, ({ preview }) => lie(preview.changes[0]));
        await openAction(tab, actions[of].id);
        await seen(tab);
        await tab.getByTestId("approve").click();
        await notSigned(/rows shown are not the rows/);
        await stop();
        await openAction(tab, hostile.id);
      });
    }

    for (const [what, lie] of Object.entries(PAGES)) {
      await t.step(`on the second page: ${what}`, async () => {
        const stop = await alter(tab, `**/actions/${bulk.id}/changes?page=1`, lie);
        await openAction(tab, bulk.id);
        await tab.getByTestId("approve-count").fill("250");
        await seen(tab);
        await tab.getByTestId("approve").click();
        await notSigned(/rows shown are not the rows/);
        await stop();
        await openAction(tab, hostile.id);
      });
    }

    await t.step("a page left out of the hashes, with the counts to match", async () => {
      const stop = await lieAbout(tab, bulk.id, ({ preview, affected }) => {
        preview.pages.pop();
        preview.counts[0].updated = affected[0].updated = 200;
      });
      await openAction(tab, bulk.id);
      await tab.getByTestId("approve-count").fill("200");
      await seen(tab);
      await tab.getByTestId("approve").click();
      await notSigned(/digest does not match/);
      await stop();
    });

    await t.step("a harmless change under the id of a hostile one: its signature fits neither", async () => {
      const { id } = actions.update;
      const stop = await lieAbout(tab, id, (shown) => shown.uid = hostile.uid);
      await openAction(tab, id);
      await seen(tab);
      await tab.getByTestId("approve").click();
      const { approval } = await until("the signature", () => sent.shift());
      await tab.getByRole("alert").getByText(/signature/).waitFor();
      assert.deepEqual(await execute(hostile, approval), [403, "bad_signature"]);
      assert.deepEqual(await execute(actions.update, approval), [403, "bad_signature"]);
      assert.equal(await data(), before);
      await stop();
    });

    await t.step("a clock that is a month ahead: no signature that is good later", async () => {
      const other = await context.newPage();
      await alterFrames(other, (frame) => {
        if (frame.type === "hello") frame.data.now = new Date(Date.now() + 30 * 24 * 3_600_000).toISOString();
      });
      await other.goto(`${gatekeeper.url}/w/main`);
      await other.locator('[data-testid=connection][data-state="live"]').waitFor();
      const others = approvalsOf(other);
      await openAction(other, actions.update.id);
      await seen(other);
      await other.getByTestId("approve").click();
      await other.getByRole("alert").getByText(/Not signed\. The server's clock/).waitFor();
      assert.deepEqual(others, []);
      await other.close();
    });

    await t.step("another database, told consistently: the signature is good for neither", async () => {
      const created = await gatekeeperCall("PUT", "", { seed: true }, "payroll");
      assert.equal((await created.json()).created, true);
      const other = await context.newPage();
      await alterFrames(other, (frame) => {
        if (frame.type === "hello") frame.data.database.name = "payroll";
      });
      const { id, preview } = actions.update;
      assert.ok(preview);
      const digest = await digestOf({ ...preview, database: "payroll" });
      await lieAbout(other, id, (shown: Shown) => {
        shown.database = "payroll";
        shown.digest = shown.preview.digest = digest;
      });
      await other.goto(`${gatekeeper.url}/w/main`);
      await other.locator('[data-testid=connection][data-state="live"]').waitFor();
      const others = approvalsOf(other);
      await openAction(other, id);
      await seen(other);
      await other.getByTestId("approve").click();
      const { approval } = await until("the signature", () => others.shift());
      assert.deepEqual(await execute(actions.update, approval), [403, "bad_signature"]);
      const inPayroll = { ...actions.update, digest };
      assert.deepEqual(await execute(inPayroll, approval, "payroll"), [403, "not_approver"]);
      assert.equal(await data(), before);
      await other.close();
    });

    await t.step("told as it is, it is signed and done", async () => {
      await tab.reload();
      await openAction(tab, actions.update.id);
      await seen(tab);
      await tab.getByTestId("approve").click();
      await tab.getByTestId("undo").waitFor();
      assert.notEqual(await data(), before);
    });

    /** What an app does with a signature that it got. */
    async function execute(action: Action, approval: Approval, database = "main"): Promise<[number, string]> {
      const { uid: actionUid, statements, digest } = action;
      const answer = await gatekeeperCall(
        "POST",
        "/execute",
        { actionUid, statements, digest, approval },
        database,
      );
      const { code = "" }: { code?: string } = await answer.json();
      return [answer.status, code];
    }
    async function gatekeeperCall(
      method: string,
      path: string,
      body: unknown,
      database: string,
    ): Promise<Response> {
      return await fetch(`${gatekeeper.dbUrl}/v1/databases/${database}${path}`, {
        method,
        headers: { authorization: `Bearer ${gatekeeper.dbToken}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    }
  });
});

/** The approvals that a tab sends from now on. */
function approvalsOf(tab: Page): { approval: Approval }[] {
  const sent: { approval: Approval }[] = [];
  tab.on("request", (request) => {
    if (request.url().endsWith("/approve")) {
      sent.push({ approval: Approval.parse(JSON.parse(request.postData() ?? "{}").approval) });
    }
  });
  return sent;
}

function cells({ after }: Change): Cell[] {
  assert.ok(after);
  return after;
}
