import assert from "node:assert/strict";
import { Desk } from "./desk.ts";
import { kill, SCHEMA } from "./kills.ts";

Deno.test("kill -9 at random moments of executing and reverting: nothing lost, nothing done twice", async () => {
  await using desk = await Desk.open({ before: SCHEMA });
  const { kills, lost, doubled } = await kill(desk, { rounds: 6, seed: 1 });
  assert.deepEqual({ kills, lost, doubled }, { kills: 6, lost: 0, doubled: 0 });
});
