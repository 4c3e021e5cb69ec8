/** Every kind of table, as what is to be exact about it: a schema and changes to it. */
import type { Written } from "./desk.ts";

export interface Kind {
  /** Run past the gate; the file holds nothing else of the user's. */
  schema: string;
  /** Actions, each previewed, executed and reverted on the schema as it stands there. Each must change something. */
  actions: Written[][];
  /** Two proposals that wait at the same time: both can be approved as they were previewed. */
  pending?: [Written, Written];
  /** Proposals that are refused, with code and reason. */
  refused?: [Written[], string, RegExp][];
}

const MAX = { $int: "9223372036854775807" };
const MIN = { $int: "-9223372036854775808" };
const INFINITY = { $real: "Infinity" } as const;

export const KEYS: Record<string, Kind> = {
  "composite key": {
    schema: `CREATE TABLE t(a TEXT NOT NULL, b INTEGER NOT NULL, v, PRIMARY KEY(b, a));
      INSERT INTO t VALUES ('x', 1, 0), ('x', 2, 0), ('y', 1, NULL)`,
    actions: [
      ["UPDATE t SET v = 1 WHERE a = 'x'"],
      ["UPDATE t SET a = a || '!', b = b + 1"],
      ["DELETE FROM t WHERE b = 1", "INSERT INTO t VALUES ('x', 1, 'new')"],
    ],
    pending: ["INSERT INTO t VALUES ('p', 1, 1)", "INSERT INTO t VALUES ('p', 2, 1)"],
    refused: [[["INSERT INTO t VALUES ('x', 1, 9)"], "refused_sql", /UNIQUE constraint failed: t\.b, t\.a/]],
  },
  "composite key with NULLs in it": {
    schema: `CREATE TABLE t(a, b, v, PRIMARY KEY(a, b));
      INSERT INTO t VALUES (NULL, 1, 'one'), (NULL, 1, 'same'), (1, NULL, 0), (1, 1, 0)`,
    actions: [
      ["UPDATE t SET v = 'x' WHERE a IS NULL"],
      ["UPDATE t SET a = NULL"],
      ["DELETE FROM t WHERE rowid = 2"],
      ["INSERT OR REPLACE INTO t VALUES (NULL, 1, 'third'), (1, 1, 'replaced')"],
    ],
    pending: ["INSERT INTO t VALUES (NULL, 1, 'p')", "INSERT INTO t VALUES (NULL, 1, 'p')"],
  },
  "no primary key": {
    schema: "CREATE TABLE t(v, w); INSERT INTO t VALUES (1, 1), (1, 1), (1, 1), (NULL, NULL)",
    actions: [
      ["DELETE FROM t WHERE rowid = 2"],
      ["UPDATE t SET v = rowid"],
      ["INSERT INTO t SELECT * FROM t"],
      ["UPDATE t SET rowid = rowid + 10"],
      ["DELETE FROM t"],
      ["INSERT INTO t DEFAULT VALUES"],
    ],
    pending: ["INSERT INTO t VALUES (2, 2)", "INSERT INTO t VALUES (2, 2)"],
  },
  "WITHOUT ROWID": {
    schema: `CREATE TABLE t(a TEXT COLLATE NOCASE, b REAL, c BLOB, v, PRIMARY KEY(a, b, c)) WITHOUT ROWID;
      CREATE TABLE bare(k PRIMARY KEY) WITHOUT ROWID;
      INSERT INTO t VALUES ('a', 1, x'00', 1), ('A', 1.5, x'', 2), ('b', -9e999, x'00ff', NULL);
      INSERT INTO bare VALUES (1), ('1'), (x'31'), (1.5)`,
    actions: [
      ["UPDATE t SET a = upper(a)"],
      ["UPDATE t SET b = b * 2, v = 'x'"],
      ["DELETE FROM t"],
      ["REPLACE INTO t VALUES ('B', -9e999, x'00ff', 'same row')"],
      ["UPDATE bare SET k = k || 'x' WHERE typeof(k) = 'text'"],
      ["DELETE FROM bare WHERE k = 1"],
    ],
    pending: ["INSERT INTO bare VALUES ('p')", "INSERT INTO bare VALUES ('q')"],
    refused: [[["INSERT INTO bare VALUES (NULL)"], "refused_sql", /NOT NULL constraint failed: bare\.k/]],
  },
  "TEXT primary key": {
    schema: `CREATE TABLE t(k TEXT PRIMARY KEY, v); CREATE TABLE n(k TEXT NOT NULL PRIMARY KEY, v);
      INSERT INTO t VALUES ('a', 1), (NULL, 2), (NULL, 2), ('', 3); INSERT INTO n VALUES ('a', 1), ('b', 2), ('é', 3)`,
    actions: [
      ["UPDATE t SET v = 9 WHERE k IS NULL"],
      ["UPDATE t SET k = NULL"],
      ["UPDATE n SET k = k || 'x', v = -v"],
      ["DELETE FROM n WHERE k = 'a'"],
      [
        "UPDATE n SET k = 'tmp' WHERE k = 'a'",
        "UPDATE n SET k = 'a' WHERE k = 'b'",
        "UPDATE n SET k = 'b' WHERE k = 'tmp'",
      ],
    ],
    pending: ["INSERT INTO n VALUES ('p', 1)", "INSERT INTO n VALUES ('q', 1)"],
  },
  "INTEGER PRIMARY KEY and AUTOINCREMENT": {
    schema:
      `CREATE TABLE i(id INTEGER PRIMARY KEY, v); CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT, v);
      CREATE TABLE d(id INTEGER PRIMARY KEY DESC, v); CREATE TABLE only(id INTEGER PRIMARY KEY);
      INSERT INTO i VALUES (1, 'a'), (-1, 'b'), (0, 'c'); INSERT INTO a VALUES (1, 'a'), (7, 'b'); INSERT INTO d VALUES (3, 'a')`,
    actions: [
      ["INSERT INTO i(v) VALUES ('x')", "INSERT INTO a(v) VALUES ('x')", "INSERT INTO d VALUES (4, 'x')"],
      ["UPDATE i SET id = -id - 5"],
      ["UPDATE i SET id = id + 1 WHERE id = 1", "INSERT INTO i VALUES (1, 'took')"],
      ["DELETE FROM a WHERE id = 7", "INSERT INTO a(v) VALUES ('next')"],
      ["INSERT INTO i VALUES (-1, 'x') ON CONFLICT DO UPDATE SET v = excluded.v"],
      ["INSERT INTO only DEFAULT VALUES"],
      ["INSERT INTO i(id, v) VALUES (NULL, 'null'), (100, 'given'), (NULL, 'after')"],
    ],
    pending: ["INSERT INTO a(v) VALUES ('p')", "INSERT INTO a(v) VALUES ('p')"],
  },
  "the first and the last rowid": {
    schema: "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (-9223372036854775808, 1)",
    actions: [
      ["UPDATE t SET v = 2"],
      [["UPDATE t SET id = ?", MAX]],
      [["INSERT INTO t VALUES (?, 'last')", MAX]],
      [["INSERT INTO t VALUES (?, 'last')", MAX], "INSERT INTO t(v) VALUES ('anywhere')"],
      ["DELETE FROM t"],
    ],
    pending: ["INSERT INTO t(v) VALUES ('p')", "INSERT INTO t(v) VALUES ('q')"],
  },
  "keys with collations": {
    schema:
      `CREATE TABLE n(k TEXT COLLATE NOCASE NOT NULL PRIMARY KEY, v); CREATE TABLE r(k TEXT COLLATE RTRIM PRIMARY KEY, v) WITHOUT ROWID;
      CREATE TABLE u(id INTEGER PRIMARY KEY, e TEXT UNIQUE COLLATE NOCASE, f TEXT); CREATE UNIQUE INDEX ur ON u(f COLLATE RTRIM);
      CREATE TABLE own(k TEXT NOT NULL, v, PRIMARY KEY(k COLLATE NOCASE));
      INSERT INTO n VALUES ('a', 1), ('b', 2); INSERT INTO r VALUES ('a', 1), ('b  ', 2);
      INSERT INTO u VALUES (1, 'A@x', 'f'), (2, 'b@x', 'g '); INSERT INTO own VALUES ('k', 1)`,
    actions: [
      ["UPDATE n SET k = upper(k)"],
      ["UPDATE r SET k = k || '  '"],
      ["REPLACE INTO n VALUES ('A', 'other spelling')"],
      ["REPLACE INTO r VALUES ('a   ', 'trailing')"],
      ["REPLACE INTO u(e, f) VALUES ('a@X', 'g')"],
      ["UPDATE OR REPLACE u SET e = 'B@X' WHERE id = 1"],
      ["UPDATE own SET k = 'K'"],
      ["REPLACE INTO own VALUES ('K', 2)"],
      ["DELETE FROM n WHERE k = 'A'", "INSERT INTO n VALUES ('A', 1)"],
    ],
    pending: ["INSERT INTO r VALUES ('p', 1)", "INSERT INTO r VALUES ('q', 1)"],
  },
  "a column takes the rowid's name": {
    schema: `CREATE TABLE t(rowid TEXT, v); CREATE TABLE k(rowid, oid, _rowid_ TEXT NOT NULL PRIMARY KEY);
      CREATE TABLE h(rowid, oid, _rowid_); INSERT INTO t VALUES ('own', 0); INSERT INTO k VALUES (1, 2, 'three')`,
    actions: [["UPDATE t SET rowid = 'other', v = 1"], ["UPDATE k SET oid = 9"], ["DELETE FROM k"], [
      "DELETE FROM t",
    ]],
    pending: ["INSERT INTO t VALUES ('p', 1)", "INSERT INTO t VALUES ('p', 1)"],
    refused: [[["INSERT INTO h VALUES (1, 2, 3)"], "uninspectable", /hide its rowid/]],
  },
};

export const VALUES: Record<string, Kind> = {
  "generated columns": {
    schema:
      `CREATE TABLE t(id INTEGER PRIMARY KEY, a, v AS (a || '!'), s INTEGER AS (length(a)) STORED, n AS (v || s) VIRTUAL);
      CREATE TABLE u(id INTEGER PRIMARY KEY, a TEXT, low AS (lower(a)) STORED UNIQUE);
      INSERT INTO t(id, a) VALUES (1, 'one'), (2, NULL); INSERT INTO u(a) VALUES ('A'), ('B')`,
    actions: [
      ["UPDATE t SET a = 'changed'"],
      ["INSERT INTO t(a) VALUES ('x')"],
      ["DELETE FROM t"],
      ["UPDATE u SET a = a || 'x'"],
      ["DELETE FROM u WHERE low = 'a'", "INSERT INTO u(a) VALUES ('a')"],
    ],
    pending: ["INSERT INTO t(a) VALUES ('p')", "INSERT INTO t(a) VALUES ('p')"],
    refused: [
      [["UPDATE t SET v = 1"], "refused_sql", /generated column/],
      [["REPLACE INTO u(a) VALUES ('a')"], "uninspectable", /unique index/],
    ],
  },
  "STRICT": {
    schema: `CREATE TABLE t(id INTEGER PRIMARY KEY, i INT, r REAL, x TEXT, b BLOB, y ANY) STRICT;
      CREATE TABLE w(k TEXT, n INT, v ANY, PRIMARY KEY(k, n)) STRICT, WITHOUT ROWID;
      INSERT INTO t VALUES (1, 1, 1, '1', x'31', 1), (2, 2, 2.5, '', x'', '2'); INSERT INTO w VALUES ('a', 1, x'00')`,
    actions: [
      ["UPDATE t SET y = CAST(y AS TEXT), r = r + 1"],
      ["DELETE FROM t"],
      ["UPDATE w SET n = 2, v = 1.0"],
      [["INSERT INTO t VALUES (3, ?, ?, ?, ?, ?)", MIN, 0.1, "é", { $blob: "AA==" }, MAX]],
    ],
    pending: ["INSERT INTO t(i) VALUES (5)", "INSERT INTO t(i) VALUES (5)"],
    refused: [[["UPDATE t SET i = 'no'"], "refused_sql", /cannot store TEXT value in INT column/]],
  },
  "64-bit integers": {
    schema:
      `CREATE TABLE t(id INTEGER PRIMARY KEY, n); CREATE TABLE k(n INTEGER NOT NULL, v, PRIMARY KEY(n, v)) WITHOUT ROWID;
      INSERT INTO t(n) VALUES (9223372036854775807), (-9223372036854775808), (9007199254740993), (9007199254740992);
      INSERT INTO k VALUES (9007199254740993, 1), (9007199254740992, 1)`,
    actions: [
      ["UPDATE t SET n = n - 1 WHERE n > 0"],
      [["UPDATE t SET n = ? WHERE n = ?", MIN, MAX]],
      ["DELETE FROM k WHERE n = 9007199254740993"],
      [["INSERT INTO k VALUES (?, 1), (?, 1)", MAX, MIN]],
      [["UPDATE t SET n = ?", { $int: "9007199254740993" }]],
    ],
    pending: [["INSERT INTO t(n) VALUES (?)", MAX], ["INSERT INTO t(n) VALUES (?)", MIN]],
    refused: [[[["UPDATE t SET n = ?", { $int: "9223372036854775808" }]], "invalid", /64-bit/]],
  },
  "reals": {
    schema:
      `CREATE TABLE t(id INTEGER PRIMARY KEY, v, r REAL); CREATE TABLE k(r REAL PRIMARY KEY NOT NULL, v);
      INSERT INTO t(v, r) VALUES (1, 1), (1.0, 1.5), (-0.0, -0.0), (9e999, -9e999), (1e308, 5e-324), ('1.0', NULL);
      INSERT INTO k VALUES (0.1, 1), (1e308, 2), (-9e999, 3)`,
    actions: [
      ["UPDATE t SET v = 1.0 WHERE id = 1"],
      ["UPDATE t SET v = 1 WHERE id = 2"],
      ["UPDATE t SET v = v * 10, r = -r"],
      ["UPDATE t SET v = 9e999, r = -9e999"],
      ["UPDATE k SET r = r * 3"],
      ["DELETE FROM k"],
      ["DELETE FROM t"],
    ],
    pending: ["INSERT INTO k VALUES (0.2, 1)", "INSERT INTO k VALUES (0.3, 1)"],
    refused: [[[["UPDATE t SET v = ?", INFINITY]], "refused_sql", /write 9e999/]],
  },
  "BLOBs and texts": {
    schema: `CREATE TABLE t(id INTEGER PRIMARY KEY, v); CREATE TABLE k(b BLOB PRIMARY KEY, v) WITHOUT ROWID;
      INSERT INTO t(v) VALUES (x''), (x'00ff00'), (''), ('a' || char(0) || 'b'), ('é𝄞'), ('it''s "x" \\'), (zeroblob(300000)), (NULL);
      INSERT INTO k VALUES (x'', 1), (x'00', 2), (x'0000', 3)`,
    actions: [
      ["UPDATE t SET v = CAST(v AS TEXT) WHERE id = 1"],
      ["UPDATE t SET v = CAST(v AS BLOB)"],
      ["UPDATE t SET v = v || char(0) || 'é' WHERE typeof(v) = 'text'"],
      ["DELETE FROM t"],
      ["UPDATE k SET b = b || x'01'"],
      ["DELETE FROM k WHERE b = x'00'"],
      [["INSERT INTO t(v) VALUES (?), (?)", { $blob: "AP8A" }, "\u0000\ufeff👩‍👩‍👧 \u202e"]],
    ],
    pending: ["INSERT INTO t(v) VALUES (x'00')", "INSERT INTO t(v) VALUES ('')"],
  },
  "names of every kind": {
    schema: `CREATE TABLE "select"("order" INTEGER PRIMARY KEY, "group" TEXT, "índice ñ" REAL);
      CREATE TABLE "a ""quoted"" name"("x""y" TEXT NOT NULL PRIMARY KEY, "it's" INT, [b r] INT, \`t\` INT);
      CREATE TABLE "日本語"("キー" TEXT, "値", PRIMARY KEY("キー", "値")) WITHOUT ROWID;
      CREATE TABLE "semi;colon--"("NEW" INT, "OLD" INT, "k0" INT, "o0" INT, "t" INT, "change" INT);
      CREATE TABLE s(l INTEGER PRIMARY KEY, c REFERENCES "select" ON DELETE CASCADE);
      CREATE TABLE "main"("main" INT);
      CREATE TRIGGER "tr'ig ""ger" AFTER UPDATE ON "select" BEGIN INSERT INTO "日本語" VALUES (NEW."group", OLD."order"); END;
      INSERT INTO "select" VALUES (1, 'g', 1.5); INSERT INTO "a ""quoted"" name" VALUES ('k"', 1, 2, 3);
      INSERT INTO "日本語" VALUES ('い', 'ろ'); INSERT INTO "semi;colon--" VALUES (1, 2, 3, 4, 5, 6);
      INSERT INTO s VALUES (1, 1), (2, NULL); INSERT INTO "main" VALUES (1)`,
    actions: [
      [`UPDATE "select" SET "group" = 'x', "índice ñ" = 2`],
      [`UPDATE "a ""quoted"" name" SET "x""y" = 'other', [it's] = 9`],
      [`DELETE FROM "日本語"`, `INSERT INTO 日本語 VALUES ('は', 'に')`],
      [`UPDATE "semi;colon--" SET "NEW" = "OLD", "OLD" = "NEW", k0 = o0, t = change`],
      [`DELETE FROM "select"`],
      [`UPDATE main.main SET main = 2`],
      [`DELETE FROM s`],
    ],
    pending: [`INSERT INTO "select"("group") VALUES ('p')`, `INSERT INTO "SELECT"("group") VALUES ('p')`],
  },
  "values that the clock fills": {
    schema:
      `CREATE TABLE t(id INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, day DEFAULT CURRENT_DATE,
        n INTEGER DEFAULT (unixepoch()), d DEFAULT (datetime('now')), v);
      INSERT INTO t(v) VALUES (1)`,
    actions: [["INSERT INTO t(v) VALUES (2)"], ["UPDATE t SET at = CURRENT_TIMESTAMP, v = 5, n = 0"]],
    pending: ["INSERT INTO t(v) VALUES ('p')", "INSERT INTO t(v) VALUES ('p')"],
    refused: [[["UPDATE t SET v = random()"], "refused_sql", /another value each time/]],
  },
  "more columns than one thinks of": {
    schema: `CREATE TABLE wide(id INTEGER PRIMARY KEY, ${
      Array.from({ length: 599 }, (_, i) => `c${i} DEFAULT ${i}`)
    });
      INSERT INTO wide(id) VALUES (1); CREATE TABLE wider(${Array.from({ length: 900 }, (_, i) => `c${i}`)})`,
    actions: [["UPDATE wide SET c0 = 1, c598 = 'x'"], ["INSERT INTO wide DEFAULT VALUES"], [
      "DELETE FROM wide",
    ]],
    refused: [[["INSERT INTO wider(c0) VALUES (1)"], "uninspectable", /900 columns/]],
  },
  "a table with a past": {
    schema: `CREATE TABLE t(id INTEGER PRIMARY KEY, a, gone); INSERT INTO t VALUES (1, 'x', 2), (2, 'y', 3);
      ALTER TABLE t ADD COLUMN late TEXT NOT NULL DEFAULT 'later'; ALTER TABLE t DROP COLUMN gone;
      ALTER TABLE t RENAME COLUMN a TO b; ALTER TABLE t RENAME TO past; INSERT INTO past VALUES (3, 'z', 'now')`,
    actions: [["UPDATE past SET b = 'n'"], ["UPDATE past SET late = 'x' WHERE id = 1"], ["DELETE FROM past"]],
    pending: ["INSERT INTO past(b) VALUES ('p')", "INSERT INTO past(b) VALUES ('p')"],
  },
};
