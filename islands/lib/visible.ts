/**
 * Text from data or a model as pieces that can't deceive the eye: what can't be seen, what reorders its neighbours and
 * what looks like a space becomes a small escape; a word that isn't what it looks like is marked. Pure.
 */
import { type Lookalike, lookalikes, type Wording } from "@/agent/lookalikes.ts";

/** A stretch of a text, in UTF-16 code units. */
export interface Span {
  from: number;
  to: number;
}

export interface Piece {
  text: string;
  /** `escape`: stands for a character that isn't drawn; `mixed`: of a word with look-alikes; `rtl`: reads right to left. */
  kind: "plain" | "escape" | "mixed" | "rtl";
  /** What there is to say of it, for a tooltip; empty for plain text. */
  note: string;
  /** The letters in it that pass for others; `mixed` alone has them. */
  letters?: string;
  /** It lies within the span that differs. */
  differs: boolean;
}

/**
 * `value`: one value. `name`: one name of the database. `sentence`: words of ours around names of theirs. `code`: SQL, which keeps its lines.
 * `lines`: several lines by a person or a model. `prose`: the same, where a no-break space or an emoji's own joiners are
 * ordinary.
 */
export type TextKind = "value" | "name" | "sentence" | "code" | "lines" | "prose";

/** Not drawn, reordering, or blank without being a space: also what a font may or may not draw. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/u;
const UNSEEN_OR_WORD = new RegExp(
  `(?<unseen>${UNSEEN.source})|(?:(?!\\p{Default_Ignorable_Code_Point})[\\p{L}\\p{M}\\p{N}_])+`,
  "gu",
);
const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
/** Nearly every text has nothing of all this, and is drawn as it is. */
const SUSPECT = new RegExp(`${UNSEEN.source}|${RTL.source}`, "u");
const EMOJI_JOINER = /(?<=\p{Emoji}|\ufe0f)[\u200d\ufe0f]$/u;

/** The pieces of a text, in order. `differs` marks a part of it, as the difference to another text. */
export function visible(text: string, kind: TextKind = "value", differs: Span = NOWHERE): Piece[] {
  const pieces: Piece[] = [];
  const add = (from: number, to: number, piece: Look) => {
    for (const [start, end] of cutAt(from, to, differs)) {
      const marked = start >= differs.from && end <= differs.to;
      const last = pieces.at(-1);
      if (piece.kind === "plain" && last?.kind === "plain" && last.differs === marked) {
        last.text += text.slice(start, end);
      } else pieces.push({ ...piece, text: text.slice(start, end), differs: marked });
    }
  };
  const alike = new Map(lookalikes(text, WORDINGS[kind]).map((word) => [word.from, word]));
  if (alike.size === 0 && !SUSPECT.test(text)) {
    if (text !== "") add(0, text.length, PLAIN);
    return pieces;
  }
  let at = 0;
  for (const match of text.matchAll(UNSEEN_OR_WORD)) {
    const [found] = match;
    const end = match.index + found.length;
    const isUnseen = match.groups?.unseen !== undefined;
    if (isUnseen && isOrdinary(text, match.index, found, kind)) continue;
    if (!isUnseen && !alike.has(match.index) && !RTL.test(found)) continue;
    if (match.index > at) add(at, match.index, PLAIN);
    at = end;
    if (isUnseen) {
      const differing = match.index >= differs.from && end <= differs.to;
      pieces.push({ kind: "escape", text: escapeOf(found), note: NOTE_UNSEEN, differs: differing });
    } else add(match.index, end, lookOf(found, kind, alike.get(match.index)));
  }
  if (at < text.length) add(at, text.length, PLAIN);
  return pieces;
}

/** The same as one text, where there can be no elements: in an option, a tooltip. */
export function visibleText(text: string): string {
  return visible(text).map((piece) => piece.kind === "escape" ? `⟨${piece.text}⟩` : piece.text).join("");
}

/** `U+202E`; the two that everybody knows by their own names. */
export function escapeOf(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Where two texts differ: what is left of each without their common beginning and end. */
export function difference(a: string, b: string): [Span, Span] {
  const least = Math.min(a.length, b.length);
  let from = 0;
  while (from < least && a[from] === b[from]) from++;
  // Half of a character that needs two units is no character.
  if (from > 0 && isHighHalf(a, from - 1)) from--;
  let same = 0;
  while (same < least - from && a[a.length - 1 - same] === b[b.length - 1 - same]) same++;
  if (same > 0 && isHighHalf(a, a.length - same - 1)) same--;
  return [{ from, to: a.length - same }, { from, to: b.length - same }];
}

const NOWHERE: Span = { from: -1, to: -1 };
type Look = Pick<Piece, "kind" | "note" | "letters">;
const WORDINGS: Partial<Record<TextKind, Wording>> = { name: "name", code: "sql" };
const PLAIN = { kind: "plain", note: "" } as const;
const NOTE_UNSEEN = "A character that can't be seen, or that isn't the space it looks like";

function isOrdinary(text: string, at: number, found: string, kind: TextKind): boolean {
  if (found === "\n" || found === "\t") return kind !== "value" && kind !== "name" && kind !== "sentence";
  if (kind !== "prose") return false;
  return /[\u00a0\u2009\u202f]/.test(found) || EMOJI_JOINER.test(text.slice(Math.max(0, at - 2), at + 1));
}

function lookOf(word: string, kind: TextKind, alike: Lookalike | undefined): Look {
  if (alike) return { kind: "mixed", note: alike.note, letters: alike.letters };
  // A value is isolated as a whole; between words and signs of others, each such word is.
  return RTL.test(word) && (kind === "sentence" || kind === "code") ? { kind: "rtl", note: "" } : PLAIN;
}

/** A stretch, cut where a span begins and ends. */
function cutAt(from: number, to: number, span: Span): [number, number][] {
  const cuts = [from, ...[span.from, span.to].filter((cut) => cut > from && cut < to), to];
  return cuts.slice(1).map((end, i): [number, number] => [cuts[i] ?? from, end])
    .filter(([start, end]) => end > start);
}

function isHighHalf(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit <= 0xdbff;
}
