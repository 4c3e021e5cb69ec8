/** The browser signs what it shows, and nothing else. */
import assert from "node:assert/strict";
import type { Action, Change } from "@/agent/types.ts";
import {
  approvalBytes,
  fromBase64url,
  KEY_ALGORITHM,
  paginate,
  SIGNATURE,
} from "@/db-service/contract/digest.ts";
import { signApproval, verifyExecuted, verifyShown } from "@/islands/lib/sign.ts";
import { actionOf, STATEMENTS, upgrades } from "./fixtures.ts";

const noPage = () => Promise.resolve(null);
const verify = (action: Action, changes: Change[]) => verifyShown(action, "main", changes, noPage);

async function refused(action: Action, changes: Change[], pattern: RegExp): Promise<void> {
  const verified = await verify(action, changes);
  assert.ok(!verified.ok, "it was signed");
  assert.match(verified.message, pattern);
}

Deno.test("what is shown as it was previewed is accepted, with the digest recomputed", async () => {
  const changes = upgrades(3);
  const action = await actionOf(changes);
  const verified = await verify(action, changes);
  assert.deepEqual(verified, {
    ok: true,
    statementsSha256: action.preview?.statementsSha256,
    digest: action.digest,
  });
});

Deno.test("a change without rows can be verified too", async () => {
  assert.ok((await verify(await actionOf([]), [])).ok);
});

Deno.test("one altered cell, key, operation or order among the rows shown is refused", async () => {
  const changes = upgrades(3);
  const action = await actionOf(changes);
  const [first, second, third] = changes;
  assert.ok(first && second && third);
  const altered: Change[][] = [
    [{ ...first, after: [1, "Platinum"] }, second, third],
    [{ ...first, before: [1, "Bronze"] }, second, third],
    [{ ...first, key: { id: 9 } }, second, third],
    [{ ...first, op: "delete", after: null }, second, third],
    [{ ...first, table: "orders" }, second, third],
    [{ ...first, columnsSha256: "x" }, second, third],
    [second, first, third],
    [first, second],
    [first, second, third, third],
    [],
  ];
  for (const shown of altered) await refused(action, shown, /^Not signed\. The rows shown are not/);
});

Deno.test("rows beyond the previewed pages are refused", async () => {
  const changes = upgrades(200);
  await refused(await actionOf(changes), [...changes, ...upgrades(1)], /does not contain/);
});

Deno.test("altered counts are refused, in the preview and in the list", async () => {
  const changes = upgrades(3);
  const action = await actionOf(changes);
  assert.ok(action.preview);
  const counts = [{ table: "customers", inserted: 0, updated: 1, deleted: 0 }];
  await refused({ ...action, preview: { ...action.preview, counts } }, changes, /counts/);
  await refused({ ...action, affected: counts }, changes, /counts/);
});

Deno.test("column names that are not those of the preview are refused", async () => {
  const changes = upgrades(3);
  const action = await actionOf(changes);
  assert.ok(action.preview);
  const lies: Record<string, string[]>[] = [
    { customers: ["tier", "id"] },
    { customers: ["id", "nickname"] },
    { customers: ["id", "tier", "region"] },
    { customers: ["id"] },
    { orders: ["id", "tier"] },
    {},
  ];
  for (const columns of lies) {
    await refused(
      { ...action, preview: { ...action.preview, columns } },
      changes,
      /^Not signed\. The column names shown are not those that were previewed\.$/,
    );
  }
  // Also under a row that nobody looked at, on a later page.
  const many = upgrades(201);
  const last = many.at(-1);
  assert.ok(last);
  const forged = await actionOf([...many.slice(0, -1), { ...last, columnsSha256: "x" }]);
  const pages = paginate([...many.slice(0, -1), { ...last, columnsSha256: "x" }]);
  const verified = await verifyShown(
    forged,
    "main",
    pages[0] ?? [],
    (page) => Promise.resolve(pages[page] ?? null),
  );
  assert.match(verified.ok ? "signed" : verified.message, /column names/);
});

Deno.test("altered statements or arguments are refused", async () => {
  const changes = upgrades(3);
  const action = await actionOf(changes);
  await refused(
    { ...action, statements: [{ sql: "DELETE FROM customers", args: [] }] },
    changes,
    /SQL shown/,
  );
  await refused({ ...action, statements: [{ ...STATEMENTS[0], args: ["Bronze"] }] }, changes, /SQL shown/);
  await refused({ ...action, statements: [...STATEMENTS, ...STATEMENTS] }, changes, /SQL shown/);
});

Deno.test("a digest or database that is not of what is shown is refused", async () => {
  const changes = upgrades(3);
  const action = await actionOf(changes);
  const other = await actionOf(upgrades(4));
  assert.ok(action.preview);
  await refused({ ...action, digest: other.digest }, changes, /digest/);
  await refused({ ...action, preview: { ...action.preview, digest: other.digest ?? "" } }, changes, /digest/);
  await refused({ ...action, database: "other" }, changes, /another database/);
  await refused({ ...action, preview: null }, changes, /no preview/);
});

Deno.test("of many rows, the pages not shown are fetched and verified", async () => {
  const changes = upgrades(450);
  const action = await actionOf(changes);
  const asked: number[] = [];
  const fetchPage = (page: number) => {
    asked.push(page);
    return Promise.resolve(paginate(changes)[page] ?? []);
  };
  const first = changes.slice(0, 200);
  const told: number[] = [];
  assert.ok((await verifyShown(action, "main", first, fetchPage, (rows) => told.push(rows))).ok);
  assert.deepEqual(asked, [1, 2]);
  assert.deepEqual(told, [200, 400, 450], "it tells how far it is");

  const forged = (page: number) =>
    Promise.resolve((paginate(changes)[page] ?? []).map((change) => ({ ...change, after: [0, "Platinum"] })));
  assert.ok(!(await verifyShown(action, "main", first, forged)).ok);
  assert.ok(!(await verifyShown(action, "main", first, noPage)).ok);
  assert.ok(!(await verifyShown(action, "main", first, () => Promise.resolve([]))).ok);
});

Deno.test("an approval is a signature over exactly this decision, and expires within the window", async () => {
  const pair = await crypto.subtle.generateKey(KEY_ALGORITHM, false, ["sign", "verify"]);
  const changes = upgrades(3);
  const action = await actionOf(changes);
  const verified = await verify(action, changes);
  assert.ok(verified.ok);
  const offset = 3_600_000;
  const began = Date.now() + offset;
  const signer = { id: "k", privateKey: pair.privateKey };
  const signed = await signApproval(signer, action, "approve", verified, offset);
  assert.ok(signed.ok);
  const { approval } = signed;
  const ahead = Date.parse(approval.expiresAt) - began;
  assert.ok(ahead > 3 * 60_000 && ahead < 5 * 60_000, `${ahead} ms`);
  const check = (decision: "approve" | "revert", digest: string) =>
    crypto.subtle.verify(
      SIGNATURE,
      pair.publicKey,
      fromBase64url(approval.signature),
      approvalBytes({
        database: "main",
        actionUid: action.uid,
        decision,
        statementsSha256: verified.statementsSha256,
        digest,
        expiresAt: approval.expiresAt,
      }),
    );
  assert.equal(approval.signature.length, 86);
  assert.equal(await check("approve", verified.digest), true);
  assert.equal(await check("revert", verified.digest), false);
  assert.equal(await check("approve", verified.statementsSha256), false);

  for (const days of [1, 30, -1]) {
    const refused = await signApproval(signer, action, "approve", verified, days * 24 * 3_600_000);
    assert.match(
      refused.ok ? "signed" : refused.message,
      /^Not signed\. The server's clock/,
      `${days} days ahead`,
    );
  }
});

Deno.test("a revert signs the executed action, recomputed from what is shown of it", async () => {
  const changes = upgrades(3);
  const action = await actionOf(changes);
  const other = await actionOf(upgrades(4));
  const { preview } = action;
  assert.ok(preview);
  const verified = await verifyExecuted(action, "main", changes);
  assert.deepEqual(verified, {
    ok: true,
    statementsSha256: preview.statementsSha256,
    digest: action.digest,
  });
  const says = async (shown: Action, rows: Change[], pattern: RegExp, database = "main") => {
    const refused = await verifyExecuted(shown, database, rows);
    assert.match(refused.ok ? "signed" : refused.message, pattern);
  };
  await says({ ...action, digest: other.digest }, changes, /digest/);
  await says({ ...action, statements: [{ sql: "DELETE FROM x", args: [] }] }, changes, /digest/);
  await says(action, changes, /another database/, "other");
  // What the rows were is what a person goes by, so it is not signed without them, or over others.
  await says({ ...action, preview: null }, [], /can't be shown/);
  await says(action, [], /rows shown/);
  await says(action, changes.slice(1), /rows shown/);
  await says(action, [{ ...changes[0], before: [1, "Bronze"] }, ...changes.slice(1)], /rows shown/);
  await says(
    action,
    [...changes, ...upgrades(1)],
    /rows shown/,
  );
  await says(
    { ...action, preview: { ...preview, columns: { customers: ["id", "nickname"] } } },
    changes,
    /column/,
  );
  const one = [{ table: "customers", inserted: 0, updated: 1, deleted: 0 }];
  await says({ ...action, affected: one }, changes, /counts/);
  await says({ ...action, affected: one, preview: { ...preview, counts: one } }, changes, /digest/);
});

Deno.test("a revert of many rows is signed over those that are shown; the others stand by their hashes", async () => {
  const changes = upgrades(450);
  const action = await actionOf(changes);
  for (const shown of [200, 400, 450]) {
    assert.ok((await verifyExecuted(action, "main", changes.slice(0, shown))).ok, `${shown} rows`);
  }
  for (const shown of [199, 201, 449]) {
    assert.ok(!(await verifyExecuted(action, "main", changes.slice(0, shown))).ok, `${shown} rows`);
  }
  const forged = changes.with(300, { ...changes[300], after: [301, "Platinum"] });
  assert.ok(!(await verifyExecuted(action, "main", forged.slice(0, 400))).ok);
});
