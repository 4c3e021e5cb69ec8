/** Five more databases: keys of several columns, links, camel case, keywords, codes of countries, empty references. */

export const HOSPITAL = `
  CREATE TABLE ward(building TEXT NOT NULL, ward_no INTEGER NOT NULL, specialty TEXT NOT NULL, capacity INTEGER NOT NULL,
    head_nurse TEXT, PRIMARY KEY(building, ward_no));
  CREATE TABLE doctors(id INTEGER PRIMARY KEY, full_name TEXT NOT NULL, specialty TEXT NOT NULL, salary NUMERIC, hired_on
    TEXT NOT NULL, on_call BOOLEAN NOT NULL DEFAULT 0);
  CREATE TABLE patients(patient_id INTEGER PRIMARY KEY, full_name TEXT NOT NULL, birth_date DATE, blood_type TEXT, city TEXT,
    insured BOOLEAN NOT NULL DEFAULT 1, weight_kg REAL);
  CREATE TABLE stays(patient_id INTEGER NOT NULL REFERENCES patients(patient_id), admitted_on DATE NOT NULL, discharged_on
    DATE, building TEXT NOT NULL, ward_no INTEGER NOT NULL, bed INTEGER, PRIMARY KEY(patient_id, admitted_on),
    FOREIGN KEY(building, ward_no) REFERENCES ward(building, ward_no));
  CREATE TABLE visits(id INTEGER PRIMARY KEY, patient_id INTEGER NOT NULL REFERENCES patients(patient_id), doctor_id INTEGER
    NOT NULL REFERENCES doctors(id), visited_at TEXT NOT NULL, fee NUMERIC NOT NULL, status TEXT NOT NULL DEFAULT 'planned',
    diagnosis TEXT);
  CREATE TABLE prescriptions(visit_id INTEGER NOT NULL REFERENCES visits(id), line_no INTEGER NOT NULL, drug TEXT NOT NULL,
    dose_mg REAL NOT NULL, refills INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(visit_id, line_no));
  INSERT INTO ward VALUES ('A', 1, 'Cardiology', 20, 'Ruth Adler'), ('A', 2, 'Surgery', 12, NULL), ('B', 1, 'Pediatrics', 30,
    'Tom Okafor');
  INSERT INTO doctors VALUES (1, 'Anna Schmidt', 'Cardiology', 9000, '2015-04-01', 1), (2, 'Peter Novak', 'Surgery', 11000,
    '2010-09-15', 0), (3, 'Mei Lin', 'Pediatrics', 8000, '2021-01-10', 1), (4, 'Ivo Rossi', 'Surgery', NULL, '2023-06-01', 0);
  INSERT INTO patients VALUES (1, 'Karl Berger', '1950-02-03', 'A+', 'Berlin', 1, 82.5), (2, 'Lena Hoffmann', '1988-11-30',
    '0-', 'Hamburg', 1, 61), (3, 'Omar Said', '2015-07-07', 'B+', 'Berlin', 0, 35.2), (4, 'June Park', NULL, NULL, 'Munich', 1,
    NULL), (5, 'Anna Berger', '1999-01-01', 'A+', NULL, 0, 58);
  INSERT INTO stays VALUES (1, '2024-01-05', '2024-01-12', 'A', 1, 3), (1, '2024-06-01', NULL, 'A', 1, 4), (2, '2024-03-03',
    '2024-03-10', 'A', 2, 1), (3, '2024-05-20', NULL, 'B', 1, 7);
  INSERT INTO visits VALUES (1, 1, 1, '2024-01-04 09:00', 120, 'done', 'arrhythmia'), (2, 1, 1, '2024-05-30 10:30', 80, 'done',
    NULL), (3, 2, 2, '2024-03-02 14:00', 300, 'done', 'appendicitis'), (4, 3, 3, '2024-05-19 08:15', 60, 'done', 'flu'), (5, 4,
    2, '2024-08-01 11:00', 150, 'planned', NULL), (6, 5, 3, '2024-08-02 12:00', 60, 'cancelled', '');
  INSERT INTO prescriptions VALUES (1, 1, 'Aspirin', 100, 2), (1, 2, 'Bisoprolol', 2.5, 5), (2, 1, 'Aspirin', 100, 0), (3, 1,
    'Ibuprofen', 400, 1), (4, 1, 'Paracetamol', 250, 0);`;

export const MUSIC = `
  CREATE TABLE artists(artistId INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT, formedYear INTEGER);
  CREATE TABLE albums(albumId INTEGER PRIMARY KEY, title TEXT NOT NULL, artistId INTEGER NOT NULL REFERENCES artists,
    releaseDate TEXT NOT NULL, genre TEXT NOT NULL, price REAL NOT NULL);
  CREATE TABLE tracks(trackId INTEGER PRIMARY KEY, title TEXT NOT NULL, albumId INTEGER REFERENCES albums(albumId) ON DELETE
    CASCADE, durationSeconds INTEGER NOT NULL, isExplicit INTEGER NOT NULL DEFAULT 0, playCount INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE users(userId INTEGER PRIMARY KEY, userName TEXT NOT NULL UNIQUE, email TEXT, plan TEXT NOT NULL DEFAULT 'free',
    country TEXT, signedUpAt TEXT NOT NULL, age INTEGER);
  CREATE TABLE playlists(playlistId INTEGER PRIMARY KEY, name TEXT NOT NULL, ownerId INTEGER NOT NULL REFERENCES users(userId),
    isPublic BOOLEAN NOT NULL DEFAULT 0, createdAt TEXT NOT NULL);
  CREATE TABLE playlistTracks(playlistId INTEGER NOT NULL REFERENCES playlists, trackId INTEGER NOT NULL REFERENCES tracks,
    position INTEGER NOT NULL, PRIMARY KEY(playlistId, trackId));
  CREATE TABLE follows(followerId INTEGER NOT NULL REFERENCES users(userId), followedId INTEGER NOT NULL REFERENCES
    users(userId), PRIMARY KEY(followerId, followedId));
  INSERT INTO artists VALUES (1, 'Björk', 'Iceland', 1977), (2, 'Daft Punk', 'France', 1993), (3, 'Nina Simone', 'USA', 1954),
    (4, 'The Cure', 'UK', 1976), (5, 'Nobody', NULL, NULL);
  INSERT INTO albums VALUES (1, 'Homogenic', 1, '1997-09-20', 'Electronic', 12.99), (2, 'Discovery', 2, '2001-03-12',
    'Electronic', 14.5), (3, 'Pastel Blues', 3, '1965-10-01', 'Jazz', 9.99), (4, 'Disintegration', 4, '1989-05-02', 'Rock',
    11), (5, 'Wish', 4, '1992-04-21', 'Rock', 8.5);
  INSERT INTO tracks VALUES (1, 'Jóga', 1, 305, 0, 900), (2, 'Bachelorette', 1, 312, 0, 700), (3, 'One More Time', 2, 320, 0,
    5000), (4, 'Sinnerman', 3, 622, 0, 2500), (5, 'Lovesong', 4, 208, 0, 3100), (6, 'Friday I''m in Love', 5, 215, 0, 4000),
    (7, 'Lullaby', 4, 249, 1, 1500), (8, 'Demo', NULL, 60, 1, 0);
  INSERT INTO users VALUES (1, 'anna', 'anna@mail.example', 'premium', 'Germany', '2023-01-15', 29), (2, 'bob42',
    'bob@mail.example', 'free', 'USA', '2023-06-30', 41), (3, 'chloe', NULL, 'premium', 'France', '2024-02-02', 35), (4, 'Dmitri',
    'dm@mail.example', 'free', NULL, '2024-03-03', NULL), (5, 'eva', '', 'family', 'Germany', '2022-12-31', 18);
  INSERT INTO playlists VALUES (1, 'Focus', 1, 1, '2024-01-01'), (2, 'Party', 2, 0, '2024-02-14'), (3, 'Rainy day', 1, 0,
    '2024-03-20'), (4, 'Empty one', 3, 1, '2024-04-04');
  INSERT INTO playlistTracks VALUES (1, 1, 1), (1, 4, 2), (2, 3, 1), (2, 6, 2), (2, 5, 3), (3, 7, 1), (3, 4, 2);
  INSERT INTO follows VALUES (1, 2), (2, 1), (3, 1), (5, 1);`;

export const HOUSE = `
  CREATE TABLE "Räume"(id INTEGER PRIMARY KEY, "Name" TEXT NOT NULL, "Fläche" REAL, "Geschoss" INTEGER NOT NULL);
  CREATE TABLE device(id INTEGER PRIMARY KEY, name TEXT NOT NULL, "group" TEXT NOT NULL DEFAULT 'indoor', raum_id INTEGER
    REFERENCES "Räume"(id), enabled INTEGER NOT NULL DEFAULT 1, installed_at INTEGER, battery REAL, firmware TEXT);
  CREATE TABLE reading(device_id INTEGER NOT NULL REFERENCES device(id), ts INTEGER NOT NULL, temperature REAL, humidity REAL,
    co2_ppm INTEGER, is_valid INTEGER NOT NULL DEFAULT 1, PRIMARY KEY(device_id, ts)) WITHOUT ROWID;
  CREATE TABLE "order"("no" INTEGER PRIMARY KEY, "from" TEXT NOT NULL, "to" TEXT NOT NULL, "date" TEXT NOT NULL, "limit"
    REAL, "select" INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE alerts(id INTEGER PRIMARY KEY, device_id INTEGER REFERENCES device(id), severity TEXT NOT NULL DEFAULT 'low',
    message TEXT NOT NULL, raised_at TEXT NOT NULL, closed_at TEXT, acknowledged INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE event_log(at TEXT, "user" TEXT, kind TEXT, detail TEXT);
  INSERT INTO "Räume" VALUES (1, 'Küche', 14.5, 0), (2, 'Schlafzimmer', 18, 1), (3, 'Büro', 11.25, 1), (4, 'Keller', NULL, -1);
  INSERT INTO device VALUES (1, 'Thermo One', 'indoor', 1, 1, 1700000000, 3.1, '1.2.0'), (2, 'Thermo Two', 'indoor', 2, 1,
    1705000000, 2.4, '1.3.1'), (3, 'Gate', 'outdoor', NULL, 0, NULL, NULL, '0.9'), (4, 'Air Box', 'indoor', 3, 1, 1710000000, 2.9,
    '1.3.1');
  INSERT INTO reading VALUES (1, 1714550400, 21.5, 40, 600, 1), (1, 1714554000, 22, 41.5, 650, 1), (2, 1714550400, 18.25, 55,
    NULL, 1), (3, 1714550400, -2.5, 80, NULL, 0), (4, 1714557600, 24, 38, 1200, 1), (4, 1714561200, NULL, NULL, 1350, 0);
  INSERT INTO "order" VALUES (1, 'Bonn', 'Rome', '2024-01-02', 50, 1), (2, 'Oslo', 'Bonn', '2024-02-03', 75.5, 0), (3, 'Bonn',
    'Oslo', '2024-03-04', NULL, 3);
  INSERT INTO alerts VALUES (1, 1, 'low', 'battery low', '2024-05-01 08:00', '2024-05-01 09:00', 1), (2, 4, 'high', 'co2 high',
    '2024-05-02 10:00', NULL, 0), (3, 4, 'high', 'sensor offline', '2024-05-03 12:00', NULL, 1), (4, 3, 'medium', 'gate open',
    '2024-05-04 22:00', '2024-05-04 23:00', 0), (5, NULL, 'low', 'power cut', '2023-12-31 23:59', NULL, 0);
  INSERT INTO event_log VALUES ('2024-05-01 08:00', 'root', 'login', 'ok'), ('2024-05-01 08:05', 'root', 'error', 'disk full'),
    ('2024-05-02 09:00', 'eva', 'login', 'ok'), ('2024-05-02 09:30', 'eva', 'login', 'wrong password');`;
export const STAFF = `
  CREATE TABLE employee(id INTEGER PRIMARY KEY, name TEXT NOT NULL, dept TEXT NOT NULL, country TEXT, hired DATE, pay INTEGER NOT NULL,
    boss_id INTEGER REFERENCES employee(id));
  CREATE TABLE project(code TEXT PRIMARY KEY, title TEXT NOT NULL, budget REAL, state TEXT NOT NULL DEFAULT 'open', due DATE);
  CREATE TABLE assignment(employee_id INTEGER NOT NULL REFERENCES employee(id), project_code TEXT NOT NULL REFERENCES project(code), hours
    REAL NOT NULL DEFAULT 0, PRIMARY KEY(employee_id, project_code));
  INSERT INTO employee VALUES (1, 'Ann Lee', 'IT', 'US', '2019-01-01', 5000, NULL), (2, 'Bob Ray', 'HR', 'IT', '2020-02-02', 4000, 1),
    (3, 'Cem Kaya', 'IT', 'DE', '2021-03-03', 4500, 1), (4, 'Dee Fox', 'Sales', 'US', NULL, 3000, 2), (5, 'Eve Ng', 'Sales', 'OR', '2022-01-01', 3500, 2);
  INSERT INTO project VALUES ('P-1', 'Website', 1000, 'open', '2024-05-01'), ('P-2', 'App', 5000, 'closed', '2023-12-31'), ('P-3', 'Audit', NULL, 'open', NULL);
  INSERT INTO assignment VALUES (1, 'P-1', 10), (2, 'P-1', 5), (3, 'P-2', 40), (1, 'P-2', 8);`;
export const SCHOOL = `
  CREATE TABLE teachers(teacher_id INTEGER PRIMARY KEY, first_name TEXT NOT NULL, last_name TEXT NOT NULL, subject TEXT NOT NULL, hire_date DATE);
  CREATE TABLE students(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, grade INTEGER NOT NULL, gender TEXT, born DATE, email TEXT UNIQUE, is_active BOOLEAN NOT NULL DEFAULT 1);
  CREATE TABLE courses(code TEXT PRIMARY KEY, title TEXT NOT NULL, teacher_id INTEGER REFERENCES teachers(teacher_id), credits INTEGER NOT NULL, room TEXT, max_students INTEGER);
  CREATE TABLE enrollments(student_id INTEGER NOT NULL REFERENCES students(id) ON DELETE CASCADE, course_code TEXT NOT NULL REFERENCES courses(code), enrolled_at TEXT NOT NULL, score REAL, passed BOOLEAN, PRIMARY KEY(student_id, course_code));
  CREATE TABLE fees(id INTEGER PRIMARY KEY, student_id INTEGER NOT NULL REFERENCES students(id), amount NUMERIC NOT NULL, due_on DATE NOT NULL, paid_on DATE, kind TEXT NOT NULL DEFAULT 'tuition');
  INSERT INTO teachers VALUES (1, 'Maria', 'Lopez', 'Math', '2010-08-01'), (2, 'John', 'Smith', 'History', '2018-01-15'), (3, 'Aiko', 'Tanaka', 'Math', NULL);
  INSERT INTO students(name, grade, gender, born, email, is_active) VALUES ('Tom Hardy', 9, 'm', '2009-03-03', 'tom@school.example', 1), ('Lisa Wong', 10, 'f', '2008-05-21', 'lisa@school.example', 1), ('Ali Khan', 9, 'm', '2009-11-11', NULL, 0), ('Sara Ek', 11, 'f', NULL, 'sara@school.example', 1), ('Max Roth', 10, NULL, '2008-01-30', NULL, 1);
  INSERT INTO courses VALUES ('MA101', 'Algebra', 1, 5, 'R1', 30), ('MA201', 'Calculus', 3, 6, 'R1', 20), ('HI101', 'World History', 2, 4, 'R2', NULL), ('PE1', 'Sports', NULL, 2, NULL, 40);
  INSERT INTO enrollments VALUES (1, 'MA101', '2024-09-01', 78.5, 1), (1, 'HI101', '2024-09-02', 55, 0), (2, 'MA101', '2024-09-01', 91, 1), (2, 'MA201', '2025-01-10', NULL, NULL), (3, 'PE1', '2024-09-05', 70, 1), (4, 'MA201', '2025-01-11', 88, 1);
  INSERT INTO fees VALUES (1, 1, 500, '2024-10-01', '2024-09-28', 'tuition'), (2, 2, 500, '2024-10-01', NULL, 'tuition'), (3, 2, 40, '2024-11-01', NULL, 'books'), (4, 4, 500, '2024-10-01', '2024-10-05', 'tuition');`;
