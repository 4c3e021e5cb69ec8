/** What stands in a row or comes from a model can't hide, reorder or imitate anything on screen. */
import assert from "node:assert/strict";
import { CUT, marksOf, windowOf } from "@/islands/lib/cut.ts";
import { difference, type TextKind, visible, visibleText } from "@/islands/lib/visible.ts";

/** The pieces in short: escapes in brackets, mixed words in stars, words from right to left in angles. */
function short(text: string, kind?: TextKind): string {
  return visible(text, kind).map((piece) => {
    const around = { plain: ["", ""], escape: ["[", "]"], mixed: ["*", "*"], rtl: ["<", ">"] }[piece.kind];
    return around.join(piece.text);
  }).join("");
}

Deno.test("ordinary text of any language is one plain piece", () => {
  for (
    const text of [
      "Alice Chen",
      "it's 100% <b>",
      "Zoë Müller",
      "Пётр Ильич",
      "Ελλάδα",
      "日本語",
      "naïve e\u0301",
      "a  b ",
      "😀",
    ]
  ) {
    assert.deepEqual(visible(text), [{ text, kind: "plain", note: "", differs: false }], text);
  }
  assert.deepEqual(visible(""), []);
});

Deno.test("every character that isn't drawn, and every space that isn't one, stands as its number", () => {
  const unseen = [
    0x00,
    0x07,
    0x0d,
    0x7f,
    0x85,
    0xa0,
    0xad,
    0x34f,
    0x61c,
    0x115f,
    0x1680,
    0x180e,
    0x2003,
    0x200b,
    0x200c,
    0x200d,
    0x200e,
    0x200f,
    0x2028,
    0x2029,
    0x202a,
    0x202e,
    0x202f,
    0x205f,
    0x2060,
    0x2066,
    0x2069,
    0x2800,
    0x3000,
    0x3164,
    0xd800,
    0xdfff,
    0xe000,
    0xfe0f,
    0xfeff,
    0xffa0,
    0xfff9,
    0xe0001,
    0xe0041,
    0xe007f,
    0xe0101,
    0x1d173,
  ];
  for (const code of unseen) {
    const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
    for (const kind of ["value", "sentence", "code", "lines"] as const) {
      assert.equal(
        short(`Gold${String.fromCodePoint(code)}er`, kind),
        `Gold[${name}]er`,
        `${name} in ${kind}`,
      );
    }
    assert.equal(visibleText(`a${String.fromCodePoint(code)}`), `a⟨${name}⟩`);
  }
});

Deno.test("lines are lines in SQL and in prose, and signs in a value", () => {
  assert.equal(short("a\n\tb"), "a[\\n][\\t]b");
  assert.equal(short("a\n\tb", "sentence"), "a[\\n][\\t]b");
  for (const kind of ["code", "lines", "prose"] as const) assert.equal(short("a\n\tb", kind), "a\n\tb");
});

Deno.test("prose may have the no-break spaces and emoji that people write, and nothing else unseen", () => {
  assert.equal(
    short("10\u00a0€ ⚠\ufe0f 👩\u200d💻 1\ufe0f\u20e3", "prose"),
    "10\u00a0€ ⚠\ufe0f 👩\u200d💻 1\ufe0f\u20e3",
  );
  assert.equal(short("a\u200db\u202ec", "prose"), "a[U+200D]b[U+202E]c");
});

Deno.test("letters of two alphabets in one word are marked, with which", () => {
  assert.equal(short("to p\u0430ypal now"), "to *p\u0430ypal* now");
  const [, mixed] = visible("to p\u0430ypal now");
  assert.equal(mixed?.note, "Cyrillic \u0430 looks like Latin a");
  assert.equal(short("\u0391lpha \u0391\u0430"), "*\u0391lpha* *\u0391\u0430*");
  assert.equal(short("Gold и Серебро", "prose"), "Gold и Серебро");
});

Deno.test("a word from right to left reorders nothing of ours around it", () => {
  assert.equal(short("UPDATE a SET b = 'א', c = 'ב'", "code"), "UPDATE a SET b = '<א>', c = '<ב>'");
  assert.equal(short("3 rows in שלום change", "sentence"), "3 rows in <שלום> change");
  assert.equal(short("שלום עולם"), "שלום עולם");
});

Deno.test("the difference is what is left without the common beginning and end", () => {
  const parts = (a: string, b: string) => {
    const [was, becomes] = difference(a, b);
    return [a.slice(was.from, was.to), b.slice(becomes.from, becomes.to)];
  };
  assert.deepEqual(parts("PAY 10", "PAY 10000000"), ["", "000000"]);
  assert.deepEqual(parts("Gold", "Gold\u200b"), ["", "\u200b"]);
  assert.deepEqual(parts("a😀b", "a😁b"), ["😀", "😁"]);
  assert.deepEqual(parts("aaa", "aa"), ["a", ""]);
  assert.deepEqual(parts("same", "same"), ["", ""]);
});

Deno.test("a difference is marked across a word of two alphabets, and within an escape", () => {
  assert.deepEqual(
    visible("p\u0430y\u200b", "value", { from: 1, to: 4 }).map((
      { text, kind, differs },
    ) => [text, kind, differs]),
    [["p", "mixed", false], ["\u0430y", "mixed", true], ["U+200B", "escape", true]],
  );
});

Deno.test("a long text is cut around what differs, and says how much more does", () => {
  const lead = "Transfer for the customer, as agreed in the last meeting of the board: ";
  const [before, after] = [`${lead}PAY 10`, `${lead}PAY 10000000`];
  const [was, becomes] = marksOf(before, after);
  assert.ok(was && becomes);
  const cut = (text: string, { from, to }: { from: number; to: number }) => text.slice(from, to);
  assert.match(cut(before, windowOf(before, was)), /PAY 10$/);
  assert.match(cut(after, windowOf(after, becomes)), /PAY 10000000$/);

  const far = `X${lead.repeat(9)}Y`;
  const [, wide] = marksOf(`A${lead.repeat(9)}B`, far);
  const window = windowOf(far, wide);
  assert.equal(window.from, 0);
  assert.equal(window.hidden, far.length - window.to);
  assert.ok(window.to - window.from <= CUT + 12);

  assert.deepEqual(windowOf("short", undefined), { from: 0, to: 5, hidden: 0 });
  for (let i = 0; i < 120; i++) {
    const text = "😀".repeat(100);
    const { from, to } = windowOf(text, { from: i, to: i + 1 });
    assert.ok(text.slice(from, to).isWellFormed(), `cut at ${i}`);
    assert.ok(from <= i && to >= i + 1);
  }
});

Deno.test("what could be overlooked is marked, what can't be isn't", () => {
  assert.deepEqual(marksOf("Silver", "Gold"), [undefined, undefined]);
  assert.deepEqual(marksOf("Gold", "Gold "), [{ from: 4, to: 4 }, { from: 4, to: 5 }]);
  assert.deepEqual(marksOf("PAY 10", "PAY 100")[1], { from: 6, to: 7 });
});
