/** Rows left out of a change whose table has columns that may never be read. */
import assert from "node:assert/strict";
import { previewAgain } from "@/agent/queue/preview.ts";
import { propose } from "@/agent/queue/propose.ts";
import { getAction } from "@/agent/queue/store.ts";
import { useSettings } from "@/agent/settings.ts";
import { openBeside } from "@/tests/sqlite.ts";
import { startDbService } from "../db-service/start.ts";
import { ANN, WHERE } from "./conversation.ts";
import { localSettings, withStore } from "./store.ts";

const TABLES = `
  CREATE TABLE people(id INTEGER PRIMARY KEY, ssn TEXT, name TEXT, email TEXT);
  INSERT INTO people VALUES (1, '1-1', 'Ana', 'ana@x'), (2, '2-2', 'Ben', 'ben@x'), (3, '3-3', 'Cyd', 'cyd@x');
  CREATE TABLE salaries(id INTEGER PRIMARY KEY, amount INTEGER);
  INSERT INTO salaries VALUES (1, 10), (2, 20), (3, 30)`;

/** Each changes three rows, of which the second is left out. */
const CHANGES: Record<string, { sql: string; cells: unknown[][] }> = {
  "a column behind a hidden one": {
    sql: "UPDATE people SET name = name || '!'",
    cells: [[1, "1-1", "Ana!", "ana@x"], [3, "3-3", "Cyd!", "cyd@x"]],
  },
  "the hidden column": {
    sql: "UPDATE people SET ssn = 'none', email = NULL",
    cells: [[1, "none", "Ana", null], [3, "none", "Cyd", null]],
  },
};

Deno.test("rows can be left out of what changes a table with hidden columns", async (t) => {
  const service = await startDbService({ env: { READ_DENY: "people.ssn,salaries" } });
  try {
    {
      using file = openBeside(`${service.dataDir}/main.db`);
      file.exec(TABLES);
    }
    await withStore(async () => {
      useSettings({ ...localSettings(service.url), dbServiceToken: service.token });
      for (const [what, { sql, cells }] of Object.entries(CHANGES)) {
        await t.step(what, async () => {
          const { id, second } = await proposed(sql);
          await previewAgain(WHERE.ws, id, { exclude: [second] });
          const { preview, leftOut } = await getAction(WHERE.ws, id);
          assert.deepEqual(preview?.changes.map(({ after }) => after), cells);
          assert.deepEqual(leftOut?.changes, [second]);
        });
      }
      await t.step(
        "not of a hidden table, whose rows can't be told apart by what may not be read",
        async () => {
          const { id, second, digest } = await proposed("UPDATE salaries SET amount = 0");
          await assert.rejects(previewAgain(WHERE.ws, id, { exclude: [second] }), {
            code: "refused_sql",
            message: /READ_DENY/,
          });
          assert.equal((await getAction(WHERE.ws, id)).digest, digest);
        },
      );
    });
  } finally {
    await service.stop();
  }
});

/** Proposes a change of three rows. */
async function proposed(sql: string) {
  const proposal = { title: "A change", description: "", statements: [{ sql }] };
  const { id, digest } = await propose({ ...WHERE, by: ANN, messageId: null }, proposal);
  const [, second] = (await getAction(WHERE.ws, id)).preview?.changes ?? [];
  return { id, second, digest };
}
