/** What was looked for in the rows on show: from the SQL that found them, and from quoted words of the question. Pure. */
import type { Cell } from "@/agent/types.ts";
import { cellText } from "./format.ts";

/** `parts` are looked for anywhere in a text; `wholes` are values that a column equals. In small letters. */
export interface Terms {
  parts: string[];
  wholes: string[];
}

const LITERAL = /'((?:[^']|'')*)'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g;
const CALLS = String.raw`(?:\b(?:lower|upper|trim)\s*\(\s*)*`;
const PIECES = String.raw`(?:\?\s*\|\|\s*)*`;
const LIKE = new RegExp(String.raw`\b(not\s+)?(?:like|glob)\s+${CALLS}${PIECES}$`, "i");
const INSTR = new RegExp(String.raw`\binstr\s*\((?:[^()]|\([^()]*\))*,\s*${CALLS}$`, "i");
const EQUAL = new RegExp(
  String.raw`(?:(?<![!<>=])={1,2}\s*|(?<!\bnot)\s+in\s*\(\s*(?:\?\s*,\s*)*|\bis\s+)${CALLS}$`,
  "i",
);

/** The texts that a query filters by. What it leaves out ("not like", "<>") is not looked for. */
export function termsOf(sql: string): Terms {
  const parts: string[] = [], wholes: string[] = [];
  let code = "", from = 0;
  for (const found of sql.matchAll(LITERAL)) {
    code += sql.slice(from, found.index);
    from = found.index + found[0].length;
    const text = found[1]?.replaceAll("''", "'");
    if (text === undefined) {
      code += found[0].startsWith('"') ? '""' : " ";
      continue;
    }
    const like = LIKE.exec(code);
    if (!/\b(?:where|having|on)\b/i.test(code)) {
      // A text that is shown, not one that rows are chosen by.
    } else if (like) {
      if (!like[1]) parts.push(...text.split(/[%_*?]+/));
    } else if (INSTR.test(code)) parts.push(text);
    else if (EQUAL.test(code)) wholes.push(text);
    code += "?";
  }
  return { parts: small(parts), wholes: small(wholes) };
}

const QUOTED =
  /"([^"]{2,60})"|“([^”]{2,60})”|„([^“”]{2,60})[“”]|«([^»]{2,60})»|(?<![\p{L}\p{N}])['‘]([^'‘’]{2,60})['’](?![\p{L}\p{N}])/gu;

/** Words that a person put in quotes. */
export function quotedWords(text: string): string[] {
  return small(
    [...text.matchAll(QUOTED)].flatMap(([, ...groups]) => groups.filter((group) => group !== undefined)),
  );
}

/**
 * The terms worth marking. What every row has as a whole value says nothing: of customers in the East each is in the
 * East.
 */
export function worthMarking(
  { parts, wholes }: Terms,
  quoted: readonly string[],
  rows: readonly Cell[][],
): string[] {
  const everywhere = (term: string) =>
    rows.every((row) =>
      row.some((cell) => typeof cell === "string" && cellText(cell).toLowerCase() === term)
    );
  const telling = [...wholes, ...quoted].filter((term) => !everywhere(term));
  return [...new Set([...parts, ...telling])];
}

function small(texts: readonly string[]): string[] {
  return [...new Set(texts.map((text) => text.trim().toLowerCase()))].filter((text) => text !== "");
}
