/** Words that aren't what they look like are found; honest words of any language aren't. */
import assert from "node:assert/strict";
import { lookalikes, looksLike, type Wording } from "@/agent/lookalikes.ts";
import { visible } from "@/islands/lib/visible.ts";

const words = (text: string, wording?: Wording) => lookalikes(text, wording).map(({ word }) => word);

Deno.test("a word of two alphabets is found, with the letter and what it passes for", () => {
  const attacks: [text: string, note: string][] = [
    ["pаypal", "Cyrillic а looks like Latin a"],
    ["сustomers", "Cyrillic с looks like Latin c"],
    ["Αlice", "Greek Α looks like Latin A"],
    ["gοld", "Greek ο looks like Latin o"],
    ["օrders", "Armenian օ looks like Latin o"],
    ["ａdmin", "Fullwidth ａ looks like Latin a"],
    ["𝐚dmin", "Mathematical 𝐚 looks like Latin a"],
    ["𝟏0О", "Mathematical 𝟏 looks like the digit 1"],
    ["id_ЗA", "Cyrillic З looks like the digit 3"],
    ["Δx", "Greek Δ"],
  ];
  for (const [text, note] of attacks) {
    assert.deepEqual(
      lookalikes(`to ${text} now`).map((found) => [found.from, found.note]),
      [[3, note]],
      text,
    );
  }
  const [both] = lookalikes("pауpаl");
  assert.equal(both?.letters, "ау", "each letter once");
  assert.equal(both?.note, "Cyrillic а looks like Latin a, Cyrillic у looks like Latin y");
});

Deno.test("without a Latin letter the first alphabet is the word's own", () => {
  assert.deepEqual(lookalikes("Αа").map(({ letters }) => letters), ["а"]);
});

Deno.test("honest words stay plain, in names too", () => {
  const honest = "Ивана Пётр Ελλάδα Հայաստան 日本語 שלום Zoë naïve 5ª Nº m² x_1 customers２ 2２";
  for (const word of honest.split(" ").slice(0, -2)) {
    for (const wording of ["text", "name", "sql"] as const) assert.deepEqual(words(word, wording), [], word);
  }
  assert.deepEqual(words("сахар и ＡＢＣ и ＯＫ"), [], "as text, also those that could be read as Latin");
});

Deno.test("a name wholly of letters that pass for Latin ones is found, a literal or a comment like it isn't", () => {
  assert.deepEqual(words("сору", "name"), ["сору"]);
  assert.deepEqual(words("ＡＢＣ", "name"), ["ＡＢＣ"]);
  assert.deepEqual(words("а", "name"), ["а"], "an alias of one letter");
  assert.deepEqual(words("сору", "text"), []);
  assert.deepEqual(
    words(`UPDATE сору SET "тор" = 'сахар', [хо] = 'it''s сахар' -- сор\n/* рос */ WHERE "оса" = 1`, "sql"),
    ["сору", "хо", "оса"],
  );
  assert.deepEqual(words("SELECT 'сахар", "sql"), [], "a literal without its end");
  assert.deepEqual(words("SELECT 'pаypal' -- pаypal", "sql"), ["pаypal", "pаypal"], "mixed words everywhere");
});

Deno.test("what a letter passes for", () => {
  assert.equal(looksLike("а"), "a");
  assert.equal(looksLike("Ｚ"), "Z");
  assert.equal(looksLike("ж"), null);
  assert.equal(looksLike("a"), null);
});

Deno.test("on screen the word is marked and says which letter it is", () => {
  const [, mixed] = visible("to pаypal now");
  assert.deepEqual(mixed, {
    text: "pаypal",
    kind: "mixed",
    note: "Cyrillic а looks like Latin a",
    letters: "а",
    differs: false,
  });
  assert.deepEqual(visible("сору", "name").map(({ kind }) => kind), ["mixed"]);
  assert.deepEqual(visible("UPDATE сору", "code").map(({ kind }) => kind), ["plain", "mixed"]);
  assert.deepEqual(visible("сору").map(({ kind }) => kind), ["plain"]);
});
