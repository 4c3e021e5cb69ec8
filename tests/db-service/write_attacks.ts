/** Changes that nobody approved, and ways around the capture, the record and the gate, as they would be sent. */
import type { Attack } from "./read_attacks.ts";

/** As a query each is refused; as a proposal it is refused or only shown; none is ever executed. */
export function writeAttacks(folder: string): Attack[] {
  return [
    // Ordinary changes: refused as queries, shown as proposals, never done without the right digest
    ["DELETE", "DELETE FROM customers WHERE id = 1"],
    ["DELETE of everything", "DELETE FROM customers"],
    ["UPDATE", "UPDATE customers SET tier = 'Gold'"],
    ["UPDATE … FROM", "UPDATE customers SET tier = o.id FROM orders o WHERE o.customer_id = customers.id"],
    ["UPDATE with RETURNING", "UPDATE customers SET tier = 'Gold' RETURNING *"],
    ["INSERT with RETURNING", "INSERT INTO customers(name, email) VALUES('h', 'h@x') RETURNING id"],
    ["REPLACE", "REPLACE INTO customers(id, name, email) VALUES(1, 'h', 'h@x')"],
    [
      "ON CONFLICT",
      "INSERT INTO customers(id,name,email) VALUES(1,'x','x') ON CONFLICT DO UPDATE SET name='x'",
    ],
    ["DELETE behind WITH", "WITH x AS (SELECT 1) DELETE FROM customers"],
    [
      "UPDATE behind WITH and comments",
      "/* SELECT */ -- x\n WITH x AS (SELECT 1) UPDATE customers SET tier='Gold'",
    ],
    ["dElEtE", "dElEtE fRoM customers"],
    [
      "OR ROLLBACK, to end the transaction",
      "INSERT OR ROLLBACK INTO customers(id, name, email) VALUES (1, 'x', 'x')",
    ],
    [
      "OR FAIL, to keep the first rows",
      "INSERT OR FAIL INTO customers(id, name, email) VALUES (99, 'x', 'x'), (1, 'x', 'x')",
    ],
    ["a semicolon in a string", "UPDATE customers SET name = '; DROP TABLE customers; --'"],
    ["a second change", "UPDATE customers SET tier = 'x' WHERE id = 1; DELETE FROM customers"],
    ["a COMMIT behind a change", "UPDATE customers SET tier = 'x'; COMMIT"],
    ["a comment that ends the change", "DELETE FROM customers /* WHERE id = 0 */"],
    ["DELETE behind a BOM", "\ufeffDELETE FROM customers"],
    ["DELETE behind a no-break space", "\u00a0DELETE FROM customers"],
    ["DELETE behind NUL", "DELETE FROM customers\u0000 WHERE id = 0"],
    // Targets that are not the agent's
    ["the approvers", "DELETE FROM _gk_approver", "UPDATE _gk_approver SET revoked_at = NULL"],
    ["a key of the attacker's own", "INSERT INTO _gk_approver VALUES ('k', 'Eve', '{}', '2026-01-01', NULL)"],
    ["the record", "UPDATE _gk_change SET digest = ''", 'DELETE FROM main."_gk_change"'],
    [
      "the record in other letters",
      "DELETE FROM [_GK_CHANGE]",
      "DELETE FROM `_Gk_Change`",
      "DELETE FROM '_gk_change'",
    ],
    [
      "the record by an alias",
      "DELETE FROM _gk_change AS customers",
      "UPDATE _gk_change AS c SET digest = ''",
    ],
    ["the record behind a comment", "DELETE FROM/**/main/**/./**/_gk_change"],
    ["the record with a look-alike", "DELETE FROM _g\u212a_change", "DELETE FROM \uff3fgk_change"],
    ["reading the record into a row", "UPDATE customers SET name = (SELECT max(k) FROM _gk_secret)"],
    ["reading the record through a view", "UPDATE customers SET name = (SELECT max(k) FROM peek)"],
    [
      "reading the record through a name",
      "WITH noted AS (SELECT k FROM _gk_secret) UPDATE customers SET name = (SELECT max(k) FROM noted)",
    ],
    ["an alias that looks like ours", "UPDATE customers AS _gk_x SET tier = 'x' WHERE _gk_x.id = 1"],
    [
      "the schema",
      "UPDATE sqlite_schema SET sql = ''",
      "DELETE FROM sqlite_master",
      "INSERT INTO sqlite_schema DEFAULT VALUES",
    ],
    [
      "the statistics",
      "INSERT INTO sqlite_stat1 VALUES ('customers', NULL, '0')",
      "DELETE FROM sqlite_stat4",
    ],
    ["the counters", "UPDATE sqlite_sequence SET seq = 0", "DELETE FROM sqlite_sequence"],
    [
      "the temporary schema",
      "DELETE FROM temp.customers",
      "INSERT INTO temp._gk_c0 SELECT 1",
      'DELETE FROM "temp"."_gk_c0"',
    ],
    ["the capture's own store", "DELETE FROM _gk_c0", "UPDATE _gk_c0 SET existed = 0"],
    ["another schema", "DELETE FROM x.customers", 'DELETE FROM "".customers'],
    ["a table that is not there", "DELETE FROM nowhere", 'DELETE FROM ""', "DELETE FROM [\u200b]"],
    ["a name with a quote", 'DELETE FROM "customers"" WHERE 1 --"', "DELETE FROM `customers`` --`"],
    ["a virtual table", "INSERT INTO search(search) VALUES ('rebuild')", "DELETE FROM search"],
    ["a virtual table's command", "INSERT INTO search(search, rank) VALUES ('automerge', 0)"],
    ["a virtual table's shadow", "DELETE FROM search_data", "UPDATE boxes_node SET data = x''"],
    [
      "a pragma as a table",
      "DELETE FROM pragma_table_list",
      "UPDATE pragma_user_version SET user_version = 7",
    ],
    // Functions that leave the database
    ["writefile in SET", `UPDATE customers SET name = writefile('${folder}/w', 'x')`],
    ["writefile in WHERE", `DELETE FROM customers WHERE writefile('${folder}/notes.txt', 'x') > 0`],
    ["writefile in RETURNING", `DELETE FROM customers WHERE id = 0 RETURNING writefile('${folder}/w', 'x')`],
    [
      "writefile in an UPSERT",
      `INSERT INTO customers(id, name, email) VALUES (1, 'x', 'x')
      ON CONFLICT (id) DO UPDATE SET name = writefile('${folder}/w', 'x')`,
    ],
    ["writefile in a FROM", `UPDATE customers SET name = w FROM (SELECT writefile('${folder}/w', 'x') AS w)`],
    ["writefile in VALUES", `INSERT INTO customers(name, email) VALUES (writefile('${folder}/w', 'x'), 'x')`],
    [
      "writefile in LIMIT",
      `DELETE FROM customers WHERE id IN (SELECT 1 LIMIT writefile('${folder}/w', 'x'))`,
    ],
    ["readfile in SET", "UPDATE customers SET name = readfile('/etc/passwd') WHERE id = 1"],
    ["load_extension in SET", "UPDATE customers SET name = load_extension('x')"],
    ["fsdir in a FROM", "UPDATE customers SET name = f.name FROM fsdir('/etc') f"],
    ["pragma in a FROM", "UPDATE customers SET name = p.file FROM pragma_database_list p"],
    [
      "what nobody can approve",
      "UPDATE customers SET name = random()",
      "UPDATE customers SET name = hex(randomblob(8))",
    ],
    [
      "who wrote last",
      "UPDATE customers SET name = last_insert_rowid()",
      "UPDATE customers SET name = changes()",
    ],
    // What the schema itself brings along
    ["a trigger that writes a file", "UPDATE trapped SET v = 1"],
    ["a trigger that loads code", "INSERT INTO trapped VALUES (2, 2)"],
    ["a trigger that writes the record", "DELETE FROM trapped"],
    ["a trigger that feeds a virtual table", "INSERT INTO logged VALUES (1, 'x')"],
    ["a trigger that throws dice", "INSERT INTO lottery VALUES (1)"],
    ["a trigger without end", "UPDATE loop SET v = v + 1"],
    [
      "a column that takes all memory",
      "UPDATE heavy_column SET a = 2",
      "INSERT INTO heavy_column(a) VALUES (2)",
    ],
    ["a check that writes a file", "INSERT INTO evil_check VALUES (1)", "UPDATE evil_check SET a = 2"],
    ["a default that writes a file", "INSERT INTO evil_default(a) VALUES (1)"],
    ["a check that takes all memory", "INSERT INTO heavy_check VALUES (1)"],
    ["a view that writes a file, as a source", "INSERT INTO plain SELECT * FROM evil_view"],
    // Too much
    ["memory in one value", "UPDATE customers SET tier = length(printf('%900000000d', 1))"],
    [
      "memory by doubling",
      `UPDATE customers SET tier = (WITH RECURSIVE c(x) AS (SELECT 'x' UNION ALL
      SELECT x || x FROM c LIMIT 31) SELECT max(length(x)) FROM c)`,
    ],
    [
      "memory by a sorter",
      `INSERT INTO plain SELECT y FROM (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL
      SELECT x + 1 FROM c LIMIT 9000) SELECT printf('%0100000d', x) AS y FROM c) ORDER BY y DESC LIMIT 1`,
    ],
    ["a row too large to show", "UPDATE customers SET name = printf('%080000000d', 1) WHERE id = 1"],
    [
      "more rows than an action may change",
      `INSERT INTO plain WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL
      SELECT i + 1 FROM n WHERE i < 20000) SELECT i FROM n`,
    ],
    ["deep brackets", `UPDATE customers SET tier = ${"(".repeat(9_000)}1${")".repeat(9_000)}`],
    ["1,000 rows of VALUES", `INSERT INTO plain VALUES ${Array(1_000).fill("(1)").join()}`],
  ];
}

/** What a hostile or careless owner could have left in the database. `folder` is where files would be written. */
export function trappedSchema(folder: string): string {
  const write = `writefile('${folder}/w', 'x')`;
  return `
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id) ON DELETE CASCADE);
    INSERT INTO orders VALUES (1, 1), (2, 2);
    CREATE TABLE plain (v);
    CREATE TABLE _gk_secret (k TEXT);
    INSERT INTO _gk_secret VALUES ('secret');
    CREATE VIEW peek AS SELECT k FROM _gk_secret;
    CREATE VIEW dice AS SELECT random() AS n;
    CREATE VIEW settings AS SELECT * FROM pragma_database_list;
    CREATE VIEW evil_view AS SELECT ${write} AS w;
    CREATE VIRTUAL TABLE search USING fts5(body);
    INSERT INTO search VALUES ('hello');
    CREATE VIRTUAL TABLE boxes USING rtree(id, a, b);
    CREATE TABLE trapped (id INTEGER PRIMARY KEY, v);
    INSERT INTO trapped VALUES (1, 1);
    CREATE TRIGGER trap_update AFTER UPDATE ON trapped BEGIN SELECT ${write}; END;
    CREATE TRIGGER trap_insert AFTER INSERT ON trapped BEGIN SELECT load_extension('${folder}/notes.txt'); END;
    CREATE TRIGGER trap_delete AFTER DELETE ON trapped BEGIN DELETE FROM _gk_secret; END;
    CREATE TABLE logged (id INTEGER PRIMARY KEY, body TEXT);
    CREATE TRIGGER log_body AFTER INSERT ON logged BEGIN INSERT INTO search(body) VALUES (NEW.body); END;
    CREATE TABLE lottery (id INTEGER PRIMARY KEY);
    CREATE TRIGGER draw AFTER INSERT ON lottery BEGIN UPDATE plain SET v = random(); END;
    CREATE TRIGGER noted AFTER UPDATE OF region ON customers BEGIN INSERT INTO plain VALUES (OLD.region); END;
    CREATE TABLE loop (id INTEGER PRIMARY KEY, v);
    INSERT INTO loop VALUES (1, 1);
    CREATE TRIGGER again AFTER UPDATE ON loop BEGIN
      INSERT INTO plain WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 30000) SELECT x FROM c; END;
    CREATE TABLE heavy_column (a, g GENERATED ALWAYS AS (printf('%900000000d', a)));
    INSERT INTO heavy_column(a) VALUES (1);
    CREATE TABLE evil_check (a CHECK (${write} > 0));
    CREATE TABLE evil_default (a, b DEFAULT (${write}));
    CREATE TABLE heavy_check (a CHECK (length(printf('%900000000d', a)) > 0));
  `;
}
