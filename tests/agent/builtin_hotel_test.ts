/** The built-in model over a hotel: columns that say yes or no, numbers before what they count, rows without a name. */
import assert from "node:assert/strict";
import { surveyedBench } from "./builtin_fixtures.ts";
import { HOTEL } from "./builtin_trades.ts";

Deno.test("a hotel's questions find exactly the rows they speak of", () => {
  const b = surveyedBench(HOTEL);
  const keys: [string, unknown[]][] = [
    ["free rooms", [101, 201]],
    ["rooms with balcony", [201, 202]],
    ["rooms with a balcony", [201, 202]],
    ["rooms without a balcony", [101, 102]],
    ["rooms that have no balcony", [101, 102]],
    ["rooms that are free and have a balcony", [201]],
    ["rooms that are free or have a balcony", [101, 201, 202]],
    ["rooms with more than 1 bed and a balcony", [201, 202]],
    ["rooms with 2 beds", [101, 201]],
    ["free rooms with 2 beds or more", [101, 201]],
    ["rooms on floor 2", [201, 202]],
    ["cheapest free room", [101]],
    ["bookings that are not paid", [2, 3]],
    ["bookings with arrival after July 2, 2024", [2, 3]],
    ["bookings with arrival between July 1, 2024 and July 31, 2024", [1, 2]],
    ["guests in room 101", [1]],
    ["guests with last name Weiß", [1]],
    ["guests whose last name contains ei", [1, 3]],
    ["is room 101 free?", [101]],
  ];
  for (const [sentence, expected] of keys) assert.deepEqual(b.keys(sentence), expected, sentence);
  assert.deepEqual(
    b.rows("how many bookings per room"),
    [[101, 1], [102, 1], [201, 1]],
    "by number, not by state",
  );
  const said: [string, RegExp][] = [
    ["who is in room 101", /did not understand "who"/],
    ["guest Weiß", /first name or a last name/],
    ["rooms cheaper than 100", /floor, beds, price_per_night/],
    ["bookings between 2024-07-01 and 2024-07-31", /arrival, departure/],
  ];
  for (const [sentence, expected] of said) assert.match(b.said(sentence), expected, sentence);
  b.db.close();
});

Deno.test("a hotel's changes touch exactly the rows they speak of", () => {
  const b = surveyedBench(HOTEL);
  const paid = "SELECT id FROM bookings WHERE paid";
  const changes: [string, string, unknown[][]][] = [
    ["mark booking 2 as paid", paid, [[1], [2]]],
    ["set booking 1 to not paid", paid, []],
    ["mark all bookings as paid", paid, [[1], [2], [3]]],
    ["set room 102 to free", "SELECT number FROM rooms WHERE status = 'free'", [[101], [102], [201]]],
    ["move booking 2 to room 101", "SELECT room_number FROM bookings WHERE id = 2", [[101]]],
    ["set birthday of guest 2 to Dec 31 1999", "SELECT birthday FROM guests WHERE id = 2", [["1999-12-31"]]],
    ["set phone of guest 2 to +353 1 555", "SELECT phone FROM guests WHERE id = 2", [["+353 1 555"]]],
    ["delete guests without bookings", "SELECT id FROM guests", [[1], [2]]],
    ["delete bookings with arrival before July 2 2024", "SELECT id FROM bookings", [[2], [3]]],
    [
      "add booking: room 101, guest 2, arrival 2024-09-01, departure 2024-09-05",
      "SELECT arrival FROM bookings WHERE id = 4",
      [[
        "2024-09-01",
      ]],
    ],
    [
      "raise the price per night of rooms with a balcony by 10%",
      "SELECT price_per_night FROM rooms WHERE floor = 2",
      [
        [132],
        [165],
      ],
    ],
  ];
  for (const [sentence, check, expected] of changes) {
    assert.deepEqual(b.after(sentence, check), expected, sentence);
  }
  const said: [string, RegExp][] = [
    ["delete all unpaid bookings", /proposed nothing/],
    ["delete bookings before 2024-07-02", /arrival, departure/],
    ["change the phone of Mary to 555", /did not understand "Mary"/],
    ["set birthday of guest 2 to 31.12.1999", /no date/],
    ["please don't delete anything", /did not understand/],
    ["delete room", /Which rooms/],
  ];
  for (const [sentence, expected] of said) assert.match(b.said(sentence), expected, sentence);
  b.db.close();
});
