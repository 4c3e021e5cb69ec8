/** Every kind of table, continued: what reaches further than the statement says. */
import type { Kind } from "./matrix.ts";

export const RELATIONS: Record<string, Kind> = {
  "foreign keys with every action": {
    schema:
      `CREATE TABLE p(id INTEGER PRIMARY KEY, code TEXT UNIQUE, v); INSERT INTO p VALUES (0, 'z', 0), (1, 'a', 1), (2, 'b', 2), (3, 'c', 3);
      CREATE TABLE cascades(id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE);
      CREATE TABLE nulls(id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE SET NULL ON UPDATE SET NULL);
      CREATE TABLE defaults(id INTEGER PRIMARY KEY, p DEFAULT 0 REFERENCES p ON DELETE SET DEFAULT ON UPDATE SET DEFAULT);
      CREATE TABLE restricts(id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE RESTRICT ON UPDATE RESTRICT);
      CREATE TABLE later(id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE NO ACTION);
      CREATE TABLE codes(id INTEGER PRIMARY KEY, code TEXT REFERENCES p(code) ON UPDATE CASCADE ON DELETE SET NULL);
      INSERT INTO cascades(p) VALUES (1), (1), (NULL), (2); INSERT INTO nulls(p) VALUES (1), (2); INSERT INTO defaults(p) VALUES (1), (2);
      INSERT INTO restricts(p) VALUES (3); INSERT INTO later(p) VALUES (3); INSERT INTO codes(code) VALUES ('a'), ('b')`,
    actions: [
      ["DELETE FROM p WHERE id = 1"],
      ["UPDATE p SET id = 10 WHERE id = 1"],
      ["UPDATE p SET code = code || '!'"],
      ["DELETE FROM p WHERE id IN (1, 2)", "INSERT INTO p VALUES (1, 'new', 9)"],
      ["DELETE FROM restricts", "DELETE FROM later", "DELETE FROM p WHERE id = 3"],
      ["REPLACE INTO p VALUES (1, 'b', 'both')"],
    ],
    pending: ["INSERT INTO cascades(p) VALUES (1)", "INSERT INTO cascades(p) VALUES (1)"],
    refused: [
      [["DELETE FROM p WHERE id = 3"], "refused_sql", /FOREIGN KEY constraint failed/],
      [["UPDATE p SET id = 30 WHERE id = 3"], "refused_sql", /FOREIGN KEY constraint failed/],
      [["INSERT INTO nulls(p) VALUES (77)"], "refused_sql", /FOREIGN KEY constraint failed/],
    ],
  },
  "chains, trees and cycles": {
    schema:
      `CREATE TABLE a(id INTEGER PRIMARY KEY, v); CREATE TABLE b(id INTEGER PRIMARY KEY, a REFERENCES a ON DELETE CASCADE ON UPDATE CASCADE);
      CREATE TABLE c(x INT, y INT, b REFERENCES b ON DELETE CASCADE, PRIMARY KEY(x, y)) WITHOUT ROWID;
      CREATE TABLE d(id INTEGER PRIMARY KEY, x, y, FOREIGN KEY(x, y) REFERENCES c ON DELETE SET NULL ON UPDATE CASCADE);
      CREATE TABLE tree(id INTEGER PRIMARY KEY, up REFERENCES tree ON DELETE CASCADE ON UPDATE CASCADE);
      CREATE TABLE hen(id INTEGER PRIMARY KEY, egg REFERENCES egg ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
      CREATE TABLE egg(id INTEGER PRIMARY KEY, hen REFERENCES hen ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
      INSERT INTO a VALUES (1, 0), (2, 0); INSERT INTO b VALUES (1, 1), (2, 1), (3, 2); INSERT INTO c VALUES (1, 1, 1), (1, 2, 2), (2, 1, 3);
      INSERT INTO d VALUES (1, 1, 1), (2, 2, 1), (3, NULL, 1); INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2), (4, 3), (5, 5);
      BEGIN; INSERT INTO hen VALUES (1, 1), (2, 1); INSERT INTO egg VALUES (1, 1), (2, 2); COMMIT`,
    actions: [
      ["DELETE FROM a WHERE id = 1"],
      ["DELETE FROM a"],
      ["UPDATE a SET id = id + 10"],
      ["UPDATE c SET x = x + 5"],
      ["DELETE FROM tree WHERE id = 2"],
      ["DELETE FROM tree"],
      ["UPDATE tree SET id = id + 100"],
      ["DELETE FROM hen WHERE id = 1"],
      ["INSERT INTO hen VALUES (9, 9)", "INSERT INTO egg VALUES (9, 9)"],
      ["DELETE FROM egg", "DELETE FROM hen"],
    ],
    pending: ["INSERT INTO tree(up) VALUES (1)", "INSERT INTO tree(up) VALUES (1)"],
    refused: [[["INSERT INTO hen VALUES (5, 55)"], "refused_sql", /FOREIGN KEY constraint failed/]],
  },
  "triggers": {
    schema:
      `CREATE TABLE t(id INTEGER PRIMARY KEY, n INT, v, state TEXT DEFAULT 'new'); CREATE TABLE log(id INTEGER PRIMARY KEY, msg);
      CREATE TABLE total(k TEXT PRIMARY KEY, n INT) WITHOUT ROWID; INSERT INTO total VALUES ('rows', 3), ('sum', 6);
      INSERT INTO t(n, v) VALUES (1, 'a'), (2, 'b'), (3, 'keep');
      CREATE TRIGGER bi BEFORE INSERT ON t WHEN NEW.n < 0 BEGIN SELECT RAISE(ABORT, 'n may not be negative'); END;
      CREATE TRIGGER bi2 BEFORE INSERT ON t WHEN NEW.v = 'skip' BEGIN SELECT RAISE(IGNORE); END;
      CREATE TRIGGER ai AFTER INSERT ON t BEGIN UPDATE t SET state = 'seen' WHERE id = NEW.id; INSERT INTO log(msg) VALUES ('in ' || NEW.v);
        INSERT INTO total VALUES ('rows', 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
      CREATE TRIGGER bu BEFORE UPDATE OF n ON t BEGIN UPDATE total SET n = n - OLD.n + NEW.n WHERE k = 'sum'; END;
      CREATE TRIGGER au AFTER UPDATE OF v ON t WHEN NEW.v IS NOT OLD.v BEGIN INSERT INTO log(msg) VALUES (OLD.v || '>' || NEW.v);
        DELETE FROM t WHERE id = NEW.id AND NEW.v = 'vanish'; END;
      CREATE TRIGGER bd BEFORE DELETE ON t WHEN OLD.v = 'keep' BEGIN SELECT RAISE(IGNORE); END;
      CREATE TRIGGER ad AFTER DELETE ON t BEGIN UPDATE total SET n = n - 1 WHERE k = 'rows'; REPLACE INTO log(id, msg) VALUES (OLD.id, 'out'); END;
      CREATE TRIGGER al AFTER INSERT ON log WHEN NEW.msg LIKE 'out%' BEGIN UPDATE log SET msg = msg || '.' WHERE id = NEW.id; END`,
    actions: [
      ["INSERT INTO t(n, v) VALUES (4, 'd')"],
      ["INSERT INTO t(n, v) VALUES (4, 'skip'), (5, 'e')"],
      ["UPDATE t SET n = n * 10"],
      ["UPDATE t SET v = 'vanish' WHERE id = 1"],
      ["UPDATE t SET n = 0, v = v || v"],
      ["DELETE FROM t"],
      ["REPLACE INTO t(id, n, v) VALUES (3, 1, 'replaced')"],
      ["UPDATE t SET id = id + 50"],
    ],
    refused: [[["INSERT INTO t(n, v) VALUES (1, 'x'), (-1, 'y')"], "refused_sql", /n may not be negative/]],
  },
  "triggers that write the row at hand": {
    schema:
      `CREATE TABLE t(id INTEGER PRIMARY KEY, v, w); CREATE TABLE k(a TEXT NOT NULL PRIMARY KEY, n INT); INSERT INTO t VALUES (1, 1, 1), (2, 2, 2);
      INSERT INTO k VALUES ('a', 1), ('b', 2);
      CREATE TRIGGER b BEFORE UPDATE OF v ON t BEGIN UPDATE t SET w = w + 100 WHERE id = OLD.id; END;
      CREATE TRIGGER d BEFORE DELETE ON t BEGIN UPDATE t SET w = 'dying'; END;
      CREATE TRIGGER i AFTER INSERT ON t WHEN NEW.v = 'moves' BEGIN UPDATE t SET id = id + 1000 WHERE id = NEW.id; END;
      CREATE TRIGGER g AFTER INSERT ON t WHEN NEW.v = 'goes' BEGIN DELETE FROM t WHERE id = NEW.id; END;
      CREATE TRIGGER k AFTER UPDATE ON k BEGIN INSERT OR REPLACE INTO k VALUES (NEW.a || '+', OLD.n); DELETE FROM k WHERE a = 'b'; END`,
    actions: [
      ["UPDATE t SET v = 0"],
      ["DELETE FROM t WHERE id = 1"],
      ["DELETE FROM t"],
      ["INSERT INTO t(v) VALUES ('moves')"],
      ["INSERT INTO t(v) VALUES ('goes'), ('stays')"],
      ["UPDATE k SET n = n + 1"],
      ["UPDATE k SET a = 'a+' WHERE a = 'a'"],
    ],
    pending: ["INSERT INTO t(v) VALUES ('moves')", "INSERT INTO t(v) VALUES ('p')"],
  },
  "views with INSTEAD OF triggers": {
    schema:
      `CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT, city REFERENCES city); CREATE TABLE city(id INTEGER PRIMARY KEY, name TEXT UNIQUE);
      INSERT INTO city VALUES (1, 'Bern'), (2, 'Ulm'); INSERT INTO person VALUES (1, 'Ana', 1), (2, 'Bo', 1), (3, 'Cy', 2);
      CREATE VIEW live AS SELECT p.id, p.name, c.name AS city FROM person p LEFT JOIN city c ON c.id = p.city;
      CREATE VIEW "upper" AS SELECT id, upper(name) AS name FROM live; CREATE VIEW plain AS SELECT * FROM person;
      CREATE TRIGGER li INSTEAD OF INSERT ON live BEGIN INSERT OR IGNORE INTO city(name) VALUES (NEW.city);
        INSERT INTO person(id, name, city) VALUES (NEW.id, NEW.name, (SELECT id FROM city WHERE name = NEW.city)); END;
      CREATE TRIGGER lu INSTEAD OF UPDATE ON live BEGIN UPDATE person SET name = NEW.name WHERE id = OLD.id;
        UPDATE city SET name = NEW.city WHERE name = OLD.city AND NEW.city IS NOT OLD.city; END;
      CREATE TRIGGER ld INSTEAD OF DELETE ON live BEGIN DELETE FROM person WHERE id = OLD.id; END;
      CREATE TRIGGER uu INSTEAD OF UPDATE OF name ON "upper" BEGIN SELECT RAISE(ABORT, 'no digits') WHERE NEW.name GLOB '*[0-9]*';
        UPDATE live SET name = lower(NEW.name) WHERE id = OLD.id; END`,
    actions: [
      ["UPDATE live SET name = name || '!' WHERE city = 'Bern'"],
      ["UPDATE live SET city = 'Wien' WHERE id = 3"],
      ["DELETE FROM live WHERE id > 1"],
      ["INSERT INTO live(name, city) VALUES ('Di', 'Rom'), ('Ed', 'Ulm')"],
      ["INSERT OR REPLACE INTO live VALUES (1, 'Replaced', 'Oslo')"],
      [`UPDATE "upper" SET name = 'X' || name`],
      ["DELETE FROM live", "INSERT INTO person VALUES (1, 'Other', NULL)"],
    ],
    pending: [
      "INSERT INTO live(name, city) VALUES ('P', 'Ulm')",
      "INSERT INTO live(name, city) VALUES ('P', 'Ulm')",
    ],
    refused: [
      // The statement's conflict clause overrides the trigger's own: it would remove the city that others live in.
      [
        ["INSERT OR REPLACE INTO live VALUES (4, 'Di', 'Bern')"],
        "refused_sql",
        /FOREIGN KEY constraint failed/,
      ],
      [["UPDATE plain SET name = 'x'"], "refused_sql", /view/],
      [[`UPDATE "upper" SET name = 'R2'`], "refused_sql", /no digits/],
      [[`DELETE FROM "upper"`], "refused_sql", /view/],
    ],
  },
};
