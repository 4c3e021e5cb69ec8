/** The built-in model over a library, invoices and sensors, asked as ordinary people write. */
import assert from "node:assert/strict";
import { namedDay } from "@/agent/builtin/calendar.ts";
import { surveyedBench } from "./builtin_fixtures.ts";
import { INVOICES, LIBRARY, SENSORS } from "./builtin_trades.ts";

Deno.test("a library: politeness, names, parts of titles, years that are numbers", () => {
  const b = surveyedBench(LIBRARY);
  const keys: [string, unknown[]][] = [
    ["hi, could you please show me all the books?", [1, 2, 3, 4, 5, 6]],
    ["list novels published before 1960", [1, 4]],
    ["books published in 1974", [2]],
    ["books published before 1960 or after 2000", [1, 4, 5]],
    ["books published after 1960 and before 1970", [3, 6]],
    ["which books have more than 300 pages?", [1, 2]],
    ["the 3 most expensive books please", [5, 1, 2]],
    ["books without pages", [6]],
    ["members from Köln or Bonn", [1, 2, 4]],
    ["members in Koln", [1, 4]],
    ["members without an email", [2, 4]],
    ["members with an email", [1, 3]],
    ["authors who are not from Germany", [2, 4, 5]],
    ["authors with no books", [5]],
    ["members with more than 1 loan", [1, 2]],
    ["books with 'Süden' in the title", [5]],
    ['books with "Fall" in their title', [4]],
    ["books where 'the' is in the title", [2]],
    ["members whose name has Anna in it", [2, 4]],
    ["members with Anna in their name", [2, 4]],
    ['find books called "Things Fall Apart"', [4]],
    ["find members called Anna", [2, 4]],
    ["books of Grass", [1, 6]],
    ["loans of member Anna", [3, 5]],
    ["books that are not available", [2, 5]],
    ["novels, but only available ones", [1, 4, 6]],
    ["members sorted by city then name", [2, 3, 4, 1]],
    ["loans due on 2024-06-29", [3]],
    ["loans where returned on is null and due on before 20 June 2024", [1]],
    ["newest 1 member", [4]],
  ];
  for (const [sentence, expected] of keys) assert.deepEqual(b.keys(sentence), expected, sentence);
  const rows: [string, unknown[][]][] = [
    ["how many of the novels are available", [[3]]],
    ["how many books are not novels", [[3]]],
    ["What's the price of Die Blechtrommel and Katz und Maus?", [[19.9], [8]]],
    ["show members with their city", [
      ["Jörg Müller", "Köln"],
      ["Anna Schmidt", "Bonn"],
      ["Seán O'Brien", "Dublin"],
      ["Anna Weiß", "Köln"],
    ]],
    ["novels with price sorted by price", [
      ["Katz und Maus", 8],
      ["Things Fall Apart", 11],
      ["Die Blechtrommel", 19.9],
    ]],
  ];
  for (const [sentence, expected] of rows) assert.deepEqual(b.rows(sentence), expected, sentence);
  const changes: [string, string, unknown[][]][] = [
    ["set the city of Anna Schmidt to Berlin, please", "SELECT city FROM members WHERE id = 2", [["Berlin"]]],
    ["change Seán O'Brien's email to sean@new.ie", "SELECT email FROM members WHERE id = 3", [[
      "sean@new.ie",
    ]]],
    ["set the price of Die Blechtrommel to €21.50", "SELECT price FROM books WHERE id = 1", [[21.5]]],
    ["raise the price of all novels by 10 %", "SELECT price FROM books WHERE genre = 'Novel'", [
      [21.89],
      [12.1],
      [8.8],
    ]],
    // A change names its rows whole: this one finds nobody.
    ["delete member Anna", "SELECT COUNT(*) FROM members", [[4]]],
    ["delete authors without books", "SELECT id FROM authors", [[1], [2], [3], [4]]],
    ["mark loan 3 as returned on June 20, 2024", "SELECT returned_on FROM loans WHERE id = 3", [[
      "2024-06-20",
    ]]],
    [
      "please add a new author called Heinrich Böll from Germany",
      "SELECT name, country FROM authors WHERE id = 6",
      [[
        "Heinrich Böll",
        "Germany",
      ]],
    ],
    ["add member name Max, joined on 1st of August 2024", "SELECT joined_on FROM members WHERE id = 5", [[
      "2024-08-01",
    ]]],
  ];
  for (const [sentence, check, expected] of changes) {
    assert.deepEqual(b.after(sentence, check), expected, sentence);
  }
  const said: [string, RegExp][] = [
    ["show all bokos", /did not understand/],
    ["which genres have more than 2 books", /genre holds text/],
    ["members with email", /"with an email".*"with their email"/],
    ["show title and author of all books", /authors or books/],
    ["how many novels and how many fantasy books", /one thing at a time/],
    ["top 3 genres by price", /total price per genre/],
    ["set price of book 2 to 5 and of book 3 to 6", /two steps/],
    ["add authors Heinrich Böll and Thomas Mann", /one row at a time/],
    ["add a member named Max Mustermann from Berlin who joined on 2024-08-01", /did not understand/],
    ["add author Ada from Narnia", /did not understand "Ada from Narnia"/],
    ["set price to 9,99 for book 6", /did not understand "99"/],
    ["loans last week", /did not understand "last week"/],
    ["delete all loans returned before 2024", /proposed nothing/],
    ["do not delete book 3", /did not understand/],
  ];
  for (const [sentence, expected] of said) assert.match(b.said(sentence), expected, sentence);
  b.db.close();
});

Deno.test("invoices: numbers that are names, companies, money, days", () => {
  const b = surveyedBench(INVOICES);
  const keys: [string, unknown[]][] = [
    ["invoices over 1,000", [1, 3, 5]],
    ["invoices in EUR over 500", [1, 5]],
    ["invoice INV-003", [3]],
    ["invoices INV-003 and INV-004", [3, 4]],
    ["clients named O'Neill Ltd", [4]],
    ["invoices of Acme Corp", [3]],
    ["payments of Acme Corp", []],
    ["payments of client O'Neill Ltd", [2]],
    ["clients with contact name Jörg Müller", [1]],
    ["clients whose company contains 'Groß'", [3]],
    ["vip clients' invoices", [1, 2, 5]],
    ["invoices with due date before May 1 2024", [1, 2, 3, 5]],
    ["invoices with due date after April 1st, 2024", [3, 4]],
    ["payments after 2024-02-01", [3]],
    ["payments between 2024-01-01 and 2024-02-01", [1]],
    ["invoices that are neither paid nor open", [3, 4]],
    ["clients in Germany or Austria with open invoices", [1]],
    ["staff with last name Miller", [1]],
  ];
  for (const [sentence, expected] of keys) assert.deepEqual(b.keys(sentence), expected, sentence);
  const rows: [string, unknown[][]][] = [
    ["number of invoices per client", [
      ["Acme Corp", 1],
      ["Bäckerei Groß", 1],
      ["Müller & Söhne GmbH", 2],
      ["O'Neill Ltd", 1],
    ]],
    ["number of open invoices", [[1]]],
    ["number of invoice 3", [["INV-003"]]],
    ["numbers of invoices over 1000", [["INV-001"], ["INV-003"], ["INV-005"]]],
    ["memo of INV-002", [["call first"]]],
    ["what is the status of INV-003?", [["overdue"]]],
    ["sum amount by status for EUR invoices", [["draft", 80], ["open", 450.5], ["paid", 4200]]],
  ];
  for (const [sentence, expected] of rows) assert.deepEqual(b.rows(sentence), expected, sentence);
  const changes: [string, string, unknown[][]][] = [
    ["set INV-004 to open", "SELECT status FROM invoices WHERE id = 4", [["open"]]],
    ["set the amount of INV-004 to $95", "SELECT amount FROM invoices WHERE id = 4", [[95]]],
    ["move due date of INV-002 to 2024-05-01", "SELECT due_date FROM invoices WHERE id = 2", [[
      "2024-05-01",
    ]]],
    ["set due date of INV-002 to May 1 2024", "SELECT due_date FROM invoices WHERE id = 2", [["2024-05-01"]]],
    ["delete client Acme Corp", "SELECT COUNT(*) FROM clients WHERE company = 'Acme Corp'", [[0]]],
    ["set country of O'Neill Ltd to UK", "SELECT country FROM clients WHERE id = 4", [["UK"]]],
    ["set memo to 'paid, thanks; DROP TABLE x' for invoice 2", "SELECT memo FROM invoices WHERE id = 2", [[
      "paid, thanks; DROP TABLE x",
    ]]],
  ];
  b.db.exec("DELETE FROM payments; DELETE FROM invoices WHERE client_id = 2");
  for (const [sentence, check, expected] of changes) {
    assert.deepEqual(b.after(sentence, check), expected, sentence);
  }
  const said: [string, RegExp][] = [
    ["invoices above 1.000 €", /Is 1\.000 1000 or 1\?/],
    ["set the amount of invoice INV-004 to 1.500", /Is 1\.500 1500 or 1\.5\?/],
    ["payments for INV-005", /number of invoices or a company of clients/],
    ["staff named Miller", /first name or a last name/],
    ["invoices with memo", /"with a memo"/],
    ["set due date of invoice INV-002 to tomorrow", /"tomorrow" is no date/],
    ["set due date of invoice INV-002 to 1.5.2024", /"1\.5\.2024" is no date/],
    ["set due date to 2024-02-30 for invoice 2", /"2024-02-30" is no date/],
    ["set memo to open invoices for invoice 2", /open invoices/],
    ["all clients and the number of their invoices", /did not understand "invoices"/],
    ["unpaid invoices", /did not understand "unpaid"/],
    ["invoices over $1k", /\$1k/],
    ["invoices except INV-001", /say "invoice INV-001"/],
  ];
  for (const [sentence, expected] of said) assert.match(b.said(sentence), expected, sentence);
  b.db.close();
});

Deno.test("sensors: codes as keys, negative numbers, flags", () => {
  const b = surveyedBench(SENSORS);
  const keys: [string, unknown[]][] = [
    ["active sensors", ["T-100", "H-100", "P-7"]],
    ["which sensors are not active", ["T-200"]],
    ["measurements of T-100", [1, 2]],
    ["latest measurement of T-100", [2]],
    ["measurements with no value", [5]],
    ["measurements where unit is %", [4]],
    ["sensors of kind pressure or humidity", ["H-100", "P-7"]],
    ["measurements after June 1, 2024", [5, 6]],
  ];
  for (const [sentence, expected] of keys) assert.deepEqual(b.keys(sentence), expected, sentence);
  const value = "SELECT value FROM measurements WHERE id = 3";
  assert.deepEqual(b.after("set value to -3.5 for measurement 3", value), [[-3.5]]);
  assert.deepEqual(b.after("clear the value of measurement 3", value), [[null]]);
  assert.deepEqual(b.after("increase all values by 1.5 where unit is C", value), [[-2.5]]);
  for (
    const sentence of [
      "measurements below zero",
      "deactivate sensor T-200",
      "round all values",
      "turn on T-200",
    ]
  ) {
    assert.match(b.said(sentence), /did not understand/, sentence);
  }
  b.db.close();
});

Deno.test("days with the month's name", () => {
  for (
    const [text, day] of [
      ["May 1 2024", "2024-05-01"],
      ["may 1st, 2024", "2024-05-01"],
      ["1 May 2024", "2024-05-01"],
      ["1st of Sept. 2024", "2024-09-01"],
      ["29 Feb 2024", "2024-02-29"],
      ["30 Feb 2024", null],
      ["May 2024", null],
      ["May 1", null],
      ["mayor 1 2024", null],
      ["1 May 20245", null],
    ]
  ) assert.equal(namedDay(String(text), 0)?.day ?? null, day, String(text));
});
