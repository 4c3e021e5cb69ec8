import assert from "node:assert/strict";
import { base64url, fromBase64url } from "../../db-service/contract/digest.ts";
import type { Approval, PublicKey } from "../../db-service/contract/schemas.ts";
import { Lab, makeSigner, refuses, sign } from "./lab.ts";

const MINUTE = 60_000;

/** A pending action with all that its approval is signed over, and what tries to execute it. */
async function pending(lab: Lab) {
  const input = await lab.input("UPDATE customers SET tier = 'Gold' WHERE region = 'East'");
  const { digest, statementsSha256 } = await lab.writer.preview(input);
  const subject = { actionUid: crypto.randomUUID(), digest, statementsSha256 };
  const before = await lab.dump();
  const attempt = (approval: Approval) => lab.writer.execute({ ...input, ...subject, approval });
  const untouched = async () => {
    assert.deepEqual(await lab.dump(), before);
    assert.equal((await lab.writer.record(subject.actionUid)).state, "none");
  };
  return { input, subject, attempt, untouched };
}

Deno.test("nobody writes without an enrolled key", async () => {
  await using lab = await Lab.open({ sample: true });
  const { subject, attempt, untouched } = await pending(lab);
  const stranger = await makeSigner();
  await refuses(attempt(await sign(stranger, subject)), "not_approver", /not enrolled/);
  // A stranger's signature under an approver's name.
  const forged = await sign({ ...stranger, key: lab.signer.key }, subject);
  await refuses(attempt(forged), "bad_signature", /does not fit/);
  await untouched();
  await lab.writer.revoke(lab.signer.key);
  await refuses(attempt(await sign(lab.signer, subject)), "not_approver", /not enrolled/);
  await untouched();
});

Deno.test("a signature holds for what was signed alone", async () => {
  await using lab = await Lab.open({ sample: true });
  const { subject, attempt, untouched } = await pending(lab);
  const other = base64url(new Uint8Array(32));
  const wrong = [
    { ...subject, actionUid: crypto.randomUUID() },
    { ...subject, digest: other },
    { ...subject, statementsSha256: other },
    { ...subject, decision: "revert" as const },
    { ...subject, database: "elsewhere" },
  ];
  for (const signed of wrong) {
    await refuses(attempt(await sign(lab.signer, signed)), "bad_signature", /does not fit/);
  }
  const good = await sign(lab.signer, subject);
  const later = new Date(Date.parse(good.expiresAt) + 1).toISOString();
  await refuses(attempt({ ...good, expiresAt: later }), "bad_signature", /does not fit/);
  const flipped = fromBase64url(good.signature);
  flipped[63] ^= 1;
  await refuses(attempt({ ...good, signature: base64url(flipped) }), "bad_signature", /does not fit/);
  await refuses(
    attempt({ ...good, signature: base64url(new Uint8Array(64)) }),
    "bad_signature",
    /does not fit/,
  );
  await untouched();
  assert.equal((await attempt(good)).replay, false);
});

Deno.test("an approval can't be replayed for another action, nor for the revert of its own", async () => {
  await using lab = await Lab.open({ sample: true });
  const { input, approval, actionUid, preview } = await lab.approve(
    "UPDATE customers SET tier = 'x' WHERE id = 1",
  );
  const after = await lab.dump();
  await refuses(
    lab.writer.revert({ database: "main", actionUid, approval }),
    "bad_signature",
    /does not fit/,
  );
  const execution = { ...input, actionUid: crypto.randomUUID(), digest: preview.digest, approval };
  await refuses(lab.writer.execute(execution), "bad_signature", /does not fit/);
  assert.deepEqual(await lab.dump(), after);
  // The revert's approval is for this database and this action alone, too.
  const subject = { actionUid, digest: preview.digest, statementsSha256: preview.statementsSha256 };
  const elsewhere = await sign(lab.signer, { ...subject, decision: "revert", database: "elsewhere" });
  await refuses(
    lab.writer.revert({ database: "main", actionUid, approval: elsewhere }),
    "bad_signature",
    /does not/,
  );
  const stranger = await sign(await makeSigner(), { ...subject, decision: "revert" });
  await refuses(
    lab.writer.revert({ database: "main", actionUid, approval: stranger }),
    "not_approver",
    /not enrolled/,
  );
  assert.deepEqual(await lab.dump(), after);
});

Deno.test("an approval ends, and does not begin too long before its end", async () => {
  let now = Date.now();
  await using lab = await Lab.open({ sample: true, now: () => now });
  const { subject, attempt, untouched } = await pending(lab);
  const until = (ms: number) => sign(lab.signer, { ...subject, expiresAt: new Date(now + ms).toISOString() });
  const expired = await refuses(attempt(await until(0)), "approval_expired", /has expired/);
  assert.equal(expired.extra.now, new Date(now).toISOString());
  await refuses(attempt(await until(-MINUTE)), "approval_expired", /has expired/);
  await refuses(attempt(await until(5 * MINUTE + 1)), "approval_expired", /five minutes/);
  await untouched();
  const approval = await until(5 * MINUTE);
  now += MINUTE;
  assert.equal((await attempt(approval)).state, "executed");
});

Deno.test("an approval that expires while the statements run, or the rows come back, commits nothing", async () => {
  let now = Date.now();
  let isSlow = false;
  await using lab = await Lab.open({
    sample: true,
    now: () => now,
    // The clock passes the approval's end with the change itself, after the first check.
    tamper: (tx) => ({
      ...tx,
      run: (sql, args) => {
        if (isSlow && /^UPDATE\b.*\bcustomers\b/.test(sql)) now += 2 * MINUTE;
        return tx.run(sql, args);
      },
    }),
  });
  const { subject, attempt, untouched } = await pending(lab);
  const soon = () => new Date(now + MINUTE).toISOString();
  isSlow = true;
  const slow = await sign(lab.signer, { ...subject, expiresAt: soon() });
  await refuses(attempt(slow), "approval_expired", /has expired/);
  assert.ok(Date.parse(slow.expiresAt) < now, "it was good for the first check");
  await untouched();
  isSlow = false;
  assert.equal((await attempt(await sign(lab.signer, { ...subject, expiresAt: soon() }))).state, "executed");
  const before = await lab.dump();
  isSlow = true;
  const { actionUid } = subject;
  const approval = await sign(lab.signer, { ...subject, decision: "revert", expiresAt: soon() });
  await refuses(
    lab.writer.revert({ database: "main", actionUid, approval }),
    "approval_expired",
    /has expired/,
  );
  assert.ok(Date.parse(approval.expiresAt) < now, "it was good for the first check");
  assert.deepEqual(await lab.dump(), before);
});

Deno.test("approvers: enrolled once, renamed, revoked for good, never without a real key", async () => {
  await using lab = await Lab.open({ sample: true });
  const { publicKey, key } = lab.signer;
  const [first] = await lab.writer.approvers();
  assert.deepEqual([first.key, first.name], [key, "Ana"]);
  const again = await lab.writer.enrol({ publicKey, name: "Somebody else" }, "local");
  assert.deepEqual(again, first);
  assert.deepEqual(await lab.writer.rename(key, "Ana B."), { ...first, name: "Ana B." });
  assert.equal((await lab.writer.approvers()).length, 1);
  const off: PublicKey[] = [
    { ...publicKey, y: publicKey.x },
    { ...publicKey, x: base64url(new Uint8Array(32)), y: base64url(new Uint8Array(32)) },
    { ...publicKey, x: base64url(new Uint8Array(32).fill(255)) },
    { ...publicKey, x: spelledOtherwise(publicKey.x) },
    { ...publicKey, y: spelledOtherwise(publicKey.y) },
  ];
  for (const bad of off) {
    await refuses(
      lab.writer.enrol({ publicKey: bad, name: "Eve" }, "local"),
      "invalid",
      /not a P-256 public key/,
    );
  }
  const other = await makeSigner();
  await refuses(
    lab.writer.enrol({ publicKey: other.publicKey, name: "Eve" }, "production"),
    "forbidden",
    /one-time code/,
  );
  await refuses(lab.writer.revoke(other.key), "not_found", /no approver/);
  await lab.writer.revoke(key);
  assert.deepEqual(await lab.writer.approvers(), []);
  await refuses(lab.writer.enrol({ publicKey, name: "Ana" }, "local"), "forbidden", /revoked/);
  await refuses(lab.writer.rename(key, "Ana"), "not_found", /no approver/);
});

/** The same 32 bytes in base64url with another last character: two of its bits belong to no byte. */
function spelledOtherwise(text: string): string {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const other = text.slice(0, -1) + digits.charAt(digits.indexOf(text.slice(-1)) + 1);
  assert.deepEqual(fromBase64url(other), fromBase64url(text));
  return other;
}
