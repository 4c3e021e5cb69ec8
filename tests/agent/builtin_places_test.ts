/** Questions about a hospital, music, a house, staff and a school, as different people ask them: the SQL of each, or what is said. */
import assert from "node:assert/strict";
import { type Bench, SHOP, surveyedBench } from "./builtin_fixtures.ts";
import { HOSPITAL, HOUSE, MUSIC, SCHOOL, STAFF } from "./builtin_places.ts";
import { INVOICES, LIBRARY } from "./builtin_trades.ts";

/** What was said, the last after " || ", and the SQL that it means or why it is refused. */
type Case = [string, string | RegExp];

const CASES: [string, Case[]][] = [
  [HOSPITAL, [
    ["doctors on call", "SELECT * FROM doctors WHERE on_call = 1"],
    ["doctors on call in Surgery", "SELECT * FROM doctors WHERE on_call = 1 AND specialty = 'Surgery'"],
    ["patients from Berlin and insured", "SELECT * FROM patients WHERE city = 'Berlin' AND insured = 1"],
    ["full name, city of patients where insured", "SELECT full_name, city FROM patients WHERE insured = 1"],
    ["oldest patient", "SELECT * FROM patients ORDER BY birth_date NULLS LAST LIMIT 1"],
    ["the three most expensive visits", "SELECT * FROM visits ORDER BY fee DESC LIMIT 3"],
    ["last five visits", "SELECT * FROM visits ORDER BY visited_at DESC LIMIT 5"],
    ["prescriptions with no refills", "SELECT * FROM prescriptions WHERE refills = 0"],
    ["prescriptions with at least one refill", "SELECT * FROM prescriptions WHERE refills >= 1"],
    [
      "patients with at least two visits",
      "SELECT * FROM patients WHERE patient_id IN (SELECT patient_id FROM visits GROUP BY patient_id HAVING COUNT(*) >= 2)",
    ],
    [
      "doctors with more than 1 patient",
      "SELECT * FROM doctors WHERE id IN (SELECT visits.doctor_id FROM visits JOIN patients ON patients.patient_id = visits.patient_id GROUP BY visits.doctor_id HAVING COUNT(DISTINCT patients.patient_id) > 1)",
    ],
    [
      "patients with birth date between 1980 and 2000",
      "SELECT * FROM patients WHERE birth_date >= '1980-01-01' AND birth_date < '2001-01-01'",
    ],
    [
      "doctors named Anna and Peter",
      "SELECT * FROM doctors WHERE (full_name LIKE '%Anna%' OR full_name LIKE '%Peter%')",
    ],
    ["How many patients are there in total?", "SELECT COUNT(*) AS count FROM patients"],
    [
      "stays in wards with capacity over 15",
      "SELECT * FROM stays WHERE (building, ward_no) IN (SELECT building, ward_no FROM ward WHERE capacity > 15)",
    ],
    [
      "visits of patients from Berlin",
      "SELECT * FROM visits WHERE patient_id IN (SELECT patient_id FROM patients WHERE city = 'Berlin')",
    ],
    [
      "patients without prescriptions",
      "SELECT * FROM patients WHERE patient_id NOT IN (SELECT patient_id FROM visits WHERE id IN (SELECT visit_id FROM prescriptions) AND patient_id IS NOT NULL)",
    ],
    ["how many beds in building A", /"total bed" for the sum/],
    ["Karl Berger's visits", /full_name of doctors or a full_name of patients/],
    ["patients with no stays in building A", /can't combine "without stays"/],
    ["patients with done and planned visits", /Must they have both/],
    ["patients with only done visits", /did not understand "only"/],
    ["patients with 2 visits over 50", /can't tell which visits to count/],
    ["patients whose birth date is unknown", /"unknown" is no day/],
    ["drugs per visit", /only count or calculate for each group/],
    [
      "how many patients per doctor",
      "SELECT doctors.full_name, COUNT(DISTINCT patients.patient_id) AS count FROM patients LEFT JOIN visits ON visits.patient_id = patients.patient_id LEFT JOIN doctors ON doctors.id = visits.doctor_id GROUP BY doctors.id ORDER BY doctors.full_name",
    ],
    ["total weight kg of patients per doctor", /may count several times/],
    ["total fee of prescriptions", /visits may count several times/],
    ["ward A", /did not understand "A"/],
    ["latest stay", /By which date: admitted_on, discharged_on/],
    ["visits today", /"today"/],
  ]],
  [MUSIC, [
    [
      "Daft Punk's Electronic albums",
      "SELECT * FROM albums WHERE genre = 'Electronic' AND artistId IN (SELECT artistId FROM artists WHERE name = 'Daft Punk' COLLATE NOCASE)",
    ],
    ["explicit tracks", "SELECT * FROM tracks WHERE isExplicit = 1"],
    ["how many explicit tracks are there", "SELECT COUNT(*) AS count FROM tracks WHERE isExplicit = 1"],
    ["playlists that aren't public", "SELECT * FROM playlists WHERE isPublic IS NOT 1"],
    [
      "tracks without album",
      "SELECT * FROM tracks WHERE (albumId IS NULL OR albumId NOT IN (SELECT albumId FROM albums WHERE albumId IS NOT NULL))",
    ],
    [
      "tracks without an artist",
      "SELECT * FROM tracks WHERE (albumId IS NULL OR albumId NOT IN (SELECT albumId FROM albums WHERE artistId IN (SELECT artistId FROM artists) AND albumId IS NOT NULL))",
    ],
    [
      "playlists with more than 2 tracks",
      "SELECT * FROM playlists WHERE playlistId IN (SELECT playlistTracks.playlistId FROM playlistTracks JOIN tracks ON tracks.trackId = playlistTracks.trackId GROUP BY playlistTracks.playlistId HAVING COUNT(DISTINCT tracks.trackId) > 2)",
    ],
    [
      "artists with more than 2 tracks",
      "SELECT * FROM artists WHERE artistId IN (SELECT albums.artistId FROM albums JOIN tracks ON tracks.albumId = albums.albumId GROUP BY albums.artistId HAVING COUNT(*) > 2)",
    ],
    [
      "tracks of albums Homogenic and Wish",
      "SELECT * FROM tracks WHERE (albumId IN (SELECT albumId FROM albums WHERE title LIKE '%Homogenic%') OR albumId IN (SELECT albumId FROM albums WHERE title LIKE '%Wish%'))",
    ],
    [
      "users with a playlist called Focus",
      "SELECT * FROM users WHERE userId IN (SELECT ownerId FROM playlists WHERE name LIKE '%Focus%')",
    ],
    [
      "show user name and plan for users in Germany",
      `SELECT userName, "plan" FROM users WHERE country = 'Germany'`,
    ],
    [
      "tracks with their album titles",
      "SELECT tracks.title, albums.title FROM tracks LEFT JOIN albums ON albums.albumId = tracks.albumId",
    ],
    [
      "first album of The Cure",
      "SELECT * FROM albums WHERE artistId IN (SELECT artistId FROM artists WHERE name = 'The Cure' COLLATE NOCASE) ORDER BY releaseDate LIMIT 1",
    ],
    ["last 2 albums", "SELECT * FROM albums ORDER BY releaseDate DESC LIMIT 2"],
    [
      "total duration seconds per playlist",
      "SELECT playlists.name, SUM(tracks.durationSeconds) AS total_duration_Seconds FROM tracks LEFT JOIN playlistTracks ON playlistTracks.trackId = tracks.trackId LEFT JOIN playlists ON playlists.playlistId = playlistTracks.playlistId GROUP BY playlists.playlistId ORDER BY playlists.name",
    ],
    ["albums where title like 'D%'", "SELECT * FROM albums WHERE title LIKE 'D%'"],
    [
      "users with playlists from Germany",
      "SELECT * FROM users WHERE country = 'Germany' AND userId IN (SELECT ownerId FROM playlists)",
    ],
    ["oldest user", /By which column: age, signedUpAt/],
    ["newest artist", /By which column: formedYear/],
    ["albums between 1980 and 1995", /releaseDate, price/],
    ["how many albums did The Cure release", /Cure release/],
    ["total play count of Björk", /Is "Björk" a title of tracks.* or a name of artists/],
    ["playlists containing track Sinnerman", /did not understand "containing"/],
    ["playlists without explicit tracks", /can't combine "without tracks"/],
    ["users with no public playlists", /can't combine "without playlists"/],
  ]],
  [HOUSE, [
    [
      "devices with no Raum",
      `SELECT * FROM device WHERE (raum_id IS NULL OR raum_id NOT IN (SELECT id FROM "Räume" WHERE id IS NOT NULL))`,
    ],
    ["alerts with a device", "SELECT * FROM alerts WHERE device_id IN (SELECT id FROM device)"],
    ["reading with the lowest temperature", "SELECT * FROM reading ORDER BY temperature NULLS LAST LIMIT 1"],
    ["Räume with Geschoss -1", `SELECT * FROM "Räume" WHERE Geschoss = -1`],
    ["event log after 2024-05-01", "SELECT * FROM event_log WHERE at >= '2024-05-02'"],
    ["event log at 2024-05-01", "SELECT * FROM event_log WHERE at LIKE '2024-05-01%'"],
    [
      "orders from Bonn to Oslo",
      `SELECT * FROM "order" WHERE "from" = 'Bonn' AND "to" = 'Oslo' COLLATE NOCASE`,
    ],
    ["orders with limit over 60", `SELECT * FROM "order" WHERE "limit" > 60`],
    ["Räume im Geschoss 1", /did not understand "im"/],
    ["devices that are enabled", /did not understand "enabled"/],
    ["how many enabled devices", /did not understand "enabled"/],
    ["alerts about battery", /did not understand "battery"/],
    ['alerts containing "co2"', /In which column: severity, message/],
    ["devices since 2024-01-01", /installed at holds numbers/],
  ]],
  [STAFF, [
    ["US employees", "SELECT * FROM employee WHERE country = 'US'"],
    ["employees from OR", "SELECT * FROM employee WHERE country = 'OR'"],
    [
      "employees in HR or Sales from US",
      "SELECT * FROM employee WHERE dept IN ('HR', 'Sales') AND country = 'US'",
    ],
    [
      "employees on project P-1",
      "SELECT * FROM employee WHERE id IN (SELECT employee_id FROM assignment WHERE project_code IN (SELECT code FROM project WHERE code = 'P-1' COLLATE NOCASE))",
    ],
    ["projects P-1 and P-2", "SELECT * FROM project WHERE code COLLATE NOCASE IN ('P-1', 'P-2')"],
    ["first 3 employees sorted by pay desc", "SELECT * FROM employee ORDER BY pay DESC LIMIT 3"],
    [
      "employees with exactly 2 projects",
      "SELECT * FROM employee WHERE id IN (SELECT assignment.employee_id FROM assignment JOIN project ON project.code = assignment.project_code GROUP BY assignment.employee_id HAVING COUNT(DISTINCT project.code) = 2)",
    ],
    ["employees in IT", /"IT" is a value of dept of employee and of country/],
    ["employees in AT", /did not understand "AT"/],
    ["employees from us", /did not understand "us"/],
    ["EMPLOYEES IN IT", /did not understand "IT"/],
    ["employees with pay 4,000", /one number or two/],
    ["employees hired over 2020", /"2020" is no day/],
    ["employees not from US or not from DE", /"and" and "or"/],
    ["employees not other than Sales", /other than/],
    ["oldest employee", /By which column: hired/],
  ]],
  [LIBRARY, [
    [
      "Grass's available books",
      "SELECT * FROM books WHERE available = 1 AND author_id IN (SELECT id FROM authors WHERE name LIKE '%Grass%')",
    ],
    [
      "available novels with price under 15",
      "SELECT * FROM books WHERE available = 1 AND genre = 'Novel' AND price < 15",
    ],
    ["novels and available", "SELECT * FROM books WHERE genre = 'Novel' AND available = 1"],
    [
      "show books with their author's name",
      "SELECT books.title, authors.name FROM books LEFT JOIN authors ON authors.id = books.author_id",
    ],
    [
      "books of Anna Schmidt",
      "SELECT * FROM books WHERE author_id IN (SELECT id FROM authors WHERE name = 'Anna Schmidt' COLLATE NOCASE)",
    ],
    ["how many pages does Die Blechtrommel have", /"total pages" for the sum/],
    ["books Ursula Le Guin wrote", /Ursula Le Guin wrote/],
    ["oldest book", /By which column: published/],
    ["loans of Anna Schmidt", /name of members or a title of books or a name of authors/],
  ]],
  [SHOP, [
    ["which products have stock", "SELECT * FROM products WHERE stock > 0"],
    [
      "customers with more than 2 products",
      "SELECT * FROM customers WHERE id IN (SELECT orders.customer_id FROM orders JOIN order_items ON order_items.order_id = orders.id JOIN products ON products.id = order_items.product_id GROUP BY orders.customer_id HAVING COUNT(DISTINCT products.id) > 2)",
    ],
    ["products in stock", /did not understand "stock"/],
    ["orders of Alice Chen yesterday", /Alice Chen yesterday/],
    ["average number of orders per customer", /did not understand "average"/],
    ["at most 2 orders", /most 2/],
  ]],
  [INVOICES, [
    [
      "top 2 clients by invoice amount",
      "SELECT clients.company, SUM(invoices.amount) AS total_amount FROM invoices LEFT JOIN clients ON clients.id = invoices.client_id GROUP BY clients.id ORDER BY total_amount DESC LIMIT 2",
    ],
    ["i would like the list of clients from germany", "SELECT * FROM clients WHERE country = 'Germany'"],
    ["invoices that aren't paid yet", /"yet"/],
    ["clients with no open invoices", /did not understand "no"/],
  ]],
  [SCHOOL, [
    [
      "total credits per teacher",
      "SELECT teachers.first_name, teachers.last_name, SUM(courses.credits) AS total_credits FROM courses LEFT JOIN teachers ON teachers.teacher_id = courses.teacher_id GROUP BY teachers.teacher_id ORDER BY teachers.first_name, teachers.last_name",
    ],
    [
      "courses of student Tom Hardy",
      "SELECT * FROM courses WHERE code IN (SELECT course_code FROM enrollments WHERE student_id IN (SELECT id FROM students WHERE name = 'Tom Hardy' COLLATE NOCASE))",
    ],
    [
      "students in course MA101",
      "SELECT * FROM students WHERE id IN (SELECT student_id FROM enrollments WHERE course_code IN (SELECT code FROM courses WHERE code = 'MA101' COLLATE NOCASE))",
    ],
    ["courses by Maria Lopez", /did not understand "Maria Lopez"/],
    ["how many courses does student Tom Hardy take", /Tom Hardy take/],
    ["total fees of Lisa Wong", /number of fees, or the total amount of fees/],
  ]],
];

Deno.test("a question means exactly this, or it is not understood", () => {
  for (const [sql, cases] of CASES) {
    const b = surveyedBench(sql);
    for (const [sentence, expected] of cases) check(b, sentence, expected);
    b.db.close();
  }
});

function check(b: Bench, sentence: string, expected: string | RegExp): void {
  const made = b.plan(sentence);
  if (typeof expected !== "string") {
    assert.equal(made.kind, "say", `${sentence} → ${"sql" in made ? made.sql : made.kind}`);
    assert.match(made.kind === "say" ? made.text : "", expected, sentence);
    return;
  }
  assert.equal(made.kind, "read", `${sentence} → ${"text" in made ? made.text : made.kind}`);
  assert.equal(made.kind === "read" && made.sql, expected, sentence);
  assert.doesNotThrow(() => b.db.prepare(expected).all(), sentence);
}

Deno.test("rows are found that have nothing, several through a link, or a day that is not known", () => {
  const music = surveyedBench(MUSIC);
  const keys: [string, unknown[]][] = [
    ["tracks without album", [8]],
    ["tracks with an album", [1, 2, 3, 4, 5, 6, 7]],
    ["playlists with more than 2 tracks", [2]],
    ["playlists with fewer than 2 tracks", [4]],
    ["playlists with exactly 2 tracks", [1, 3]],
    ["tracks in at least 2 playlists", [4]],
    ["artists with more than 2 tracks", [4]],
    ["tracks of albums Homogenic and Wish", [1, 2, 6]],
  ];
  for (const [sentence, expected] of keys) assert.deepEqual(music.keys(sentence), expected, sentence);
  music.db.close();
  const hospital = surveyedBench(HOSPITAL);
  assert.deepEqual(hospital.keys("oldest patient"), [1]);
  assert.deepEqual(hospital.keys("last 3 visits"), [6, 5, 2], "by their day, not by their number");
  hospital.db.close();
  const house = surveyedBench(HOUSE);
  assert.deepEqual(house.rows("reading with the lowest temperature")[0]?.[2], -2.5);
  assert.deepEqual(house.keys("alerts without device"), [5]);
  house.db.close();
});
