/**
 * Commands that nobody answered: their process died between the command and its result. A mark is stored with the
 * command and removed with its answer, each in the same commit; what is left over is told honestly.
 */
import type { ChatMessage } from "../types.ts";
import { addMessages, hasMessage } from "../chat/store.ts";
import { Refusal } from "../errors.ts";
import { listActions } from "../queue/list.ts";
import { keys } from "../store/keys.ts";
import { openStore } from "../store/kv.ts";
import type { Result } from "./execute.ts";

interface Mark {
  text: string;
  at: number;
}

/** No command takes this long; at another process its mark tells of a death, in milliseconds. */
const DEAD_MS = 60_000;
/** How far back an action or a read of the command is looked for. */
const RECENT = 50;

/** Commands that this process is carrying out. */
const mine = new Set<string>();

type Step = (op: Deno.AtomicOperation) => Promise<void>;

/**
 * Carries out a command. `open` puts the mark into the operation that stores the command, `answered` takes it away in
 * the one that stores the answer, which fails when another process has given its own meanwhile.
 */
export async function unanswered<T>(
  ws: string,
  { id, text }: { id: string; text: string },
  work: (open: (op: Deno.AtomicOperation) => void, answered: Step) => Promise<T>,
): Promise<T> {
  const key = keys.command(ws, id);
  mine.add(id);
  try {
    return await work(
      (op) => void op.set(key, { text, at: Date.now() } satisfies Mark),
      (op) => remove(op, key),
    );
  } finally {
    mine.delete(id);
  }
}

/** Answers what a dead process left open. `all`: no other process lives, so whatever is not ours was left. */
export async function closeUnanswered(ws: string, all = false): Promise<void> {
  const kv = await openStore();
  for await (const { key, value } of kv.list<Mark>({ prefix: keys.commands(ws) })) {
    const id = key.at(-1);
    if (typeof id !== "string" || mine.has(id) || (!all && Date.now() - value.at < DEAD_MS)) continue;
    // The conversation was cleared since: there is nothing to answer.
    if (!await hasMessage(ws, id)) {
      await kv.delete(key);
      continue;
    }
    const answer = answerOf(await interrupted(ws, id, value.text), "interrupted");
    try {
      await addMessages(ws, [answer], (op) => remove(op, key));
    } catch (error) {
      // Another process was faster.
      if (!(error instanceof Refusal)) throw error;
    }
  }
}

/** The message that answers a command. */
export function answerOf({ text, data }: Result, status: "done" | "interrupted"): ChatMessage {
  return {
    id: crypto.randomUUID(),
    role: "assistant",
    parts: [{ type: "text", text }, { type: "data-command", data }],
    metadata: { kind: "command", status, at: new Date().toISOString() },
  };
}

/** What can be said of it: what it logged or queued is known, what else it did is not. */
async function interrupted(ws: string, id: string, text: string): Promise<Result> {
  const { actions } = await listActions(ws, { limit: RECENT });
  const made = actions.find(({ messageId }) => messageId === id);
  const detail = made
    ? `This was interrupted before its answer could be shown, but it was carried out: see #${made.id}.`
    : "This was interrupted, and there is no answer. Look at the queue before you send it again.";
  const command = /^\s*\/(\S*)/.exec(text)?.[1] ?? "";
  return {
    text: detail,
    data: { command, error: { code: "internal", detail }, ...(made ? {} : { again: text }) },
  };
}

async function remove(op: Deno.AtomicOperation, key: Deno.KvKey): Promise<void> {
  const kv = await openStore();
  const mark = await kv.get<Mark>(key);
  if (mark.value === null) throw new Refusal("busy", "This command was answered already.");
  op.check(mark).delete(key);
}
