/**
 * The Markdown that models write, read into a tree: headings, lists, tables, quotes, code, emphasis, links, and this
 * app's own `#12` and `[[customers:3]]`. No HTML: what looks like it is text. A general parser costs a third of the
 * page's JavaScript budget; this one covers what a conversation uses and leaves anything else as it was typed.
 */
export type Block =
  | { type: "heading"; level: number; inline: Inline[] }
  | { type: "paragraph"; inline: Inline[] }
  | { type: "code"; text: string }
  | { type: "quote"; blocks: Block[] }
  | { type: "list"; start: number | null; items: Block[][] }
  | { type: "table"; header: Inline[][]; rows: Inline[][][] }
  | { type: "rule" };

export type Inline =
  | string
  | { type: "strong" | "em" | "del"; inline: Inline[] }
  | { type: "code"; text: string }
  | { type: "link"; href: string; label: string; inline: Inline[] }
  | { type: "image"; alt: string }
  | { type: "break" }
  | { type: "action"; id: string }
  | { type: "row"; table: string; key: string };

/** Quotes and lists nest this deep; deeper ones are text, so that no input exhausts the stack. */
const MAX_DEPTH = 8;

/** Emphasis reaches this far at most (code twice as far), which bounds the search from each mark that is never closed. */
const MAX_EMPHASIS = 1_000;

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const RULE = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])([ \t]+|$)/;
const DELIMITERS = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

/** Reads a text. Never throws; unfinished constructs (a text still being written) read as far as they go. */
export function parse(text: string): Block[] {
  return parseBlocks(text.split("\n"), 0);
}

/** Source of each top-level block, so that one being written can be drawn anew alone. A loose list stays whole. */
export function splitBlocks(text: string): string[] {
  const blocks: string[] = [];
  let block = "";
  let fence = "";
  for (const line of text.split(/(?<=\n)/)) {
    const mark = FENCE.exec(line)?.[1];
    if (mark && !fence) fence = mark;
    else if (mark && closes(line, fence)) fence = "";
    if (!fence && line.trim() === "" && block) {
      blocks.push(block);
      block = "";
    } else if (fence || line.trim() !== "") {
      const last = block ? "" : blocks.at(-1) ?? "";
      if (ITEM.test(last) && (ITEM.test(line) || /^\s{2,}/.test(line))) block = `${blocks.pop()}\n`;
      block += line;
    }
  }
  if (block) blocks.push(block);
  return blocks;
}

function parseBlocks(lines: readonly string[], depth: number): Block[] {
  const blocks: Block[] = [];
  for (let i = 0; i < lines.length;) {
    const line = lines[i] ?? "";
    const fence = FENCE.exec(line)?.[1];
    const heading = HEADING.exec(line);
    if (line.trim() === "") {
      i++;
    } else if (fence) {
      const end = lines.findIndex((other, at) => at > i && closes(other, fence));
      const last = end < 0 ? lines.length : end;
      blocks.push({ type: "code", text: lines.slice(i + 1, last).join("\n") });
      i = last + 1;
    } else if (heading) {
      const text = (heading[2] ?? "").replace(/[ \t]+#+[ \t]*$/, "");
      blocks.push({ type: "heading", level: heading[1]?.length ?? 1, inline: parseInline(text) });
      i++;
    } else if (RULE.test(line)) {
      blocks.push({ type: "rule" });
      i++;
    } else if (QUOTE.test(line) && depth < MAX_DEPTH) {
      const end = next(lines, i, (other) => other.trim() === "");
      const inner = lines.slice(i, end).map((other) => other.replace(QUOTE, ""));
      blocks.push({ type: "quote", blocks: parseBlocks(inner, depth + 1) });
      i = end;
    } else if (ITEM.test(line) && depth < MAX_DEPTH) {
      const [list, end] = parseList(lines, i, depth);
      blocks.push(list);
      i = end;
    } else if (line.includes("|") && DELIMITERS.test(lines[i + 1] ?? "") && lines[i + 1]?.includes("-")) {
      const end = next(lines, i + 2, (other) => other.trim() === "" || !other.includes("|"));
      const rows = lines.slice(i + 2, end).map(cells);
      blocks.push({ type: "table", header: cells(line), rows });
      i = end;
    } else {
      const end = next(lines, i + 1, startsBlock);
      const text = lines.slice(i, end).map((other) => other.replace(/^[ \t]+/, "")).join("\n");
      blocks.push({ type: "paragraph", inline: parseInline(text.replace(/\s+$/, "")) });
      i = end;
    }
  }
  return blocks;
}

function parseList(lines: readonly string[], from: number, depth: number): [Block, number] {
  const isOrdered = /\d/.test(ITEM.exec(lines[from] ?? "")?.[2] ?? "");
  const start = isOrdered ? Number.parseInt(ITEM.exec(lines[from] ?? "")?.[2] ?? "1") : null;
  const items: Block[][] = [];
  let i = from;
  for (;;) {
    const line = lines[i] ?? "";
    const item = ITEM.exec(line);
    if (!item || RULE.test(line) || /\d/.test(item[2] ?? "") !== isOrdered) break;
    const indent = (item[3]?.length ?? 0) > 4 ? item[0].length - (item[3]?.length ?? 1) + 1 : item[0].length;
    const body = [line.slice(item[0].length)];
    for (i++; i < lines.length; i++) {
      const other = lines[i] ?? "";
      const isInner = /^\s*/.exec(other)?.[0].length ?? 0;
      if (other.trim() === "") {
        // A blank line belongs to the item when something of it follows.
        const after = lines.slice(i + 1).find((later) => later.trim() !== "");
        if (after === undefined || !/^ {2,}/.test(after)) break;
        body.push("");
      } else if (isInner >= Math.min(indent, 2) && isInner > 0) {
        body.push(other.slice(Math.min(indent, isInner)));
      } else if (startsBlock(other)) break;
      else body.push(other);
    }
    items.push(parseBlocks(body, depth + 1));
    const following = next(lines, i, (other) => other.trim() !== "");
    if (following > i && ITEM.test(lines[following] ?? "")) i = following;
  }
  return [{ type: "list", start, items }, i];
}

function startsBlock(line: string): boolean {
  return line.trim() === "" || FENCE.test(line) || HEADING.test(line) || RULE.test(line) ||
    QUOTE.test(line) ||
    ITEM.test(line);
}

/** Index of the first line from `from` on for which `stop` holds; the end without one. */
function next(lines: readonly string[], from: number, stop: (line: string) => boolean): number {
  let i = from;
  while (i < lines.length && !stop(lines[i] ?? "")) i++;
  return i;
}

function closes(line: string, fence: string): boolean {
  const text = line.trim();
  return text.startsWith(fence) && text === fence.charAt(0).repeat(text.length);
}

function cells(line: string): Inline[][] {
  const inner = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => parseInline(cell.trim().replaceAll("\\|", "|")));
}

const ENTITIES: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#39": "'",
  nbsp: "\u00a0",
};

/** What may start at a place, in order; the first that matches wins. Each is anchored there (`y`). */
const SPANS: [RegExp, (found: RegExpExecArray, depth: number) => Inline][] = [
  [/\\([!-/:-@[-`{-~])/y, ([, character = ""]) => character],
  [/(?: {2,}|\\)\n/y, () => ({ type: "break" })],
  [
    /(`+)(?!`)([\s\S]{0,1999}?[^`])\1(?!`)/y,
    ([, , text = ""]) => ({ type: "code", text: text.replace(/^ (.+) $/s, "$1") }),
  ],
  [/&(amp|lt|gt|quot|#39|nbsp);/y, ([, name = ""]) => ENTITIES[name] ?? ""],
  [/\[\[([^[\]:\n]+):([^[\]\n]+)\]\]/y, ([, table = "", key = ""]) => ({ type: "row", table, key })],
  [/!\[([^[\]]*)\]\([^()\s]*(?:\s[^()]*)?\)/y, ([, alt = ""]) => ({ type: "image", alt })],
  [
    /\[((?:[^[\]\\]|\\.|\[[^[\]]*\])*)\]\(\s*<?([^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)>?(?:\s[^()]*)?\)/y,
    ([, label = "", href = ""], depth) => ({
      type: "link",
      href,
      label,
      inline: parseInline(label, depth + 1),
    }),
  ],
  [
    /<?(https?:\/\/[^\s<>]*[^\s<>.,;:!?'")\]*_~])>?/iy,
    ([, href = ""]) => ({ type: "link", href, label: href, inline: [href] }),
  ],
  [/(?<![\w#&/])#(\d{1,9})\b/y, ([, id = ""]) => ({ type: "action", id })],
  ...(["**", "__", "~~", "*", "_"] as const).map(emphasis),
];

/** Delimiters hug their text; underscores count only at word borders, so that `snake_case` stays whole. */
function emphasis(
  mark: "**" | "__" | "~~" | "*" | "_",
): [RegExp, (found: RegExpExecArray, depth: number) => Inline] {
  const type = mark === "~~" ? "del" : mark.length === 2 ? "strong" : "em";
  const c = mark === "~~" ? "~" : `\\${mark.charAt(0)}`;
  const m = c.repeat(mark.length);
  const isWord = mark.startsWith("_");
  // A single mark is not part of a double one; a double one closes at the end of a run (`***a***`).
  const open = mark.length === 1 ? `${m}(?!${c})` : m;
  const body = mark.length === 1 ? `(?:[^${c}]|${c}${c})` : "[\\s\\S]";
  const close = `(?<=[^\\s])${m}(?!${c})`;
  const source = `${isWord ? "(?<!\\w)" : ""}${open}(?=\\S)(${body}{1,${MAX_EMPHASIS}}?)${close}${
    isWord ? "(?!\\w)" : ""
  }`;
  return [
    new RegExp(source, "y"),
    ([, text = ""], depth) => ({ type, inline: parseInline(text, depth + 1) }),
  ];
}

/** Where anything may start: plain text between is taken in one step. */
const SPECIAL = /[\\ `&[!<hH#*_~]/g;

function parseInline(text: string, depth = 0): Inline[] {
  if (depth > MAX_DEPTH) return [text];
  const out: Inline[] = [];
  let plain = "";
  for (let i = 0; i < text.length;) {
    const [found, made] = spanAt(text, i, depth);
    if (made === null) {
      SPECIAL.lastIndex = i + 1;
      const end = SPECIAL.exec(text)?.index ?? text.length;
      plain += text.slice(i, end);
      i = end;
      continue;
    }
    i += found;
    if (typeof made === "string") plain += made;
    else {
      if (plain) out.push(plain);
      plain = "";
      out.push(made);
    }
  }
  if (plain) out.push(plain);
  return out;
}

function spanAt(text: string, at: number, depth: number): [length: number, made: Inline | null] {
  for (const [pattern, make] of SPANS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) return [found[0].length, make(found, depth)];
  }
  return [0, null];
}
