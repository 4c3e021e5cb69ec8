/**
 * The property that matters most: a word that was not understood is never dropped. Into every gap of sentences that
 * are understood goes a word that means nothing, or one that turns a condition around; what comes out must say so or
 * carry it, never be the same query as without it.
 */
import assert from "node:assert/strict";
import { HOSPITAL, MUSIC, STAFF } from "./builtin_places.ts";
import { HOTEL, INVOICES } from "./builtin_trades.ts";
import { type Bench, bench, EDITED, ODD, SAMPLE, SHOP, surveyedBench } from "./builtin_fixtures.ts";

const SENTENCES: [string, string[]][] = [
  [SAMPLE, [
    "Show me all customers",
    "Upgrade all East customers to Gold",
    "set the tier of customer 3 to Gold",
    "Delete customer 3",
    "remove all West customers",
    "How many customers per tier",
    "list all gold customers in the west",
    "customers whose name contains ar sorted by name descending",
    "make Alice Chen Silver",
    "customers in East or West",
    "show the newest 3 customers",
    "What is Alice Chen's email?",
    "delete all customers except Gold ones",
    "Add customer Ada, ada@example.com, tier Gold, region West",
  ]],
  [SHOP, [
    "orders of customer Alice Chen",
    "orders of customers in Oslo with total over 150",
    "customers with more than 1 order",
    "delete customers without orders",
    "increase the price of Lighting products by 10%",
    "set price to 20 and stock to 7 for product 3",
    "mark all open orders as shipped",
    "top 2 customers by total",
    "average price per category",
    "delete all cancelled orders before 2024",
    "products with price between 10 and 100",
    "shipped orders over 100",
    "insert into products: name Lamp, category Lighting, price 12.5",
    "move order 1 to customer 2",
    "discontinued products",
  ]],
  [ODD, [
    "orders where Größe is groß",
    "delete all orders in group 2",
    "sensor readings with humidity between 40 and 60",
    "average temp celsius per Messgerät",
    "set humidity to 50 for sensor reading 3",
  ]],
];

/** Where names are not among the known values, as in a database that is told by the db-service. */
const NAMED: [string, string[]][] = [
  [EDITED, [
    "Upgrade all East customers to Gold",
    "Upgrade all East customers to Titanium",
    "set the tier of Bob Martinez to Titanium",
    "move Bob Martinez to the North region",
    "give Bob Martinez the Gold tier",
    "change Bob Martinez's email to b@x.org",
    "update the tier of Alice Chen and Bob Martinez to Bronze",
    "delete customer Grace Lee",
    "delete bob@example.com",
    "what is the email of Dave Kim",
    "what tier is Alice Chen",
    "set tier of customers 1 to 3 to Gold",
  ]],
  [SHOP, [
    "orders of Alice Chen over 100",
    "Alice Chen's orders",
    "how many orders does Alice Chen have",
    "change the price of the Desk lamp to 25",
    "delete all orders of Bob Stone before 2030",
    "mark order 1 as Returned",
    "the 2 cheapest Lighting products",
  ]],
  [ODD, ["set Ort of Dach Süd to Bonn", "sensor readings of Keller", "delete Büro"]],
  [HOTEL, [
    "rooms with more than 1 bed and a balcony",
    "free rooms with 2 beds",
    "rooms that are free or have a balcony",
    "bookings with arrival after July 2, 2024",
    "mark booking 2 as paid",
    "set birthday of guest 2 to Dec 31 1999",
    "how many bookings per room",
  ]],
  [HOSPITAL, [
    "doctors on call in Surgery",
    "last five visits",
    "patients with at least two visits",
    "prescriptions for Aspirin with no refills",
    "delete doctors on call",
    "make all patients insured",
    "how many patients per doctor",
  ]],
  [MUSIC, [
    "users with a playlist called Focus",
    "playlists with more than 2 tracks",
    "how many explicit tracks are there",
    "upgrade free users from USA to premium",
  ]],
  [STAFF, [
    "employees in HR or Sales from US",
    "employees on project P-1",
    "set due to 2024-12-31 for projects without due",
  ]],
  [INVOICES, [
    "invoices with 'call' in the memo",
    "number of open invoices per client",
    "set the amount of INV-004 to $95",
    "invoices of Acme Corp over 100",
  ]],
];

Deno.test("a word that means nothing is carried or named, never dropped", () => {
  each(["zworgle", "Zworgle"], (b, sentence, changed, word) => {
    const made = b.plan(changed);
    if (made.kind === "say") return;
    const carried = (made.kind === "read" || made.kind === "write") && made.sql.includes(word);
    assert.ok(
      carried,
      `"${changed}" lost "${word}" of "${sentence}": ${"sql" in made ? made.sql : made.kind}`,
    );
  });
});

Deno.test("a word that turns a condition around is never passed over", () => {
  each(["not", "except", "without", "or", "unless", "no", "7"], (b, sentence, changed) => {
    const made = b.plan(changed), plain = b.plan(sentence);
    if (made.kind === "say" || !("sql" in plain)) return;
    const same = "sql" in made && made.sql === plain.sql;
    assert.ok(!same, `"${changed}" is read like "${sentence}": ${plain.sql}`);
  });
});

function each(
  words: string[],
  check: (b: Bench, from: string, to: string, word: string) => void,
): void {
  const told: [Bench, string[]][] = [
    ...SENTENCES.map(([sql, sentences]): [Bench, string[]] => [bench(sql), sentences]),
    ...NAMED.map(([sql, sentences]): [Bench, string[]] => [surveyedBench(sql), sentences]),
  ];
  for (const [b, sentences] of told) {
    for (const sentence of sentences) {
      const made = b.plan(sentence);
      assert.ok(made.kind === "read" || made.kind === "write", sentence);
      const parts = sentence.split(" ");
      for (let gap = 0; gap <= parts.length; gap++) {
        for (const word of words) {
          check(b, sentence, [...parts.slice(0, gap), word, ...parts.slice(gap)].join(" "), word);
        }
      }
    }
    b.db.close();
  }
}
