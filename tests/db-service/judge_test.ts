/** The judge stands on its own: without authorizer, wrap or confined process, EXPLAIN alone gives each of these away. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type Catalog, judgeRead, judgeWrite, type Opcode } from "@/db-service/sql/judge.ts";

const NOTHING = { virtual: false, denied: () => false };

function withDatabase(work: (explain: (sql: string) => Opcode[], catalog: Catalog) => void): void {
  using db = new DatabaseSync(":memory:");
  db.exec(
    `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); CREATE INDEX t_a ON t (a); CREATE TABLE secrets (k);
    CREATE TABLE _gk_chain (a); CREATE VIEW peek AS SELECT a FROM _gk_chain; CREATE VIRTUAL TABLE f USING fts5(a);
    CREATE TRIGGER dice AFTER INSERT ON secrets BEGIN UPDATE t SET a = random(); END;
    CREATE TRIGGER chained AFTER DELETE ON secrets BEGIN DELETE FROM _gk_chain; END`,
  );
  const master = db.prepare("SELECT type, name, tbl_name AS t, rootpage AS root FROM sqlite_schema").all();
  const catalog: Catalog = {
    roots: new Map(
      master.filter(({ root }) => Number(root) > 0).map(({ root, t }) => [Number(root), String(t)]),
    ),
    triggers: new Map(
      master.filter(({ type }) => type === "trigger").map(({ name, t }) => [String(name), String(t)]),
    ),
  };
  work((sql) =>
    db.prepare(`EXPLAIN ${sql}`).all().map(({ opcode, p1, p2, p3, p4 }) => ({
      opcode: String(opcode),
      p1: Number(p1),
      p2: Number(p2),
      p3: Number(p3),
      p4: p4 === null ? null : String(p4),
    })), catalog);
}

Deno.test("EXPLAIN alone gives away what a query may not do", () => {
  withDatabase((explain, catalog) => {
    const refused: [sql: string, reason: RegExp][] = [
      ["DELETE FROM t", /only read/],
      ["UPDATE t SET a = 1 WHERE id = 1 RETURNING id", /only read/],
      ["INSERT INTO t(a) VALUES (1)", /only read/],
      ["SELECT load_extension('x')", /load_extension/],
      ["SELECT sum(random()) FROM t", /random/],
      ["SELECT * FROM t ORDER BY zeroblob(id)", /zeroblob/],
      ["SELECT max(a) OVER (ORDER BY last_insert_rowid()) FROM t", /last_insert_rowid/],
      ["SELECT * FROM sqlite_schema", /belongs to the system/],
      ["SELECT * FROM _gk_chain", /belongs to the system/],
      ["SELECT * FROM peek", /belongs to the system/],
      ["SELECT 1 WHERE EXISTS (SELECT 1 FROM _gk_chain)", /belongs to the system/],
      ["SELECT * FROM f", /Virtual tables/],
      ["SELECT * FROM pragma_table_list", /Virtual tables/],
      ["SELECT * FROM json_each('[1]')", /Virtual tables/],
      ["CREATE TABLE x (a)", /./],
      ["DROP TABLE t", /./],
      ["VACUUM", /./],
      ["ANALYZE", /./],
      ["REINDEX", /./],
      ["BEGIN", /./],
      ["COMMIT", /./],
      ["SAVEPOINT x", /./],
      ["PRAGMA user_version = 1", /./],
      ["PRAGMA journal_mode = DELETE", /./],
      ["ALTER TABLE t ADD COLUMN z", /./],
    ];
    for (const [sql, reason] of refused) {
      const verdict = judgeRead(explain(sql), catalog, NOTHING);
      assert(!verdict.ok, `accepted: ${sql}`);
      assert.match(verdict.reason, reason, sql);
    }
    const denied = judgeRead(explain("SELECT 1 FROM secrets"), catalog, {
      ...NOTHING,
      denied: (name) => name === "secrets",
    });
    assert(!denied.ok);
    for (
      const sql of [
        "SELECT a, count(*) FROM t GROUP BY a HAVING count(*) > 1 ORDER BY lower(a)",
        "VALUES (1)",
      ]
    ) {
      assert(judgeRead(explain(sql), catalog, NOTHING).ok, sql);
    }
    assert(judgeRead(explain("SELECT * FROM json_each('[1]')"), catalog, { ...NOTHING, virtual: true }).ok);
  });
});

Deno.test("EXPLAIN alone gives away what a write may not do, inside of triggers too", () => {
  withDatabase((explain, catalog) => {
    const refused: [sql: string, code: string, reason: RegExp][] = [
      ["INSERT INTO secrets VALUES (1)", "refused_sql", /random\(\) gives another value/],
      ["DELETE FROM secrets", "refused_sql", /_gk_chain belongs to the system/],
      ["DELETE FROM _gk_chain", "refused_sql", /belongs to the system/],
      ["INSERT INTO f VALUES (1)", "refused_sql", /./],
      ["CREATE TABLE x (a)", "refused_sql", /not the database itself/],
      ["DROP TABLE t", "refused_sql", /./],
    ];
    for (const [sql, code, reason] of refused) {
      const verdict = judgeWrite(explain(sql), catalog, NOTHING);
      assert(!verdict.ok, `accepted: ${sql}`);
      assert.equal(verdict.code, code, sql);
      assert.match(verdict.reason, reason, sql);
    }
    const unknown = judgeWrite(explain("DELETE FROM t"), { roots: new Map(), triggers: new Map() }, NOTHING);
    assert(!unknown.ok && unknown.code === "uninspectable");
    const cleared = judgeWrite(explain("DELETE FROM t"), catalog, NOTHING);
    assert(cleared.ok);
    assert.deepEqual([...cleared.value.tables], ["t"]);
  });
});
