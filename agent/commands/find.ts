/** `/find`: searches what was proposed and read, and what was said. */
import type { ActionSummary, ChatMessage, FoundMessage } from "../types.ts";
import { listMessages } from "../chat/store.ts";
import { listActions } from "../queue/list.ts";
import type { Result } from "./execute.ts";
import { actionLines, plain } from "./words.ts";

const MAX_FOUND = 20;
/** A page of actions ends when much was read for it: this many are asked for before the answer says that there is more. */
const MAX_PAGES = 5;
/** How far back the conversation is searched, in messages. */
const MAX_MESSAGES = 500;
const PAGE = 100;
const AROUND = 60;

/** Searches actions and messages, newest first. Commands are left out: each would find itself. */
export async function find(ws: string, text: string): Promise<Result> {
  const [actions, { found, more }] = await Promise.all([
    findActions(ws, text),
    findMessages(ws, text),
  ]);
  const messages = found.map(({ role, excerpt }) =>
    `- ${role === "user" ? "Said" : role === "assistant" ? "Answered" : "Noted"}: ${plain(excerpt)}`
  );
  const lines = [actionLines(actions.found), messages.join("\n")].filter(Boolean).join("\n");
  return {
    text: lines || `Nothing holds "${plain(text)}".`,
    data: {
      command: "find",
      text,
      actions: actions.found.map(({ id }) => id),
      messages: found,
      more: more || actions.more,
    },
  };
}

async function findActions(ws: string, q: string): Promise<{ found: ActionSummary[]; more: boolean }> {
  const found: ActionSummary[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await listActions(ws, { q, limit: MAX_FOUND - found.length, cursor });
    found.push(...page.actions);
    if (page.cursor === null) return { found, more: false };
    if (found.length === MAX_FOUND) break;
    cursor = page.cursor;
  }
  return { found, more: true };
}

async function findMessages(ws: string, text: string): Promise<{ found: FoundMessage[]; more: boolean }> {
  const found: FoundMessage[] = [];
  let before: number | undefined;
  for (let read = 0; read < MAX_MESSAGES; read += PAGE) {
    const page = await listMessages(ws, PAGE, before);
    for (const message of page.messages.toReversed()) {
      const excerpt = message.metadata?.kind === "command" ? null : excerptOf(message, text);
      if (excerpt === null) continue;
      if (found.length === MAX_FOUND) return { found, more: true };
      found.push({ id: message.id, role: message.role, at: message.metadata?.at ?? null, excerpt });
    }
    if (page.before === null) return { found, more: false };
    before = Number(page.before);
  }
  return { found, more: true };
}

/** The words around the first place that holds the text; null when none does. */
function excerptOf(message: ChatMessage, text: string): string | null {
  const wanted = text.toLowerCase();
  for (const part of message.parts) {
    if (part.type !== "text") continue;
    const at = part.text.toLowerCase().indexOf(wanted);
    if (at === -1) continue;
    const from = Math.max(0, at - AROUND), to = at + text.length + AROUND;
    const cut = part.text.slice(from, to).toWellFormed().replaceAll("\ufffd", "").replace(/\s+/g, " ").trim();
    return `${from > 0 ? "…" : ""}${cut}${to < part.text.length ? "…" : ""}`;
  }
  return null;
}
