/** Queries that try to write, to leave the database, to see what is the system's, or to take it all, as they'd be sent. */

/** A name and what is sent, statement after statement. */
export type Attack = [name: string, ...sql: string[]];

/** Every one is refused. `folder` is where the database lies, `port` one on which something listens. */
export function readAttacks(folder: string, port: number): Attack[] {
  return [
    // Writes in the clothes of a query
    ["two statements", "SELECT 1; DELETE FROM customers"],
    ["closing the wrap", "SELECT 1) ; DELETE FROM customers; --"],
    ["closing the wrap for a union", "SELECT name FROM customers) UNION ALL SELECT * FROM (SELECT 1"],
    ["swallowing the wrap's end in a comment", "SELECT 1) /*"],
    ["swallowing the wrap's end in a string", "SELECT 1) AS x, ('"],
    ["swallowing the wrap's end in a name", 'SELECT 1 AS "x'],
    ["leaving the wrap by LIMIT", "SELECT 1 LIMIT 1) LIMIT 1; DELETE FROM customers --"],
    ["DELETE with RETURNING as a subquery", "SELECT * FROM (DELETE FROM customers RETURNING id)"],
    ["DELETE inside WITH", "WITH x AS (DELETE FROM customers RETURNING id) SELECT * FROM x"],
    ["UPDATE as an expression", "SELECT (UPDATE customers SET tier = 'x' RETURNING 1)"],
    ["variable that swallows a quote", "SELECT $a(') ; DELETE FROM customers --')"],
    ["second statement behind a carriage return", "SELECT 1 -- \r\n; DELETE FROM customers"],
    ["second statement behind U+2028", "SELECT 1 --\u2028; DELETE\n; DELETE FROM customers"],
    ["second statement behind a nested comment", "SELECT 1 /* /* */ ; DELETE FROM customers -- */"],
    ["second statement behind a doubled quote", "SELECT 'it''s;' ; DELETE FROM customers"],
    ["second statement behind a backslash", "SELECT 'x\\'; DELETE FROM customers; --'"],
    ["second statement behind a bracket in brackets", "SELECT 1 AS [a]]; DELETE FROM customers --]"],
    ["second statement behind `", "SELECT 1 AS `a``; DELETE FROM customers --"],
    ['second statement behind "', 'SELECT 1 AS "a"";"; DELETE FROM customers --"'],
    ["second statement behind a blob", "SELECT x'41'; DELETE FROM customers"],
    ["second statement behind ;;", "SELECT 1;; DELETE FROM customers"],
    ["second statement behind NUL", "SELECT 1\u0000; DELETE FROM customers"],
    ["semicolon of another alphabet", "SELECT 1\uff1b DELETE FROM customers"],
    ["half a character", "SELECT '\ud800'"],
    ["the other half", "SELECT 1 AS \udc00"],
    ["zero-width space in a name", "SELECT 1 FROM cust\u200bomers"],
    ["word joiner as a space", "SELECT\u2060name FROM customers"],
    ["BOM in the middle", "SELECT 1\ufeff FROM customers"],
    ["ideographic space", "SELECT\u30001"],
    ["a control character", "SELECT\u00011"],
    ["vertical tab", "SELECT\u000b1"],
    ["bytes that are no UTF-8, as they arrive", "SELECT 1 FROM \ufffd\ufffd"],
    ["a comment that hides the end", "SELECT 1 /* x"],
    // The schema, transactions, settings
    ["CREATE TABLE AS", "CREATE TABLE stolen AS SELECT * FROM customers"],
    [
      "CREATE TEMP TABLE, shadowing",
      "CREATE TEMP TABLE customers AS SELECT 1 AS id",
      "SELECT * FROM temp.customers",
    ],
    [
      "CREATE TEMP TRIGGER",
      "CREATE TEMP TRIGGER t AFTER UPDATE ON customers BEGIN DELETE FROM customers; END",
    ],
    ["CREATE VIEW", "CREATE VIEW v AS SELECT 1"],
    ["CREATE INDEX", "CREATE INDEX i ON customers(name)"],
    ["CREATE VIRTUAL TABLE", "CREATE VIRTUAL TABLE f USING fts5(a)"],
    ["DROP TABLE", "DROP TABLE customers"],
    ["ALTER TABLE", "ALTER TABLE customers RENAME TO gone"],
    ["ANALYZE", "ANALYZE", "SELECT * FROM sqlite_stat1"],
    ["REINDEX", "REINDEX"],
    ["VACUUM", "VACUUM"],
    ["VACUUM INTO", `VACUUM INTO '${folder}/copy.db'`],
    ["ATTACH a new file", `ATTACH DATABASE '${folder}/x.db' AS x`, "SELECT * FROM x.sqlite_schema"],
    ["ATTACH by a quoted name", `ATTACH "${folder}/x.db" AS "x"`],
    ["ATTACH by an expression", `ATTACH ('${folder}' || '/x.db') AS x`],
    ["ATTACH the neighbour", `ATTACH '${folder}/other.db' AS x`, "SELECT * FROM x.customers"],
    ["ATTACH itself", `ATTACH DATABASE 'file:${folder}/main.db?mode=rw' AS x`, "DELETE FROM x.customers"],
    ["ATTACH an address", `ATTACH 'http://127.0.0.1:${port}/x' AS x`],
    ["ATTACH memory", "ATTACH ':memory:' AS m", "SELECT * FROM m.sqlite_schema"],
    ["DETACH", "DETACH main"],
    ["query_only off", "PRAGMA query_only = OFF"],
    ["query_only off by EXPLAIN", "EXPLAIN PRAGMA query_only = OFF"],
    ["EXPLAIN DELETE", "EXPLAIN DELETE FROM customers"],
    ["EXPLAIN QUERY PLAN", "EXPLAIN QUERY PLAN SELECT 1"],
    ["EXPLAIN of EXPLAIN", "EXPLAIN EXPLAIN SELECT 1"],
    ["EXPLAIN in brackets", "SELECT * FROM (EXPLAIN SELECT 1)"],
    ["writable_schema", "PRAGMA writable_schema = ON"],
    ["trusted_schema", "PRAGMA trusted_schema = ON"],
    ["journal_mode", "PRAGMA journal_mode = DELETE"],
    ["user_version", "PRAGMA user_version = 7"],
    ["hard_heap_limit", "PRAGMA hard_heap_limit = 0"],
    ["temp_store_directory", `PRAGMA temp_store_directory = '${folder}'`],
    ["wal_checkpoint", "PRAGMA wal_checkpoint(TRUNCATE)"],
    ["BEGIN IMMEDIATE", "BEGIN IMMEDIATE"],
    ["COMMIT, then DELETE", "COMMIT", "DELETE FROM customers"],
    ["ROLLBACK, then DELETE", "ROLLBACK", "DELETE FROM customers"],
    ["SAVEPOINT", "SAVEPOINT s", "RELEASE s"],
    ["ending the capture's savepoint", "RELEASE _gk_before", "ROLLBACK TO _gk_before"],
    // Functions and tables that leave the database
    ["load_extension", "SELECT load_extension('x')"],
    ["load_extension with an entry point", `SELECT load_extension('${folder}/notes.txt', 'main')`],
    ["writefile", `SELECT writefile('${folder}/w', 'x')`],
    ["writefile over a file", `SELECT writefile('${folder}/notes.txt', 'x')`],
    ["writefile in WHERE", `SELECT 1 WHERE writefile('${folder}/w', 'x') > 0`],
    ["readfile", "SELECT readfile('/etc/passwd')"],
    ["readfile of the neighbour", `SELECT hex(readfile('${folder}/other.db'))`],
    ["lsmode", "SELECT lsmode(33188)"],
    ["edit", "SELECT edit('x', 'sh')"],
    ["shell", "SELECT system('id'), shell('id'), eval('DELETE FROM customers')"],
    ["fsdir", "SELECT name FROM fsdir('/etc')"],
    ["csv and zipfile", "SELECT * FROM zipfile('x.zip')", "SELECT * FROM csv('x.csv')"],
    ["fts3_tokenizer", "SELECT fts3_tokenizer('x', x'0000000000000000')"],
    ["random, which is no fact", "SELECT random()"],
    ["randomblob", "SELECT hex(randomblob(200000000))"],
    ["zeroblob", "SELECT zeroblob(900000000)"],
    ["sqlite_compileoption", "SELECT sqlite_compileoption_get(1), sqlite_source_id()"],
    ["sqlite_log", "SELECT sqlite_log(1, 'x')"],
    ["sqlite_offset", "SELECT sqlite_offset(name) FROM customers"],
    ["changes", "SELECT changes(), total_changes(), last_insert_rowid()"],
    ["function in ORDER BY", "SELECT 1 ORDER BY load_extension('x')"],
    ["function in a window", "SELECT sum(random()) OVER () FROM customers"],
    ["function in LIMIT", "SELECT 1 LIMIT abs(random())"],
    ["function by a quoted name", `SELECT "load_extension"('x')`, "SELECT [randomblob](1)"],
    [
      "function as an operator",
      "SELECT name MATCH 'x' FROM customers",
      "SELECT name REGEXP '(a+)+$' FROM customers",
    ],
    [
      "pragma as a table",
      "SELECT * FROM pragma_table_info('customers')",
      "SELECT * FROM pragma_database_list",
    ],
    ["pragma with an effect as a table", "SELECT * FROM pragma_wal_checkpoint"],
    ["pragma optimize as a table", "SELECT * FROM pragma_optimize(0x10002)"],
    ["pragma with its argument as a table", "SELECT * FROM pragma_query_only(0), pragma_foreign_keys(0)"],
    ["pragma as a table beside json_each", "SELECT * FROM json_each('[1]'), pragma_query_only"],
    ["pragma as a quoted table", 'SELECT * FROM "pragma_table_list"'],
    ["database pages", "SELECT length(data) FROM sqlite_dbpage WHERE pgno = 1", "SELECT * FROM dbstat"],
    ["statements of others", "SELECT sql FROM sqlite_stmt"],
    ["bytecode", "SELECT * FROM bytecode('SELECT 1')", "SELECT * FROM tables_used('SELECT 1')"],
    [
      "modules",
      "SELECT * FROM generate_series(1, 9)",
      "SELECT * FROM fts5vocab",
      "SELECT * FROM carray(1, 2)",
    ],
    ["a virtual table of the schema", "SELECT * FROM search", "SELECT count(*) FROM boxes"],
    ["a virtual table's shadow", "SELECT * FROM search_content", "SELECT * FROM boxes_node"],
    ["a bare table", "customers"],
    // What belongs to the system, in every spelling
    ["sqlite_schema", "SELECT * FROM sqlite_schema", "SELECT name FROM sqlite_master"],
    ["main.sqlite_master, quoted", 'SELECT name FROM "main"."sqlite_master"'],
    ["sqlite_temp_master", "SELECT name FROM sqlite_temp_master", "SELECT * FROM temp.sqlite_schema"],
    ["sqlite_sequence", "SELECT * FROM sqlite_sequence"],
    ["a table of ours", "SELECT * FROM _gk_secret"],
    ["a table of ours in other letters", "SELECT count(*) FROM [_GK_SECRET]", "SELECT 1 FROM `_Gk_secret`"],
    ["a table of ours by its schema", 'SELECT * FROM main."_gk_secret"', "SELECT * FROM 'main'.'_gk_secret'"],
    ["a table of ours in a subquery", "SELECT (SELECT max(k) FROM _gk_secret)"],
    [
      "a table of ours by an alias",
      "SELECT c.k FROM _gk_secret AS c",
      "WITH c AS (SELECT * FROM _gk_secret) SELECT 1 FROM c",
    ],
    ["a table of ours by USING", "SELECT 1 FROM (SELECT 'secret' AS k) JOIN _gk_secret USING (k)"],
    ["a table of ours through a view", "SELECT * FROM peek"],
    [
      "whether a table of ours has rows",
      "SELECT EXISTS (SELECT 1 FROM _gk_change)",
      "SELECT count(*) FROM _gk_approver",
    ],
    // What the schema itself brings along
    ["a view that writes a file", "SELECT * FROM evil_view"],
    ["a column that takes all memory", "SELECT g FROM heavy_column", "SELECT * FROM heavy_column"],
    ["a view with a volatile function", "SELECT * FROM dice"],
    ["a view over pragmas", "SELECT * FROM settings"],
    // Too much
    ["memory in one value", "SELECT length(printf('%900000000d', 1))"],
    ["memory by replace()", `SELECT length(${"replace(".repeat(9)}'x'${", 'x', 'xxxxxxxxxx')".repeat(9)})`],
    ["memory by hex()", `SELECT length(${"hex(".repeat(24)}'x'${")".repeat(24)})`],
    ["a value that is too long", "SELECT printf('%17000000d', 1)", "SELECT format('%.17000000f', 1)"],
    ["one row of more than 2 MB", "SELECT printf('%3000000d', 1)"],
    ["a value from group_concat", `${numbers(40_000)} SELECT group_concat(printf('%01000d', i)) FROM n`],
    [
      "a value from json_group_array",
      `${numbers(40_000)} SELECT json_group_array(printf('%01000d', i)) FROM n`,
    ],
    ["deep operators", `SELECT ${"~".repeat(2_000)}1`, `SELECT ${"NOT ".repeat(2_000)}1`],
    ["deep brackets", `SELECT ${"(".repeat(9_000)}1${")".repeat(9_000)}`],
    ["deep subqueries", `SELECT ${"(SELECT ".repeat(900)}1${")".repeat(900)}`],
    ["deep subqueries in FROM", `SELECT * FROM ${"(SELECT * FROM ".repeat(600)}customers${")".repeat(600)}`],
    ["deep CASE", `SELECT ${"CASE 1 WHEN ".repeat(700)}1${" THEN 1 END".repeat(700)}`],
    ["deep functions", `SELECT ${"abs(".repeat(1_500)}1${")".repeat(1_500)}`],
    ["1,000 UNION ALL", Array(1_000).fill("SELECT 1").join(" UNION ALL ")],
    ["a join of 65 tables", `SELECT 1 FROM ${Array(65).fill("customers").join(", ")}`],
    ["arguments that are missing", "SELECT ?", "SELECT ?32766", "SELECT ?99999", "SELECT ?0"],
    ["a LIKE pattern that is too long", `SELECT 1 WHERE 'x' LIKE '${"%x".repeat(1_000)}'`],
  ];
}

/** Beyond what a request may hold: refused before any of it is read as SQL. */
export const OVERSIZED: [name: string, sql: string, args?: number][] = [
  ["a statement of 1 MB", `SELECT '${"x".repeat(999_000)}'`],
  ["a statement of more than 1 MB", `SELECT '${"x".repeat(1_100_000)}'`],
  ["100,000 brackets", `SELECT ${"(".repeat(100_000)}1${")".repeat(100_000)}`],
  ["32,766 arguments", `SELECT ${Array(6_000).fill("?").join()}`, 32_766],
];

/** Heavy, but a question like any other: answered within the limits, or stopped by them. */
export const HEAVY: [name: string, sql: string][] = [
  ["LIKE that backtracks", `SELECT '${"a".repeat(400)}' LIKE '${"%a".repeat(24)}b'`],
  ["GLOB that backtracks", `SELECT '${"a".repeat(400)}' GLOB '${"*a".repeat(24)}b'`],
  [
    "text that grows by its square",
    `${numbers(3_000)}, t(k, s) AS (SELECT 1, 'x' UNION ALL
    SELECT k + 1, s || printf('%01000d', k) FROM t WHERE k < 3000) SELECT max(length(s)) FROM t`,
  ],
  [
    "a large json_each",
    `SELECT count(*) FROM json_each('[' || replace(printf('%0400000d', 0), '0', '1,') || '1]')`,
  ],
  [
    "a JSON text of many elements",
    `SELECT sum(value) FROM json_each((${`${numbers(60_000)} SELECT json_group_array(i) FROM n`}))`,
  ],
  ["a deep JSON text", `SELECT json_valid('${"[".repeat(3_000)}${"]".repeat(3_000)}')`],
  [
    "a cross join",
    "SELECT count(*) FROM customers a, customers b, customers c, customers d, customers e, customers f, customers g",
  ],
  ["a window over much", `${numbers(50_000)} SELECT sum(i) OVER (ORDER BY i ROWS 20000 PRECEDING) FROM n`],
  ["DISTINCT over much", `${numbers(200_000)} SELECT count(DISTINCT printf('%0200d', i)) FROM n`],
  [
    "a date of every kind",
    `${
      numbers(20_000)
    } SELECT count(DISTINCT strftime('%Y%j%H', i * 86399, 'unixepoch', 'localtime')) FROM n`,
  ],
];

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

/** The numbers from 1 to `n` as the table `n(i)`. */
function numbers(n: number): string {
  return `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${n})`;
}
