/**
 * Drives one answer to its end, whatever the tabs do. Chunks go to this process's tabs at once and to KV in batches;
 * every batch checks the lease, so that a process that was declared dead can't write on.
 */
import { type FinishReason, isStepCount, readUIMessageStream, streamText, toUIMessageStream } from "ai";
import type { ChatChunk, ChatMessage, MessageMetadata } from "../types.ts";
import { logUnexpected, Refusal } from "../errors.ts";
import type { Hub } from "../live/hub.ts";
import { hubOf } from "../live/hubs.ts";
import type { Batch, Lease } from "../live/tail.ts";
import { announce } from "../store/feed.ts";
import { keys } from "../store/keys.ts";
import { backoff } from "../store/kv.ts";
import { dropLarge, putLarge } from "../store/large.ts";
import { joinDeltas, says, unitsOf } from "./chunks.ts";
import { modelFailure } from "./model.ts";
import type { Prepared } from "./prepare.ts";
import { appendMessages } from "./store.ts";

/** Steps of one answer; the last one has no tools, so that it always ends in words. */
const MAX_STEPS = 5;
/** Text waits this long for company before it is written to KV, in milliseconds. */
export const FLUSH_MS = 50;
/** A model that says nothing for this long has failed, in milliseconds. */
const SILENCE_MS = 60_000;
/** So does one that comes to no end: an answer holds this many characters, thoughts and arguments of tools included. */
const MAX_UNITS = 200_000;

/** Why an answer is not whole, though it ended in good order. */
const CUT: Partial<Record<FinishReason, string>> = {
  length: "The answer is cut off: it reached the model's limit.",
  "content-filter": "The model's provider withheld the answer, or its end.",
  error: "The answer broke off.",
  // The stream ended before the model gave its reason, though the connection closed in good order.
  interrupted: "The answer broke off.",
};

export interface Drive {
  ws: string;
  run: string;
  kind: Lease["kind"];
  /** Versionstamp of the lease under which it runs. */
  lease: string;
  /** The call of the model. */
  prepared: Promise<Prepared>;
  /** Aborted with the reason "stopped" when a person stops it. */
  signal: AbortSignal;
  /** Called when everything is said and only has to be stored. */
  onEnding?: () => void;
}

type Status = NonNullable<MessageMetadata["status"]>;

/** Runs the answer and stores it. Never throws: whatever happens becomes the message's status. */
export async function drive(run: Drive): Promise<void> {
  const hub = await hubOf(run.ws);
  const told = hub.drain();
  const log = new ChunkLog(hub, run);
  const broken = new AbortController();
  const signal = AbortSignal.any([run.signal, broken.signal, log.fenced]);
  let status: Status = "done";
  let error: string | undefined;
  let left = MAX_UNITS;
  let isEmpty = true;
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  const alive = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => broken.abort(new DOMException("silent", "TimeoutError")), SILENCE_MS);
  };
  try {
    alive();
    const stream = await answer(run, signal, alive);
    // Tabs hear of the question before they hear of the answer.
    await told;
    for await (const chunk of stream) {
      alive();
      left -= unitsOf(chunk);
      if (left < 0) {
        status = "failed";
        broken.abort(new Refusal("limit", "The answer became too long and was stopped."));
        continue;
      }
      isEmpty &&= !says(chunk);
      if (chunk.type === "error") {
        status = "failed";
        error ??= chunk.errorText;
      }
      if (chunk.type === "finish" && status === "done") {
        error = CUT[chunk.finishReason ?? "stop"];
        if (!error && isEmpty && run.kind === "answer") error = "The model gave no answer.";
        if (error) status = "failed";
      }
      // How it ended is said once, below, after everything else.
      if (chunk.type !== "finish" && chunk.type !== "abort") log.add(chunk);
      if (chunk.type === "abort") status = run.signal.aborted ? "stopped" : "failed";
    }
  } catch (thrown) {
    status = run.signal.aborted ? "stopped" : "failed";
    if (status === "failed") error = failure(thrown);
    if (status === "failed" && !broken.signal.aborted) logUnexpected(thrown, "run");
  } finally {
    clearTimeout(watchdog);
  }
  if (broken.signal.aborted && status !== "stopped") error = failure(broken.signal.reason);
  if (status === "failed") error ??= "The answer broke off.";
  const metadata: MessageMetadata = { status, at: new Date().toISOString(), ...(error && { error }) };
  run.onEnding?.();
  log.add(status === "stopped" ? { type: "abort" } : { type: "finish", messageMetadata: metadata });
  await log.end(metadata);
}

async function answer(
  run: Drive,
  signal: AbortSignal,
  alive: () => void,
): Promise<ReadableStream<ChatChunk>> {
  const { name, seen, pulse, call } = await Promise.race([run.prepared, abortOf(signal)]);
  pulse.beat = alive;
  const result = streamText({
    ...call,
    stopWhen: isStepCount(MAX_STEPS),
    prepareStep: ({ stepNumber }) => stepNumber === MAX_STEPS - 1 ? { toolChoice: "none" } : {},
    abortSignal: signal,
    maxRetries: 1,
    onError: ({ error }) => {
      if (!signal.aborted) logUnexpected(error, "model");
    },
  });
  return toUIMessageStream<typeof call.tools, ChatMessage>({
    stream: result.stream,
    tools: call.tools,
    generateMessageId: () => run.run,
    messageMetadata: ({ part }) =>
      part.type === "start"
        ? {
          at: new Date().toISOString(),
          model: name,
          seen,
          ...(run.kind === "followup" && { kind: "followup" }),
        }
        : undefined,
    onError: modelFailure,
    redactToolErrors: false,
  });
}

/** The chunks of one answer: to the tabs now, to KV in batches, and in the end as one message. */
class ChunkLog {
  readonly #all: ChatChunk[] = [];
  #stored = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #chain: Promise<void> = Promise.resolve();
  readonly #fence = new AbortController();
  /** The lease as it was last written, as far as is known here. */
  #lease: string | null;

  constructor(readonly hub: Hub, readonly run: Drive) {
    this.#lease = run.lease;
  }

  /** Aborted when another process holds the lease now. */
  get fenced(): AbortSignal {
    return this.#fence.signal;
  }

  add(chunk: ChatChunk): void {
    if (this.fenced.aborted) return;
    this.#all.push(chunk);
    this.hub.emit(this.run.run, [chunk]);
    // What a tool did must outlive this process at once; text may wait for company.
    if (/^(tool-(input-available|output)|start$)/.test(chunk.type)) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  /** Stores the answer as one message and gives the lease back, in one commit. */
  async end(metadata: MessageMetadata): Promise<void> {
    this.#flush();
    await this.#chain;
    const { ws, run } = this.run;
    const message = await foldChunks(run, this.#all, metadata);
    await closeRun(ws, run, message);
    await this.hub.drain();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#chain = this.#chain.then(() => this.#store()).catch((error) => {
      logUnexpected(error, "chunks");
      this.#fence.abort(error);
    });
  }

  async #store(): Promise<void> {
    const { ws, run, kind } = this.run;
    const from = this.#stored;
    const chunks = this.#all.slice(from);
    if (chunks.length === 0) return;
    const { kv } = this.hub;
    const large = await putLarge(kv, ws, chunks);
    for (;;) {
      const op = kv.atomic().check({ key: keys.run(ws), versionstamp: this.#lease });
      op.set(keys.run(ws), { run, kind, beat: Date.now() } satisfies Lease);
      op.set(keys.chunk(ws, run, from), { from, count: chunks.length, large } satisfies Batch);
      op.set(keys.progress(ws), Date.now());
      const done = await op.commit();
      if (done.ok) {
        this.#lease = done.versionstamp;
        break;
      }
      // A beat renewed it, or it is another's.
      const lease = await kv.get<Lease>(keys.run(ws));
      if (lease.value?.run !== run) {
        this.#fence.abort(new Error("The lease is gone."));
        return;
      }
      this.#lease = lease.versionstamp;
    }
    this.#stored = from + chunks.length;
  }
}

/** Builds the message that chunks amount to, as the SDK's own reader does. */
export async function foldChunks(
  run: string,
  chunks: readonly ChatChunk[],
  metadata: MessageMetadata,
): Promise<ChatMessage> {
  let message: ChatMessage = { id: run, role: "assistant", parts: [] };
  const stream = ReadableStream.from(joinDeltas(chunks));
  for await (const state of readUIMessageStream<ChatMessage>({ stream, onError: () => {} })) message = state;
  return { ...message, id: run, metadata: { ...message.metadata, ...metadata } };
}

/** Ends a run: its message enters the conversation and its lease goes. False when the lease is another's. */
export async function closeRun(ws: string, run: string, message: ChatMessage): Promise<boolean> {
  const { kv } = await hubOf(ws);
  for (let tries = 0;; tries++) {
    const lease = await kv.get<Lease>(keys.run(ws));
    if (lease.value?.run !== run) return false;
    const op = kv.atomic().check(lease).delete(keys.run(ws));
    // Nobody asked for a follow-up: one without a word leaves no message. An answer says "Stopped."
    const empty = lease.value.kind === "followup" && message.metadata?.status !== "failed" &&
      !message.parts.some((part) => part.type === "text" && part.text.trim() !== "");
    announce(kv, op, ws, empty ? [{ t: "run", run: "" }] : await appendMessages(kv, op, ws, [message]));
    if ((await op.commit()).ok) break;
    await backoff(tries);
  }
  await trim(kv, ws, run);
  return true;
}

/** Drops the chunks of earlier runs. This one's stay until the next ends: another process may still be reading them. */
async function trim(kv: Deno.Kv, ws: string, run: string): Promise<void> {
  for await (const { key, value } of kv.list<Batch>({ prefix: keys.allChunks(ws) })) {
    if (key.at(-2) === run) continue;
    await kv.delete(key);
    await dropLarge(kv, ws, value.large);
  }
}

function failure(thrown: unknown): string {
  return thrown instanceof Refusal ? thrown.message : modelFailure(thrown);
}

/** Fails as soon as the signal aborts. */
function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, fail) => {
    if (signal.aborted) fail(signal.reason);
    signal.addEventListener("abort", () => fail(signal.reason), { once: true });
  });
}
