/** READ_DENY (SPEC D9): what it names reaches the agent by no route, in no shape, and can't be guessed row by row. */
import assert from "node:assert/strict";
import { Preview, Problem, ReadResult, RowsResult, Schema } from "@/db-service/contract/schemas.ts";
import { openBeside } from "@/tests/sqlite.ts";
import { HIDDEN, READ_DENY, READS, SCHEMA, WRITES } from "./hidden_attacks.ts";
import { withService as onEngine } from "./engines.ts";
import { type EngineName, onEveryEngine } from "./benches.ts";
import { type DbService, startDbService } from "./start.ts";

const DB = "/v1/databases/main";

function withService(
  work: (service: DbService) => Promise<void>,
  deny = READ_DENY,
  engine: EngineName = "local",
): Promise<void> {
  return onEngine(engine, { script: SCHEMA, env: { READ_DENY: deny } }, work);
}

async function read(service: DbService, sql: string) {
  return await service.call("POST", `${DB}/read`, { sql });
}

onEveryEngine("no query shows, compares, sorts or counts by what READ_DENY names", async (engine) => {
  await withService(
    async (service) => {
      for (const sql of READS) {
        const { status, body } = await read(service, sql);
        assert.equal(status, 422, `${sql}: ${JSON.stringify(body)}`);
        const { code, detail } = Problem.parse(body);
        assert.equal(code, "refused_sql", sql);
        assert.match(detail, /READ_DENY/, sql);
        assert.doesNotMatch(detail, HIDDEN, sql);
      }
    },
    READ_DENY,
    engine,
  );
});

onEveryEngine("what is left can be asked as ever", async (engine) => {
  const questions: [sql: string, first: unknown[]][] = [
    ["SELECT name FROM customers WHERE id = 1", ["Alice Chen"]],
    ["SELECT count(*) FROM customers", [8]],
    ["SELECT count(*), max(label) FROM phones", [2, "work"]],
    ["SELECT holder FROM badges WHERE holder LIKE 'A%'", ["Alice"]],
    ["SELECT count(*) FROM passes", [2]],
    ["SELECT name FROM names ORDER BY id", ["Alice Chen"]],
    // Without an authorizer the words decide, and an alias of a hidden name is refused too.
    ...(engine === "remote" ? [] : [
      ["SELECT name AS email FROM customers ORDER BY email", ["Alice Chen"]] satisfies [string, unknown[]],
    ]),
    ["SELECT a.name FROM customers a JOIN customers b USING (id) ORDER BY id", ["Alice Chen"]],
    ["SELECT 'email', 'SELECT email FROM customers'", ["email", "SELECT email FROM customers"]],
    ["SELECT email FROM spare UNION SELECT 'none'", ["none"]],
    ["SELECT region, count(*) FROM customers GROUP BY region ORDER BY 1", ["Central", 2]],
  ];
  await withService(
    async (service) => {
      for (const [sql, first] of questions) {
        const { status, body } = await read(service, sql);
        assert.equal(status, 200, `${sql}: ${JSON.stringify(body)}`);
        assert.deepEqual(ReadResult.parse(body).rows[0], first, sql);
      }
      const { body } = await read(service, "SELECT * FROM customers");
      assert.match(
        Problem.parse(body).detail,
        /READ_DENY.* instead of \*/,
      );
    },
    READ_DENY,
    engine,
  );
});

onEveryEngine("no proposal copies it into the open, nor tells by its rows what it is", async (engine) => {
  await withService(
    async (service) => {
      for (const sql of WRITES) {
        const { status, body } = await service.call("POST", `${DB}/preview`, { statements: [{ sql }] });
        assert.equal(status, 422, `${sql}: ${JSON.stringify(body)}`);
        const { detail } = Problem.parse(body);
        assert.match(detail, /READ_DENY/, sql);
        assert.doesNotMatch(detail, HIDDEN, sql);
      }
    },
    READ_DENY,
    engine,
  );
});

onEveryEngine(
  "rows with hidden cells can still be added, changed and removed by what may be read",
  async (engine) => {
    await withService(
      async (service) => {
        for (
          const sql of [
            "INSERT INTO customers(name, email) VALUES ('New', 'new@x')",
            "UPDATE customers SET name = 'Al' WHERE name LIKE 'Alice%'",
            // The trigger reads the cell, as its author meant it to; what it writes is for the person to see.
            "UPDATE customers SET tier = 'Gold' WHERE region = 'East'",
            "UPDATE customers SET email = 'a@b' WHERE id = 1",
            "DELETE FROM badges WHERE holder = 'Bob'",
            "UPDATE passes SET holder = 'Ann' WHERE holder = 'Alice'",
            "INSERT INTO numbers(number) SELECT label FROM phones",
          ]
        ) {
          const { status, body } = await service.call("POST", `${DB}/preview`, { statements: [{ sql }] });
          assert.equal(status, 200, `${sql}: ${JSON.stringify(body)}`);
          assert(Preview.parse(body).changes.length > 0, sql);
        }
      },
      READ_DENY,
      engine,
    );
  },
);

Deno.test("the database's own message is kept back where it may quote a hidden cell", async () => {
  await withService(async (service) => {
    const refusal = async (sql: string) => {
      const { body } = await service.call("POST", `${DB}/preview`, { statements: [{ sql }] });
      return Problem.parse(body).detail;
    };
    const quoting = await refusal("UPDATE customers SET region = 'Moon' WHERE id = 1");
    assert.match(quoting, /The database refused this statement\. Its message is not shown/);
    assert.doesNotMatch(quoting, HIDDEN);
    assert.match(
      await refusal("UPDATE customers SET name = NULL"),
      /NOT NULL constraint failed: customers\.name/,
    );
    assert.match(
      await refusal("INSERT INTO phones(number) VALUES ('SECRET-9')"),
      /UNIQUE constraint failed: phones\.number\.$/,
    );
  });
  // Without READ_DENY this very message does quote the cell: what is kept back is real.
  await withService(async (service) => {
    const statements = [{ sql: "UPDATE customers SET region = 'Moon' WHERE id = 1" }];
    const { body } = await service.call("POST", `${DB}/preview`, { statements });
    assert.match(Problem.parse(body).detail, HIDDEN);
  }, "");
});

onEveryEngine(
  "schema and rows leave out what is hidden: columns, their values, keys, references, views over them",
  async (engine) => {
    await withService(
      async (service) => {
        const { body } = await service.call("GET", `${DB}/schema`);
        assert.doesNotMatch(JSON.stringify(body), HIDDEN);
        const { tables } = Schema.parse(body);
        const columns = (name: string) =>
          tables.find((table) => table.name === name)?.columns.map(({ name }) => name);
        for (const name of ["salaries", "mails", "everyone", "joined"]) {
          assert.equal(columns(name), undefined, name);
        }
        assert.deepEqual(columns("customers"), ["id", "name", "tier", "region"]);
        assert.deepEqual(columns("names"), ["id", "name"]);
        const partial = tables.filter(({ partial }) => partial).map(({ name }) => name);
        assert.deepEqual(partial, ["badges", "customers", "passes", "phones", "pins"]);
        assert.deepEqual(columns("phones"), ["id", "label"]);
        assert.deepEqual(columns("badges"), ["holder"]);
        assert.equal(tables.find(({ name }) => name === "badges")?.autoKey, null);
        assert.deepEqual(tables.find(({ name }) => name === "calls")?.foreignKeys, []);

        for (const name of ["salaries", "mails", "everyone", "joined"]) {
          assert.equal((await service.call("GET", `${DB}/rows/${name}`)).status, 404, name);
        }
        for (
          const path of ["customers", "customers?q=alice", "badges", "passes", "phones?sort=-label", "names"]
        ) {
          const { status, body } = await service.call("GET", `${DB}/rows/${path}`);
          assert.equal(status, 200, path);
          assert(RowsResult.parse(body).rows.length > 0, path);
          assert.doesNotMatch(JSON.stringify(body), HIDDEN, path);
        }
        for (const path of ["badges", "passes"]) {
          assert.equal(
            RowsResult.parse((await service.call("GET", `${DB}/rows/${path}`)).body).keys,
            null,
            path,
          );
        }
        const sorted = await service.call("GET", `${DB}/rows/customers?sort=email`);
        assert.equal(Problem.parse(sorted.body).code, "invalid");
        const found = RowsResult.parse(
          (await service.call("GET", `${DB}/rows/customers?q=example.com`)).body,
        );
        assert.equal(found.rows.length, 0, "a hidden cell can't be searched for");
      },
      READ_DENY,
      engine,
    );
  },
);

Deno.test("a column that appears later is hidden from then on", async () => {
  await withService(async (service) => {
    assert.equal((await read(service, "SELECT * FROM spare")).status, 200);
    {
      using db = openBeside(`${service.dataDir}/main.db`);
      db.exec(`ALTER TABLE spare ADD COLUMN pin TEXT DEFAULT 'SECRET'; INSERT INTO spare(id) VALUES (1);
        CREATE VIEW spare_pins AS SELECT pin FROM spare`);
    }
    assert.equal((await read(service, "SELECT * FROM spare")).status, 422);
    assert.equal((await read(service, "SELECT id FROM spare")).status, 200);
    assert.equal((await service.call("GET", `${DB}/rows/spare_pins`)).status, 404);
  }, "spare.pin");
});

Deno.test("a name in READ_DENY that stands for nothing is said in the log", async () => {
  const service = await startDbService({ env: { READ_DENY: "custmers, customers.emial, customers.email" } });
  try {
    const line = await logged(service, "read_deny_unmatched");
    const { database, names }: Record<string, unknown> = JSON.parse(line);
    assert.deepEqual([database, names], ["main", ["custmers", "customers.emial"]]);
  } finally {
    await service.stop();
  }
});

/** The line of the log that holds `text`: it is written when the database is opened, next to the first requests. */
async function logged(service: DbService, text: string): Promise<string> {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    const line = service.log.find((line) => line.includes(text));
    if (line !== undefined) return line;
    await service.call("GET", `${DB}/schema`);
  }
  throw new Error(`The log does not say ${text}:\n${service.log.join("\n")}`);
}
