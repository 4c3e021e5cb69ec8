/** The two forms in which an invite leaves its owner: the text that is pasted, and the proof that is sent. */
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { inviteProof, inviteText, readInvite } from "@/db-service/contract/invite.ts";

Deno.test("a proof is what the contract says, and an invite is pasted as one text", async () => {
  const invite = { codeId: "A-b_C".padEnd(16, "0"), code: "Z-y_X".padEnd(22, "1") };
  const secret = createHash("sha256").update(invite.code).digest();
  const expected = createHmac("sha256", secret).update("thumbprint").digest("base64url");
  assert.equal(await inviteProof(invite.code, "thumbprint"), expected);
  const text = inviteText(invite);
  assert.deepEqual(readInvite(`\n ${text}\t`), invite);
  for (const wrong of ["", text.slice(1), `${text}x`, text.replace(".", " "), `${text}.`, invite.code]) {
    assert.equal(readInvite(wrong), null, wrong);
  }
});
