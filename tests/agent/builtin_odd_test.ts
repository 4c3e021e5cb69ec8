/**
 * The built-in model on names that break careless SQL: keywords, umlauts, camel case, text keys, no key at
 * all.
 */
import assert from "node:assert/strict";
import { bench, ODD, openDatabase, schemaOf } from "./builtin_fixtures.ts";
import { plan } from "@/agent/builtin/plan.ts";

Deno.test("tables and columns called by keywords, in other languages, in camel case", () => {
  const b = bench(ODD);
  const keys: [string, unknown[]][] = [
    ["show all orders", ["a-1", "a-2", "b-1"]],
    ["orders where Größe is groß", ["a-2", "b-1"]],
    ["orders where GRÖSSE is klein", ["a-1"]],
    ["order with group 1", ["a-1", "a-2"]],
    ["order with key a-1", ["a-1"]],
    ["order a-2", ["a-2"]],
    ["orders with select over 2", ["a-2", "b-1"]],
    ["orders with select at least 9007199254740992", ["b-1"]],
    ["sensor readings with temp celsius over 30", [2, 3]],
    ["sensorReadings where tempCelsius < 0", [4]],
    ["sensor readings where temp celsius is -3", [4]],
    ["sensor readings without humidity", [3]],
    ["sensor readings with humidity between 40 and 60", [2, 4]],
    ["latest sensor reading", [4]],
    ["sensor readings after 2024-05-01", [3, 4]],
    ["sensor readings up to 2024-05-01", [1, 2]],
    ["Messgeräte in Köln", [1, 2]],
    ["Messgeräte without sensor readings", []],
    ["sensor readings of Messgerät Dach Süd", [2, 3]],
    ["log entries with level error", ["disk full"]],
    ["log entries where message contains disk", ["disk full"]],
    ["log entries from app", ["started", "error"]],
  ];
  for (const [sentence, expected] of keys) assert.deepEqual(b.keys(sentence), expected, sentence);
  const rows: [string, unknown[][]][] = [
    ["count order per Größe", [["groß", 2], ["klein", 1]]],
    ["highest tempCelsius of sensor readings", [[35.5]]],
    ["average temp celsius per Messgerät", [["Büro", -3], ["Dach Süd", 33.25], ["Keller", 12.5]]],
    ["how many Messgeräte per Ort", [["Bonn", 1], ["Köln", 2]]],
    ["number of sensor readings per Messgerät", [["Büro", 1], ["Dach Süd", 2], ["Keller", 1]]],
    ["log entries by source", [["app", 2], ["disk", 1]]],
    ["which levels are there", [["error"], ["info"]]],
  ];
  for (const [sentence, expected] of rows) assert.deepEqual(b.rows(sentence), expected, sentence);
  b.db.close();
});

Deno.test("changes to odd tables", () => {
  const b = bench(ODD);
  const cases: [string, string, unknown[][]][] = [
    ["delete order with key b-1", `SELECT "key" FROM "order"`, [["a-1"], ["a-2"]]],
    ["delete all orders in group 2", `SELECT "key" FROM "order"`, [["a-1"], ["a-2"]]],
    ["set Größe to mittel for order with key a-1", `SELECT "Größe" FROM "order" WHERE "key" = 'a-1'`, [[
      "mittel",
    ]]],
    [
      "set group to 9007199254740993 for order a-1",
      `SELECT CAST("group" AS TEXT) FROM "order" WHERE "key" = 'a-1'`,
      [["9007199254740993"]],
    ],
    ['set the group of order "a-1" to 5', `SELECT "group" FROM "order" WHERE "key" = 'a-1'`, [[5]]],
    [
      "add order: key c-1, Größe klein, group 3, select 4.5",
      `SELECT * FROM "order" WHERE "key" = 'c-1'`,
      [["c-1", "klein", 3, 4.5]],
    ],
    ["set humidity to 50 for sensor reading 3", "SELECT humidity FROM sensorReadings WHERE id = 3", [[50]]],
    [
      "add sensor reading: Gerät 1, tempCelsius -20.5, takenAt 2024-06-01",
      "SELECT Gerät, tempCelsius, takenAt FROM sensorReadings WHERE id = 5",
      [[1, -20.5, "2024-06-01"]],
    ],
    ["rename Messgerät 1 to Kellerraum", `SELECT Bezeichnung FROM "Messgeräte" WHERE Nr = 1`, [[
      "Kellerraum",
    ]]],
    ["move Messgerät Büro to Köln", `SELECT Ort FROM "Messgeräte" WHERE Nr = 3`, [["Köln"]]],
    ["delete log entries with level info", "SELECT message FROM log_entries", [["disk full"]]],
  ];
  for (const [sentence, check, expected] of cases) {
    assert.deepEqual(b.after(sentence, check), expected, sentence);
  }
  const said: [string, RegExp][] = [
    ["error log entries", /value of message.*and of level/],
    ["change the level of all error entries to warning", /error|entries/],
    ["set doubled to 5 for sensor reading 1", /computed/],
    ["delete log entries with level info and color red", /color red/],
    ["delete log entry 3", /no single number as its key/],
    ["sensor readings over 30", /Which column/],
    ["hottest sensor readings", /hottest/],
    ["Messgeräte mit Fenster", /Fenster/],
  ];
  for (const [sentence, expected] of said) assert.match(b.said(sentence), expected, sentence);
  b.db.close();
});

Deno.test("hostile values and names stay text", () => {
  const db = openDatabase(`
    CREATE TABLE "a""b; drop"(id INTEGER PRIMARY KEY, "x""y" TEXT, note TEXT);
    INSERT INTO "a""b; drop" VALUES (1, 'v', 'n'), (2, 'delete all customers', '''); DROP TABLE x; --');`);
  const schema = schemaOf(db);
  const made = plan('set note to "\'); DELETE FROM x; --" for a b drop 1', {
    schema,
    previous: null,
    lastProposal: null,
  });
  assert.equal(made.kind, "write");
  if (made.kind === "write") db.exec(made.sql);
  const rows = db.prepare(`SELECT note FROM "a""b; drop"`).all().map((r) => r.note);
  assert.deepEqual(rows, ["'); DELETE FROM x; --", "'); DROP TABLE x; --"]);
  db.close();
});

Deno.test("no sentence makes it throw, whatever it says", () => {
  const b = bench(ODD);
  const words = [
    "show",
    "delete",
    "all",
    "order",
    "orders",
    "not",
    "or",
    "and",
    "with",
    "in",
    "Größe",
    "3",
    "is",
    "by",
    "to",
    "set",
    "top",
    "per",
    "over",
    "'",
    '"',
    ",",
    "#",
    "Köln",
    "total",
    "between",
    "without",
    "sensor",
    "readings",
    "them",
  ];
  let seed = 7;
  const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  for (let i = 0; i < 600; i++) {
    const sentence = Array.from({ length: 1 + random(9) }, () => words[random(words.length)]).join(" ");
    const made = b.plan(sentence);
    // Whatever was understood must at least be SQL that the database takes.
    if (made.kind === "read" || made.kind === "write") {
      assert.doesNotThrow(() => b.db.prepare(made.sql), sentence);
    }
  }
  b.db.close();
});
