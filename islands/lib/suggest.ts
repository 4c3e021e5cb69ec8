/** What may be meant by what is typed after a slash: commands, then what their arguments can be. Pure. */
import type { CommandInfo, Role } from "@/agent/types.ts";

/** What there is to choose from. */
export interface Known {
  commands: readonly CommandInfo[];
  role: Role;
  /** What waits for a decision, newest first, in words. */
  waiting: readonly { id: number; words: string }[];
  tables: readonly string[];
}

export interface Option {
  /** What the field holds once it is taken. */
  text: string;
  label: string;
  /** What it is, in a few words. */
  hint: string;
  /** Taken, there is nothing left to say: it can be sent. */
  isWhole: boolean;
}

export interface Suggested {
  /** The command whose arguments are being written. */
  command: CommandInfo | null;
  options: Option[];
  /** What is typed can be sent as it is: no option is chosen before one is asked for. */
  isComplete: boolean;
}

const RANK: Record<Role, number> = { viewer: 0, member: 1, approver: 2, owner: 3 };
/** More than these help nobody to choose. */
const MAX = 12;

/** Suggestions for a text; null when it is no command. */
export function suggest(text: string, known: Known): Suggested | null {
  const [, name, gap, rest] = /^\/(?!\/)(\S*)(\s*)([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined || gap === undefined || rest === undefined) return null;
  const mine = known.commands.filter(({ role }) => RANK[known.role] >= RANK[role]);
  const command = mine.find((one) => one.name === name.toLowerCase()) ?? null;
  const isComplete = command !== null && has(command, rest);
  if (gap === "") {
    const wanted = name.toLowerCase();
    const options = [
      ...mine.filter((one) => one.name.startsWith(wanted)),
      ...mine.filter((one) => wanted !== "" && !one.name.startsWith(wanted) && one.name.includes(wanted)),
    ].map((one) => ({
      text: one.arguments.length > 0 ? `/${one.name} ` : `/${one.name}`,
      label: one.usage,
      hint: one.help,
      isWhole: one.arguments.length === 0,
    }));
    return { command: null, options, isComplete };
  }
  if (!command) return { command, options: [], isComplete };
  const [wanted, before] = argumentAt(command, rest);
  const options = choices(command.arguments[wanted]?.kind, { ...known, commands: mine })
    .map((choice) => ({ ...choice, rank: rankOf(choice, before.typed) }))
    .filter(({ rank }) => rank < Infinity)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MAX)
    .map(({ value, hint }): Option => {
      const isLast = wanted === command.arguments.length - 1;
      const text = `/${command.name} ${before.kept}${value}${isLast ? "" : " "}`;
      return { text, label: value, hint, isWhole: isLast };
    });
  // The one thing that could be taken stands there already.
  const isThere = options.length === 1 && options[0]?.text.trimEnd() === text.trimEnd();
  return { command, options: isThere ? [] : options, isComplete };
}

/** Which argument is being written: all but the last are one word each. */
function argumentAt(command: CommandInfo, rest: string): [at: number, { kept: string; typed: string }] {
  let at = 0;
  let kept = "";
  let typed = rest;
  for (; at < command.arguments.length - 1; at++) {
    const [, word] = /^(\S+\s+)/.exec(typed) ?? [];
    if (word === undefined) break;
    kept += word;
    typed = typed.slice(word.length);
  }
  return [at, { kept, typed }];
}

/** Whether everything that a command needs is there. */
function has(command: CommandInfo, rest: string): boolean {
  const [at, { typed }] = argumentAt(command, rest);
  const given = typed.trim() === "" ? at : at + 1;
  return given >= command.arguments.filter(({ optional }) => !optional).length;
}

function choices(
  kind: CommandInfo["arguments"][number]["kind"] | undefined,
  { waiting, tables, commands }: Known,
): { value: string; hint: string }[] {
  switch (kind) {
    case "action":
      return waiting.map(({ id, words }) => ({ value: String(id), hint: words }));
    case "table":
      return tables.map((value) => ({ value, hint: "" }));
    case "command":
      return commands.map(({ name, help }) => ({ value: name, hint: help }));
    default:
      return [];
  }
}

/** What begins as it is typed comes first, then what holds it; numbers are found by their beginning alone. */
function rankOf({ value, hint }: { value: string; hint: string }, typed: string): number {
  const wanted = typed.trim().replace(/^[#/]/, "").toLowerCase();
  if (value.toLowerCase().startsWith(wanted)) return 0;
  return !/^\d/.test(wanted) && `${value} ${hint}`.toLowerCase().includes(wanted) ? 1 : Infinity;
}
