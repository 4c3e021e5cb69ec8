/** Changes and follow-ups on a hospital, music, staff and a school: what was said before is kept, nothing is guessed. */
import assert from "node:assert/strict";
import { type Bench, SAMPLE, SHOP, surveyedBench } from "./builtin_fixtures.ts";
import { HOSPITAL, MUSIC, SCHOOL, STAFF } from "./builtin_places.ts";
import { INVOICES, LIBRARY } from "./builtin_trades.ts";

/** What was said, the last after " || ", and the SQL that it means or why it is refused. */
type Case = [string, string | RegExp];

const CASES: [string, Case[]][] = [
  [HOSPITAL, [
    ["delete doctors on call", "DELETE FROM doctors WHERE on_call = 1"],
    [
      "delete prescriptions for Aspirin with no refills",
      "DELETE FROM prescriptions WHERE drug = 'Aspirin' AND refills = 0",
    ],
    ["make all patients insured", "UPDATE patients SET insured = 1"],
    ["assign visit 5 to doctor 3", "UPDATE visits SET doctor_id = 3 WHERE id = 5"],
    [
      "transfer doctor Ivo Rossi to Cardiology",
      "UPDATE doctors SET specialty = 'Cardiology' WHERE full_name = 'Ivo Rossi' COLLATE NOCASE",
    ],
    [
      "set capacity to 10 for ward in building A with ward no 1",
      "UPDATE ward SET capacity = 10 WHERE building = 'A' COLLATE NOCASE AND ward_no = 1",
    ],
    ["mark all visits except visit 5 as done", "UPDATE visits SET status = 'done' WHERE id IS NOT 5"],
    [
      "add visit for patient Karl Berger with doctor Mei Lin, visited at 2024-09-09 10:00, fee 75",
      "INSERT INTO visits (patient_id, doctor_id, visited_at, fee) SELECT patients.patient_id, doctors.id, '2024-09-09 10:00', 75 FROM patients, doctors WHERE patients.full_name = 'Karl Berger' COLLATE NOCASE AND doctors.full_name = 'Mei Lin' COLLATE NOCASE",
    ],
    [
      "patients from Berlin || delete the insured ones",
      "DELETE FROM patients WHERE city = 'Berlin' AND insured = 1",
    ],
    [
      "visits of doctor Mei Lin || mark the cancelled ones as done",
      "UPDATE visits SET status = 'done' WHERE status = 'cancelled' AND doctor_id IN (SELECT id FROM doctors WHERE full_name = 'Mei Lin' COLLATE NOCASE)",
    ],
    [
      "visits of doctor Mei Lin || and of doctor Anna Schmidt",
      "SELECT * FROM visits WHERE doctor_id IN (SELECT id FROM doctors WHERE full_name = 'Anna Schmidt' COLLATE NOCASE)",
    ],
    [
      "patients from Berlin || only insured ones",
      "SELECT * FROM patients WHERE city = 'Berlin' AND insured = 1",
    ],
    [
      "patients from Berlin || and their visits",
      "SELECT * FROM visits WHERE patient_id IN (SELECT patient_id FROM patients WHERE city = 'Berlin')",
    ],
    [
      "doctors in Surgery || and their visits || over 200",
      "SELECT * FROM visits WHERE fee > 200 AND doctor_id IN (SELECT id FROM doctors WHERE specialty = 'Surgery')",
    ],
    ["doctors || on call", "SELECT * FROM doctors WHERE on_call = 1"],
    ["add patient Max Muster and delete patient 3", /delete patient 3/],
    ["delete visit 6 and mark visit 5 as done", /proposed nothing/],
    ["delete visits older than 2024-02-01", /proposed nothing/],
    ["set hired on of doctor 3 to yesterday", /no date/],
    ["set salary of Anna Schmidt to ten thousand", /don't know what to set/],
    ["delete patients from Berlin, then show me the rest", /proposed nothing/],
    ["delete any visit", /Which visits/],
    ["delete the cancelled ones", /don't know which rows "ones" means/],
    ["show their visits", /don't know what that refers to/],
    ["doctors in Surgery || delete their visits", /proposed nothing/],
  ]],
  [MUSIC, [
    ["add track Jóga to playlist Party", /did not understand "Jóga to playlist Party"/],
    [
      "delete tracks without album",
      "DELETE FROM tracks WHERE (albumId IS NULL OR albumId NOT IN (SELECT albumId FROM albums WHERE albumId IS NOT NULL))",
    ],
    [
      "make playlist Focus not public",
      "UPDATE playlists SET isPublic = 0 WHERE name = 'Focus' COLLATE NOCASE",
    ],
    ["mark track Demo as explicit", "UPDATE tracks SET isExplicit = 1 WHERE title = 'Demo' COLLATE NOCASE"],
    [
      "move all free users to premium except user bob42",
      `UPDATE users SET "plan" = 'premium' WHERE "plan" = 'free' AND userName IS NOT 'bob42' COLLATE NOCASE`,
    ],
    [
      "rock albums || tracks of those",
      "SELECT * FROM tracks WHERE albumId IN (SELECT albumId FROM albums WHERE genre = 'Rock')",
    ],
    [
      "rock albums || what's the average price",
      "SELECT AVG(price) AS average_price FROM albums WHERE genre = 'Rock'",
    ],
    [
      "premium users || not from Germany",
      `SELECT * FROM users WHERE "plan" = 'premium' AND country IS NOT 'Germany'`,
    ],
    ["delete track 1 from playlist 1", /would delete tracks, not take them out of playlists/],
    ["remove track Jóga from playlist Focus", /not take them out of playlists/],
    ["last 2 albums || only Rock", /cut to its first rows/],
  ]],
  [STAFF, [
    ["mark P-1 as closed", "UPDATE project SET state = 'closed' WHERE code = 'P-1' COLLATE NOCASE"],
    [
      "delete projects which are closed or over 500",
      "DELETE FROM project WHERE (state = 'closed' OR budget > 500)",
    ],
    [
      "add assignment: employee Ann Lee, project P-3, hours 5",
      "INSERT INTO assignment (employee_id, project_code, hours) SELECT employee.id, 'P-3', 5 FROM employee WHERE employee.name = 'Ann Lee' COLLATE NOCASE",
    ],
    [
      "employees in Sales || their projects",
      "SELECT * FROM project WHERE code IN (SELECT project_code FROM assignment WHERE employee_id IN (SELECT id FROM employee WHERE dept = 'Sales'))",
    ],
    ["add Ann Lee to project P-3", /proposed nothing/],
    ["remove Ann Lee from project P-1", /can't tell what of project/],
    ["delete employees in AT", /did not understand "AT"/],
    ["top 2 employees by pay || their projects", /cut to its first rows/],
  ]],
  [LIBRARY, [
    [
      "add book titled Der Butt for author Günter Grass with genre Novel and price 15",
      "INSERT INTO books (title, author_id, genre, price) SELECT 'Der Butt', authors.id, 'Novel', 15 FROM authors WHERE authors.name = 'Günter Grass' COLLATE NOCASE",
    ],
    [
      "delete member Anna Schmidt's loans",
      "DELETE FROM loans WHERE member_id IN (SELECT id FROM members WHERE name = 'Anna Schmidt' COLLATE NOCASE)",
    ],
    ["delete members without email and loans", /proposed nothing/],
    ["set price of novels of Günter Grass to 10", /title of books or a name of authors/],
  ]],
  [SHOP, [
    ["mark products without stock as discontinued", "UPDATE products SET discontinued = 1 WHERE stock = 0"],
    [
      "delete all orders which are open and over 50",
      "DELETE FROM orders WHERE status = 'open' AND total > 50",
    ],
    ["delete products whose stock is 0", "DELETE FROM products WHERE stock = 0"],
    [
      "products in Lighting || make them discontinued",
      "UPDATE products SET discontinued = 1 WHERE category = 'Lighting'",
    ],
    ["customers || with orders", "SELECT * FROM customers WHERE id IN (SELECT customer_id FROM orders)"],
    [
      "customers in Oslo || and their orders over 100",
      "SELECT * FROM orders WHERE total > 100 AND customer_id IN (SELECT id FROM customers WHERE city = 'Oslo')",
    ],
    ["top 3 orders by total || how many are open", /cut to its first rows/],
    ["show orders of Alice Chen || mark all as shipped", /Only those orders, or of all/],
    ["show orders of Alice Chen || delete open", /Only those orders, or of all/],
    ["show orders of Alice Chen || and products", /"their products" or "show all products"/],
    ["average price of products || and stock", /beside a calculation/],
    [
      "show orders of Alice Chen || with their customers",
      "SELECT orders.*, customers.* FROM orders LEFT JOIN customers ON customers.id = orders.customer_id WHERE orders.customer_id IN (SELECT id FROM customers WHERE name = 'Alice Chen' COLLATE NOCASE)",
    ],
    [
      "show orders of Alice Chen || order by placed at",
      "SELECT * FROM orders WHERE customer_id IN (SELECT id FROM customers WHERE name = 'Alice Chen' COLLATE NOCASE) ORDER BY placed_at",
    ],
    [
      "average price of products || per category",
      "SELECT category, AVG(price) AS average_price FROM products GROUP BY category ORDER BY category",
    ],
    ["customers in Oslo || from Rome", "SELECT * FROM customers WHERE city = 'Rome'"],
    ["delete at most 2 orders", /proposed nothing/],
    ["rename product Mug to Big Mug today", /"today"/],
    ["set the note of order 1 to call back tomorrow", /"tomorrow"/],
  ]],
  [SAMPLE, [
    ["customers in East || Gold", "SELECT * FROM customers WHERE region = 'East' AND tier = 'Gold'"],
    ["customers in East || upgrade West to Gold", "UPDATE customers SET tier = 'Gold' WHERE region = 'West'"],
    [
      "customers in East || email of Alice Chen",
      "SELECT email FROM customers WHERE name = 'Alice Chen' COLLATE NOCASE",
    ],
    [
      "customers in East || upgrade the Silver ones to Gold",
      "UPDATE customers SET tier = 'Gold' WHERE region = 'East' AND tier = 'Silver'",
    ],
    ["customers in East or with tier Gold || what about West", /one or the other/],
  ]],
  [INVOICES, [
    ["delete everything about Acme Corp", /did not understand "about"/],
    [
      "mark invoices INV-002 and INV-004 as paid",
      "UPDATE invoices SET status = 'paid' WHERE number COLLATE NOCASE IN ('INV-002', 'INV-004')",
    ],
  ]],
  [SCHOOL, [
    [
      "set email of Max Roth to max@school.example",
      "UPDATE students SET email = 'max@school.example' WHERE name = 'Max Roth' COLLATE NOCASE",
    ],
    ["add student Nina Ray in grade 9", "INSERT INTO students (name, grade) VALUES ('Nina Ray', 9)"],
    [
      "add enrollment for student 1 in course MA201, enrolled at 2025-01-12",
      "INSERT INTO enrollments (student_id, course_code, enrolled_at) VALUES (1, 'MA201', '2025-01-12')",
    ],
    ["add student Nina Ray enrolled in grade 9", /Nina Ray enrolled/],
    ["students in grade 9 || who has no email", "SELECT * FROM students WHERE (email IS NULL OR email = '')"],
  ]],
];

Deno.test("a change and a sentence that goes on mean exactly this, or nothing is proposed", () => {
  for (const [sql, cases] of CASES) {
    const b = surveyedBench(sql);
    for (const [said, expected] of cases) check(b, said, expected);
    b.db.close();
  }
});

function check(b: Bench, said: string, expected: string | RegExp): void {
  const made = b.plan(...said.split(" || "));
  if (typeof expected !== "string") {
    assert.equal(made.kind, "say", `${said} → ${"sql" in made ? made.sql : made.kind}`);
    assert.match(made.kind === "say" ? made.text : "", expected, said);
    return;
  }
  assert.equal("sql" in made && made.sql, expected, `${said} → ${"text" in made ? made.text : made.kind}`);
  assert.doesNotThrow(() => b.db.prepare(expected), said);
}
