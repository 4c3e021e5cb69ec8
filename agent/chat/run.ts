/** Answers, one at a time in each workspace: started by a message, stopped from any tab, closed when their process died. */
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
import { inTurn } from "../store/turns.ts";
import { schemaOf } from "../schema.ts";
import { closeRun, drive, foldChunks } from "./drive.ts";
import { isForModel, isSaid, WINDOW } from "./instructions.ts";
import { prepare, type Prepared } from "./prepare.ts";
import type { Request } from "./request.ts";
import { bodiesOf, dropBodies, hasMessage, lastMessages, place } from "./store.ts";

/** A run without a sign of life for this long belongs to a dead process, in milliseconds. */
const DEAD_MS = 15_000;
const BEAT_MS = 5_000;
/** A follow-up at another process may take this long to give way, in milliseconds. */
const PATIENCE_MS = 2_000;

interface Active {
  abort: AbortController;
  /** Everything is said; what remains is to store it. */
  ending: boolean;
  done: Promise<void>;
}
const active = new Map<string, Active>();
/** The answer that was begun last in each workspace by this process. */
const lastAnswer = new Map<string, string>();

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
  const messages: ChatMessage[] = request === "retry" ? [] : [{
    id: request.id,
    role: "user",
    parts: [{ type: "text", text: request.text }],
    metadata: { at: new Date().toISOString(), by },
  }];
  const messageId = request === "retry" ? await askedAgain(ws, by) : request.id;
  try {
    return await begin({ ws, database }, by, "answer", messages, messageId, async (op) => {
      await count(op, ws, by, "message");
      if (request !== "retry") note(op, ws, { ...request, by }, verdict);
    });
  } catch (error) {
    // Who sends too much must not fill the store with what is refused. What failed otherwise may have been committed.
    if (error instanceof Refusal) await dropBodies(ws, messages);
    throw error;
  }
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
  const schema = schemaOf(where.database);
  schema.catch(() => {});
  const ready = (earlier: ChatMessage[]) => {
    const prepared = prepare({ ...where, kind, by, messageId, messages: [...earlier, ...messages], schema });
    // It is awaited where the answer is written, if there is one.
    prepared.catch(() => {});
    return prepared;
  };
  let began: string;
  let prepared: Promise<Prepared>;
  for (let tries = 0;; tries++) {
    const before = lastAnswer.get(ws);
    // One person's messages are counted together, in whichever workspace: twenty at once would only get in their own way.
    const done = await inTurn(`person/${by.id}`, async () => {
      const op = kv.atomic();
      const [bodies, [lease, next], said] = await Promise.all([
        bodiesOf(kv, ws, messages),
        kv.getMany<[Lease, number]>([keys.run(ws), keys.nextMessage(ws)]),
        lastMessages(ws, WINDOW, isForModel, isSaid),
        also(op),
      ]);
      // Whoever lost a race to another person has their answer, though that one be over already.
      if (lease.value && kind === "followup" || lastAnswer.get(ws) !== before) throw busy();
      if (lease.value) return null;
      announce(kv, op, ws, [...place(op, ws, messages, bodies, next), { t: "run", run }]);
      op.check(lease).set(keys.run(ws), { run, kind, beat: Date.now() } satisfies Lease);
      const committing = op.commit();
      // The call is prepared while the disk is busy.
      const prepared = ready(said.messages);
      const done = await committing;
      if (done.ok && kind === "answer") lastAnswer.set(ws, run);
      return { done, prepared, isWhole: said.upTo === (next.value ?? 1) - 1 };
    });
    if (!done) {
      await makeRoom(ws);
      continue;
    }
    if (done.done.ok) {
      began = done.done.versionstamp;
      // All was read at once: what came in between is read again.
      prepared = done.isWhole ? done.prepared : ready(await saidBefore(ws, messages));
      break;
    }
    for (const { id } of messages) {
      if (await hasMessage(ws, id)) throw new Refusal("busy", "This message was sent already.");
    }
    if (tries > MAX_TRIES) throw new Refusal("busy", "The conversation is busy. Try again.");
    await backoff(tries);
  }
  (await hubOf(ws)).startRun(run);
  const abort = new AbortController();
  const done = drive({
    ws,
    run,
    kind,
    lease: began,
    prepared,
    signal: abort.signal,
    onEnding: () => mine.ending = true,
  })
    .catch((error) => void logUnexpected(error, "drive"))
    .finally(async () => {
      active.delete(run);
      (await watch).close();
    });
  const mine = { abort, done, ending: false };
  active.set(run, mine);
  const watch = keepAlive(ws, run, kind, abort);
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

/** What the model sees of the conversation but for these messages. */
async function saidBefore(ws: string, messages: readonly ChatMessage[]): Promise<ChatMessage[]> {
  const said = await lastMessages(ws, WINDOW + messages.length, isForModel, isSaid);
  return said.messages.filter(({ id }) => !messages.some((message) => message.id === id));
}

function busy(): Refusal {
  return new Refusal("busy", "An answer is being written. Wait for it, or stop it.");
}

/** What an answer "once more" answers. Whoever may not ask now is told that first. */
async function askedAgain(ws: string, by: Actor): Promise<string> {
  await assertRoom(ws, by, "message");
  await makeRoom(ws);
  const { messages: [last] } = await lastMessages(
    ws,
    1,
    ({ role, metadata }) => role === "user" && metadata?.kind !== "command",
  );
  if (!last || last.metadata?.kind === "refused") {
    throw new Refusal("invalid", "There is nothing to answer again.");
  }
  return last.id;
}
