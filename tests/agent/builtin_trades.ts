/** Three more databases, as people keep them: a library, invoices, sensors. Names of several countries, dates, money. */

export const LIBRARY = `
  CREATE TABLE authors(id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT, born INTEGER);
  CREATE TABLE books(id INTEGER PRIMARY KEY, title TEXT NOT NULL, author_id INTEGER NOT NULL REFERENCES authors(id),
    genre TEXT NOT NULL, published INTEGER, pages INTEGER, price REAL NOT NULL, available BOOLEAN NOT NULL DEFAULT 1);
  CREATE TABLE members(id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, city TEXT, joined_on TEXT NOT NULL);
  CREATE TABLE loans(id INTEGER PRIMARY KEY, book_id INTEGER NOT NULL REFERENCES books(id), member_id INTEGER NOT NULL
    REFERENCES members(id), loaned_on TEXT NOT NULL, due_on TEXT NOT NULL, returned_on TEXT);
  INSERT INTO authors VALUES (1, 'Günter Grass', 'Germany', 1927), (2, 'Ursula Le Guin', 'USA', 1929),
    (3, 'Jürgen Groß', 'Germany', 1960), (4, 'Chinua Achebe', 'Nigeria', 1930), (5, 'Nobody Yet', NULL, NULL);
  INSERT INTO books VALUES (1, 'Die Blechtrommel', 1, 'Novel', 1959, 779, 19.9, 1),
    (2, 'The Dispossessed', 2, 'Science Fiction', 1974, 341, 12.5, 0), (3, 'A Wizard of Earthsea', 2, 'Fantasy', 1968, 205,
    9.99, 1), (4, 'Things Fall Apart', 4, 'Novel', 1958, 209, 11, 1), (5, 'Straßen im Süden', 3, 'Travel', 2011, 180, 24.5,
    0), (6, 'Katz und Maus', 1, 'Novel', 1961, NULL, 8, 1);
  INSERT INTO members VALUES (1, 'Jörg Müller', 'joerg@example.org', 'Köln', '2022-03-01'),
    (2, 'Anna Schmidt', NULL, 'Bonn', '2023-07-15'), (3, 'Seán O''Brien', 'sean@example.org', 'Dublin', '2024-01-10'),
    (4, 'Anna Weiß', '', 'Köln', '2024-05-05');
  INSERT INTO loans VALUES (1, 1, 1, '2024-04-01', '2024-04-29', NULL), (2, 2, 1, '2024-05-02', '2024-05-30', '2024-05-20'),
    (3, 2, 2, '2024-06-01', '2024-06-29', NULL), (4, 5, 3, '2024-06-03', '2024-07-01', NULL),
    (5, 3, 2, '2023-12-01', '2023-12-29', '2024-01-15');`;

export const INVOICES = `
  CREATE TABLE clients(id INTEGER PRIMARY KEY, company TEXT NOT NULL, contact_name TEXT, country TEXT NOT NULL DEFAULT
    'Germany', vip BOOLEAN NOT NULL DEFAULT 0);
  CREATE TABLE invoices(id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, client_id INTEGER NOT NULL REFERENCES
    clients(id), issued_on DATE NOT NULL, due_date DATE NOT NULL, amount NUMERIC NOT NULL, currency TEXT NOT NULL DEFAULT
    'EUR', status TEXT NOT NULL DEFAULT 'draft', memo TEXT);
  CREATE TABLE payments(id INTEGER PRIMARY KEY, invoice_id INTEGER NOT NULL REFERENCES invoices(id), paid_at TEXT NOT NULL,
    amount NUMERIC NOT NULL, method TEXT);
  CREATE TABLE staff(id INTEGER PRIMARY KEY, first_name TEXT NOT NULL, last_name TEXT NOT NULL);
  INSERT INTO clients VALUES (1, 'Müller & Söhne GmbH', 'Jörg Müller', 'Germany', 1), (2, 'Acme Corp', 'Wile Coyote', 'USA',
    0), (3, 'Bäckerei Groß', 'Heidi Groß', 'Austria', 0), (4, 'O''Neill Ltd', NULL, 'Ireland', 1);
  INSERT INTO invoices VALUES (1, 'INV-001', 1, '2024-01-10', '2024-02-10', 1200, 'EUR', 'paid', NULL),
    (2, 'INV-002', 1, '2024-03-01', '2024-04-01', 450.5, 'EUR', 'open', 'call first'),
    (3, 'INV-003', 2, '2024-03-20', '2024-04-20', 9999.99, 'USD', 'overdue', NULL),
    (4, 'INV-004', 3, '2024-05-15', '2024-06-15', 80, 'EUR', 'draft', ''),
    (5, 'INV-005', 4, '2023-11-11', '2023-12-11', 3000, 'EUR', 'paid', 'thanks');
  INSERT INTO payments VALUES (1, 1, '2024-02-01 10:00:00', 1200, 'transfer'), (2, 5, '2023-12-01 09:30:00', 3000, 'card'),
    (3, 2, '2024-03-15 12:00:00', 200, 'transfer');
  INSERT INTO staff VALUES (1, 'Ada', 'Miller'), (2, 'Miller', 'Jones');`;

export const SENSORS = `
  CREATE TABLE sites(code TEXT PRIMARY KEY, name TEXT NOT NULL, city TEXT);
  CREATE TABLE sensors(serial TEXT PRIMARY KEY, site_code TEXT NOT NULL REFERENCES sites(code), kind TEXT NOT NULL,
    is_active BOOLEAN NOT NULL DEFAULT 1, installed_at TEXT);
  CREATE TABLE measurements(id INTEGER PRIMARY KEY, sensor_serial TEXT NOT NULL REFERENCES sensors(serial), value REAL,
    unit TEXT, measured_at TEXT NOT NULL);
  INSERT INTO sites VALUES ('HQ', 'Head Office', 'Berlin'), ('W1', 'Warehouse North', 'Hamburg'),
    ('W2', 'Warehouse South', 'München');
  INSERT INTO sensors VALUES ('T-100', 'HQ', 'temperature', 1, '2020-01-01'), ('T-200', 'W1', 'temperature', 0, '2019-05-05'),
    ('H-100', 'HQ', 'humidity', 1, NULL), ('P-7', 'W2', 'pressure', 1, '2023-03-03');
  INSERT INTO measurements VALUES (1, 'T-100', 21.5, 'C', '2024-06-01 08:00'), (2, 'T-100', 23, 'C', '2024-06-01 09:00'),
    (3, 'T-200', -4, 'C', '2024-06-01 08:00'), (4, 'H-100', 55, '%', '2024-06-01 08:00'),
    (5, 'P-7', NULL, 'hPa', '2024-06-02 08:00'), (6, 'P-7', 1013, 'hPa', '2024-06-03 08:00');`;

export const HOTEL = `
  CREATE TABLE rooms(number INTEGER PRIMARY KEY, floor INTEGER NOT NULL, beds INTEGER NOT NULL, price_per_night REAL NOT
    NULL, has_balcony BOOLEAN NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT 'free');
  CREATE TABLE guests(id INTEGER PRIMARY KEY, first_name TEXT NOT NULL, last_name TEXT NOT NULL, phone TEXT, birthday DATE);
  CREATE TABLE bookings(id INTEGER PRIMARY KEY, room_number INTEGER NOT NULL REFERENCES rooms(number), guest_id INTEGER NOT
    NULL REFERENCES guests(id), arrival DATE NOT NULL, departure DATE NOT NULL, paid BOOLEAN NOT NULL DEFAULT 0, notes TEXT);
  INSERT INTO rooms VALUES (101, 1, 2, 89.5, 0, 'free'), (102, 1, 1, 59, 0, 'occupied'), (201, 2, 2, 120, 1, 'free'),
    (202, 2, 3, 150, 1, 'closed');
  INSERT INTO guests VALUES (1, 'Jürgen', 'Weiß', '+49 30 123', '1970-05-05'), (2, 'Mary', 'O''Hara', NULL, NULL),
    (3, 'Li', 'Wei', '', '1999-12-31');
  INSERT INTO bookings VALUES (1, 101, 1, '2024-07-01', '2024-07-05', 1, NULL), (2, 201, 2, '2024-07-03', '2024-07-10', 0,
    'late arrival'), (3, 102, 1, '2024-08-01', '2024-08-02', 0, '');`;
