/** What is in a database: pages of rows, the schema, its version, and the databases themselves. */
import assert from "node:assert/strict";
import { Problem, RowsResult, Schema } from "@/db-service/contract/schemas.ts";
import { openBeside } from "@/tests/sqlite.ts";
import { type DbService, startDbService } from "./start.ts";

const DB = "/v1/databases/main";

async function withService(
  work: (service: DbService) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  const service = await startDbService({ env });
  try {
    await work(service);
  } finally {
    await service.stop();
  }
}

async function problem(service: DbService, method: string, path: string, body?: unknown) {
  return Problem.parse((await service.call(method, path, body)).body);
}

Deno.test("rows: pages in order, each row once, filtered in any column", async () => {
  await withService(async (service) => {
    const names: unknown[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const more: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await service.call("GET", `${DB}/rows/customers?limit=3&sort=-tier,name${more}`);
      const page = RowsResult.parse(body);
      assert.equal(page.total, 8);
      assert.deepEqual(page.keys, page.rows.map(([id]) => ({ id })));
      names.push(...page.rows.map((row) => `${row[3]} ${String(row[1]).split(" ")[0]}`));
      cursor = page.cursor;
    }
    const expected = ["Silver Bob", "Silver Eve", "Silver Hank", "Gold Alice", "Gold Dave", "Gold Grace"];
    assert.deepEqual(names, [...expected, "Bronze Carol", "Bronze Frank"]);
    const find = async (q: string) => {
      const { body } = await service.call("GET", `${DB}/rows/customers?q=${encodeURIComponent(q)}`);
      return RowsResult.parse(body).rows.map(([id]) => id);
    };
    assert.deepEqual(await find("east"), [2, 5, 8]);
    assert.deepEqual(await find("%"), []);
    assert.deepEqual(await find("_"), []);
    assert.deepEqual(await find("' OR 1=1 --"), []);
  });
});

Deno.test("schema tells what a model needs, and the version moves with every commit of anyone", async () => {
  await withService(async (service) => {
    const version = async () => (await service.call("GET", `${DB}/version`)).body;
    const first = await version();
    const preview = { statements: [{ sql: "UPDATE customers SET tier = 'Gold'" }] };
    assert.equal((await service.call("POST", `${DB}/preview`, preview)).status, 200);
    assert.deepEqual(await version(), first, "a preview commits nothing");
    {
      using db = openBeside(`${service.dataDir}/main.db`);
      db.exec(
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, customer_id INT REFERENCES customers ON DELETE CASCADE)",
      );
      db.exec("CREATE TRIGGER noted AFTER INSERT ON notes BEGIN UPDATE customers SET tier = tier; END");
    }
    const second = await version();
    assert.notDeepEqual(second, first);
    const { version: third, tables } = Schema.parse((await service.call("GET", `${DB}/schema`)).body);
    assert.deepEqual({ version: third }, second);
    assert.deepEqual(tables.map(({ name, rows, autoKey }) => ({ name, rows, autoKey })), [
      { name: "customers", rows: 8, autoKey: "id" },
      { name: "notes", rows: 0, autoKey: "id" },
    ]);
    const tier = tables[0]?.columns.find(({ name }) => name === "tier");
    assert.deepEqual(tier?.values, ["Bronze", "Gold", "Silver"]);
    assert.equal(tables[0]?.columns.find(({ name }) => name === "email")?.values, undefined);
    assert.deepEqual(tables[1]?.triggers, ["noted"]);
    assert.deepEqual(tables[1]?.foreignKeys[0]?.table, "customers");
  });
});

Deno.test("databases are made by name, once, with the sample only if asked for", async () => {
  await withService(async (service) => {
    for (const bad of ["Upper", "-x", "a.b", "..%2Fx", "a%2Fb", "x".repeat(64)]) {
      assert.equal(
        (await problem(service, "PUT", `/v1/databases/${bad}`, { seed: false })).code,
        "invalid",
        bad,
      );
    }
    const both = await Promise.all(
      [1, 2].map(() => service.call("PUT", "/v1/databases/team-2", { seed: true })),
    );
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 201]);
    assert.equal((await service.call("PUT", "/v1/databases/empty", { seed: false })).status, 201);
    assert.deepEqual((await service.call("GET", "/v1/databases")).body, {
      databases: ["empty", "main", "team-2"],
    });
    const count = async (name: string) =>
      Schema.parse((await service.call("GET", `/v1/databases/${name}/schema`)).body).tables.length;
    assert.deepEqual([await count("empty"), await count("team-2")], [0, 1]);
  });
});

Deno.test("a file that a crash left blank becomes the sample; a database of one's own is left alone", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    for (
      const [sql, tables] of [["PRAGMA journal_mode = WAL", ["customers"]], ["CREATE TABLE mine (a)", [
        "mine",
      ]]] as const
    ) {
      for (const { name } of Deno.readDirSync(dataDir)) await Deno.remove(`${dataDir}/${name}`);
      {
        using db = openBeside(`${dataDir}/main.db`);
        db.exec(sql);
      }
      const service = await startDbService({ dataDir });
      const schema = Schema.parse((await service.call("GET", `${DB}/schema`)).body);
      await service.stop();
      assert.deepEqual(schema.tables.map(({ name }) => name), tables);
    }
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
