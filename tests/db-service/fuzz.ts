/**
 * Random changes to a difficult schema, each compared with full dumps of the file before and after it: what the preview
 * promised, what the execution did, what the revert brought back.
 */
import type { Cell, Change, Value } from "../../db-service/contract/schemas.ts";
import { canonical } from "../../db-service/contract/digest.ts";
import { ServiceError } from "../../db-service/engine/types.ts";
import { randomFrom } from "@/tests/random.ts";
import type { Lab } from "./lab.ts";
import type { Dump, Row } from "./witness.ts";

/** Composite and missing keys, collations, generated columns, cascades, triggers, clocks, conflict clauses. */
export const SCHEMA = [
  `CREATE TABLE customers(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, email TEXT UNIQUE COLLATE NOCASE,
     tier TEXT NOT NULL DEFAULT 'Bronze', score, data, label TEXT AS (name || '/' || tier) VIRTUAL,
     size INTEGER AS (length(name)) STORED)`,
  `CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id) ON DELETE CASCADE
     ON UPDATE CASCADE, amount INTEGER, note, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)`,
  `CREATE TABLE items("order" INTEGER REFERENCES orders ON DELETE SET NULL, sku TEXT, qty INTEGER,
     UNIQUE("order", sku))`,
  `CREATE TABLE kv(a TEXT COLLATE NOCASE, b INTEGER, v, PRIMARY KEY(a, b)) WITHOUT ROWID`,
  `CREATE TABLE codes(code TEXT NOT NULL DEFAULT 'none' PRIMARY KEY, rank INTEGER UNIQUE, memo TEXT)`,
  `CREATE TABLE loud(k TEXT NOT NULL, n INTEGER, PRIMARY KEY(k) ON CONFLICT REPLACE)`,
  `CREATE TABLE tree(id INTEGER PRIMARY KEY, parent INTEGER REFERENCES tree ON DELETE CASCADE, label)`,
  `CREATE TABLE late(id INTEGER PRIMARY KEY, code TEXT REFERENCES codes DEFERRABLE INITIALLY DEFERRED)`,
  `CREATE TABLE typed(id INTEGER PRIMARY KEY, n INTEGER NOT NULL UNIQUE, r REAL, b BLOB) STRICT`,
  `CREATE TABLE audit(n INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id) ON DELETE SET NULL, msg TEXT)`,
  `CREATE TABLE stats(k TEXT PRIMARY KEY, n INTEGER)`,
  `INSERT INTO stats VALUES ('inserted', 0), ('updated', 0)`,
  `INSERT INTO customers(name, email, score) VALUES ('Ana', 'u1@x', 1), ('Bo', 'u2@x', 2.0), ('Cy', NULL, 'three')`,
  `INSERT INTO orders(customer, amount) VALUES (1, 10), (1, 20), (2, 30), (3, 40), (NULL, 50)`,
  `INSERT INTO items VALUES (1, 's0', 1), (2, 's1', 5), (3, 's2', 9), (NULL, 's1', 3)`,
  `INSERT INTO kv VALUES ('a', 1, 'x'), ('B', 2, x'01'), ('k', 3, NULL)`,
  `INSERT INTO codes VALUES ('a', 1, 'one'), ('b', 2, 'two'), ('none', 3, NULL)`,
  `INSERT INTO late(code) VALUES ('a'), (NULL)`,
  `INSERT INTO tree(id, parent) VALUES (1, NULL), (2, 1), (3, 2), (4, 1)`,
  `INSERT INTO typed VALUES (1, 1, 1.0, x'aa'), (2, 2, NULL, NULL), (3, 3, 3.5, x'')`,
  `CREATE TRIGGER greet AFTER INSERT ON customers BEGIN
     UPDATE customers SET tier = 'Gold' WHERE id = NEW.id AND NEW.name LIKE 'G%';
     INSERT INTO audit(customer, msg) VALUES (NEW.id, 'new');
     UPDATE stats SET n = n + 1 WHERE k = 'inserted'; END`,
  `CREATE TRIGGER promote AFTER UPDATE OF tier ON customers BEGIN
     INSERT INTO audit(msg) VALUES (OLD.tier || '>' || NEW.tier); END`,
  `CREATE TRIGGER farewell BEFORE DELETE ON orders BEGIN INSERT INTO audit(msg) VALUES ('del ' || OLD.id); END`,
  `CREATE TRIGGER twice BEFORE UPDATE ON kv WHEN NEW.b > 2 BEGIN
     INSERT OR IGNORE INTO codes(code, rank) VALUES (NEW.a, NEW.b); END`,
];

/** SQL of the keys that are not rowids. */
export const KEYS = { kv: "lower(a) || '|' || b", codes: "code", loud: "k" };

/** What a fuzz run saw. `mismatches` tell each difference between a promise and the file. */
export interface FuzzReport {
  executed: number;
  refused: number;
  rows: number;
  reverted: number;
  /** Changes that could not be reverted at once, though nothing had moved. */
  stuck: string[];
  mismatches: string[];
  refusals: Record<string, number>;
}

/** Runs `rounds` random changes. Stops early once `stopAt` mismatches are found. */
export async function fuzz(
  lab: Lab,
  { rounds, seed, stopAt = 5 }: { rounds: number; seed: number; stopAt?: number },
): Promise<FuzzReport> {
  const random = randomFrom(seed);
  const report: FuzzReport = {
    executed: 0,
    refused: 0,
    rows: 0,
    reverted: 0,
    stuck: [],
    mismatches: [],
    refusals: {},
  };
  const done: Awaited<ReturnType<Lab["approve"]>>[] = [];
  const refuse = (error: unknown, kind: string) => {
    if (!(error instanceof ServiceError) || !["refused_sql", "conflict"].includes(error.code)) throw error;
    const reason = `${kind} ${error.message.replace(/\d+/g, "#").slice(0, 110)}`;
    report.refusals[reason] = (report.refusals[reason] ?? 0) + 1;
  };
  let before = await lab.dump();
  for (let round = 0; round < rounds && report.mismatches.length < stopAt; round++) {
    const statements = Array.from({ length: 1 + random(3) }, () => randomStatement(random));
    const wrong = (what: string) =>
      report.mismatches.push(`round ${round}: ${what}: ${statements.join("; ")}`);
    const input = await lab.input(...statements);
    // Capturing more tables than needed must make no difference.
    if (random(3) === 0) input.inspection.tables = Object.keys(before.tables).sort();
    let action;
    try {
      await lab.writer.preview(input);
      if (!sameDump(await lab.dump(), before)) wrong("the preview left something");
      action = await lab.approve(...statements);
    } catch (error) {
      refuse(error, "refused");
      report.refused++;
      if (!sameDump(await lab.dump(), before)) wrong("a refused change left something");
      continue;
    }
    const after = await lab.dump();
    report.executed++;
    const found = difference(before, after);
    report.rows += found.length;
    const { changes } = action.preview;
    const problem = compare(found, changes);
    if (problem !== null) wrong(problem);
    if (String(after.schema) !== String(before.schema)) wrong("the schema moved");

    if (random(10) < 7) {
      const changed = changes.length > 0;
      try {
        await lab.revert(action);
        report.reverted++;
        if (!sameDump(await lab.dump(), before)) wrong("the revert is not exact");
      } catch (error) {
        refuse(error, "revert");
        if (!sameDump(await lab.dump(), after)) wrong("a refused revert left something");
        if (changed) report.stuck.push(`${statements.join("; ")}: ${String(error)}`);
        done.push(action);
      }
    } else done.push(action);
    before = await lab.dump();
    if (done.length > 3 && random(3) === 0) {
      // An old action after later changes: reverted exactly or refused, and refused means untouched.
      const [old] = done.splice(random(done.length), 1);
      try {
        await lab.revert(old);
      } catch (error) {
        refuse(error, "late revert");
        if (!sameDump(await lab.dump(), before)) wrong("a refused late revert left something");
      }
      before = await lab.dump();
    }
  }
  return report;
}

/** A row of two dumps that is not the same in both. */
export interface Difference {
  table: string;
  before: Row | null;
  after: Row | null;
}

/** Rows of two dumps that are not the same. */
export function difference(before: Dump, after: Dump): Difference[] {
  const found: Difference[] = [];
  for (const table of Object.keys(after.tables)) {
    const [old, now] = [before.tables[table] ?? {}, after.tables[table]];
    for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
      if (old[key]?.exact === now[key]?.exact) continue;
      found.push({ table, before: old[key] ?? null, after: now[key] ?? null });
    }
  }
  return found;
}

/** Why the changes of a preview are not the differences that were found; null if they are. */
export function compare(found: Difference[], changes: Change[]): string | null {
  const left = [...found];
  for (const change of changes) {
    const at = left.findIndex(({ table, before, after }) =>
      table === change.table && sameValues(change.before, before) && sameValues(change.after, after)
    );
    if (at < 0) return `a change that did not happen: ${canonical(change)}`;
    left.splice(at, 1);
  }
  return left.length === 0 ? null : `a change that was not shown: ${canonical(left[0])}`;
}

function sameValues(shown: Cell[] | null, row: Row | null): boolean {
  if (shown === null || row === null) return shown === row;
  return shown.every((cell, i) => isMark(cell) || canonical(cell) === canonical(row.values[i]));
}

function isMark(cell: Cell): cell is Exclude<Cell, Value> {
  return typeof cell === "object" && cell !== null && ("$key" in cell || "$now" in cell);
}

/** Whether two dumps hold the same. */
export function sameDump(a: Dump, b: Dump): boolean {
  return canonical(a) === canonical(b);
}

function randomStatement(random: (below: number) => number): string {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)];
  const value = () =>
    pick(
      ["NULL", "1", "-5", "9007199254740993", "9223372036854775807", "1.5", "2.0", "1e300", "9e999", "'txt'"]
        .concat(["'it''s'", "x'00ff'", "''", "'é'", "-0.0"]),
    );
  const name = () => `'${pick(["Gina", "Bob", "Al", "Zed", "Gus"])}${random(50)}'`;
  const email = () => pick(["NULL", `'u${random(12)}@x'`, `'U${random(12)}@X'`]);
  const verb = () => pick(["INSERT", "INSERT OR IGNORE", "INSERT OR REPLACE", "REPLACE"]);
  const change = () => pick(["UPDATE", "UPDATE OR REPLACE", "UPDATE OR IGNORE"]);
  const make: (() => string)[] = [
    () =>
      `INSERT INTO customers(name, email, score, data) VALUES (${name()}, ${email()}, ${value()}, ${value()})`,
    () => `${verb()} INTO customers(id, name, email) VALUES (${random(20) + 1}, ${name()}, ${email()})`,
    () => `${verb()} INTO customers(name, email) VALUES (${name()}, ${email()}), (${name()}, ${email()})`,
    () =>
      `INSERT INTO customers(name, email) VALUES (${name()}, ${email()}) ON CONFLICT(email) DO UPDATE SET ` +
      `name = excluded.name || '!', tier = ${pick(["'Gold'", "'Silver'"])}`,
    () =>
      `UPDATE customers SET tier = ${pick(["'Gold'", "'Silver'", "tier"])} WHERE id % ${random(4) + 1} = 0`,
    () => `${change()} customers SET id = id + ${pick([1000, -1000, 7])} WHERE id = ${random(20) + 1}`,
    () => `${change()} customers SET email = ${email()} WHERE id % 3 = ${random(3)}`,
    () => `DELETE FROM customers WHERE id = ${random(25) + 1}`,
    () =>
      `INSERT INTO orders(customer, amount, note) SELECT id, ${value()}, ${value()} FROM customers ` +
      `ORDER BY id LIMIT ${random(4)}`,
    () => `UPDATE OR REPLACE orders SET id = id + ${random(3)} WHERE id % 2 = 0`,
    () => `DELETE FROM orders WHERE id % ${random(3) + 2} = 0`,
    () =>
      `INSERT OR IGNORE INTO items SELECT id, 's' || (id % 3), ${random(9)} FROM orders LIMIT ${random(5)}`,
    () => `${change()} items SET sku = 's' || ${random(3)} WHERE qty > ${random(9)}`,
    () => `${verb()} INTO kv VALUES (${pick(["'a'", "'A'", "'b'", "'k'"])}, ${random(4)}, ${value()})`,
    () => `${change()} kv SET b = b + ${random(3)}, a = upper(a) WHERE b < ${random(4)}`,
    () => `${verb()} INTO codes VALUES (${pick(["'a'", "'b'", "'c'", "NULL"])}, ${random(4)}, ${name()})`,
    () => `${change()} codes SET code = ${pick(["NULL", "'b'", "code || 'x'"])} WHERE rank = ${random(4)}`,
    () => `${change()} codes SET rank = ${random(4)}, memo = ${name()} WHERE code > '${pick(["a", "b"])}'`,
    () => `UPDATE codes SET rank = -rank - 1`,
    () => `INSERT INTO loud VALUES ('${pick(["x", "y", "z"])}', ${random(5)})`,
    () => `UPDATE loud SET k = '${pick(["x", "y", "z"])}' WHERE n = ${random(5)}`,
    () =>
      `INSERT INTO tree(parent, label) VALUES ((SELECT id FROM tree ORDER BY id DESC LIMIT 1 OFFSET ${
        random(3)
      }), ${value()})`,
    () => `DELETE FROM tree WHERE id = (SELECT id FROM tree ORDER BY id LIMIT 1 OFFSET ${random(4)})`,
    () => `INSERT INTO late(code) VALUES (${pick(["'a'", "'b'", "'q'", "NULL"])})`,
    () => `DELETE FROM codes WHERE code = '${pick(["a", "b", "q"])}'`,
    () =>
      `${verb()} INTO typed(n, r, b) VALUES (${random(9)}, ${pick(["1", "2.5", "NULL"])}, x'${random(9)}0')`,
    () => `UPDATE typed SET n = n + ${pick([10, 100])}, r = r * 2 WHERE n > ${random(9)}`,
    () => `DELETE FROM ${pick(["items", "audit", "tree", "late", "typed"])} WHERE rowid % 3 = 0`,
    () =>
      `DELETE FROM ${pick(["kv", "codes", "customers", "loud", "orders"])}${
        random(4) === 0 ? "" : ` WHERE 3 = ${random(4)}`
      }`,
    () =>
      `UPDATE customers SET score = ${value()}, data = ${value()} WHERE id = (SELECT max(id) FROM customers)`,
    () => `UPDATE stats SET n = n + 1 WHERE k = '${pick(["inserted", "updated", "none"])}'`,
  ];
  return pick(make)();
}
