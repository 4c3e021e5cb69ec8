/** Whose key it is: a person decides with keys of their own, and sees and changes no others but as an owner. */
import assert from "node:assert/strict";
import { enrolKey, listKeys, notOwnKey, renameKey, requireKey, revokeKey } from "@/agent/approvers.ts";
import { approve, revert } from "@/agent/queue/decide.ts";
import { propose } from "@/agent/queue/propose.ts";
import { getAction, getStored } from "@/agent/queue/store.ts";
import { useSettings } from "@/agent/settings.ts";
import type { Action, Mode, Role } from "@/agent/types.ts";
import { ensureMain, findWorkspace } from "@/agent/workspaces.ts";
import { statementsHash } from "@/db-service/contract/digest.ts";
import type { Approval, Decision } from "@/db-service/contract/schemas.ts";
import { makeSigner, sign, type Signer } from "../db-service/lab.ts";
import { type DbService, startDbService } from "../db-service/start.ts";
import { localSettings, withStore } from "./store.ts";

const ANA = { id: "ana", name: "Ana" };
const BEN = { id: "ben", name: "Ben" };
const by = (person: typeof ANA) => ({ ...person, via: "person" as const });

interface Desk {
  service: DbService;
  /** Makes a key and enrols it as a person of this role. */
  enrolled(person: typeof ANA): Promise<Signer>;
  asking(person: typeof ANA, role?: Role): Promise<Parameters<typeof listKeys>[0]>;
  proposed(): Promise<Action>;
  approval(signer: Signer, action: Action, decision?: Decision): Promise<Approval>;
  /** Turns the app into one of this mode. */
  become(mode: Mode): void;
}

/** The app's verbs over a real db-service in local mode. */
async function withDesk(body: (desk: Desk) => Promise<void>): Promise<void> {
  const service = await startDbService();
  try {
    await withStore(async () => {
      const become = (mode: Mode) =>
        useSettings({ ...localSettings(service.url), dbServiceToken: service.token, mode });
      become("local");
      await ensureMain();
      const workspace = await findWorkspace("main");
      assert.ok(workspace);
      const asking: Desk["asking"] = (person, role = "approver") =>
        Promise.resolve({ workspace, person, role });
      await body({
        service,
        become,
        asking,
        async enrolled(person) {
          const signer = await makeSigner();
          await enrolKey(await asking(person), { publicKey: signer.publicKey, name: person.name });
          return signer;
        },
        async proposed() {
          const { id } = await propose({ ws: "main", database: "main", by: by(ANA), messageId: null }, {
            title: "A change",
            description: "",
            statements: [{ sql: "UPDATE customers SET tier = tier || '!' WHERE id = 1" }],
          });
          return await getAction("main", id);
        },
        async approval(signer, { uid, digest, statements }, decision = "approve") {
          const statementsSha256 = await statementsHash(statements);
          return await sign(signer, { actionUid: uid, digest: digest ?? "", statementsSha256, decision });
        },
      });
    });
  } finally {
    await service.stop();
  }
}

Deno.test("a person approves and reverts with a key of their own alone; another's claims nothing", async () => {
  await withDesk(async ({ enrolled, proposed, approval }) => {
    const [ana, ben] = [await enrolled(ANA), await enrolled(BEN)];
    const action = await proposed();
    const untouched = async (state: string) => {
      const { summary, claim } = await getStored("main", action.id);
      assert.deepEqual([summary.state, summary.decidedBy?.id, claim], [
        state,
        state === "pending" ? undefined : "ana",
        null,
      ]);
    };
    const digest = action.digest ?? "";
    await assert.rejects(
      approve("main", action.id, by(BEN), { digest, approval: await approval(ana, action) }),
      { code: "forbidden", message: /belongs to another person/, status: 403 },
    );
    await untouched("pending");
    const stale = { digest: "another", approval: await approval(ana, action) };
    await assert.rejects(approve("main", action.id, by(BEN), stale), { code: "stale_digest", status: 409 });
    const own = await approve("main", action.id, by(ANA), { digest, approval: await approval(ana, action) });
    assert.equal(own.state, "approved");
    await assert.rejects(
      revert("main", action.id, by(ANA), await approval(ben, action, "revert")),
      { code: "forbidden", message: /belongs to another person/ },
    );
    await untouched("approved");
    await assert.rejects(
      approve("main", action.id, by(BEN), { digest, approval: await approval(ana, action) }),
      { code: "not_pending", status: 409 },
      "what stands is said before whose key it is",
    );
    const back = await revert("main", action.id, by(ANA), await approval(ana, action, "revert"));
    assert.equal(back.state, "reverted");
  });
});

Deno.test("a key stays whose it is: nobody enrols it again as theirs, revoked or not", async () => {
  await withDesk(async ({ enrolled, asking }) => {
    const ana = await enrolled(ANA);
    const request = { publicKey: ana.publicKey, name: "Ben" };
    await enrolKey(await asking(ANA), request);
    await assert.rejects(enrolKey(await asking(BEN), request), {
      code: "forbidden",
      message: /another person/,
    });
    await revokeKey(await asking(ANA), ana.key);
    await assert.rejects(enrolKey(await asking(BEN), request), {
      code: "forbidden",
      message: /another person/,
    });
    await assert.rejects(enrolKey(await asking(ANA), request), { code: "forbidden", message: /revoked/ });
    assert.equal(await notOwnKey("main", ANA, ana.key), null);
    assert.equal((await notOwnKey("main", BEN, ana.key))?.code, "forbidden");
    const both = { publicKey: (await makeSigner()).publicKey, name: "Both" };
    const race = await Promise.allSettled(
      [ANA, BEN].map(async (person) => enrolKey(await asking(person), both)),
    );
    assert.equal(race.filter(({ status }) => status === "fulfilled").length, 1, "two at once");
  });
});

Deno.test("approvers see and change their own keys, owners all", async () => {
  await withDesk(async ({ enrolled, asking, become }) => {
    const [ana, ben] = [await enrolled(ANA), await enrolled(BEN)];
    const seen = async (person: typeof ANA, role: Role) =>
      (await listKeys(await asking(person, role))).map(({ key, name, person }) => [key, name, person?.id]);
    const [anas, bens] = [[ana.key, "Ana", "ana"], [ben.key, "Ben", "ben"]];
    assert.deepEqual(await seen(ANA, "approver"), [anas]);
    assert.deepEqual(new Set(await seen(ANA, "owner")), new Set([anas, bens]));
    const nobodys = (await makeSigner()).key;
    become("production");
    for (const key of [ben.key, nobodys]) {
      const refusal = { message: "Only an owner may change a key that isn't yours.", status: 403 };
      await assert.rejects(renameKey(await asking(ANA), key, "Mine"), refusal);
      await assert.rejects(revokeKey(await asking(ANA), key), refusal);
    }
    const renamed = await renameKey(await asking(ANA), ana.key, "Laptop");
    assert.deepEqual([renamed.name, renamed.person], ["Laptop", ANA]);
    assert.equal((await renameKey(await asking(ANA, "owner"), ben.key, "Ben's phone")).name, "Ben's phone");
    await requireKey(await asking(ANA), ana.key);
    await revokeKey(await asking(ANA), ana.key);
    await assert.rejects(requireKey(await asking(ANA), ana.key), { code: "not_found" });
    await assert.rejects(requireKey(await asking(ANA), ben.key), { code: "forbidden" });
    await assert.rejects(renameKey(await asking(ANA), ana.key, "Back"), { code: "not_found" });
    await assert.rejects(renameKey(await asking(ANA, "owner"), nobodys, "x"), { code: "not_found" });
    for (const odd of ["x", "x".repeat(5_000)]) {
      await assert.rejects(revokeKey(await asking(ANA, "owner"), odd), { code: "not_found" });
    }
    assert.deepEqual(await seen(ANA, "owner"), [[ben.key, "Ben's phone", "ben"]]);
  });
});

Deno.test("a key from before anybody noted whose: the one person's in local mode, nobody's in production", async () => {
  await withDesk(async ({ service, asking, proposed, approval, become }) => {
    const old = await makeSigner();
    const body = { publicKey: old.publicKey, name: "Owner" };
    await service.call("POST", "/v1/databases/main/approvers", body);
    const first = await proposed();
    const done = await approve("main", first.id, by(ANA), {
      digest: first.digest ?? "",
      approval: await approval(old, first),
    });
    assert.equal(done.state, "approved");
    assert.deepEqual((await listKeys(await asking(ANA))).map(({ person }) => person?.id), ["ana"]);

    become("production");
    const second = await proposed();
    const attempt = async () =>
      approve("main", second.id, by(ANA), {
        digest: second.digest ?? "",
        approval: await approval(old, second),
      });
    await assert.rejects(attempt(), { code: "not_approver", status: 403 });
    assert.equal((await getStored("main", second.id)).summary.state, "pending");
    assert.deepEqual(await listKeys(await asking(ANA)), []);
    assert.deepEqual((await listKeys(await asking(BEN, "owner"))).map(({ person }) => person), [null]);
    // Its browser enrols it again by itself: then it is known whose it is.
    await enrolKey(await asking(ANA), body);
    assert.equal((await attempt()).state, "approved");
  });
});
