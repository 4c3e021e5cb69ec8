/** What each command does. Everything goes through the same verbs as the routes: nothing here reaches further. */
import type { ActionSummary, Actor, CommandData } from "../types.ts";
import { kept, MAX_ROWS } from "../chat/kept.ts";
import { database } from "../database.ts";
import { Refusal } from "../errors.ts";
import { reject } from "../queue/decide.ts";
import { observe, type Origin, propose } from "../queue/propose.ts";
import { number, rowsWord } from "../queue/numbers.ts";
import { cut } from "../queue/summary.ts";
import { listActions } from "../queue/list.ts";
import { getStored, notPending } from "../queue/store.ts";
import { countWords, outcomeWords } from "../queue/words.ts";
import { find } from "./find.ts";
import type { Call } from "./parse.ts";
import { commandNamed, COMMANDS } from "./registry.ts";
import { actionLines, columnLines, plain, tableLines } from "./words.ts";

/** What a command answers: words, and the same as data. */
export interface Result {
  text: string;
  data: CommandData;
}

const TITLE = 80;

/** Carries out a command for a person. Throws what refuses it. */
export function execute(
  call: Call,
  where: { ws: string; database: string },
  by: Actor,
  messageId: string,
): Promise<Result> {
  const origin: Origin = { ...where, by, messageId };
  switch (call.name) {
    case "help":
      return Promise.resolve(help(call.about));
    case "clear":
      return Promise.resolve({
        text:
          "Nothing was cleared. The page asks first; a program deletes the conversation by DELETE …/chat.",
        data: { command: "clear" },
      });
    case "pending":
      return pending(where.ws);
    case "approve":
      return approve(where.ws, call.action);
    case "reject":
      return rejected(where.ws, call.action, by, call.reason);
    case "query":
      return query(origin, call.sql);
    case "propose":
      return proposed(origin, call.sql);
    case "recent":
      return recent(where.ws, call.count);
    case "find":
      return find(where.ws, call.text);
    case "schema":
      return schema(where.database, call.table);
  }
}

function help(about: string | null): Result {
  const one = about === null ? null : commandNamed(about);
  const commands = one ? [one] : COMMANDS;
  const lines = commands.map(({ usage, help }) => `- \`${usage}\` ${help}`).join("\n");
  const slashes = "Two slashes begin a message that starts with one.";
  return { text: one ? lines.slice(2) : `${lines}\n\n${slashes}`, data: { command: "help", commands } };
}

async function pending(ws: string): Promise<Result> {
  const [waiting, stale] = await Promise.all([
    listActions(ws, { type: "action", state: "pending", limit: 50 }),
    listActions(ws, { type: "action", state: "stale", limit: 50 }),
  ]);
  const actions = [...waiting.actions, ...stale.actions].sort((a, b) => b.id - a.id);
  const total = (waiting.counts.pending ?? 0) + (waiting.counts.stale ?? 0);
  const more = total > actions.length;
  const text = actions.length === 0
    ? "Nothing waits for a decision."
    : `${total === 1 ? "One change waits" : `${number(total)} changes wait`} for a decision:\n\n${
      actionLines(actions)
    }`;
  return { text, data: { command: "pending", actions: idsOf(actions), more } };
}

async function approve(ws: string, id: number): Promise<Result> {
  const { summary } = await getStored(ws, id);
  if (summary.type !== "action" || summary.state !== "pending") throw notPending(summary);
  return {
    text: `Nothing is approved yet. Open #${id} and look at its rows: an approval is signed there, by you.`,
    data: { command: "approve", action: id, state: summary.state },
  };
}

async function rejected(ws: string, id: number, by: Actor, reason: string): Promise<Result> {
  const action = await reject(ws, id, by, reason);
  return { text: plain(outcomeWords(action)), data: { command: "reject", action: id, state: action.state } };
}

async function query(origin: Origin, sql: string): Promise<Result> {
  const read = { sql, description: "" };
  try {
    const result = kept(await database(origin.database).read(sql, [], MAX_ROWS));
    const { id } = await observe(origin, read, result);
    const { rowCount, truncated, ms, rows } = result;
    const shown = truncated
      ? `${rowsWord(rowCount)} or more, of which ${number(rows.length)} are shown`
      : rowsWord(rowCount);
    return {
      text: `${shown}, ${Math.round(ms * 10) / 10} ms. Logged as #${id}.`,
      data: { command: "query", sql, ...result, observationId: id },
    };
  } catch (error) {
    if (error instanceof Refusal) await observe(origin, read, { error: error.message });
    throw error;
  }
}

async function proposed(origin: Origin, sql: string): Promise<Result> {
  const title = cut(sql.replace(/\s+/g, " ").trim(), TITLE);
  const { id, affected } = await propose(origin, { title, description: "", statements: [{ sql }] });
  return {
    text: `Queued as #${id}: on approval, ${plain(countWords(affected))}. Nothing has changed yet.`,
    data: { command: "propose", action: id, affected },
  };
}

async function recent(ws: string, count: number): Promise<Result> {
  const { actions, cursor } = await listActions(ws, { limit: count });
  const text = actions.length === 0 ? "Nothing has happened here yet." : actionLines(actions);
  return { text, data: { command: "recent", actions: idsOf(actions), more: cursor !== null } };
}

async function schema(name: string, table: string | null): Promise<Result> {
  const { tables } = await database(name).schema();
  if (table === null) {
    const text = tables.length === 0 ? "This database has no tables yet." : tableLines(tables);
    return { text, data: { command: "schema", tables } };
  }
  const found = tables.find((one) => one.name === table) ??
    tables.find((one) => one.name.toLowerCase() === table.toLowerCase());
  if (!found) {
    const names = tables.slice(0, 20).map((one) => one.name).join(", ");
    throw new Refusal(
      "not_found",
      `There is no table "${table.slice(0, 80)}". Tables: ${names || "none yet"}.`,
    );
  }
  return {
    text: `${tableLines([found]).replace(/^- (.*?): .*$/s, "$1")}\n\n${columnLines(found)}`,
    data: { command: "schema", tables: [found] },
  };
}

function idsOf(actions: readonly ActionSummary[]): number[] {
  return actions.map(({ id }) => id);
}
