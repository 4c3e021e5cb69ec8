/** What helps to write: suggestions for what begins with a slash, and what was sent before. */
import type { Signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { MutableRef } from "preact/hooks";
import { readSent, remember, step, type Walk } from "./history.ts";
import type { AppState } from "./state.ts";
import { Suggestions } from "./Suggestions.tsx";

/** What the field asks of it. */
export interface Helper {
  /** A key that was pressed there; true: it is dealt with. */
  press(event: KeyboardEvent & { currentTarget: HTMLTextAreaElement }): boolean;
  /** A text that was sent. */
  sent(text: string): void;
}

export interface Props {
  state: AppState;
  text: string;
  /** The text for which nothing is suggested: its list was closed, or it was brought back. */
  quiet: Signal<string>;
  helper: MutableRef<Helper | null>;
  listed: Signal<string | null>;
  write(text: string): void;
  take(text: string, send: boolean): void;
}

export function Assist({ state, text, quiet, helper, listed, write, take }: Props) {
  const listKeys = useRef<((event: KeyboardEvent) => boolean) | null>(null);
  const walk = useRef<Walk | null>(null);
  const ws = state.workspace.id;
  /** Up in an empty field, and from there on in what it brought back until that is changed. */
  const recall = (by: -1 | 1, field: HTMLTextAreaElement): boolean => {
    const { value, selectionStart } = field;
    const now = walk.current;
    const isShown = value !== "" && now !== null && now.sent[now.at] === value;
    // In a text of several lines the arrows move from line to line first.
    const beyond = by < 0 ? value.slice(0, selectionStart) : value.slice(selectionStart);
    if (!(value === "" || isShown) || beyond.includes("\n")) return false;
    const sent = readSent(ws);
    const next = step(isShown ? now : { sent, at: sent.length }, by);
    if (!next) return false;
    walk.current = next;
    quiet.value = next.sent[next.at] ?? "";
    write(quiet.peek());
    requestAnimationFrame(() => field.setSelectionRange(field.value.length, field.value.length));
    return true;
  };
  useLayoutEffect(() => {
    helper.current = {
      press(event) {
        if (listKeys.current?.(event)) return true;
        const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
        if (by === 0) return false;
        if (event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return false;
        if (!recall(by, event.currentTarget)) return false;
        event.preventDefault();
        return true;
      },
      sent(said) {
        walk.current = null;
        remember(ws, said);
      },
    };
  });
  useEffect(() => () => {
    helper.current = null;
  }, []);
  return (
    <Suggestions
      state={state}
      text={text === quiet.value ? "" : text}
      take={take}
      close={() => quiet.value = text}
      keys={listKeys}
      listed={listed}
    />
  );
}
