import type { ComponentChildren } from "preact";
import { type Piece, type Span, type TextKind, visible } from "./visible.ts";

/**
 * Text that comes from data or a model: isolated, so that it reorders nothing around it, with everything in it to see.
 * `differs` marks a part of it.
 */
export function Shown({ text, kind, differs }: { text: string; kind?: TextKind; differs?: Span }) {
  return <bdi class="shown">{pieces(text, kind, differs)}</bdi>;
}

/** The same within a text that is isolated already. */
export function pieces(text: string, kind?: TextKind, differs?: Span): ComponentChildren {
  const found = visible(text, kind, differs);
  const [only] = found;
  if (found.length === 1 && only?.kind === "plain" && !only.differs) return only.text;
  return found.map((piece, i) => piece.differs ? <mark key={i}>{drawn(piece)}</mark> : drawn(piece, i));
}

function drawn({ text, kind, note, letters = "" }: Piece, key?: number): ComponentChildren {
  switch (kind) {
    case "plain":
      return text;
    case "rtl":
      return <bdi key={key}>{text}</bdi>;
    case "escape":
      return <span key={key} class="escape" title={note}>{text}</span>;
    case "mixed":
      return (
        <span key={key} class="mixed" title={note}>
          {[...text].map((letter, i) => letters.includes(letter) ? <u key={i}>{letter}</u> : letter)}
          <span class="sr">{` (${note})`}</span>
        </span>
      );
  }
}
