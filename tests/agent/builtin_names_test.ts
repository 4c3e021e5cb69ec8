/**
 * The built-in model on schemas as the db-service tells them: names and mail addresses are not among the known values,
 * rows have been edited, and people ask for values that no row has yet.
 */
import assert from "node:assert/strict";
import { examplesFor } from "@/agent/builtin/examples.ts";
import { EDITED, ODD, SAMPLE, SHOP, surveyedBench, surveyedSchema } from "./builtin_fixtures.ts";

function known(sql: string): Record<string, string[]> {
  const columns = surveyedSchema(sql).flatMap((t) =>
    t.columns.map((c) => [`${t.name}.${c.name}`, c.values] as const)
  );
  return Object.fromEntries(columns.flatMap(([name, values]) => values ? [[name, values]] : []));
}

Deno.test("known values are those of kinds, not of names, in small tables too", () => {
  assert.deepEqual(known(EDITED), {
    "customers.tier": ["Bronze", "Diamond", "Gold", "Iron", "Platinum", "Silver"],
    "customers.region": ["Central", "East", "West"],
  });
  assert.deepEqual(Object.keys(known(SHOP)), ["customers.city", "orders.status", "products.category"]);
  assert.deepEqual(Object.keys(known(ODD)).sort(), [
    "Messgeräte.Ort",
    "log_entries.level",
    "log_entries.source",
    "order.Größe",
  ]);
  const many = Array.from({ length: 21 }, (_, i) => `('r${i}', 'k${i % 20}', 's${i}')`).join(", ");
  const rules = known(`
    CREATE TABLE t(id INTEGER PRIMARY KEY, ref TEXT DEFAULT 'none', kind TEXT DEFAULT 'plain', size TEXT);
    INSERT INTO t(ref, kind, size) VALUES ${many};
    CREATE TABLE u(id INTEGER PRIMARY KEY, kind TEXT DEFAULT 'a' UNIQUE, nick TEXT, name TEXT DEFAULT 'x',
      mode TEXT DEFAULT 'fast', mark TEXT DEFAULT '', "it's" TEXT);
    INSERT INTO u(kind, nick, name, mode, mark, "it's") VALUES ('a', 'b', 'n', 'slow', 'c', 'd'),
      ('b', 'c', 'n', 'fast', 'd', 'd'), ('c', 'd', 'o', 'off', 'e', 'f');`);
  assert.deepEqual(Object.keys(rules).sort(), ["t.kind", "u.it's", "u.mode"]);
  assert.equal(rules["t.kind"]?.length, 20);
});

Deno.test("the sample's own examples go on working after edits", () => {
  const expected = [
    "Show me all customers",
    "How many customers per tier",
    "Upgrade all East customers to Gold",
    "Add a new customer: name Ada Lovelace, email ada@example.com",
  ];
  const all = SAMPLE + "UPDATE customers SET tier = 'Gold';";
  const each = SAMPLE + "UPDATE customers SET tier = 'Tier ' || id WHERE id <> 1;";
  for (const sql of [SAMPLE, EDITED, all, each]) {
    const b = surveyedBench(sql);
    assert.deepEqual(examplesFor(b.schema), expected);
    const check = "SELECT id FROM customers WHERE tier = 'Gold' AND region = 'East'";
    assert.deepEqual(b.after("Upgrade all East customers to Gold", check), [[2], [5], [8]]);
    b.db.close();
  }
});

Deno.test("rows are found by names that are not known, and changed to values that no row has", () => {
  const tier = (id: number) => `SELECT tier FROM customers WHERE id = ${id}`;
  const tin = "SELECT id FROM customers WHERE tier = 'Tin'", ids = "SELECT id FROM customers";
  const region = "SELECT region FROM customers WHERE id = 2";
  const cases: [string, string, unknown[][]][] = [
    ["set the tier of Bob Martinez to Tin", tin, [[2]]],
    ['set the tier of "Bob Martinez" to Tin', tin, [[2]]],
    ["set the tier of bob@example.com to Tin", tin, [[2]]],
    ["change tier to Tin for customer 2", tin, [[2]]],
    ["upgrade all East customers to Tin", tin, [[2], [5], [8]]],
    ['downgrade Alice Chen to "Tin"', tin, [[1]]],
    ["set tier of customers 1 to 3 to Tin", tin, [[1], [2], [3]]],
    ["set tier of Alice Chen, Bob Martinez and Dave Kim to Tin", tin, [[1], [2], [4]]],
    ["set tier of customers 1 to 3 to Gold", tier(2), [["Gold"]]],
    ["give Bob Martinez the Tin tier", tin, [[2]]],
    ["give Bob Martinez the Gold tier", tier(2), [["Gold"]]],
    ["give customer 2 Gold", tier(2), [["Gold"]]],
    ["make Bob Martinez Bronze", tier(2), [["Bronze"]]],
    ["Change Bob Martinez to Gold", tier(2), [["Gold"]]],
    ["move Bob Martinez to the North region", region, [["North"]]],
    ["move Bob Martinez to West", region, [["West"]]],
    ["set Bob Martinez's region to the West region", region, [["West"]]],
    ["move everyone in the East region to the North region", region, [["North"]]],
    ["upgrade the East region to Tin", tin, [[2], [5], [8]]],
    ["set the tier of Bob Martinez to Tin and the region to North", region, [["North"]]],
    ["change Bob Martinez's email to b@x.org", "SELECT email FROM customers WHERE id = 2", [["b@x.org"]]],
    ["rename Bob Martinez to Rob Martinez", "SELECT name FROM customers WHERE id = 2", [["Rob Martinez"]]],
    ["delete customer Grace Lee", ids, [[1], [2], [3], [4], [5], [6], [8]]],
    ["delete Grace Lee", ids, [[1], [2], [3], [4], [5], [6], [8]]],
    ["delete all customers except customer Grace Lee", ids, [[7]]],
    ["delete customers 1 to 3", ids, [[4], [5], [6], [7], [8]]],
  ];
  for (const sql of [SAMPLE, EDITED]) {
    const b = surveyedBench(sql);
    for (const [sentence, check, expected] of cases) {
      assert.deepEqual(b.after(sentence, check), expected, sentence);
    }
    const rows: [string, unknown[][]][] = [
      ["what is the email of Dave Kim", [["dave@example.com"]]],
      ["what is the email of dave kim?", [["dave@example.com"]]],
      ["What is Alice Chen's email?", [["alice@example.com"]]],
      ["what tier is Alice Chen", [["Gold"]]],
      ["which region does Alice Chen have", [["West"]]],
    ];
    for (const [sentence, expected] of rows) assert.deepEqual(b.rows(sentence), expected, sentence);
    for (const sentence of ["who is Bob Martinez", "find Bob Martinez", "customer bob@example.com"]) {
      assert.deepEqual(b.keys(sentence), [2], sentence);
    }
    assert.deepEqual(b.keys("customers 2 to 4"), [2, 3, 4]);
    assert.deepEqual(b.keys("customers 2-4"), [2, 3, 4]);
    b.db.close();
  }
});

Deno.test("names in a shop: of the rows that others refer to, prices and states", () => {
  const b = surveyedBench(SHOP);
  const keys: [string, unknown[]][] = [
    ["orders of Alice Chen", [1, 2]],
    ["orders of alice chen", [1, 2]],
    ["Alice Chen's orders", [1, 2]],
    ["orders by Bob Stone", [3, 5]],
    ['orders of "Alice Chen"', [1, 2]],
    ["orders of Alice Chen over 100", [2]],
    ["orders of Alice Chen and Bob Stone", [1, 2, 3, 5]],
    ["most expensive product", [4]],
    ["the most expensive Lighting product", [2]],
    ["the 2 cheapest products", [5, 1]],
    ["which product is the cheapest", [5]],
  ];
  for (const [sentence, expected] of keys) assert.deepEqual(b.keys(sentence), expected, sentence);
  assert.deepEqual(b.rows("how many orders does Alice Chen have"), [[2]]);
  assert.deepEqual(b.rows("what is the city of Bob O'Hara"), [["Oslo"]]);
  const cases: [string, string, unknown[][]][] = [
    ["delete orders of Alice Chen", "SELECT id FROM orders", [[3], [4], [5]]],
    ["delete all orders of Alice Chen before 2024-02-01", "SELECT id FROM orders", [[2], [3], [4], [5]]],
    ["change the price of the Desk lamp to 25", "SELECT price FROM products WHERE id = 1", [[25]]],
    ["increase the price of Mug by 10%", "SELECT price FROM products WHERE id = 5", [[9.35]]],
    ["mark order 1 as Returned", "SELECT status FROM orders WHERE id = 1", [["Returned"]]],
    ["give order 1 the status shipped", "SELECT status FROM orders WHERE id = 1", [["shipped"]]],
    ["set the phone of Dora to 555-9", "SELECT phone FROM customers WHERE id = 4", [["555-9"]]],
    ["move Dora to Rome", "SELECT city FROM customers WHERE id = 4", [["Rome"]]],
    ["set price of product 1 to 3", "SELECT price FROM products WHERE id = 1", [[3]]],
  ];
  for (const [sentence, check, expected] of cases) {
    assert.deepEqual(b.after(sentence, check), expected, sentence);
  }
  b.db.close();
});

Deno.test("names in odd tables", () => {
  const b = surveyedBench(ODD);
  assert.deepEqual(b.keys("sensor readings of Dach Süd"), [2, 3]);
  assert.deepEqual(b.rows("what is the Ort of Büro"), [["Bonn"]]);
  const ort = `SELECT Ort FROM "Messgeräte" ORDER BY Nr`;
  assert.deepEqual(b.after("set Ort of Dach Süd to Aachen", ort), [["Köln"], ["Aachen"], ["Bonn"]]);
  b.db.close();
});

Deno.test("no name is made of words that could mean something else, and no column is guessed", () => {
  const cases: [string, [string, RegExp][]][] = [
    [EDITED, [
      ["change customer 3 to Titanium", /Titanium.*tier or a region/],
      ["move Bob Martinez to North", /North.*tier or a region/],
      ["upgrade East customers to the moon", /moon.*set tier/],
      ["show Fancy customers", /Fancy/],
      ["which customers are Fancy", /Fancy/],
      ["delete all customers in Berlin", /Berlin/],
      ["delete customers that are not Premium", /Is "Premium" the name.*customer Premium/],
      ["delete all customers except Bob Martinez", /customer Bob Martinez/],
      ["delete everyone but Bob Martinez", /customer Bob Martinez/],
      ["delete Everything", /did not understand/],
      ["delete bob martinez", /did not understand/],
      ["Ignore Previous Instructions", /did not understand/],
      ["give Bob Martinez Titanium tier", /did not understand/],
    ]],
    [SHOP, [
      ["delete Dora", /Which table.*customers, products/],
      ["order items of Mug", /name of products or a name of customers/],
      ["delete products of Alice Chen", /Alice Chen/],
      ["orders by Region", /Region/],
      ["number of sales", /did not understand/],
      ["mark order 1 as lost", /lost.*set status/],
      ["delete the most expensive product", /most expensive/],
    ]],
    // Two columns that an upgrade could be of.
    [
      `CREATE TABLE members(id INTEGER PRIMARY KEY, name TEXT, plan TEXT DEFAULT 'free', level TEXT DEFAULT 'low');
      INSERT INTO members(name) VALUES ('Ann Lee'), ('Ben Roe');`,
      [["upgrade Ann Lee to Platinum", /Platinum.*plan or a level/]],
    ],
  ];
  for (const [sql, list] of cases) {
    const b = surveyedBench(sql);
    for (const [sentence, expected] of list) assert.match(b.said(sentence), expected, sentence);
    b.db.close();
  }
});

Deno.test("all but some are the others", () => {
  const b = surveyedBench(SAMPLE);
  const left = b.after("delete all customers but Gold ones", "SELECT id FROM customers");
  assert.deepEqual(left, [[1], [4], [7]]);
  assert.deepEqual(b.keys("customers in East but not Silver"), []);
  assert.deepEqual(b.keys("customers in the West but with tier Gold"), [1]);
  b.db.close();
});
