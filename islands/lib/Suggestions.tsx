/** The list that opens on `/`. The keys stay in the field: it tells the list what was pressed. */
import type { Signal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect } from "preact/hooks";
import type { MutableRef } from "preact/hooks";
import { entrySummary } from "./format.ts";
import { Shown } from "./Shown.tsx";
import { type AppState, isDecidable } from "./state.ts";
import { type Option, suggest } from "./suggest.ts";

export const LIST_ID = "suggestions";

export interface Props {
  state: AppState;
  /** What is typed; empty while nothing should be suggested. */
  text: string;
  /** Takes an option: its text goes into the field, and on its way when it is whole. */
  take(text: string, send: boolean): void;
  close(): void;
  /** Where the field asks first what a key means; true: it was for the list. */
  keys: MutableRef<((event: KeyboardEvent) => boolean) | null>;
  /** What the field says of the list: null while it is closed, else the id of the chosen option or nothing. */
  listed: Signal<string | null>;
}

export function Suggestions({ state, text, take, close, keys, listed }: Props) {
  const chosen = useSignal<{ text: string; at: number } | null>(null);
  const found = text === "" ? null : suggest(text, {
    commands: state.commands,
    role: state.workspace.role,
    waiting: state.entries.value.filter(isDecidable).map((entry) => ({
      id: entry.id,
      words: `${entrySummary(entry, false)} · ${entry.title}`,
    })),
    tables: state.tables.value.map(({ name }) => name),
  });
  const options = found?.options ?? [];
  const first = found?.isComplete ? -1 : 0;
  // A choice holds for the text that it was made for.
  const at = Math.min(chosen.value?.text === text ? chosen.value.at : first, options.length - 1);
  const isOpen = options.length > 0 || (found?.command ?? null) !== null;
  const active = at >= 0 ? optionId(at) : "";

  useLayoutEffect(() => {
    keys.current = (event) => press(event, { text, options, at, isOpen, take, close, choose });
    listed.value = options.length > 0 ? active : null;
    document.getElementById(active)?.scrollIntoView({ block: "nearest" });
  });
  useEffect(() => () => {
    keys.current = null;
    listed.value = null;
  }, []);
  function choose(next: number): void {
    chosen.value = { text, at: next };
  }

  return (
    <>
      <p class="sr" role="status">{isOpen ? spoken(options.length, found?.command?.usage) : ""}</p>
      {isOpen && (
        <div
          class="suggestions"
          data-testid="suggestions"
          onMouseDown={(event) => event.preventDefault()}
        >
          {found?.command && (
            <p class="suggestions-head">
              <code>{found.command.usage}</code> <span class="muted">{found.command.help}</span>
            </p>
          )}
          {options.length > 0 && (
            <ul id={LIST_ID} role="listbox" aria-label="Commands">
              {options.map((option, i) => (
                <li
                  key={option.text}
                  id={optionId(i)}
                  role="option"
                  aria-selected={i === at}
                  onClick={() => take(option.text, option.isWhole)}
                >
                  <code>
                    <Shown text={option.label} />
                  </code>
                  <span class="muted">
                    <Shown text={option.hint} kind="sentence" />
                  </span>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </>
  );
}

interface Listed {
  text: string;
  options: Option[];
  at: number;
  isOpen: boolean;
  take: Props["take"];
  close: Props["close"];
  choose(at: number): void;
}

function press(event: KeyboardEvent, { text, options, at, isOpen, take, close, choose }: Listed): boolean {
  if (!isOpen || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === "Escape") return handled(event, close);
  if (options.length === 0 || event.shiftKey) return false;
  const option = options[event.key === "Tab" ? Math.max(at, 0) : at];
  switch (event.key) {
    case "ArrowDown":
      return handled(event, () => choose(at + 1 < options.length ? at + 1 : 0));
    case "ArrowUp":
      return handled(event, () => choose(at > 0 ? at - 1 : options.length - 1));
    case "Tab":
      // Where there is nothing to fill in, Tab goes on to the next control as everywhere.
      return option && option.text !== text ? handled(event, () => take(option.text, false)) : false;
    case "Enter":
      return option ? handled(event, () => take(option.text, option.isWhole)) : false;
    default:
      return false;
  }
}

function handled(event: KeyboardEvent, act: () => void): true {
  event.preventDefault();
  act();
  return true;
}

function optionId(at: number): string {
  return `suggestion-${at}`;
}

function spoken(count: number, usage: string | undefined): string {
  const many = count === 0 ? "" : `${count} ${count === 1 ? "suggestion" : "suggestions"}. `;
  return many + (usage ?? "");
}
