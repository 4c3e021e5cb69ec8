/** Letters behind escapes, and letters that look like others. Pure. */

const ENTITIES: Record<string, string> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
  nbsp: " ",
  lbrack: "[",
  lsqb: "[",
  rbrack: "]",
  rsqb: "]",
  vert: "|",
  verbar: "|",
  num: "#",
  colon: ":",
  sol: "/",
  shy: "\u00ad",
  zwnj: "\u200c",
  zwj: "\u200d",
};

/** Undoes HTML, URL and JavaScript escapes, also when they were applied twice. */
export function decodeEscapes(text: string): string {
  let decoded = text;
  for (let i = 0; i < 2 && /[&%\\]/.test(decoded); i++) {
    decoded = decoded
      .replace(/&#x([0-9a-f]{1,6});?/gi, (all, hex) => character(parseInt(hex, 16), all))
      .replace(/&#(\d{1,7});?/g, (all, n) => character(Number(n), all))
      .replace(/&([a-z]{2,7});/gi, (all, name) => ENTITIES[name.toLowerCase()] ?? all)
      .replace(/%([2-7][0-9a-f])/gi, (all, hex) => character(parseInt(hex, 16), all))
      .replace(/\\(?:u\{?|x)([0-9a-f]{2,6})\}?/gi, (all, hex) => character(parseInt(hex, 16), all));
  }
  return decoded;
}

function character(code: number, otherwise: string): string {
  return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
    ? String.fromCodePoint(code)
    : otherwise;
}

/** Letters that look Latin (after Unicode's confusables, UTS #39, as far as lower-case words need them). */
const LOOKALIKES = new Map(
  Object.entries({
    a: "аαɑ",
    b: "вьβ",
    c: "сϲ",
    d: "ԁɗ",
    e: "еεєҽ",
    g: "ɡցԍ",
    h: "һнհ",
    i: "іιɩӏ",
    j: "ј",
    k: "кκ",
    l: "ǀ",
    m: "м",
    n: "пηռո",
    o: "оοσօ",
    p: "рρ",
    q: "ԛ",
    r: "гꭇ",
    s: "ѕꜱ",
    t: "тτ",
    u: "υսи",
    v: "νѵ",
    w: "ԝωѡ",
    x: "хχ",
    y: "уγү",
    z: "ᴢ",
  }).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)),
);

/** Latin letters in another dress, which no alphabet uses in its words. */
const DRESSED = new Map(
  [..."ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ"].map((c, i) => [c, String.fromCharCode(97 + i)] as const),
);
const MIXED_WORD = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}]{2,}/gu;

/** Lower-case without accents; circled, squared and small-capital letters and lookalikes within Latin words as Latin. */
export function foldLetters(text: string): string {
  return text.toLowerCase()
    .replace(/[\u{1F150}-\u{1F169}\u{1F170}-\u{1F189}\u{1F1E6}-\u{1F1FF}]/gu, squared)
    .replace(/[ᴀ-ᴢꜰꜱꞯɢɪʀʙʜʟʏɴ]/gu, (c) => DRESSED.get(c) ?? c)
    .normalize("NFD").replace(/[\u0300-\u036f]+/g, "").normalize("NFC")
    .replaceAll("ı", "i")
    .replace(MIXED_WORD, (word) => isMixed(word) ? latin(word) : word);
}

/** Whether any word is written in several alphabets. */
export function hasMixedScript(text: string): boolean {
  return text.match(MIXED_WORD)?.some(isMixed) ?? false;
}

function isMixed(word: string): boolean {
  return /\p{Script=Latin}/u.test(word) && /[^\p{Script=Latin}]/u.test(word);
}

function latin(word: string): string {
  return Array.from(word, (c) => LOOKALIKES.get(c) ?? c).join("");
}

function squared(c: string): string {
  const code = c.codePointAt(0) ?? 0;
  const first = code >= 0x1f1e6 ? 0x1f1e6 : code >= 0x1f170 ? 0x1f170 : 0x1f150;
  return String.fromCharCode(97 + code - first);
}
