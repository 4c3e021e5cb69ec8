/** Queries that try to write, to leave the database, or to see what is hidden, as they would be sent. */

/** `folder` is where the database lies. Each attack is sent as it is, statement after statement. */
export function readAttacks(folder: string): [name: string, ...sql: string[]][] {
  return [
    // Writes in the clothes of a query
    ["two statements", "SELECT 1; DELETE FROM customers"],
    ["closing the wrap", "SELECT 1) ; DELETE FROM customers; --"],
    ["closing the wrap for a union", "SELECT name FROM customers) UNION ALL SELECT * FROM (SELECT 1"],
    ["swallowing the wrap's end in a comment", "SELECT 1) /*"],
    ["swallowing the wrap's end in a string", "SELECT 1) AS x, ('"],
    ["plain DELETE", "DELETE FROM customers WHERE id = 1"],
    ["plain UPDATE", "UPDATE customers SET tier = 'Gold'"],
    ["UPDATE with RETURNING", "UPDATE customers SET tier = 'Gold' RETURNING id"],
    ["INSERT with RETURNING", "INSERT INTO customers(name, email) VALUES('h', 'h@x') RETURNING id"],
    ["REPLACE", "REPLACE INTO customers(id, name, email) VALUES(1, 'h', 'h@x')"],
    ["DELETE behind WITH", "WITH x AS (SELECT 1) DELETE FROM customers"],
    [
      "UPDATE behind WITH and comments",
      "/* SELECT */ -- x\n WITH x AS (SELECT 1) UPDATE customers SET tier='Gold'",
    ],
    ["DELETE with RETURNING as a subquery", "SELECT * FROM (DELETE FROM customers RETURNING id)"],
    ["DELETE inside WITH", "WITH x AS (DELETE FROM customers RETURNING id) SELECT * FROM x"],
    ["lower-case dElEtE", "dElEtE fRoM customers"],
    ["DELETE behind a BOM", "\ufeffDELETE FROM customers"],
    ["DELETE behind a no-break space", "\u00a0DELETE FROM customers"],
    ["DELETE behind NUL", "SELECT 1\u0000; DELETE FROM customers"],
    ["variable that swallows a quote", "SELECT $a(') ; DELETE FROM customers --')"],
    ["second statement behind a carriage return", "SELECT 1 -- \r\n; DELETE FROM customers"],
    ["semicolon of another alphabet", "SELECT 1\uff1b DELETE FROM customers"],
    [
      "ON CONFLICT",
      "INSERT INTO customers(id,name,email) VALUES(1,'x','x') ON CONFLICT DO UPDATE SET name='x'",
    ],
    // The schema, transactions, settings
    ["DROP TABLE", "DROP TABLE customers"],
    ["ALTER TABLE", "ALTER TABLE customers RENAME TO gone"],
    ["CREATE TABLE AS", "CREATE TABLE stolen AS SELECT * FROM customers"],
    ["CREATE TEMP TABLE, shadowing", "CREATE TEMP TABLE customers AS SELECT 1 AS id"],
    [
      "CREATE TEMP TRIGGER",
      "CREATE TEMP TRIGGER t AFTER UPDATE ON customers BEGIN DELETE FROM customers; END",
    ],
    ["CREATE VIEW", "CREATE VIEW v AS SELECT 1"],
    ["CREATE INDEX", "CREATE INDEX i ON customers(name)"],
    ["CREATE VIRTUAL TABLE", "CREATE VIRTUAL TABLE f USING fts5(a)"],
    ["ANALYZE", "ANALYZE"],
    ["REINDEX", "REINDEX"],
    ["VACUUM", "VACUUM"],
    ["VACUUM INTO", `VACUUM INTO '${folder}/copy.db'`],
    ["ATTACH a new file", `ATTACH DATABASE '${folder}/x.db' AS x`, "CREATE TABLE x.q AS SELECT 1"],
    ["ATTACH itself", `ATTACH DATABASE 'file:${folder}/main.db?mode=rw' AS x`, "DELETE FROM x.customers"],
    ["DETACH", "DETACH main"],
    ["query_only off", "PRAGMA query_only = OFF", "DELETE FROM customers"],
    ["query_only off by EXPLAIN", "EXPLAIN PRAGMA query_only = OFF", "DELETE FROM customers"],
    ["EXPLAIN DELETE", "EXPLAIN DELETE FROM customers"],
    ["EXPLAIN QUERY PLAN", "EXPLAIN QUERY PLAN SELECT 1"],
    ["writable_schema", "PRAGMA writable_schema = ON", "UPDATE sqlite_schema SET sql = ''"],
    ["journal_mode", "PRAGMA journal_mode = DELETE"],
    ["user_version", "PRAGMA user_version = 7"],
    ["hard_heap_limit", "PRAGMA hard_heap_limit = 0"],
    ["wal_checkpoint", "PRAGMA wal_checkpoint(TRUNCATE)"],
    ["BEGIN IMMEDIATE", "BEGIN IMMEDIATE"],
    ["COMMIT, then DELETE", "COMMIT", "DELETE FROM customers"],
    ["ROLLBACK, then DELETE", "ROLLBACK", "DELETE FROM customers"],
    ["SAVEPOINT", "SAVEPOINT s", "DELETE FROM customers", "RELEASE s"],
    // Functions and tables that leave the database
    ["load_extension", "SELECT load_extension('x')"],
    ["writefile", `SELECT writefile('${folder}/w', 'x')`],
    ["writefile in WHERE", `SELECT 1 WHERE writefile('${folder}/w', 'x') > 0`],
    ["readfile", "SELECT readfile('/etc/passwd')"],
    ["edit", "SELECT edit('x', 'sh')"],
    ["fsdir", "SELECT name FROM fsdir('/etc')"],
    ["fts3_tokenizer", "SELECT fts3_tokenizer('x', x'0000000000000000')"],
    ["random, which is no fact", "SELECT random()"],
    ["randomblob", "SELECT hex(randomblob(200000000))"],
    ["zeroblob", "SELECT zeroblob(900000000)"],
    ["sqlite_compileoption", "SELECT sqlite_compileoption_get(1)"],
    ["changes", "SELECT changes(), last_insert_rowid()"],
    ["function in ORDER BY", "SELECT 1 ORDER BY load_extension('x')"],
    ["function in a window", "SELECT sum(random()) OVER () FROM customers"],
    ["function by a quoted name", `SELECT "load_extension"('x')`],
    ["pragma as a table", "SELECT * FROM pragma_table_info('customers')"],
    ["pragma with an effect as a table", "SELECT * FROM pragma_wal_checkpoint"],
    ["pragma optimize as a table", "SELECT * FROM pragma_optimize(0x10002)"],
    ["pragma as a table beside json_each", "SELECT * FROM json_each('[1]'), pragma_query_only"],
    ["database pages", "SELECT length(data) FROM sqlite_dbpage WHERE pgno = 1"],
    ["statements of others", "SELECT sql FROM sqlite_stmt"],
    ["bytecode", "SELECT * FROM bytecode('SELECT 1')"],
    ["a bare table", "customers"],
    // What belongs to the system
    ["sqlite_schema", "SELECT * FROM sqlite_schema"],
    ["sqlite_master", "SELECT name FROM sqlite_master"],
    ["main.sqlite_master, quoted", 'SELECT name FROM "main"."sqlite_master"'],
    ["sqlite_temp_master", "SELECT name FROM sqlite_temp_master"],
    ["sqlite_sequence", "SELECT * FROM sqlite_sequence"],
    ["approvers", "SELECT * FROM _gk_secret"],
    ["approvers in other letters", "SELECT count(*) FROM [_GK_SECRET]"],
    ["approvers in a subquery", "SELECT (SELECT max(k) FROM _gk_secret)"],
    ["approvers through a view", "SELECT * FROM peek"],
    // Too much
    ["memory in one value", "SELECT length(printf('%900000000d', 1))"],
    ["a value that is too long", "SELECT printf('%17000000d', 1)"],
    ["one row of more than 2 MB", "SELECT printf('%3000000d', 1)"],
    ["deep nesting", `SELECT ${"~".repeat(2_000)}1`],
    ["hundreds of SELECTs", Array(300).fill("SELECT 1").join(" UNION ALL ")],
    ["arguments that are missing", "SELECT ?"],
  ];
}

/** The runaway that no limit but the deadline ends. */
export const ENDLESS = "counting for ever";

/** Queries that would never end or eat all memory: each costs its own deadline and nothing else. */
export const RUNAWAYS: [name: string, sql: string][] = [
  [
    ENDLESS,
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c",
  ],
  [
    "text that doubles",
    "WITH RECURSIVE c(x) AS (SELECT 'x' UNION ALL SELECT x || x FROM c) SELECT max(length(x)) FROM c",
  ],
  [
    "a sorter that fills memory",
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT printf('%0100000d', x) AS y FROM c ORDER BY y",
  ],
];
