import assert from "node:assert/strict";
import type { Preview, Problem, Statement } from "@/db-service/contract/schemas.ts";
import { type Action, Desk, Refused, toStatements } from "./desk.ts";
import { compare, difference } from "./fuzz.ts";
import { KEYS, type Kind, VALUES } from "./matrix.ts";
import { onEveryEngine } from "./benches.ts";
import { RELATIONS } from "./matrix_relations.ts";
import { STATEMENTS } from "./matrix_statements.ts";
import { startSqld } from "./sqld.ts";

for (const [about, kinds] of Object.entries({ KEYS, VALUES, STATEMENTS, RELATIONS })) {
  onEveryEngine(
    `every kind of table: what is shown is what is done, and what comes back: ${about.toLowerCase()}`,
    async (engine, t) => {
      const server = engine === "remote" ? await startSqld() : undefined;
      {
        await using desk = await Desk.open(server === undefined ? {} : { server });
        for (const [name, kind] of Object.entries(kinds)) {
          await t.step(name, async () => {
            await begin(desk, kind.schema);
            await keepsItsPromises(desk, kind);
          });
        }
      }
      await server?.stop();
    },
  );
}

for (const encoding of ["UTF-16le", "UTF-16be"]) {
  Deno.test(`texts of a database in ${encoding}`, async () => {
    await using desk = await Desk.open({ before: `PRAGMA encoding = '${encoding}'; CREATE TABLE first(v)` });
    await begin(desk, VALUES["BLOBs and texts"].schema);
    await keepsItsPromises(desk, VALUES["BLOBs and texts"]);
  });
}

async function keepsItsPromises(desk: Desk, { actions, pending, refused = [] }: Kind): Promise<void> {
  for (const written of actions) await roundTrip(desk, toStatements(written));
  if (pending !== undefined) await bothCanBeApproved(desk, pending.map((one) => toStatements([one])));
  for (const [written, code, reason] of refused) {
    const before = await desk.dump();
    const problem = await problemOf(desk.preview(toStatements(written)));
    assert.equal(problem.code, code, problem.detail);
    assert.match(problem.detail, reason);
    assert.deepEqual(await desk.dump(), before);
  }
}

/** Previews twice, executes, compares with the file, reverts, compares again. */
async function roundTrip(desk: Desk, statements: Statement[]): Promise<void> {
  const what = statements.map(({ sql }) => sql).join("; ");
  const before = await desk.dump();
  const preview = await desk.preview(statements);
  assert.equal((await desk.preview(statements)).digest, preview.digest, `${what}: the digest moves`);
  assert.deepEqual(await desk.dump(), before, `${what}: the preview left something`);
  const action = await approve(desk, statements, preview);
  const after = await desk.dump();
  const found = difference(before, after);
  assert.ok(found.length > 0, `${what}: nothing changed`);
  // A row whose key changes may be one row to the witness and two to the preview.
  const problem = compare(found, preview.changes) &&
    compare(found.flatMap(apart), preview.changes.flatMap(apart));
  assert.equal(problem, null, what);
  const keys = new Set(preview.changes.map(({ table, key }) => JSON.stringify([table, key])));
  assert.equal(keys.size, preview.changes.length, `${what}: two rows of one key`);
  assert.deepEqual(after.schema, before.schema, what);
  await desk.revert(action);
  assert.deepEqual(await desk.dump(), before, `${what}: the revert is not exact`);
}

/** An update as the row that went and the row that came. */
function apart<C extends { before: unknown; after: unknown }>(change: C): C[] {
  const { before, after } = change;
  return before === null || after === null
    ? [change]
    : [{ ...change, after: null }, { ...change, before: null }];
}

async function bothCanBeApproved(desk: Desk, proposals: Statement[][]): Promise<void> {
  const before = await desk.dump();
  const previews: Preview[] = [];
  for (const statements of proposals) previews.push(await desk.preview(statements));
  const actions: Action[] = [];
  for (const [i, statements] of proposals.entries()) {
    actions.push(await approve(desk, statements, previews[i]));
  }
  for (const action of actions.toReversed()) await desk.revert(action);
  assert.deepEqual(await desk.dump(), before);
}

async function approve(desk: Desk, statements: Statement[], { digest, counts }: Preview): Promise<Action> {
  const action = { actionUid: crypto.randomUUID(), statements, digest };
  const { affected, replay, canRevert } = await desk.execute(action);
  assert.deepEqual({ affected, replay, canRevert }, { affected: counts, replay: false, canRevert: true });
  return action;
}

/** Empties the file of everything but our own tables and fills it anew, past the gate. */
async function begin(desk: Desk, schema: string): Promise<void> {
  const drops = (await desk.dump()).schema.flatMap((line) => {
    const [, name, kind] = /^(.*?): CREATE (VIEW|TABLE)/s.exec(line) ?? [];
    return kind === undefined || name.startsWith("sqlite_")
      ? []
      : [`DROP ${kind} "${name.replaceAll('"', '""')}"`];
  });
  await desk.outside(["PRAGMA foreign_keys = OFF", ...drops, "PRAGMA foreign_keys = ON", schema].join(";\n"));
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const error = await promise.then(() => new Error("This was not refused."), (reason) => reason);
  if (error instanceof Refused) return error.problem;
  throw error;
}
