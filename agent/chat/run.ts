/** Answers, one at a time in each workspace: started by a message, stopped from any tab, closed when their process died. */
import { z } from "zod";
import type { Actor, ChatChunk, ChatMessage } from "../types.ts";
import { logUnexpected, Refusal } from "../errors.ts";
import type { Verdict } from "../guard/judge.ts";
import { note } from "../guard/log.ts";
import { assertRoom, count } from "../limits/messages.ts";
import { hubOf } from "../live/hubs.ts";
import type { Batch, Lease } from "../live/tail.ts";
import { announce } from "../store/feed.ts";
import { keys } from "../store/keys.ts";
import { backoff, MAX_TRIES, openStore } from "../store/kv.ts";
import { getLarge } from "../store/large.ts";
import { closeRun, drive, foldChunks } from "./drive.ts";
import { appendMessages, hasMessage, lastMessages } from "./store.ts";

/** A run without a sign of life for this long belongs to a dead process, in milliseconds. */
const DEAD_MS = 15_000;
const BEAT_MS = 5_000;
/** A follow-up at another process may take this long to give way, in milliseconds. */
const PATIENCE_MS = 2_000;
const MAX_TEXT = 8_000;

const TextPart = z.object({ type: z.literal("text"), text: z.string() });
const AnyPart = z.union([TextPart, z.object({ type: z.string() })]);
const Message = z.object({
  id: z.string().max(100).optional(),
  role: z.string(),
  parts: z.array(AnyPart).max(50),
});

/** The body of POST …/chat: our own, or the AI SDK's, of which the last message of a user counts and nothing else. */
export const ChatBody = z.union([
  z.object({ message: z.union([z.string(), Message]) }),
  z.object({ messages: z.array(Message).min(1), trigger: z.string().optional() }),
  z.object({ trigger: z.literal("regenerate-message") }),
]);
export type ChatBody = z.infer<typeof ChatBody>;

/** What a person asked for: something new, or the last answer once more. */
export type Request = { id: string; text: string } | "retry";

/** Reads what a person asked for. Only their own text counts: a client can't put words into the agent's mouth. */
export function requestOf(body: ChatBody): Request {
  if ("trigger" in body && body.trigger === "regenerate-message") return "retry";
  const message = "message" in body
    ? body.message
    : "messages" in body
    ? body.messages.findLast(isUser)
    : undefined;
  const text = typeof message === "string"
    ? message
    : message && isUser(message)
    ? message.parts.flatMap((part) => "text" in part && part.type === "text" ? [part.text] : []).join("\n")
    : "";
  const id = typeof message === "object" && message.id ? message.id : crypto.randomUUID();
  if (text.trim() === "") {
    throw new Refusal("invalid", "Say something.", { errors: [{ path: "message", message: "is empty" }] });
  }
  if (text.length > MAX_TEXT) {
    throw new Refusal("invalid", `A message has at most ${MAX_TEXT} characters.`, {
      errors: [{ path: "message", message: "is too long" }],
    });
  }
  return { id, text };
}

function isUser(message: { role: string }): boolean {
  return message.role === "user";
}

interface Active {
  abort: AbortController;
  /** Everything is said; what remains is to store it. */
  ending: boolean;
  done: Promise<void>;
}
const active = new Map<string, Active>();

export interface Where {
  ws: string;
  database: string;
}

/**
 * Starts an answer to a person. Throws `busy` while another one is being written to them, and `rate_limited` when they
 * have sent too much. What the guard noted of the message is kept with it.
 */
export async function startAnswer(
  { ws, database }: Where,
  by: Actor,
  request: Request,
  verdict: Verdict = { verdict: "allow" },
): Promise<{ run: string }> {
  await assertRoom(ws, by, "message");
  await makeRoom(ws);
  if (request !== "retry" && await hasMessage(ws, request.id)) {
    throw new Refusal("busy", "This message was sent already.");
  }
  const messages: ChatMessage[] = request === "retry" ? [] : [{
    id: request.id,
    role: "user",
    parts: [{ type: "text", text: request.text }],
    metadata: { at: new Date().toISOString(), by },
  }];
  const messageId = request === "retry" ? await lastAsked(ws) : request.id;
  return await begin({ ws, database }, by, "answer", messages, messageId, async (op) => {
    await count(op, ws, by, "message");
    if (request !== "retry") note(op, ws, { ...request, by }, verdict);
  });
}

/** Starts the agent's short word on outcomes; null when anything else is being written. */
export async function startFollowUp({ ws, database }: Where, by: Actor): Promise<{ run: string } | null> {
  try {
    return await begin({ ws, database }, by, "followup", [], null);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** Stops the running answer, if there is one, in whichever process it runs. */
export async function stopAnswer(ws: string): Promise<void> {
  const kv = await openStore();
  const { value: lease } = await kv.get<Lease>(keys.run(ws));
  if (!lease) return;
  const mine = active.get(lease.run);
  if (mine) {
    mine.abort.abort("stopped");
    await mine.done;
  } else {
    await kv.set(keys.stop(ws), lease.run, { expireIn: 60_000 });
  }
}

/** The running answer, if it is alive. One whose process died is closed as interrupted first. */
export async function runningAnswer(ws: string): Promise<{ id: string } | null> {
  const kv = await openStore();
  const { value: lease } = await kv.get<Lease>(keys.run(ws));
  if (!lease) return null;
  if (!active.has(lease.run) && Date.now() - lease.beat > DEAD_MS) {
    await closeDead(ws);
    return null;
  }
  return { id: lease.run };
}

/** Closes a run that no process drives any more: what it had written stays, marked as interrupted. */
export async function closeDead(ws: string): Promise<void> {
  const kv = await openStore();
  const { value: lease } = await kv.get<Lease>(keys.run(ws));
  if (!lease || active.has(lease.run)) return;
  const chunks: ChatChunk[] = [];
  for await (const { value } of kv.list<Batch>({ prefix: keys.chunks(ws, lease.run) })) {
    chunks.push(...await getLarge<ChatChunk[]>(kv, ws, value.large) ?? []);
  }
  const message = await foldChunks(lease.run, chunks, {
    status: "interrupted",
    at: new Date().toISOString(),
  });
  await closeRun(ws, lease.run, message);
}

/** Stops everything this process drives and waits until it is stored. */
export async function stopAll(): Promise<void> {
  const runs = [...active.values()];
  for (const { abort } of runs) abort.abort("stopped");
  await Promise.all(runs.map(({ done }) => done));
}

/** A person goes first: a follow-up gives way, in whichever process it is written; a living answer doesn't. */
export async function makeRoom(ws: string): Promise<void> {
  const kv = await openStore();
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { value: lease } = await kv.get<Lease>(keys.run(ws));
    if (!lease) return;
    const mine = active.get(lease.run);
    if (mine?.ending) {
      // A client that asks again at the last chunk of an answer finds room, not "busy".
      await mine.done;
      continue;
    }
    if (lease.kind === "answer") {
      if ((await runningAnswer(ws))?.id === lease.run) throw busy();
      continue;
    }
    // Its process had its chance to store what it has; from here on it finds its lease gone and writes no more.
    if (Date.now() > deadline) await closeDead(ws);
    else await stopAnswer(ws);
    await backoff(MAX_TRIES);
  }
}

async function begin(
  where: Where,
  by: Actor,
  kind: Lease["kind"],
  messages: ChatMessage[],
  messageId: string | null,
  also: (op: Deno.AtomicOperation) => Promise<void> = () => Promise.resolve(),
): Promise<{ run: string }> {
  const { ws } = where;
  const kv = await openStore();
  const run = crypto.randomUUID();
  for (let tries = 0;; tries++) {
    const lease = await kv.get<Lease>(keys.run(ws));
    if (lease.value) {
      if (kind === "followup" || lease.value.kind !== "followup") throw busy();
      // It began in the moment in which the person asked.
      await makeRoom(ws);
      continue;
    }
    const op = kv.atomic().check(lease).set(keys.run(ws), { run, kind, beat: Date.now() } satisfies Lease);
    await also(op);
    announce(kv, op, ws, [...await appendMessages(kv, op, ws, messages), { t: "run", run }]);
    if ((await op.commit()).ok) break;
    if (tries > MAX_TRIES) throw new Refusal("busy", "The conversation is busy. Try again.");
    await backoff(tries);
  }
  (await hubOf(ws)).startRun(run);
  const abort = new AbortController();
  const watch = await keepAlive(ws, run, kind, abort);
  const done = drive({
    ...where,
    run,
    kind,
    by,
    messageId,
    signal: abort.signal,
    onEnding: () => mine.ending = true,
  })
    .catch((error) => void logUnexpected(error, "drive"))
    .finally(() => {
      active.delete(run);
      watch.close();
    });
  const mine = { abort, done, ending: false };
  active.set(run, mine);
  return { run };
}

/** Shows that the run lives, and listens for a stop that another process asks for. */
async function keepAlive(ws: string, run: string, kind: Lease["kind"], abort: AbortController) {
  const kv = await openStore();
  const live = async (): Promise<void> => {
    const lease = await kv.get<Lease>(keys.run(ws));
    if (lease.value?.run !== run) return;
    await kv.atomic().check(lease).set(keys.run(ws), { run, kind, beat: Date.now() } satisfies Lease)
      .commit();
  };
  // A beat that failed is followed by another; unhandled, it would end the process.
  const beat = setInterval(() => live().catch((error) => void logUnexpected(error, "beat")), BEAT_MS);
  const reader = kv.watch<[string]>([keys.stop(ws)]).getReader();
  const listen = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (value[0].value === run) abort.abort("stopped");
    }
  };
  listen().catch(() => {});
  return {
    close() {
      clearInterval(beat);
      reader.cancel().catch(() => {});
    },
  };
}

function busy(): Refusal {
  return new Refusal("busy", "An answer is being written. Wait for it, or stop it.");
}

async function lastAsked(ws: string): Promise<string> {
  const [last] = await lastMessages(ws, 1, (said) => isUser(said) && said.metadata?.kind !== "command");
  if (!last || last.metadata?.kind === "refused") {
    throw new Refusal("invalid", "There is nothing to answer again.");
  }
  return last.id;
}
