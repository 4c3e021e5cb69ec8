import assert from "node:assert/strict";
import { quotedWords, termsOf, worthMarking } from "@/islands/lib/terms.ts";

Deno.test("the texts that a query filters by are looked for, and nothing else", () => {
  const cases: [string, string[], string[]][] = [
    ["SELECT * FROM t WHERE a LIKE '%Chen%' OR b like 'o''b_x'", ["chen", "o'b", "x"], []],
    ["SELECT * FROM t WHERE instr(lower(a), 'gold') > 0 AND b GLOB '*y'", ["gold", "y"], []],
    ["SELECT * FROM t WHERE lower(a) LIKE lower('%Kim%')", ["kim"], []],
    ["SELECT * FROM t WHERE a LIKE '%' || 'Kim' || '%'", ["kim"], []],
    ["SELECT * FROM t WHERE a = 'Kim' COLLATE NOCASE", [], ["kim"]],
    ["SELECT * FROM t WHERE lower(a) = lower('KIM') AND b == 'x'", [], ["kim", "x"]],
    ["SELECT * FROM t WHERE a IN ('Kim', 'Lee') AND b IS 'z'", [], ["kim", "lee", "z"]],
    ["SELECT * FROM a JOIN b ON b.kind = 'main' WHERE a.x LIKE 'q%'", ["q"], ["main"]],
    ["SELECT * FROM t WHERE a LIKE '%' AND b = 'like'", [], ["like"]],
    // What is left out is not looked for.
    ["SELECT * FROM t WHERE a NOT LIKE '%Kim%' AND b <> 'x' AND c != 'y' AND d IS NOT 'z'", [], []],
    ["SELECT * FROM t WHERE a NOT IN ('Kim', 'Lee') AND b >= '2024-01-01' AND c <= 'm'", [], []],
    // Nor is what is only shown, said in a comment, or a name.
    ["SELECT 'Kim' AS x, CASE WHEN b = 'y' THEN 1 END FROM t", [], []],
    [`SELECT * FROM t /* WHERE a = 'no' */ WHERE "b = 'no'" > 1 -- a = 'no'`, [], []],
    ["SELECT * FROM t WHERE a = 'WHERE b = ''no'''", [], ["where b = 'no'"]],
    ["SELECT date(d, 'start of month') FROM t WHERE strftime('%Y', d) = '2024'", [], ["2024"]],
  ];
  for (const [sql, parts, wholes] of cases) assert.deepEqual(termsOf(sql), { parts, wholes }, sql);
});

Deno.test("words in quotes are looked for; apostrophes quote nothing", () => {
  const cases: [string, string[]][] = [
    ['find customers called "Kim"', ["kim"]],
    ["find 'Desk Lamp' and “Mug” and „Straße“ and «été»", ["desk lamp", "mug", "straße", "été"]],
    ["what's Bob O'Brien's email, it isn't there", []],
    ["the boys' and girls' names", []],
    ['an "a" is too short to mean something', []],
    ["Show me all customers", []],
  ];
  for (const [text, words] of cases) assert.deepEqual(quotedWords(text), words, text);
});

Deno.test("what every row has as a whole value is no find", () => {
  const rows = [[1, "Alice Chen", "East"], [2, "Dave Kim", "East"]];
  const of = (parts: string[], wholes: string[], quoted: string[] = []) =>
    worthMarking({ parts, wholes }, quoted, rows);
  assert.deepEqual(of([], ["east"]), []);
  assert.deepEqual(of([], [], ["east"]), []);
  assert.deepEqual(of([], ["alice chen", "dave kim"]), ["alice chen", "dave kim"], "which of them it is");
  assert.deepEqual(of(["kim"], ["east"], ["kim"]), ["kim"]);
  assert.deepEqual(of(["east"], []), ["east"], "a part was looked for, whatever was found");
});
