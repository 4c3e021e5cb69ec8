/** One statement for the tokenizer is one statement for SQLite: checked against SQLite itself. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { argumentCount, oneStatement } from "@/db-service/sql/tokenizer.ts";

const ONE: [name: string, sql: string, kept?: string][] = [
  ["plain", "SELECT 1"],
  ["semicolon at the end", "SELECT 1;", "SELECT 1"],
  ["semicolon, space and comment at the end", "SELECT 1 ; \n-- bye", "SELECT 1 "],
  ["leading line comment", "-- hello; (\nSELECT 1"],
  ["leading block comment", "/* ; ' \" ` [ ( */ SELECT 1"],
  ["comment that ends at the end of the text", "SELECT 1 -- ;"],
  ["block comments do not nest", "SELECT /* /* */ 1"],
  ["empty comment", "SELECT /**/ 1"],
  ["semicolon in a string", "SELECT ';'"],
  ["doubled quote", "SELECT 'it''s; (fine'"],
  ["backslash is no escape", "SELECT '\\'"],
  ["double quotes", 'SELECT 1 AS "a;""b("'],
  ["backquotes", "SELECT 1 AS `a;``b(`"],
  ["brackets", "SELECT 1 AS [a;'b(]"],
  ["comment signs in a string", "SELECT '--', '/*'"],
  ["string over lines", "SELECT 'a\n;b'"],
  ["blob", "SELECT x'3B'"],
  ["minus minus one is a comment", "SELECT 1 --1\n"],
  ["carriage return does not end a comment", "SELECT 1 -- \r ; DELETE FROM t"],
  ["U+2028 does not end a comment", "SELECT 1 -- \u2028 ; DELETE FROM t"],
  ["form feed is white space", "SELECT\f1"],
  ["non-ASCII name", "SELECT 1 AS größe"],
  ["emoji name", "SELECT 1 AS 🙂"],
  ["dollar within a name", "SELECT 1 AS a$b"],
  ["odd spaces in a string", "SELECT '\u00a0\ufeff\u3000'"],
  ["arguments", "SELECT ?, ?2, ?"],
];

const NOT_ONE: [name: string, sql: string, reason: RegExp][] = [
  ["nothing", "", /no statement/],
  ["only comments", "-- x\n/* y */", /no statement/],
  ["only a semicolon", ";", /no statement/],
  ["two statements", "SELECT 1; DELETE FROM t", /one statement/],
  ["two semicolons", "SELECT 1;;", /one statement/],
  ["second after a comment", "SELECT 1; -- x\nDELETE FROM t", /one statement/],
  ["closing bracket first", "SELECT 1) ; DELETE FROM t; --", /one statement|closes nothing/],
  ["bracket that escapes the wrap", "SELECT 1) UNION SELECT * FROM (SELECT 2", /closes nothing/],
  ["open bracket", "SELECT (1", /never closed/],
  ["open string", "SELECT 'a", /never closed/],
  ["open double quote", 'SELECT "a', /never closed/],
  ["open backquote", "SELECT `a", /never closed/],
  ["open bracket name", "SELECT [a", /never closed/],
  ["open comment", "SELECT 1 /* x", /never closed/],
  ["comment that only looks closed", "SELECT 1 /*/", /never closed/],
  ["NUL", "SELECT 1\0; DELETE FROM t", /NUL/],
  ["NUL in a string", "SELECT '\0'", /NUL/],
  ["half a surrogate pair", "SELECT '\ud800'", /surrogate/],
  ["leading BOM", "\ufeffSELECT 1", /U\+FEFF/],
  ["leading no-break space", "\u00a0SELECT 1", /U\+00A0/],
  ["ideographic space", "SELECT\u30001", /U\+3000/],
  ["zero width space", "SELECT\u200b 1", /U\+200B/],
  ["vertical tab", "SELECT \v1", /control character/],
  ["backslash", "SELECT \\ 1", /not SQL/],
  ["a variable that swallows a quote", "SELECT $a(') ; DELETE FROM t --')", /written as `\?`/],
  ["a variable with @", "SELECT @a", /written as `\?`/],
  ["a variable with :", "SELECT :a", /written as `\?`/],
  ["a register", "SELECT #1", /written as `\?`/],
  ["too long", `SELECT '${"x".repeat(20_000)}'`, /20000 characters/],
];

for (const [name, sql, kept = sql] of ONE) {
  Deno.test(`one statement: ${name}`, () => {
    const one = oneStatement(sql);
    assert(one.ok, one.ok ? "" : one.reason);
    assert.equal(one.sql, kept);
    // SQLite compiles it, in brackets too, where an unclosed quote or comment would swallow the end.
    using db = new DatabaseSync(":memory:");
    assert.equal(db.prepare(`SELECT 'end' AS e FROM (\n${one.sql}\n)`).columns()[0]?.name, "e");
  });
}

for (const [name, sql, reason] of NOT_ONE) {
  Deno.test(`not one statement: ${name}`, () => {
    const one = oneStatement(sql);
    assert(!one.ok, "it was taken for one statement");
    assert.match(one.reason, reason);
  });
}

Deno.test("a text that is one statement here never hides a second one from SQLite", () => {
  // Random texts of the signs that matter: SQLite must read to the end of whatever is called one statement.
  const parts = [
    "'",
    '"',
    "`",
    "[",
    "]",
    "(",
    ")",
    ";",
    "--",
    "/*",
    "*/",
    "\n",
    " ",
    "1",
    "a",
    "x'",
    "?",
    "\r",
    "-",
    "/",
    "*",
  ];
  let seed = 20_260_101;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed % below;
  };
  using db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE t (a)");
  let ones = 0, compiled = 0;
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: random(9) }, () => parts[random(parts.length)]).join("");
    const one = oneStatement(`SELECT 1 ${text}`);
    if (!one.ok) continue;
    ones++;
    // If SQLite stopped before our end, the marker would be outside of what it compiled, and there were no column 'm'.
    try {
      const columns = db.prepare(`SELECT 2 AS m FROM (\n${one.sql}\n) AS w`).columns();
      assert.deepEqual(columns.map(({ name }) => name), ["m"], one.sql);
      compiled++;
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      assert.match(
        String(error),
        /syntax error|no such column|unrecognized token|misuse|no such|near/,
        one.sql,
      );
      assert.doesNotMatch(String(error), /incomplete input/, `SQLite does not see the end of: ${one.sql}`);
    }
  }
  assert(ones > 1_000 && compiled > 200, `${ones} texts, ${compiled} compiled`);
});

Deno.test("arguments are counted as SQLite numbers them", () => {
  for (
    const [sql, count] of [["SELECT 1", 0], ["SELECT ?, ?", 2], ["SELECT ?3, ?", 4], [
      "SELECT ?2, ?1",
      2,
    ]] as const
  ) {
    const one = oneStatement(sql);
    assert(one.ok);
    assert.equal(argumentCount(one.tokens), count, sql);
  }
});
