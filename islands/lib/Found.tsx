import { Shown } from "./Shown.tsx";
import type { Span } from "./visible.ts";

/** A text with the first word in it that was searched for marked. */
export function Found({ text, q }: { text: string; q: string }) {
  return <Shown text={text} differs={foundIn(text, q)} />;
}

/** Where a text holds a word of a search: whole, or as the beginning of a word for the last one. Pure. */
export function foundIn(text: string, q: string): Span | undefined {
  const wanted = wordsIn(q).map(([word]) => fold(word));
  const found = wordsIn(text).find(([word]) =>
    wanted.some((one, i) => i === wanted.length - 1 ? fold(word).startsWith(one) : fold(word) === one)
  );
  return found && { from: found.index, to: found.index + found[0].length };
}

function wordsIn(text: string) {
  return [...text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)];
}

function fold(word: string): string {
  return word.normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase();
}
