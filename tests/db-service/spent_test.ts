/** What was refused stays refused: a copy of the request that arrives late changes nothing. */
import assert from "node:assert/strict";
import type { Approval, Executed, Problem } from "@/db-service/contract/schemas.ts";
import { MAX_APPROVAL_MS } from "@/db-service/engine/change/approval.ts";
import { MAX_UNSIGNED } from "@/db-service/record/spent.ts";
import type { EngineName } from "./benches.ts";
import { type Action, Desk, Refused, toStatements, type Written } from "./desk.ts";
import { DATABASE, makeSigner, sign } from "./lab.ts";
import { startSqld } from "./sqld.ts";

const BEFORE = `CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT, email TEXT UNIQUE);
  INSERT INTO people VALUES (1, 'Ana', 'ana@x'), (2, 'Ben', 'ben@x')`;

for (const engine of ["local", "remote"] as const) {
  Deno.test(`${engine}: an approval that met drift is spent, also when the data is back`, async () => {
    await withDesk(engine, async (desk) => {
      const action = await proposed(desk, "UPDATE people SET name = 'Anna' WHERE id = 1");
      const approval = await desk.sign(action, "approve");
      await desk.outside("UPDATE people SET email = 'new@x' WHERE id = 1");
      await refused("drift", () => execute(desk, action, approval));
      await desk.outside("UPDATE people SET email = 'ana@x' WHERE id = 1");
      const before = await desk.dump();
      const { preview, detail } = await refused("drift", () => execute(desk, action, approval));
      assert.match(detail, /refused before/);
      assert.equal(preview?.digest, action.digest, "the change itself is what was signed");
      assert.deepEqual(await desk.dump(), before);
      assert.deepEqual(await desk.call("GET", `/changes/${action.actionUid}`), {
        state: "none",
        actionUid: action.actionUid,
      });
      // Signed anew it runs, and then the old request gets the outcome as any copy does.
      const anew = await desk.execute(action);
      assert.equal(anew.replay, false);
      assert.equal((await execute(desk, action, approval)).replay, true);
    });
  });

  Deno.test(`${engine}: so is one whose statement the database refused, before or in the transaction`, async () => {
    await withDesk(engine, async (desk) => {
      const action = await proposed(desk, "UPDATE people SET email = 'c@x' WHERE id = 1");
      const constraint = await desk.sign(action, "approve");
      await desk.outside("INSERT INTO people VALUES (3, 'Cyd', 'c@x')");
      await refused("refused_sql", () => execute(desk, action, constraint));
      await desk.outside("DELETE FROM people WHERE id = 3");
      await refused("drift", () => execute(desk, action, constraint));

      const gone = await desk.sign(later(action), "approve");
      await desk.outside("ALTER TABLE people RENAME TO others");
      await refused("refused_sql", () => execute(desk, later(action), gone));
      await desk.outside("ALTER TABLE others RENAME TO people");
      const before = await desk.dump();
      await refused("drift", () => execute(desk, later(action), gone));
      assert.deepEqual(await desk.dump(), before);
    });
  });

  Deno.test(`${engine}: so is a revert's that met a conflict`, async () => {
    await withDesk(engine, async (desk) => {
      const action = await proposed(desk, "UPDATE people SET name = 'Anna' WHERE id = 1");
      await desk.execute(action);
      const approval = await desk.sign(action, "revert");
      const revert = () =>
        desk.call<{ replay: boolean }>("POST", "/revert", { actionUid: action.actionUid, approval });
      await desk.outside("UPDATE people SET name = 'Other' WHERE id = 1");
      assert.equal((await refused("conflict", revert)).conflicts?.length, 1);
      await desk.outside("UPDATE people SET name = 'Anna' WHERE id = 1");
      const before = await desk.dump();
      assert.match((await refused("conflict", revert)).detail, /refused before/);
      assert.deepEqual(await desk.dump(), before);
      assert.equal((await desk.revert(action)).replay, false);
      assert.equal((await revert()).replay, true);
    });
  });

  Deno.test(`${engine}: so is one by a key that is enrolled only later`, async () => {
    await withDesk(engine, async (desk) => {
      const action = await proposed(desk, "UPDATE people SET name = 'Anna' WHERE id = 1");
      const bea = await makeSigner();
      const { statementsSha256 } = await desk.preview(action.statements);
      const approval = await sign(bea, { ...action, statementsSha256 });
      await refused("not_approver", () => execute(desk, action, approval));
      await desk.call("POST", "/approvers", { publicKey: bea.publicKey, name: "Bea" });
      await neverRan(desk, action, approval);
      // Nor can it be used for the same change under another name: that is another signature.
      const anew = await sign(bea, { ...action, statementsSha256 });
      assert.equal((await execute(desk, action, anew)).replay, false);
    });
  });

  Deno.test(`${engine}: so is a revert's that comes before its action ran`, async () => {
    await withDesk(engine, async (desk) => {
      const action = await proposed(desk, "UPDATE people SET name = 'Anna' WHERE id = 1");
      const approval = await desk.sign(action, "revert");
      const revert = () =>
        desk.call<{ replay: boolean }>("POST", "/revert", { actionUid: action.actionUid, approval });
      await refused("not_approved", revert);
      await desk.execute(action);
      const before = await desk.dump();
      assert.match((await refused("conflict", revert)).detail, /refused before/);
      assert.deepEqual(await desk.dump(), before);
      assert.equal((await desk.revert(action)).replay, false);
    });
  });

  Deno.test(`${engine}: a refusal gives way to what a copy of the request did meanwhile`, async () => {
    await withDesk(engine, async (desk) => {
      const action = await proposed(desk, "UPDATE people SET name = name || '!'");
      const approval = await desk.sign(action, "approve");
      // Whichever comes first, all hear the same: done once, or refused for good.
      const answers = await Promise.all(Array.from({ length: 12 }, async (_, i) => {
        if (i === 4) await desk.outside("UPDATE people SET name = 'Moved' WHERE id = 2");
        return await execute(desk, action, approval).then(() => "done", codeOf);
      }));
      const [first] = answers;
      assert.deepEqual(answers, Array(12).fill(first));
      const { state } = await desk.call<{ state: string }>("GET", `/changes/${action.actionUid}`);
      assert.equal(state, first === "done" ? "executed" : "none");
    });
  });
}

Deno.test("an approval that comes too early is spent when its five minutes begin", async () => {
  await withDesk("local", async (desk) => {
    const action = await proposed(desk, "UPDATE people SET name = 'Anna' WHERE id = 1");
    // Far enough ahead for the request to be there in time on a busy machine.
    const expiresAt = new Date(Date.now() + MAX_APPROVAL_MS + 6_000).toISOString();
    const { statementsSha256 } = await desk.preview(action.statements);
    const approval = await sign(desk.signer, { ...action, statementsSha256, expiresAt });
    await refused("approval_expired", () => execute(desk, action, approval));
    await until(Date.parse(expiresAt) - MAX_APPROVAL_MS);
    await neverRan(desk, action, approval);
  });
});

Deno.test("only a genuine approval is spent, and only that one", async () => {
  await withDesk("local", async (desk) => {
    const action = await proposed(desk, "UPDATE people SET name = 'Anna' WHERE id = 1");
    const approval = await desk.sign(action, "approve");
    const other = await desk.sign(action, "revert");
    await refused("bad_signature", () => execute(desk, action, { ...approval, signature: other.signature }));
    // Refused before anybody looks at the signature.
    const drop = { ...action, statements: [{ sql: "DROP TABLE people" }] };
    await refused("refused_sql", () => execute(desk, drop, approval));
    assert.deepEqual(await desk.query("SELECT count(*) FROM _gk_spent"), [[0]]);
    assert.equal((await execute(desk, action, approval)).replay, false);
  });
});

Deno.test("what nobody signed takes no more room than there is for it, and none from what was signed", async () => {
  await withDesk("local", async (desk) => {
    const action = await proposed(desk, "UPDATE people SET name = 'Anna' WHERE id = 1");
    const { statementsSha256 } = await desk.preview(action.statements);
    const kept = async () => Number((await desk.query("SELECT count(*) FROM _gk_spent"))[0][0]);
    const byStranger = async (expiresAt?: string) => {
      const stranger = await makeSigner();
      const signed = await sign(stranger, { ...action, statementsSha256, ...(expiresAt && { expiresAt }) });
      await refused("not_approver", () => execute(desk, action, signed));
    };
    await byStranger("9999-12-31T23:59:59.000Z");
    assert.equal(await kept(), 0, "for ever is too long");
    await byStranger();
    assert.equal(await kept(), 1);
    await desk.outside(
      `WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ${MAX_UNSIGNED})
      INSERT INTO _gk_spent SELECT i, 'approve', 'k', expires_at FROM n, _gk_spent`,
    );
    assert.equal(await kept(), MAX_UNSIGNED);
    await byStranger();
    assert.equal(await kept(), MAX_UNSIGNED);

    const approval = await desk.sign(action, "approve");
    await desk.outside("UPDATE people SET email = 'new@x' WHERE id = 1");
    await refused("drift", () => execute(desk, action, approval));
    assert.equal(await kept(), MAX_UNSIGNED + 1);
    await desk.outside("UPDATE people SET email = 'ana@x' WHERE id = 1");
    await neverRan(desk, action, approval);

    // What can't come true any more needs no room.
    await desk.service.call("DELETE", `/v1/databases/${DATABASE}/approvers/${desk.signer.key}`);
    await refused("not_approver", () => desk.execute(action));
    assert.equal(await kept(), MAX_UNSIGNED + 1);
  });
});

Deno.test("a database from before refusals were remembered is made whole when it is opened", async () => {
  await withDesk("local", async (desk) => {
    const action = await proposed(desk, "UPDATE people SET name = 'Anna' WHERE id = 1");
    const approval = await desk.sign(action, "approve");
    await desk.service.kill9();
    await desk.outside("DROP TABLE _gk_spent; UPDATE people SET email = 'new@x' WHERE id = 1");
    await desk.restart();
    await refused("drift", () => execute(desk, action, approval));
    await desk.outside("UPDATE people SET email = 'ana@x' WHERE id = 1");
    await neverRan(desk, action, approval);
  });
});

Deno.test("what is spent is forgotten when it has expired", async () => {
  await withDesk("local", async (desk) => {
    const [one, two] = [
      await proposed(desk, "UPDATE people SET name = 'x' WHERE id = 1"),
      await proposed(desk, "UPDATE people SET name = 'y' WHERE id = 1"),
    ];
    await desk.outside("UPDATE people SET email = 'new@x' WHERE id = 1");
    const expiresAt = new Date(Date.now() + 4_000).toISOString();
    const statementsSha256 = (await desk.preview(one.statements)).statementsSha256;
    const short = await sign(desk.signer, { ...one, statementsSha256, expiresAt });
    await refused("drift", () => execute(desk, one, short));
    assert.deepEqual(await desk.query("SELECT uid FROM _gk_spent"), [[one.actionUid]]);
    await until(Date.parse(expiresAt));
    await refused("approval_expired", () => execute(desk, one, short));
    await refused("drift", () => desk.execute(two));
    assert.deepEqual(await desk.query("SELECT uid FROM _gk_spent"), [[two.actionUid]]);
  });
});

async function withDesk(engine: EngineName, work: (desk: Desk) => Promise<void>): Promise<void> {
  const server = engine === "remote" ? await startSqld() : undefined;
  try {
    await using desk = await Desk.open({ before: BEFORE, ...(server === undefined ? {} : { server }) });
    await work(desk);
  } finally {
    await server?.stop();
  }
}

async function proposed(desk: Desk, ...written: Written[]): Promise<Action> {
  const statements = toStatements(written);
  const { digest } = await desk.preview(statements);
  return { actionUid: crypto.randomUUID(), statements, digest };
}

/** Sends a request again whose time would have come by now: nothing happens, and the change itself is what was signed. */
async function neverRan(desk: Desk, action: Action, approval: Approval): Promise<void> {
  const before = await desk.dump();
  const { preview, detail } = await refused("drift", () => execute(desk, action, approval));
  assert.match(detail, /refused before/);
  assert.equal(preview?.digest, action.digest);
  assert.deepEqual(await desk.dump(), before);
}

/** Resolves a moment after a time, in milliseconds since 1970. */
async function until(time: number): Promise<void> {
  while (Date.now() <= time) await new Promise((resolve) => setTimeout(resolve, time - Date.now() + 5));
}

/** The same change as an action of its own. */
function later(action: Action): Action {
  return { ...action, actionUid: action.actionUid.replace(/^.{8}/, "00000000") };
}

function execute(desk: Desk, action: Action, approval: Approval): Promise<Executed> {
  return desk.call("POST", "/execute", { ...action, approval });
}

async function refused(code: string, work: () => Promise<unknown>): Promise<Problem> {
  const error = await work().then(() => new Error("This was not refused."), (reason) => reason);
  assert.ok(error instanceof Refused, String(error));
  assert.equal(error.problem.code, code, error.message);
  return error.problem;
}

function codeOf(error: unknown): string {
  assert.ok(error instanceof Refused, String(error));
  return error.problem.code;
}
