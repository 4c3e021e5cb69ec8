/** READ_DENY by EXPLAIN and by words, each on its own: without the authorizer, as a remote engine is judged. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { STORED_COLUMNS, storedColumns } from "@/db-service/engine/read/stored_columns.ts";
import { forbiddenCheckCall } from "@/db-service/sql/checks.ts";
import { type Hidden, hiddenOpcode, hiddenWords } from "@/db-service/sql/hidden.ts";
import type { Catalog, Opcode } from "@/db-service/sql/judge.ts";
import { tokenize } from "@/db-service/sql/tokenizer.ts";

const SCHEMA = `
  CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, pin TEXT, town TEXT,
    loud TEXT GENERATED ALWAYS AS (upper(name)), kept TEXT GENERATED ALWAYS AS (name || '!') STORED, late TEXT);
  CREATE UNIQUE INDEX people_pin ON people (pin);
  CREATE INDEX people_town ON people (town, pin);
  CREATE TABLE keyed (a TEXT, pin TEXT, b TEXT, PRIMARY KEY (b, pin)) WITHOUT ROWID;
  CREATE TABLE twin (id INTEGER PRIMARY KEY, name TEXT, pin TEXT);
  CREATE TABLE other (id INTEGER PRIMARY KEY, pin TEXT);
  CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT, pin TEXT);
`;

const hidden: Hidden = {
  hasColumns: true,
  table: () => false,
  column: (table, column) => table !== "other" && table !== "twin" && column === "pin",
  any: (table) => table !== "other" && table !== "twin",
  name: (column) => column.toLowerCase() === "pin",
};

function withDatabase(
  work: (explain: (sql: string) => Opcode[], catalog: Catalog) => void,
): void {
  using db = new DatabaseSync(":memory:");
  db.exec(SCHEMA);
  const master = db.prepare("SELECT tbl_name AS t, rootpage AS root FROM sqlite_schema WHERE rootpage > 0")
    .all();
  const catalog: Catalog = {
    roots: new Map(master.map(({ root, t }) => [Number(root), String(t)])),
    triggers: new Map(),
    columns: storedColumns(
      STORED_COLUMNS.map((sql) => db.prepare(sql).all().map((row) => Object.values(row))),
    ),
  };
  const explain = (sql: string) =>
    db.prepare(`EXPLAIN ${sql}`).all().map(({ opcode, p1, p2, p3, p4 }) => ({
      opcode: String(opcode),
      p1: Number(p1),
      p2: Number(p2),
      p3: Number(p3),
      p4: p4 === null ? null : String(p4),
    }));
  work(explain, catalog);
}

Deno.test("EXPLAIN alone gives away that a query reads a hidden column or looks one up", () => {
  const refused = [
    "SELECT pin FROM people",
    "SELECT * FROM people",
    "SELECT upper(pin) FROM people WHERE id = 1",
    "SELECT name FROM people ORDER BY pin, id + 1",
    "SELECT name FROM people WHERE pin = '1'",
    "SELECT name FROM people WHERE pin > '1'",
    "SELECT name FROM people WHERE pin IN ('1', '2')",
    "SELECT name FROM people WHERE town = 'x' AND pin LIKE '1%'",
    "SELECT pin FROM people WHERE town = 'x'",
    "SELECT max(pin) FROM people",
    "SELECT count(DISTINCT pin) FROM people",
    "SELECT p.name FROM other o JOIN people p USING (pin)",
    "SELECT p.name FROM people p NATURAL JOIN twin t",
    "SELECT pin FROM other FULL JOIN people USING (pin)",
    "SELECT a FROM keyed WHERE b = 'x' AND pin = 'y'",
    "SELECT pin FROM keyed",
    "SELECT length(pin) FROM people",
  ];
  const allowed = [
    "SELECT id, name, town, loud, kept, late FROM people",
    "SELECT count(*) FROM people",
    "SELECT name FROM people WHERE town = 'x'",
    "SELECT town, count(*) FROM people GROUP BY town",
    "SELECT a, b FROM keyed WHERE b = 'x'",
    "SELECT pin FROM other",
    "SELECT o.pin FROM other o JOIN people p ON p.id = o.id",
    "SELECT late FROM people ORDER BY kept",
  ];
  withDatabase((explain, catalog) => {
    for (const sql of refused) {
      assert.match(hiddenOpcode(explain(sql), catalog, hidden, "read") ?? "", /READ_DENY/, sql);
    }
    for (const sql of allowed) assert.equal(hiddenOpcode(explain(sql), catalog, hidden, "read"), null, sql);
    const unknown = { ...catalog, columns: undefined };
    assert.match(
      hiddenOpcode(explain("SELECT name FROM people"), unknown, hidden, "read") ?? "",
      /Columns of people/,
      "what can't be told is refused",
    );
  });
});

Deno.test("EXPLAIN alone gives away that a write takes a hidden column elsewhere", () => {
  const refused = [
    "INSERT INTO twin SELECT * FROM source",
    "INSERT INTO other(pin) SELECT pin FROM people",
    "UPDATE other SET pin = p.pin FROM people p WHERE p.id = other.id",
    "UPDATE people SET name = (SELECT max(q.pin) FROM people q)",
  ];
  const allowed = [
    "UPDATE people SET name = 'x'",
    "UPDATE people SET pin = 'x' WHERE id = 1",
    "DELETE FROM people WHERE town = 'x'",
    "INSERT INTO people(name, pin) VALUES ('x', 'y')",
    "INSERT INTO twin(name) SELECT name FROM people",
    "INSERT INTO twin SELECT id, pin, pin FROM other",
    "DELETE FROM keyed WHERE b = 'x'",
  ];
  withDatabase((explain, catalog) => {
    for (const sql of refused) {
      assert.match(hiddenOpcode(explain(sql), catalog, hidden, "write") ?? "", /READ_DENY/, sql);
    }
    for (const sql of allowed) assert.equal(hiddenOpcode(explain(sql), catalog, hidden, "write"), null, sql);
  });
});

Deno.test("words that compare by a hidden column are refused, and only as the words that they are", () => {
  const words = (sql: string) => {
    const cut = tokenize(sql);
    assert(cut.ok);
    return hiddenWords(cut.tokens, hidden);
  };
  for (
    const sql of [
      "SELECT 1 FROM a JOIN b USING (id, PIN)",
      'SELECT 1 FROM a JOIN b USING ("pin")',
      "SELECT 1 FROM a JOIN b USING/**/([pin])",
      "SELECT 1 FROM a NATURAL JOIN b",
      "SELECT 1 FROM a natural left join b",
      "SELECT 1 FROM a INDEXED BY i",
    ]
  ) assert.match(words(sql) ?? "", /READ_DENY/, sql);
  for (
    const sql of [
      "SELECT 1 FROM a JOIN b USING (id)",
      "SELECT natural FROM a",
      "SELECT 'NATURAL JOIN', \"INDEXED\" FROM a",
      "SELECT 1 FROM a NOT INDEXED",
    ]
  ) assert.equal(words(sql), null, sql);
});

Deno.test("a CHECK constraint's functions are read from the definition, where EXPLAIN may not show them", () => {
  const call = (sql: string) => {
    const cut = tokenize(sql);
    assert(cut.ok);
    return forbiddenCheckCall(cut.tokens, new Set(["length", "lower"]));
  };
  const cases: [sql: string, call: string | null][] = [
    ["CREATE TABLE t (a CHECK (writefile('x', a) > 0))", "writefile"],
    ["CREATE TABLE t (a, CHECK (a > 0 AND (length(a) < 9 OR \"WriteFile\" ('x', a))))", "WriteFile"],
    ["CREATE TABLE t (a CONSTRAINT c CHECK(lower([load_extension]/**/(a)) = 1))", "load_extension"],
    ["CREATE TABLE t (a VARCHAR(10) CHECK (length(a) < 9), b REFERENCES u(id))", null],
    ["CREATE TABLE t (a CHECK (a IN (1, 2) AND (a IS NOT NULL) AND CAST(a AS DECIMAL(10, 2)) > 0))", null],
    ["CREATE TABLE t (a CHECK (CASE WHEN (a) THEN (1) ELSE (0) END), b DEFAULT (random()))", null],
    ["CREATE TABLE writefile (a CHECK (a <> 'writefile('))", null],
  ];
  for (const [sql, expected] of cases) assert.equal(call(sql), expected, sql);
});
