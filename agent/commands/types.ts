/** The shapes of the slash commands, which `agent/types.ts` hands on to the islands. Types alone. */
import type { ActionState, Count, Problem, Role, Table, Value } from "../types.ts";

/** A slash command as the page lists it. */
export interface CommandInfo {
  /** Without the slash. */
  name: string;
  /** `/reject n reason`; what stands in brackets may be left out. */
  usage: string;
  /** One sentence. */
  help: string;
  arguments: {
    name: string;
    kind: "action" | "number" | "text" | "sql" | "table" | "command";
    optional: boolean;
  }[];
  /** `page`: the page acts by itself and posts nothing; posted all the same, the answer says what to do. */
  runs: "server" | "page";
  /** The least role that may use it. */
  role: Role;
}

/** What a command found, as data: the text part of the same message says the same in words. */
export type CommandData =
  | { command: "help"; commands: CommandInfo[] }
  | { command: "clear" }
  | { command: "approve"; action: number; state: ActionState }
  | { command: "reject"; action: number; state: ActionState }
  | {
    command: "query";
    sql: string;
    columns: string[];
    rows: Value[][];
    rowCount: number;
    truncated: boolean;
    ms: number;
    observationId: number;
  }
  | { command: "propose"; action: number; affected: Count[] }
  /** Numbers of actions, in the order to show them. `more`: there are more than these. */
  | { command: "pending" | "recent"; actions: number[]; more: boolean }
  | { command: "find"; text: string; actions: number[]; messages: FoundMessage[]; more: boolean }
  | { command: "schema"; tables: Table[] }
  /**
   * It was not done, or nobody knows whether it was. `command` is what was typed, without the slash; `nearest` what may
   * have been meant; `again` the whole text, where sending it once more makes sense.
   */
  | { command: string; error: { code: Problem["code"]; detail: string }; nearest?: string[]; again?: string };

/** A message that `/find` found. */
export interface FoundMessage {
  id: string;
  role: "user" | "assistant" | "system";
  at: string | null;
  /** The words around what was found. */
  excerpt: string;
}
