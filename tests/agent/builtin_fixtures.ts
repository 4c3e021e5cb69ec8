/**
 * Three databases in memory, their schemas as the db-service would tell them, and the running of sentences
 * on them.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { FactsCache } from "@/db-service/engine/read/catalog.ts";
import { openForReading } from "@/db-service/engine/read/connection.ts";
import { Denials } from "@/db-service/engine/read/denials.ts";
import { describe } from "@/db-service/engine/read/describe.ts";
import { plan } from "@/agent/builtin/plan.ts";
import type { Plan, Read } from "@/agent/builtin/query.ts";
import type { Table } from "@/agent/types.ts";

const SMALL = 20;

export const SAMPLE = `
  CREATE TABLE customers(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, email TEXT NOT NULL,
    tier TEXT NOT NULL DEFAULT 'Bronze', region TEXT NOT NULL DEFAULT 'Unknown');
  INSERT INTO customers(name, email, tier, region) VALUES
    ('Alice Chen', 'alice@example.com', 'Gold', 'West'), ('Bob Martinez', 'bob@example.com', 'Silver', 'East'),
    ('Carol Johnson', 'carol@example.com', 'Bronze', 'West'), ('Dave Kim', 'dave@example.com', 'Gold', 'Central'),
    ('Eve Williams', 'eve@example.com', 'Silver', 'East'), ('Frank Brown', 'frank@example.com', 'Bronze', 'West'),
    ('Grace Lee', 'grace@example.com', 'Gold', 'Central'), ('Hank Davis', 'hank@example.com', 'Silver', 'East');`;

/** The sample after ordinary edits: six different tiers in eight rows. */
export const EDITED = SAMPLE + `
  UPDATE customers SET tier = 'Platinum' WHERE id = 2; UPDATE customers SET tier = 'Diamond' WHERE id = 3;
  UPDATE customers SET tier = 'Iron' WHERE id = 5;`;

export const SHOP = `
  CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT, phone TEXT);
  CREATE TABLE products(id INTEGER PRIMARY KEY, name TEXT NOT NULL, category TEXT NOT NULL, price REAL NOT NULL,
    stock INTEGER NOT NULL DEFAULT 0, discontinued BOOLEAN NOT NULL DEFAULT 0);
  CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers(id),
    status TEXT NOT NULL DEFAULT 'open', placed_at TEXT NOT NULL, total REAL NOT NULL, note TEXT);
  CREATE TABLE order_items(order_id INTEGER NOT NULL REFERENCES orders(id) ON DELETE CASCADE, product_id INTEGER NOT NULL
    REFERENCES products(id) ON DELETE CASCADE, quantity INTEGER NOT NULL, PRIMARY KEY(order_id, product_id));
  CREATE VIEW open_orders AS SELECT * FROM orders WHERE status = 'open';
  INSERT INTO customers VALUES (1, 'Alice Chen', 'Oslo', '555-1'), (2, 'Bob Stone', 'Rome', NULL),
    (3, 'Bob O''Hara', 'Oslo', ''), (4, 'Dora', NULL, '555-4');
  INSERT INTO products VALUES (1, 'Desk lamp', 'Lighting', 20, 5, 0), (2, 'Floor lamp', 'Lighting', 80, 0, 0),
    (3, 'Office chair', 'Furniture', 150, 12, 0), (4, 'Table', 'Furniture', 300, 2, 1), (5, 'Mug', 'Kitchen', 8.5, 40, 0);
  INSERT INTO orders VALUES (1, 1, 'open', '2024-01-05', 100, NULL), (2, 1, 'shipped', '2024-02-10', 180, 'gift'),
    (3, 2, 'open', '2024-03-01', 8.5, NULL), (4, 3, 'cancelled', '2023-12-24', 300, '100% refund'),
    (5, 2, 'shipped', '2024-03-15', 25.5, 'leave at door');
  INSERT INTO order_items VALUES (1, 1, 1), (1, 2, 1), (2, 3, 1), (2, 5, 2), (3, 5, 1), (4, 4, 1), (5, 5, 3);`;

export const ODD = `
  CREATE TABLE "order"("key" TEXT PRIMARY KEY, "Größe" TEXT, "group" INTEGER, "select" REAL) WITHOUT ROWID;
  CREATE TABLE "Messgeräte"("Nr" INTEGER PRIMARY KEY, "Bezeichnung" TEXT NOT NULL, "Ort" TEXT);
  CREATE TABLE sensorReadings(id INTEGER PRIMARY KEY, "Gerät" INTEGER NOT NULL REFERENCES "Messgeräte"("Nr"),
    tempCelsius REAL, humidity REAL, takenAt TEXT NOT NULL, doubled REAL GENERATED ALWAYS AS (tempCelsius * 2));
  CREATE TABLE log_entries(message TEXT, level TEXT, source TEXT);
  INSERT INTO "order" VALUES ('a-1', 'klein', 1, 1.5), ('a-2', 'groß', 1, 2.5), ('b-1', 'groß', 2, 9007199254740993);
  INSERT INTO "Messgeräte" VALUES (1, 'Keller', 'Köln'), (2, 'Dach Süd', 'Köln'), (3, 'Büro', 'Bonn');
  INSERT INTO sensorReadings(id, "Gerät", tempCelsius, humidity, takenAt) VALUES (1, 1, 12.5, 80, '2024-05-01 08:00'),
    (2, 2, 31, 40, '2024-05-01 09:00'), (3, 2, 35.5, NULL, '2024-05-02 09:00'), (4, 3, -3, 55, '2024-05-03 10:00');
  INSERT INTO log_entries VALUES ('disk full', 'error', 'disk'), ('started', 'info', 'app'), ('error', 'info', 'app');`;

export function openDatabase(sql: string): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  db.exec("PRAGMA foreign_keys = ON");
  db.exec(sql);
  return db;
}

/** The schema in the contract's shape, with all values of text columns that have few. */
export function schemaOf(db: DatabaseSync): Table[] {
  const id = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const list = db.prepare(
    "SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
  ).all();
  return list.map((entry): Table => {
    const name = String(entry.name);
    const rows = Number(db.prepare(`SELECT COUNT(*) AS n FROM ${id(name)}`).get()?.n);
    const info = db.prepare(`PRAGMA table_xinfo(${id(name)})`).all();
    const keys = info.filter((c) => Number(c.pk) > 0);
    const columns = info.map((c) => {
      const column = String(c.name);
      const found = db.prepare(
        `SELECT DISTINCT ${id(column)} AS v FROM ${id(name)} WHERE ${
          id(column)
        } IS NOT NULL ORDER BY 1 LIMIT ${SMALL + 1}`,
      ).all().map((r) => r.v);
      const texts = found.filter((v): v is string => typeof v === "string");
      const small = String(c.type).toUpperCase() === "TEXT" && texts.length === found.length &&
        texts.length > 0 &&
        texts.length <= SMALL;
      return {
        name: column,
        type: String(c.type),
        notNull: Number(c.notnull) === 1,
        default: c.dflt_value === null ? null : String(c.dflt_value),
        primaryKey: Number(c.pk),
        generated: Number(c.hidden) > 1,
        ...(small ? { values: texts } : {}),
      };
    });
    const links = new Map<number, Table["foreignKeys"][number]>();
    for (const f of db.prepare(`PRAGMA foreign_key_list(${id(name)})`).all()) {
      const link = links.get(Number(f.id)) ??
        {
          columns: [],
          table: String(f.table),
          to: [],
          onDelete: String(f.on_delete),
          onUpdate: String(f.on_update),
        };
      link.columns.push(String(f.from));
      if (f.to !== null) link.to.push(String(f.to));
      links.set(Number(f.id), link);
    }
    const single = keys.length === 1 && String(keys[0]?.type).toUpperCase() === "INTEGER";
    return {
      name,
      kind: entry.type === "view" ? "view" : "table",
      rows,
      autoKey: single && !/WITHOUT ROWID/i.test(String(entry.sql)) ? String(keys[0]?.name) : null,
      columns,
      foreignKeys: [...links.values()],
      triggers: [],
    };
  });
}

/** The schema as the db-service itself tells it: of names and mail addresses it lists no values. */
export function surveyedSchema(sql: string): Table[] {
  const file = Deno.makeTempFileSync({ suffix: ".db" });
  try {
    const written = new DatabaseSync(file);
    written.exec(sql);
    written.close();
    const db = openForReading(file);
    try {
      return describe(db, new FactsCache().get(db), new Denials([]));
    } finally {
      db.close();
    }
  } finally {
    Deno.removeSync(file);
  }
}

type Row = unknown[];

export interface Bench {
  db: DatabaseSync;
  schema: Table[];
  /** Plans the last of the sentences; those before it are the conversation. */
  plan(...sentences: string[]): Plan;
  /** The rows that the sentence's query gives on the real database. */
  rows(...sentences: string[]): Row[];
  /** The first cell of each row. */
  keys(...sentences: string[]): unknown[];
  /** What `check` gives after the sentence's change was made; the change is undone again. */
  after(sentences: string | string[], check: string): Row[];
  /** What is said instead of doing anything. */
  said(...sentences: string[]): string;
}

/** As {@link bench}, with the schema that the db-service would tell. */
export function surveyedBench(sql: string): Bench {
  return bench(sql, surveyedSchema(sql));
}

/** A database of its own for a test; close it with `db.close()`. */
export function bench(sql: string, told?: Table[]): Bench {
  const db = openDatabase(sql);
  const schema = told ?? schemaOf(db);
  const run = (sql: string) => {
    const statement = db.prepare(sql);
    return statement.all().map((row) => Object.values(row));
  };
  const planned = (...sentences: string[]): Plan => {
    let previous: Read | null = null;
    for (const sentence of sentences.slice(0, -1)) {
      const before = plan(sentence, { schema, previous, lastProposal: null });
      if (before.kind === "read") previous = before.read;
      else if (before.kind === "write" || (before.kind === "say" && !before.keeps)) previous = null;
    }
    return plan(sentences.at(-1) ?? "", { schema, previous, lastProposal: null });
  };
  const rows = (...sentences: string[]): Row[] => {
    const made = planned(...sentences);
    assert.equal(
      made.kind,
      "read",
      `${sentences.at(-1)} → ${JSON.stringify("text" in made ? made.text : made.kind)}`,
    );
    return made.kind === "read" ? run(made.sql) : [];
  };
  return {
    db,
    schema,
    plan: planned,
    rows,
    keys: (...sentences) => rows(...sentences).map((row) => row[0]),
    after(sentences, check) {
      const list = typeof sentences === "string" ? [sentences] : sentences;
      const made = planned(...list);
      assert.equal(
        made.kind,
        "write",
        `${list.at(-1)} → ${JSON.stringify("text" in made ? made.text : made.kind)}`,
      );
      if (made.kind !== "write") return [];
      assert.ok(made.title.length > 0 && made.description.length > 0);
      db.exec("SAVEPOINT change");
      try {
        db.exec(made.sql);
        return run(check);
      } finally {
        db.exec("ROLLBACK TO change; RELEASE change");
      }
    },
    said(...sentences) {
      const made = planned(...sentences);
      assert.equal(
        made.kind,
        "say",
        `${sentences.at(-1)} → ${JSON.stringify("sql" in made ? made.sql : made.kind)}`,
      );
      return made.kind === "say" ? made.text : "";
    },
  };
}
