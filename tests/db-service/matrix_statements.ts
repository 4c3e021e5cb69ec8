/** Every kind of table, continued: every way to write. */
import type { Kind } from "./matrix.ts";

const count = (n: number) => `WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${n})`;

export const STATEMENTS: Record<string, Kind> = {
  "UPSERT and REPLACE": {
    schema:
      `CREATE TABLE t(id INTEGER PRIMARY KEY, e TEXT UNIQUE, p TEXT UNIQUE, n INT NOT NULL DEFAULT 7, v);
      CREATE TABLE r(k TEXT PRIMARY KEY ON CONFLICT REPLACE, u UNIQUE ON CONFLICT IGNORE, n NOT NULL ON CONFLICT REPLACE DEFAULT 3);
      INSERT INTO t VALUES (1, 'a', 'x', 1, 1), (2, 'b', 'y', 2, 2), (3, 'c', 'z', 3, 3); INSERT INTO r VALUES ('a', 1, 1), ('b', 2, 2)`,
    actions: [
      ["REPLACE INTO t(id, e, p) VALUES (1, 'b', 'z')"],
      ["REPLACE INTO t(e, n) VALUES ('a', NULL)"],
      ["UPDATE OR REPLACE t SET e = 'c', p = 'y' WHERE id = 1"],
      ["UPDATE OR REPLACE t SET id = id + 1"],
      ["INSERT INTO t(e, v) VALUES ('a', 9), ('new', 9) ON CONFLICT(e) DO UPDATE SET v = excluded.v, p = NULL WHERE n < 5"],
      ["INSERT INTO t(e, p) VALUES ('q', 'x') ON CONFLICT(e) DO NOTHING ON CONFLICT(p) DO UPDATE SET id = id + 100"],
      ["INSERT OR IGNORE INTO t(e) VALUES ('a'), ('fresh'), ('fresh')"],
      ["INSERT INTO r VALUES ('a', 3, NULL), ('c', 2, 1), ('d', 4, NULL)"],
    ],
    pending: [
      "INSERT INTO t(e) VALUES ('p') ON CONFLICT DO NOTHING",
      "INSERT INTO t(e) VALUES ('q') ON CONFLICT DO NOTHING",
    ],
  },
  "UPDATE FROM, INSERT SELECT, CTEs, several statements": {
    schema: `CREATE TABLE t(id INTEGER PRIMARY KEY, v); CREATE TABLE s(id INTEGER PRIMARY KEY, t INT, w);
      INSERT INTO t VALUES (1, 1), (2, 2), (3, 3); INSERT INTO s VALUES (1, 1, 'one'), (2, 2, 'two'), (3, 2, 'deux')`,
    actions: [
      ["UPDATE t SET v = s.w FROM s WHERE s.t = t.id"],
      ["INSERT INTO t(v) SELECT w FROM s ORDER BY w DESC"],
      ["WITH x AS (SELECT t FROM s) DELETE FROM t WHERE id IN x"],
      [`${count(450)} INSERT INTO t(v) SELECT i FROM c`],
      [
        "UPDATE t SET v = 0",
        "DELETE FROM s WHERE t = 2",
        "INSERT INTO t(v) VALUES ('x')",
        "UPDATE t SET v = v || 'y' WHERE v = 'x'",
      ],
      ["UPDATE t AS a SET v = (SELECT count(*) FROM t b WHERE b.id < a.id)"],
      ["INSERT INTO s(t, w) SELECT t.id, j.value FROM t, json_each('[1,\"zwei\",null]') j"],
      ["UPDATE t SET (id, v) = (id + 10, id) RETURNING id"],
    ],
    pending: ["INSERT INTO t(v) SELECT 'p'", "INSERT INTO t(v) SELECT 'p' RETURNING id"],
    refused: [
      [["UPDATE t SET v = 1; DROP TABLE t"], "refused_sql", /one/i],
      [["UPDATE t SET v = 2", "DELETE FROM nothing"], "refused_sql", /no table nothing/],
    ],
  },
  "partial and expression indexes, CHECK, UNIQUE": {
    schema:
      `CREATE TABLE p(id INTEGER PRIMARY KEY, u, live INT, CHECK (live IN (0, 1))); CREATE UNIQUE INDEX pu ON p(u) WHERE live = 1;
      CREATE TABLE e(id INTEGER PRIMARY KEY, v TEXT); CREATE UNIQUE INDEX ev ON e(lower(v)); CREATE INDEX en ON e(length(v));
      INSERT INTO p VALUES (1, 'a', 1), (2, 'a', 0), (3, 'b', 1); INSERT INTO e VALUES (1, 'A'), (2, 'B')`,
    actions: [
      ["REPLACE INTO p(u, live) VALUES ('a', 1)"],
      ["REPLACE INTO p(u, live) VALUES ('a', 0)"],
      ["UPDATE OR REPLACE p SET u = 'a' WHERE id = 3"],
      ["UPDATE p SET live = 1 - live WHERE id < 3"],
      ["UPDATE e SET v = v || 'x'"],
      ["INSERT INTO e(v) VALUES ('a'), ('c') ON CONFLICT DO NOTHING"],
      [
        "UPDATE e SET v = 'tmp' WHERE id = 1",
        "UPDATE e SET v = 'a' WHERE id = 2",
        "UPDATE e SET v = 'b' WHERE id = 1",
      ],
    ],
    pending: ["INSERT INTO p(u, live) VALUES ('p', 0)", "INSERT INTO p(u, live) VALUES ('p', 0)"],
    refused: [
      [["UPDATE p SET live = 2"], "refused_sql", /CHECK constraint failed/],
      [["UPDATE p SET u = 'a', live = 1"], "refused_sql", /UNIQUE constraint failed: p\.u/],
      [["REPLACE INTO e(v) VALUES ('a')"], "uninspectable", /unique index on an expression/],
    ],
  },
  "values that change places": {
    schema: `CREATE TABLE t(id INTEGER PRIMARY KEY, u TEXT NOT NULL UNIQUE, n INT NOT NULL UNIQUE);
      INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)`,
    actions: [
      [
        "UPDATE t SET u = 'x' WHERE id = 1",
        "UPDATE t SET u = 'a' WHERE id = 2",
        "UPDATE t SET u = 'b' WHERE id = 1",
      ],
      ["UPDATE t SET id = -id", "UPDATE t SET id = 4 + id"],
      ["UPDATE t SET n = -n", "UPDATE t SET n = 4 + n"],
      [
        "DELETE FROM t WHERE id = 1",
        "UPDATE t SET u = 'a', n = 1 WHERE id = 2",
        "INSERT INTO t VALUES (1, 'b', 2)",
      ],
    ],
  },
};
