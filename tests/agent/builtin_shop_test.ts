/** The built-in model on a shop: foreign keys in both directions, a view, a link table, dates and money. */
import assert from "node:assert/strict";
import { bench, SHOP } from "./builtin_fixtures.ts";

Deno.test("filters, order and limits on any table", () => {
  const b = bench(SHOP);
  const keys: [string, unknown[]][] = [
    ["show order items", [1, 1, 2, 2, 3, 4, 5]],
    ["show order_items", [1, 1, 2, 2, 3, 4, 5]],
    ["list products in Lighting", [1, 2]],
    ["products not in Lighting or Kitchen", [3, 4]],
    ["products that are neither Lighting nor Kitchen", [3, 4]],
    ["products over 50 price", [2, 3, 4]],
    ["products with price between 10 and 100", [1, 2]],
    ["products with a price of at least 100", [3, 4]],
    ["products with price 8.5", [5]],
    ["products where price is not more than 20", [1, 5]],
    ["products with stock 0", [2]],
    ["products with less than 10 in stock", [1, 2, 4]],
    ["products with stock 12 or more", [3, 5]],
    ["discontinued products", [4]],
    ["products that are not discontinued", [1, 2, 3, 5]],
    ["top 2 products by price", [4, 3]],
    ["product with the highest price", [4]],
    ["which products have the lowest stock", [2]],
    ["products sorted by category and price descending", [4, 3, 5, 2, 1]],
    ["products by price", [5, 1, 2, 3, 4]],
    ["orders over 100", [2, 4]],
    ["orders with total over 1,000", []],
    ["orders where total >= 100 and status = 'open'", [1]],
    ["orders that are not open", [2, 4, 5]],
    ["shipped orders over 100", [2]],
    ["orders before 2024", [4]],
    ["orders after 2024-02-10", [3, 5]],
    ["orders placed between 2024-02-10 and 2024-03-01", [2, 3]],
    ["orders since 2024-02-10 sorted by total descending", [2, 5, 3]],
    ["orders placed at 2024-02-10", [2]],
    ["newest orders first", [5, 3, 2, 1, 4]],
    ["latest order", [5]],
    ["orders without a note", [1, 3]],
    ["orders with a note", [2, 4, 5]],
    ["orders where note is null", [1, 3]],
    ['orders with note containing "100%"', [4]],
    ["orders whose note does not contain gift", [1, 3, 4, 5]],
    ["customers without phone", [2, 3]],
    ["customers whose phone is set", [1, 4]],
    ["customers where city is not Oslo", [2, 4]],
    ["customers called Bob O'Hara", [3]],
    ["open orders", [1, 3]],
  ];
  for (const [sentence, expected] of keys) assert.deepEqual(b.keys(sentence), expected, sentence);
  assert.match(b.said("products, cheapest first by luck"), /luck/);
  b.db.close();
});

Deno.test("foreign keys are followed both ways without doubling rows", () => {
  const b = bench(SHOP);
  const keys: [string, unknown[]][] = [
    ["orders of customer Alice Chen", [1, 2]],
    ["orders of customer 1", [1, 2]],
    ["Alice Chen's orders", [1, 2]],
    ["orders from Oslo", [1, 2, 4]],
    ["orders of customers in Oslo with total over 150", [2, 4]],
    ["order items of product Mug", [2, 3, 5]],
    ["customers with orders", [1, 2, 3]],
    ["customers without orders", [4]],
    ["customers with no orders", [4]],
    ["customers with more than 1 order", [1, 2]],
    ["customers with fewer than 2 orders", [3, 4]],
    ["customers with 0 orders", [4]],
    ["customers from Oslo with orders over 250", [3]],
  ];
  for (const [sentence, expected] of keys) assert.deepEqual(b.keys(sentence), expected, sentence);
  const rows: [string, unknown[][]][] = [
    ["how many orders does Alice Chen have", [[2]]],
    ["how many orders per customer", [["Alice Chen", 2], ["Bob O'Hara", 1], ["Bob Stone", 2]]],
    ["total per customer", [["Alice Chen", 280], ["Bob O'Hara", 300], ["Bob Stone", 34]]],
    ["sum of total of orders for each customer", [["Alice Chen", 280], ["Bob O'Hara", 300], [
      "Bob Stone",
      34,
    ]]],
    ["top 2 customers by total", [["Bob O'Hara", 300], ["Alice Chen", 280]]],
    ["top 1 customers by number of orders in Rome", [["Bob Stone", 2]]],
    ["quantity per product", [["Desk lamp", 1], ["Floor lamp", 1], ["Mug", 6], ["Office chair", 1], [
      "Table",
      1,
    ]]],
    ["customer name and total of orders over 150", [["Alice Chen", 180], ["Bob O'Hara", 300]]],
  ];
  for (const [sentence, expected] of rows) assert.deepEqual(b.rows(sentence), expected, sentence);
  assert.equal(b.rows("customers with their orders").length, 6);
  b.db.close();
});

Deno.test("numbers are calculated, for the rows and groups that were asked for", () => {
  const b = bench(SHOP);
  const rows: [string, unknown[][]][] = [
    ["how many products", [[5]]],
    ["how many open orders are there", [[2]]],
    ["average price of products", [[111.7]]],
    ["what is the average price of Lighting products", [[50]]],
    ["min and max price of products", [[8.5, 300]]],
    ["total stock of products", [[59]]],
    ["highest price", [[300]]],
    ["average price per category", [["Furniture", 225], ["Kitchen", 8.5], ["Lighting", 50]]],
    ["orders grouped by status", [["cancelled", 1], ["open", 2], ["shipped", 2]]],
    ["count orders by status sorted by count descending", [["open", 2], ["shipped", 2], ["cancelled", 1]]],
    ["how many different cities", [[2]]],
    ["distinct categories of products", [["Lighting"], ["Furniture"], ["Kitchen"]]],
    ["price of product 3", [[150]]],
    ["show name and price of products in Lighting", [["Desk lamp", 20], ["Floor lamp", 80]]],
  ];
  for (const [sentence, expected] of rows) {
    const sort = (list: unknown[][]) => sentence.includes("sorted by count") ? [...list].sort() : list;
    assert.deepEqual(sort(b.rows(sentence)), sort(expected), sentence);
  }
  b.db.close();
});

Deno.test("changes: calculated, several columns, references, quoted and free text", () => {
  const b = bench(SHOP);
  const price = (id: number) => `SELECT price FROM products WHERE id = ${id}`;
  const orders = "SELECT id FROM orders";
  const status = "SELECT id FROM orders WHERE status = 'shipped'";
  const last = (columns: string, table: string) => `SELECT ${columns} FROM ${table} ORDER BY id DESC LIMIT 1`;
  const cases: [string, string, unknown[][]][] = [
    ["set price to 20 for product 3", price(3), [[20]]],
    ["set price to 20 and stock to 7 for product 3", "SELECT price, stock FROM products WHERE id = 3", [[
      20,
      7,
    ]]],
    ["change the price of the Desk lamp to 25", price(1), [[25]]],
    ["increase the price of Lighting products by 10%", "SELECT price FROM products", [[22], [88], [150], [
      300,
    ], [8.5]]],
    ["increase the stock of product 3 by 5", "SELECT stock FROM products WHERE id = 3", [[17]]],
    ["reduce price of product 5 by 0.5", price(5), [[8]]],
    ["double the price of all products", price(4), [[600]]],
    ["mark order 1 as shipped", status, [[1], [2], [5]]],
    ["mark all open orders as shipped", status, [[1], [2], [3], [5]]],
    ["set the status of orders with total over 100 to shipped", status, [[2], [4], [5]]],
    ["change status from open to shipped for orders of Alice Chen", status, [[1], [2], [5]]],
    ['set status to "on hold" for order 1', "SELECT status FROM orders WHERE id = 1", [["on hold"]]],
    ["move order 1 to customer 2", "SELECT customer_id FROM orders WHERE id = 1", [[2]]],
    ["rename product Mug to Big Mug", "SELECT name FROM products WHERE id = 5", [["Big Mug"]]],
    ["rename product 5 to The cup of tea", "SELECT name FROM products WHERE id = 5", [["The cup of tea"]]],
    ["set the phone of Dora to 555-9", "SELECT phone FROM customers WHERE id = 4", [["555-9"]]],
    ["clear the phone of customer 1", "SELECT phone FROM customers WHERE id = 1", [[null]]],
    ["remove all orders under 10", orders, [[1], [2], [4], [5]]],
    ["delete from orders where total < 10", orders, [[1], [2], [4], [5]]],
    ["delete orders of customer Bob Stone", orders, [[1], [2], [4]]],
    ["delete all cancelled orders before 2024", orders, [[1], [2], [3], [5]]],
    ["delete customers without orders", "SELECT id FROM customers", [[1], [2], [3]]],
    ["delete discontinued products", "SELECT id FROM products", [[1], [2], [3], [5]]],
    [
      "insert into products: name Lamp, category Lighting, price 12.5",
      last("name, category, price", "products"),
      [["Lamp", "Lighting", 12.5]],
    ],
    [
      'add product "Lamp, small", Lighting, price 12.5, stock 3',
      last("name, category, price, stock", "products"),
      [["Lamp, small", "Lighting", 12.5, 3]],
    ],
    [
      "add a product called Spoon with category Kitchen and price 3",
      last("name, category, price", "products"),
      [["Spoon", "Kitchen", 3]],
    ],
    [
      "insert into products (name, category, price) values ('It''s', 'Kitchen', 2.5)",
      last("name, category, price", "products"),
      [["It's", "Kitchen", 2.5]],
    ],
    [
      "add order for customer Alice Chen, placed at 2024-05-05, total 20",
      last("customer_id, placed_at, total, status", "orders"),
      [[1, "2024-05-05", 20, "open"]],
    ],
    ["add order for customer Nobody Here, placed at 2024-05-05, total 20", "SELECT COUNT(*) FROM orders", [[
      5,
    ]]],
  ];
  for (const [sentence, check, expected] of cases) {
    assert.deepEqual(b.after(sentence, check), expected, sentence);
  }
  b.db.close();
});

Deno.test("what is open is asked, what is strange is said", () => {
  const b = bench(SHOP);
  const cases: [string, RegExp][] = [
    ["products under 20", /Which column.*price, stock/],
    ["orders by Bob", /Bob O'Hara or Bob Stone/],
    ["delete orders of Bob", /Bob O'Hara or Bob Stone/],
    ["delete the customers with more than 5 orders and purple hats", /purple hats/],
    ["delete orders of customers with purple hats", /purple hats/],
    ["increase price of all sofas by 10%", /sofas/],
    ["increase the price of Lighting products by a lot", /did not understand|don't know/],
    ["set total to 5", /Which orders/],
    ["update open_orders set total to 5 for all", /view/],
    ["clear the status of order 1 and the rest", /rest/],
    ["add product Lamp", /needs category, price/],
    ["add order for customer 2: total abc, placed_at 2024-05-05", /must be a number/],
    ["add product Lamp, Lighting, price 5, colour red", /colour red/],
    ["show orders and products", /products/],
    ["orders after 100", /after 100/],
    ["price products", /price/],
    ["show products blurp", /blurp/],
    ["show Fancy products", /Fancy/],
    ["delete products cheaper than the Mug", /cheaper|Mug/],
    ["truncate orders", /truncate/],
    ["sum of name of products", /holds text/],
  ];
  for (const [sentence, expected] of cases) assert.match(b.said(sentence), expected, sentence);
  assert.match(b.said("top 2 products by price", "delete them"), /can't change safely/);
  assert.deepEqual(b.rows("show products", "sort by price", "only Lighting", "how many"), [[2]]);
  assert.deepEqual(b.keys("show orders", "what about shipped ones?"), [2, 5]);
  b.db.close();
});
