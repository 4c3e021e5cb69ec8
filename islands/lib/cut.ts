/** What of a long text is shown before one asks for the whole: where it differs, when it is compared. Pure. */
import { difference, type Span } from "./visible.ts";

/** Longer texts are cut and open on request. */
export const CUT = 56;
/** This much is shown before the first difference, in characters. */
const LEAD = 16;
/** A cut waits this long for the end of a word: letters of one word tell more together. */
const WORD = 12;

export interface Window extends Span {
  /** Characters that differ and lie outside of it. */
  hidden: number;
}

/** The part of a text to show: from its beginning, or around the beginning of what differs. */
export function windowOf(text: string, differs: Span | undefined): Window {
  if (text.length <= CUT) return { from: 0, to: text.length, hidden: 0 };
  const first = Math.max(0, Math.min((differs?.from ?? 0) - LEAD, text.length - CUT));
  const from = first === 0 ? 0 : backToWord(text, first);
  const to = Math.min(text.length, onToWord(text, Math.min(text.length, first + CUT)));
  const hidden = differs ? Math.max(0, differs.to - Math.max(to, differs.from)) : 0;
  return { from, to, hidden };
}

/**
 * Where a text before and one after differ, when that deserves a mark: in long texts, and where they share so much
 * that the difference could be overlooked.
 */
export function marksOf(before: string, after: string): [Span | undefined, Span | undefined] {
  const [was, becomes] = difference(before, after);
  const shared = before.length - (was.to - was.from);
  const isEasyToSee = Math.max(before.length, after.length) <= CUT && shared * 2 < Math.max(before.length, 1);
  return isEasyToSee ? [undefined, undefined] : [was, becomes];
}

function backToWord(text: string, at: number): number {
  let start = at;
  while (start > 0 && at - start < WORD && isWord(text, start - 1)) start--;
  return isHalf(text, start) ? start - 1 : start;
}

function onToWord(text: string, at: number): number {
  let end = at;
  while (end < text.length && end - at < WORD && isWord(text, end)) end++;
  return isHalf(text, end) ? end + 1 : end;
}

function isWord(text: string, at: number): boolean {
  return /[\p{L}\p{M}\p{N}_]/u.test(text[at] ?? "");
}

/** Whether a cut here would halve a character of two units. */
function isHalf(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
