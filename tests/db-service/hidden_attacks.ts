/** What READ_DENY hides in the tests, and statements that go for it, as they would be sent. */

/** What the tests hide of {@link SCHEMA} and of the sample. */
export const READ_DENY = "salaries, Customers.EMAIL, badges.no, passes.code, phones.number, pins.pin";

/** Every hidden value contains this. */
export const HIDDEN = /@example\.com|SECRET|4242/;

export const SCHEMA = `
  CREATE VIEW mails AS SELECT email AS m FROM customers;
  CREATE VIEW everyone AS SELECT * FROM customers;
  CREATE VIEW names AS SELECT id, name FROM customers;
  CREATE VIEW joined AS SELECT email FROM (SELECT 1 AS n, 'x' AS email) FULL JOIN customers USING (email);
  CREATE TABLE salaries (id INTEGER PRIMARY KEY, who TEXT, amount TEXT);
  INSERT INTO salaries VALUES (1, 'Alice', 'SECRET-1');
  CREATE TABLE badges (no INTEGER PRIMARY KEY, holder TEXT);
  INSERT INTO badges VALUES (4242, 'Alice'), (4243, 'Bob');
  CREATE TABLE passes (code TEXT PRIMARY KEY, holder TEXT) WITHOUT ROWID;
  INSERT INTO passes VALUES ('SECRET-a', 'Alice'), ('SECRET-b', 'Bob');
  CREATE TABLE phones (id INTEGER PRIMARY KEY, number TEXT UNIQUE, label TEXT,
    tail TEXT GENERATED ALWAYS AS (substr(number, 3)), kept TEXT GENERATED ALWAYS AS (number || '!') STORED);
  INSERT INTO phones(id, number, label) VALUES (1, 'SECRET-9', 'home'), (2, 'SECRET-8', 'work');
  CREATE INDEX phones_by_number ON phones (number, label);
  CREATE VIEW nine AS SELECT label FROM phones WHERE number = 'SECRET-9';
  CREATE VIEW shadowed AS SELECT label FROM phones WHERE number = 'SECRET-9';
  CREATE VIEW ours AS SELECT label FROM shadowed;
  CREATE TABLE numbers (id INTEGER PRIMARY KEY, number TEXT, label TEXT);
  CREATE TABLE pins (pin TEXT UNIQUE);
  INSERT INTO pins VALUES ('SECRET-p');
  CREATE TABLE spare (id INTEGER PRIMARY KEY, name TEXT, email TEXT, tier TEXT, region TEXT);
  CREATE TABLE copies (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL,
    tier TEXT NOT NULL DEFAULT 'Bronze', region TEXT NOT NULL DEFAULT 'Unknown');
  CREATE TABLE calls (id INTEGER PRIMARY KEY, number TEXT REFERENCES phones(number));
  CREATE TABLE audit (id INTEGER PRIMARY KEY, what TEXT);
  CREATE TRIGGER noted AFTER UPDATE OF tier ON customers BEGIN INSERT INTO audit(what) VALUES (OLD.email); END;
  CREATE TRIGGER shadowed AFTER INSERT ON audit BEGIN UPDATE spare SET name = NEW.what WHERE id = 0; END;
  CREATE TRIGGER loud BEFORE UPDATE OF region ON customers WHEN NEW.region = 'Moon'
    BEGIN SELECT json_extract('{}', OLD.email); END;
`;

/** Statements that would show, compare, sort by or count by what is hidden. */
export const READS = [
  // Named as it is
  "SELECT email FROM customers",
  "SELECT EMAIL FROM CUSTOMERS",
  'SELECT "email" FROM "customers"',
  "SELECT [email] FROM `customers`",
  "SELECT main.customers.email FROM main.customers",
  "SELECT * FROM customers",
  "SELECT c.* FROM customers c",
  "SELECT e FROM (SELECT email AS e FROM customers)",
  "WITH c(a, b, d) AS (SELECT id, name, email FROM customers) SELECT d FROM c",
  "WITH email AS (SELECT email FROM customers) SELECT * FROM email",
  "SELECT (SELECT max(email) FROM customers)",
  "SELECT name FROM customers UNION ALL SELECT email FROM customers",
  "VALUES ((SELECT email FROM customers))",
  "SELECT * FROM customers, json_each('[1]')",
  // In an expression
  "SELECT quote(email) FROM customers",
  "SELECT length(email), typeof(email), email IS NULL FROM customers",
  "SELECT json_object('e', email) FROM customers",
  "SELECT json_group_array(email) FROM customers",
  "SELECT group_concat(email) FROM customers",
  "SELECT CASE WHEN email > 'b' THEN 1 END FROM customers",
  "SELECT value FROM customers, json_each(json_array(email))",
  "SELECT first_value(email) OVER (ORDER BY id) FROM customers",
  "SELECT row_number() OVER (ORDER BY email) FROM customers",
  "SELECT count(*) FILTER (WHERE email LIKE 'a%') FROM customers",
  // Guessed at
  "SELECT (1, 'Alice Chen', 'alice@example.com', 'Gold', 'West') IN customers",
  "SELECT ('SECRET-a', 'Alice') IN passes",
  "SELECT count(*) FROM passes WHERE (code, holder) IN (VALUES ('SECRET-a', 'Alice'))",
  "SELECT 'SECRET-p' IN pins",
  "SELECT 1 FROM customers WHERE email LIKE 'a%'",
  "SELECT 1 FROM customers WHERE (id, email) > (0, 'a')",
  "SELECT 1 FROM customers WHERE 'alice@example.com' IN (SELECT email FROM customers)",
  "SELECT name FROM customers ORDER BY email",
  "SELECT count(*) FROM customers GROUP BY email",
  "SELECT name FROM customers GROUP BY name HAVING max(email) > 'b'",
  "SELECT count(DISTINCT email) FROM customers",
  "SELECT 1 FROM customers c JOIN customers d ON c.email = d.email",
  "SELECT name FROM customers JOIN (SELECT 'alice@example.com' AS email) USING (email)",
  'SELECT name FROM customers JOIN (SELECT 1 AS "EMAIL") USING ([Email])',
  "SELECT email FROM (SELECT 'x' AS email) FULL JOIN customers USING (email)",
  "SELECT name FROM customers NATURAL JOIN (SELECT 'alice@example.com' AS email)",
  "SELECT * FROM (SELECT 'x' AS email) NATURAL FULL OUTER JOIN customers",
  "SELECT label FROM phones JOIN (SELECT 'SECRET-9' AS number) USING (number)",
  "SELECT label FROM phones INDEXED BY phones_by_number",
  // Through what the schema makes of it
  "SELECT m FROM mails",
  "SELECT name FROM everyone",
  "SELECT email FROM joined",
  "SELECT tail FROM phones",
  "SELECT kept FROM phones",
  "SELECT label FROM phones WHERE tail = 'x'",
  "SELECT label FROM phones ORDER BY kept",
  // By the row's own number
  "SELECT no FROM badges",
  "SELECT rowid FROM badges",
  "SELECT _rowid_ FROM badges",
  "SELECT oid FROM badges WHERE rowid > 4000",
  "SELECT holder FROM badges ORDER BY rowid",
  "SELECT max(rowid) FROM badges",
  "SELECT code FROM passes",
  "SELECT holder FROM passes ORDER BY code",
  // A whole table
  "SELECT count(*) FROM salaries",
  "SELECT 1 FROM Salaries",
  "SELECT EXISTS (SELECT 1 FROM main.[salaries])",
  "SELECT name FROM customers WHERE id IN (SELECT id FROM salaries)",
];

/** Proposals that would copy what is hidden into the open, or tell by their rows what it is. */
export const WRITES = [
  "UPDATE customers SET name = email",
  "UPDATE customers SET name = (SELECT max(email) FROM customers) WHERE id = 1",
  "UPDATE customers SET name = (SELECT max(m) FROM mails)",
  "UPDATE customers SET name = (SELECT max(email) FROM everyone)",
  "UPDATE customers SET name = (SELECT max(email) FROM joined)",
  "UPDATE customers SET name = (SELECT max(e) FROM (SELECT email AS e FROM customers) AS x)",
  "WITH x AS (SELECT email FROM customers) UPDATE customers SET name = (SELECT max(email) FROM x)",
  // Common table expressions and subqueries that go by a trigger's name
  "WITH noted AS (SELECT email FROM customers) UPDATE customers SET tier = (SELECT max(email) FROM noted)",
  'WITH "NOTED" AS (SELECT email FROM customers) INSERT INTO audit(what) SELECT email FROM Noted',
  "INSERT INTO audit(what) SELECT email FROM (SELECT email FROM customers) AS loud",
  "INSERT INTO audit(what) SELECT email FROM customers",
  // Looked up in an index alone, by such names
  "WITH x AS (SELECT label FROM phones WHERE number = 'SECRET-9') UPDATE numbers SET label = (SELECT label FROM x)",
  "WITH noted AS (SELECT label FROM phones WHERE number = 'SECRET-9') INSERT INTO audit(what) SELECT label FROM noted",
  "INSERT INTO audit(what) SELECT label FROM (SELECT label FROM phones WHERE number = 'SECRET-9') AS 'loud'",
  "INSERT INTO audit(what) SELECT label FROM nine",
  "INSERT INTO audit(what) SELECT label FROM ours",
  "UPDATE numbers SET label = 'found' WHERE 'SECRET-p' IN pins",
  "INSERT INTO audit(what) SELECT ('SECRET-a', 'Alice') IN passes",
  // Copied whole: SQLite's authorizer does not hear of it
  "INSERT INTO copies SELECT * FROM customers",
  "INSERT INTO spare SELECT * FROM customers",
  "INSERT INTO numbers SELECT id, number, label FROM phones",
  "INSERT INTO audit SELECT id, amount FROM salaries",
  "UPDATE customers SET name = p.tail FROM phones p WHERE p.id = customers.id",
  "UPDATE numbers SET label = p.number FROM phones p",
  "UPDATE numbers SET label = p.label FROM phones p JOIN (SELECT 'SECRET-9' AS number) USING (number)",
  "UPDATE spare SET name = 'found' FROM customers NATURAL JOIN (SELECT 'alice@example.com' AS email)",
  "UPDATE customers SET name = 'found' WHERE email LIKE 'a%'",
  "DELETE FROM customers WHERE email = 'alice@example.com'",
  "DELETE FROM phones WHERE tail > 'x'",
  "DELETE FROM customers WHERE id IN (SELECT id FROM salaries)",
  "DELETE FROM badges WHERE rowid = 4242",
  "DELETE FROM customers RETURNING email",
  "UPDATE customers SET name = name RETURNING *",
  "INSERT INTO customers(id, name, email) VALUES (1, 'x', 'x') ON CONFLICT (id) DO UPDATE SET name = email",
  "UPDATE customers SET email = email || '!'",
  "INSERT INTO spare(name) SELECT holder FROM badges ORDER BY no",
];
