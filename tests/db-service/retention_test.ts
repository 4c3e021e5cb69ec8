/** Captured rows are kept for a time: then the record stays, the values are gone, and there is no way back. */
import assert from "node:assert/strict";
import { entryHash } from "@/db-service/contract/chain.ts";
import { statementsHash } from "@/db-service/contract/digest.ts";
import { openLocal } from "@/db-service/engine/change/local_tx.ts";
import { createWriter } from "@/db-service/engine/change/writer.ts";
import { Lab, refuses } from "./lab.ts";

const DAY = 24 * 60 * 60_000;
const HOUR = 60 * 60_000;

Deno.test("an action can be reverted for as long as its rows are kept, and says so when they are not", async () => {
  let now = Date.now();
  await using lab = await Lab.open({ sample: true, now: () => now });
  const kept = async () => {
    const tx = await lab.begin();
    const tables = await tx.query(
      "SELECT name FROM sqlite_schema WHERE name LIKE '\\_gk\\_log\\_%' ESCAPE '\\'",
    );
    let rows = 0;
    for (const [name] of tables) {
      rows += Number((await tx.query(`SELECT count(*) FROM "${name}"`))[0][0]);
    }
    await tx.rollback();
    return rows;
  };
  const old = await lab.approve("UPDATE customers SET tier = 'Old' WHERE id = 1");
  now += 60 * DAY;
  assert.equal(await kept(), 1);
  const known = await lab.writer.record(old.actionUid);
  assert.ok(known.state === "executed" && known.canRevert && known.revertSql !== "");
  now += 30 * DAY + HOUR;
  const purged = await lab.writer.record(old.actionUid);
  assert.ok(purged.state === "executed" && !purged.canRevert);
  assert.equal(purged.revertSql, "");
  assert.equal(await kept(), 0);
  now = Date.now();
  await refuses(lab.revert(old), "conflict", /no longer kept/);
  const [entry] = await lab.writer.changes(0);
  assert.equal(await entryHash(entry), entry.hash, "the chain still holds");
  assert.equal(await statementsHash(entry.statements), entry.statementsSha256, "and so do the statements");
  assert.deepEqual(entry.affected, old.preview.counts);
});

Deno.test("younger rows stay, many old ones go in several steps, and it is looked at most hourly", async () => {
  await using lab = await Lab.open({ sample: true });
  const actions = [];
  for (let i = 0; i < 25; i++) {
    actions.push(await lab.approve([`UPDATE customers SET tier = ? WHERE id = 1`, `T${i}`]));
  }
  const last = await lab.approve("UPDATE customers SET tier = 'Young' WHERE id = 2");
  await lab.outside(
    "UPDATE _gk_change SET at = '2020-01-01T00:00:00.000Z' WHERE seq <= 25",
  );
  let now = Date.now();
  const local = await openLocal(lab.file);
  const writer = createWriter({ ...local, scope: "temp", now: () => now, retentionDays: 7 });
  const canRevert = async (uid: string) => {
    const record = await writer.record(uid);
    return record.state === "executed" && record.canRevert;
  };
  assert.equal(await canRevert(actions[0].actionUid), false);
  assert.equal(await canRevert(actions[24].actionUid), false, "the rest went with the next request");
  assert.equal(await canRevert(last.actionUid), true);
  await lab.outside("UPDATE _gk_change SET at = '2020-01-01T00:00:00.000Z'");
  now += HOUR - 1;
  assert.equal(await canRevert(last.actionUid), true);
  now += 1;
  assert.equal(await canRevert(last.actionUid), false);
  await writer.close();
});
