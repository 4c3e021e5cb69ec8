/** From what was typed to a command with its arguments. Pure. */
import { type CommandName, commandNamed, nearest } from "./registry.ts";

/** A command that can be carried out. */
export type Call =
  | { name: "help"; about: CommandName | null }
  | { name: "pending" | "clear" }
  | { name: "approve"; action: number }
  | { name: "reject"; action: number; reason: string }
  | { name: "query" | "propose"; sql: string }
  | { name: "recent"; count: number }
  | { name: "find"; text: string }
  | { name: "schema"; table: string | null };

/** `message`: no command; two slashes at the start mean one. `wrong`: a command, but not one that can be carried out. */
export type Parsed =
  | { kind: "message"; text: string }
  | { kind: "command"; call: Call }
  | { kind: "wrong"; typed: string; problem: string; nearest: CommandName[] };

const RECENT = 10;
const MAX_RECENT = 50;

/** Reads a text. Never throws. */
export function parseCommand(text: string): Parsed {
  const found = /^\s*\/(\/|[^\s/]*)/.exec(text);
  if (!found) return { kind: "message", text };
  if (found[1] === "/") return { kind: "message", text: text.replace("//", "/") };
  const typed = found[1].toLowerCase();
  const rest = text.slice(found[0].length).trim();
  if (typed === "") {
    return rest === "" ? { kind: "command", call: { name: "help", about: null } } : wrong(
      "",
      "Write the command right after the slash, or two slashes for a message that begins with one.",
    );
  }
  const command = commandNamed(typed);
  if (!command) return unknown(typed);
  const call = callOf(command.name, rest);
  return typeof call === "string"
    ? wrong(typed, `${call} Write it as ${command.usage}`)
    : { kind: "command", call };
}

/** The arguments of a command; a sentence when they are wrong. */
function callOf(name: CommandName, rest: string): Call | string {
  switch (name) {
    case "help": {
      const about = rest.replace(/^\//, "").toLowerCase();
      if (about === "") return { name, about: null };
      const command = commandNamed(about);
      return command ? { name, about: command.name } : `There is no command /${about.slice(0, 40)}.`;
    }
    case "pending":
    case "clear":
      return rest === "" ? { name } : `/${name} takes nothing.`;
    case "approve": {
      const action = numberIn(rest);
      return action === null ? "Say which change, by its number." : { name, action };
    }
    case "reject": {
      const [, first, reason] = /^(\S*)\s*([\s\S]*)$/.exec(rest) ?? [];
      const action = numberIn(first ?? "");
      if (action === null) return "Say which change, by its number.";
      if (!reason) return `Say why #${action} is rejected.`;
      return reason.length <= 1_000 ? { name, action, reason } : "A reason has at most 1000 characters.";
    }
    case "query":
    case "propose":
      return rest === "" ? "The statement is missing." : { name, sql: rest };
    case "recent": {
      const count = rest === "" ? RECENT : numberIn(rest);
      return count === null || count > MAX_RECENT
        ? `Say how many, from 1 to ${MAX_RECENT}.`
        : { name, count };
    }
    case "find":
      if (rest === "") return "Say what to look for.";
      return rest.length <= 200 ? { name, text: rest } : "Look for at most 200 characters.";
    case "schema":
      return { name, table: rest === "" ? null : unquoted(rest) };
  }
}

function numberIn(text: string): number | null {
  const found = /^#?(\d{1,9})$/.exec(text);
  const number = found ? Number(found[1]) : 0;
  return number > 0 ? number : null;
}

function unquoted(name: string): string {
  return /^(["'`])(.+)\1$|^\[(.+)\]$/s.exec(name)?.slice(2).find((part) => part !== undefined) ?? name;
}

function unknown(typed: string): Parsed {
  const near = nearest(typed);
  const meant = near.length ? ` Did you mean ${near.map((name) => `/${name}`).join(" or ")}?` : "";
  return {
    kind: "wrong",
    typed,
    problem: `There is no command /${typed.slice(0, 40)}.${meant} /help lists them all.`,
    nearest: near,
  };
}

function wrong(typed: string, problem: string): Parsed {
  return { kind: "wrong", typed, problem, nearest: [] };
}
