/** The slash commands: one list, which the server executes and the page shows. None of them touches a model (SPEC C8). */
import type { CommandInfo } from "../types.ts";

const n = { name: "n", kind: "action", optional: false } as const;
const sql = { name: "SQL", kind: "sql", optional: false } as const;

/** Every command, in the order to list them. */
export const COMMANDS: (CommandInfo & { name: CommandName })[] = [
  {
    name: "help",
    usage: "/help [command]",
    help: "Lists the commands, or explains one.",
    arguments: [{ name: "command", kind: "command", optional: true }],
    runs: "server",
    role: "member",
  },
  {
    name: "pending",
    usage: "/pending",
    help: "Lists the changes that wait for a decision.",
    arguments: [],
    runs: "server",
    role: "member",
  },
  {
    name: "approve",
    usage: "/approve n",
    help: "Opens a change with its rows, to be approved there.",
    arguments: [n],
    runs: "page",
    role: "approver",
  },
  {
    name: "reject",
    usage: "/reject n reason",
    help: "Rejects a change: it will never run.",
    arguments: [n, { name: "reason", kind: "text", optional: false }],
    runs: "server",
    role: "approver",
  },
  {
    name: "query",
    usage: "/query SQL",
    help: "Reads with one SELECT. The read is logged as yours.",
    arguments: [sql],
    runs: "server",
    role: "member",
  },
  {
    name: "propose",
    usage: "/propose SQL",
    help: "Puts one INSERT, UPDATE or DELETE into the queue as your proposal.",
    arguments: [sql],
    runs: "server",
    role: "member",
  },
  {
    name: "recent",
    usage: "/recent [n]",
    help: "Lists the newest changes and reads; ten, or as many as you say.",
    arguments: [{ name: "n", kind: "number", optional: true }],
    runs: "server",
    role: "member",
  },
  {
    name: "find",
    usage: "/find text",
    help: "Searches changes, reads and the conversation.",
    arguments: [{ name: "text", kind: "text", optional: false }],
    runs: "server",
    role: "member",
  },
  {
    name: "schema",
    usage: "/schema [table]",
    help: "Shows the tables, or the columns of one.",
    arguments: [{ name: "table", kind: "table", optional: true }],
    runs: "server",
    role: "member",
  },
  {
    name: "clear",
    usage: "/clear",
    help: "Clears the conversation, after asking. The queue and the data stay.",
    arguments: [],
    runs: "page",
    role: "member",
  },
];

export type CommandName =
  | "help"
  | "pending"
  | "approve"
  | "reject"
  | "query"
  | "propose"
  | "recent"
  | "find"
  | "schema"
  | "clear";

/** A command by its name; null when there is none. */
export function commandNamed(name: string): (typeof COMMANDS)[number] | null {
  return COMMANDS.find((command) => command.name === name) ?? null;
}

/** Names that may have been meant by one that is not there: at most three, all equally near. */
export function nearest(name: string): CommandName[] {
  const near = COMMANDS
    .map(({ name: known }) => ({
      known,
      distance: known.startsWith(name) || name.startsWith(known) ? 0 : editDistance(name.slice(0, 20), known),
    }))
    .filter(({ known, distance }) => distance <= Math.max(1, Math.floor(known.length / 2.5)));
  const best = Math.min(...near.map(({ distance }) => distance));
  return near.filter(({ distance }) => distance === best).slice(0, 3).map(({ known }) => known);
}

/** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      rows[i].push(Math.min(
        rows[i - 1][j] + 1,
        rows[i][j - 1] + 1,
        rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1),
        swap ? rows[i - 2][j - 2] + 1 : Infinity,
      ));
    }
  }
  return rows[a.length][b.length];
}
