/** Outcome notes that follow each other, as one quiet line: a person who decides fifty changes still finds the talk. Pure. */
import { number } from "./format.ts";
import type { ShownMessage } from "./stream.ts";

/** This many numbers of each kind are named in the line; all of them are in the notes. */
const NAMED = 8;

/** The conversation in its order: messages one by one, notes that follow each other together. */
export function groupOutcomes(messages: readonly ShownMessage[]): ShownMessage[][] {
  const groups: ShownMessage[][] = [];
  for (const message of messages) {
    const last = groups.at(-1);
    if (last?.[0] && isOutcome(message) && isOutcome(last[0])) last.push(message);
    else groups.push([message]);
  }
  return groups;
}

/** `5 changes decided: #3, #4 approved; #5 rejected`. */
export function outcomeLine(notes: readonly ShownMessage[]): string {
  const kinds = new Map<string, number[]>();
  for (const { parts, metadata } of notes) {
    const text = parts.map((part) => part.type === "text" ? part.text : "").join("");
    const [, verb = "decided"] =
      /^#\d+ (?:was )?(approved|reverted|rejected|failed|withdrawn|expired|not executed)\b/
        .exec(text) ?? [];
    const known = kinds.get(verb) ?? [];
    kinds.set(verb, [...known, ...(metadata.actions ?? []).filter((id) => !known.includes(id))]);
  }
  const count = new Set([...kinds.values()].flat()).size;
  const clauses = [...kinds].filter(([, ids]) => ids.length > 0).map(([verb, ids]) => {
    const named = ids.slice(0, NAMED).map((id) => `#${id}`).join(", ");
    return `${named}${ids.length > NAMED ? ` and ${number(ids.length - NAMED)} more` : ""} ${verb}`;
  });
  return `${number(count)} ${count === 1 ? "change" : "changes"} decided: ${clauses.join("; ")}`;
}

function isOutcome({ metadata }: ShownMessage): boolean {
  return metadata.kind === "outcome";
}
