/**
 * The live feed of one workspace in this process: one watcher, however many tabs follow. What is
 * committed reaches every subscriber in commit order; chunks of a running answer reach them from memory, and from KV
 * when another process drives the run.
 */
import type { ChatChunk, Counts, LiveFrame } from "../types.ts";
import { logUnexpected } from "../errors.ts";
import { countStates } from "../queue/list.ts";
import { CURSOR_MS, feedEnd, readFeed } from "../store/feed.ts";
import { keys } from "../store/keys.ts";
import { openStore } from "../store/kv.ts";
import { getLarge } from "../store/large.ts";
import { Crowd, type Send } from "./crowd.ts";
import { formatCursor, parseCursor } from "./cursor.ts";
import { framesOf, pastFrames, stamp } from "./frames.ts";
import { Passing } from "./passing.ts";
import type { Batch, Lease, Tail } from "./tail.ts";

/** A watcher that broke is replaced after this long, in milliseconds. */
const REWATCH_MS = 1_000;

/** The live feed of one workspace. `hubs.ts` keeps one for each. */
export class Hub {
  #at: string;
  #tail: Tail | null = null;
  #counts: Counts = {};
  #chain: Promise<void> = Promise.resolve();
  /** The end of the chain, if it is a reading that has not begun. */
  #waiting: Promise<void> | null = null;
  readonly #crowd = new Crowd();
  readonly #runs = new Set<() => void>();
  #watch: ReadableStreamDefaultReader<unknown> | null = null;
  #following: Promise<void> = Promise.resolve();
  #closed = false;
  readonly #passing = new Passing(() => void this.drain());
  /** The run that this process drives: its chunks come from memory, ahead of KV. */
  #driven: string | null = null;

  private constructor(readonly ws: string, readonly kv: Deno.Kv, at: string) {
    this.#at = at;
  }

  static async open(ws: string): Promise<Hub> {
    const kv = await openStore();
    const hub = new Hub(ws, kv, await feedEnd(kv, ws));
    hub.#counts = await countStates(ws);
    await hub.#readRun();
    hub.#following = hub.#follow();
    return hub;
  }

  /** Where the feed stands now, for who has seen everything. */
  get cursor(): string {
    return formatCursor({ at: this.#at, time: Date.now(), ...this.#seen });
  }

  /** Where the feed stands now, for who has seen all that is stored and nothing of a running answer. */
  get startCursor(): string {
    return formatCursor({ at: this.#at, part: 0, time: Date.now(), run: null, seq: 0 });
  }

  /** The running answer, or null. */
  get tail(): Readonly<Tail> | null {
    return this.#tail;
  }

  /** How many follow. */
  get size(): number {
    return this.#crowd.size;
  }

  /** Brings the hub up to what is committed now; resolves when every subscriber has been sent it. */
  drain(): Promise<void> {
    // One that still waits for its turn will see all of it: sixty tabs that come back together cost one reading.
    return this.#waiting ??= this.#chain = this.#chain.then(() => {
      this.#waiting = null;
      return this.#drain();
    }).catch((error) => void logUnexpected(error, "live feed"));
  }

  /**
   * Follows the feed from a cursor on, without a gap and without a repetition; "" starts at now. Returns how to stop,
   * or null when the cursor is too old or not ours, so that the client must start afresh.
   */
  async subscribe(from: string, send: Send): Promise<(() => void) | null> {
    const held: string[] = [];
    let hold = true;
    const subscriber: Send = (frame) => hold ? held.push(frame) : send(frame);
    // Registered as a link of the chain, so never in the middle of a drain: what is committed up to `until` comes from
    // the feed below, and what is committed later waits in `held` until the past has been sent.
    this.#passing.hurry();
    const registered = this.drain().then(() => {
      this.#crowd.add(subscriber);
      const tail = this.#tail && { run: this.#tail.run, chunks: this.#tail.chunks.slice() };
      const start = parseCursor(from === "" ? this.startCursor : from);
      return { start, until: this.#at, tail, counts: this.#counts };
    });
    this.#chain = registered.then(() => {});
    const { start, until, tail, counts } = await registered;
    if (!start || start.time < Date.now() - CURSOR_MS || start.at > until) {
      this.#crowd.delete(subscriber);
      return null;
    }
    try {
      for await (const frame of pastFrames(this.kv, this.ws, start, until, counts)) {
        send(JSON.stringify(frame));
      }
      if (tail) {
        const seq = start.run === tail.run ? start.seq : 0;
        const rest = tail.chunks.slice(seq);
        if (rest.length > 0) send(JSON.stringify(this.#chunkFrame(until, tail.run, seq, rest)));
      }
    } catch (error) {
      this.#crowd.delete(subscriber);
      throw error;
    }
    for (const frame of held) send(frame);
    hold = false;
    return () => this.#crowd.delete(subscriber);
  }

  /** Begins a running answer that this process drives. */
  startRun(run: string): void {
    // The watcher may have met it already: who waits for its chunks waits on that tail.
    if (this.#tail?.run !== run) this.#beginRun(run);
    this.#driven = run;
  }

  /** Passes on chunks of the answer that this process drives. */
  emit(run: string, chunks: ChatChunk[]): void {
    if (this.#tail?.run !== run || chunks.length === 0) return;
    const seq = this.#tail.chunks.length;
    this.#tail.chunks.push(...chunks);
    this.#crowd.send(this.#chunkFrame(this.#at, run, seq, chunks));
    for (const wake of this.#runs) wake();
  }

  /** Sends a frame that belongs to this moment alone and is not kept (health, ping). */
  broadcast(frame: (cursor: string) => LiveFrame): void {
    this.#crowd.send(frame(this.cursor));
  }

  /** The chunks of a running answer from its first until it ends; none when it doesn't run. */
  async *chunks(run: string, signal: AbortSignal): AsyncGenerator<ChatChunk> {
    const tail = this.#tail;
    if (tail?.run !== run) return;
    let seq = 0;
    while (!signal.aborted) {
      if (seq < tail.chunks.length) {
        const chunk = tail.chunks[seq++];
        yield chunk;
        if (chunk.type === "finish" || chunk.type === "abort") return;
      } else if (tail.ended) {
        // Driven by another process: its last chunk is the stored message itself.
        yield { type: "finish" };
        return;
      } else {
        await this.#wake(signal);
      }
    }
  }

  /** Stops following; resolves when nothing of it runs any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#crowd.clear();
    this.#passing.close();
    await this.#watch?.cancel().catch(() => {});
    await this.#following;
    await this.#chain;
  }

  /** How far a reader is who has been sent everything. */
  get #seen() {
    return { part: 0, run: this.#tail?.run ?? null, seq: this.#tail?.chunks.length ?? 0 };
  }

  /** Resolves at the next chunk or the end of a run, or when the signal aborts. */
  #wake(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#runs.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#runs.add(wake);
      signal.addEventListener("abort", wake);
    });
  }

  async #follow(): Promise<void> {
    while (!this.#closed) {
      try {
        const reader = this.kv.watch([keys.head(this.ws), keys.progress(this.ws)]).getReader();
        this.#watch = reader;
        let progress: string | null = null;
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          const [head, written] = value;
          const isNews = head.versionstamp !== null && head.versionstamp > this.#at;
          const isProgress = written.versionstamp !== progress && !this.#drives;
          progress = written.versionstamp;
          if (isNews || isProgress) await this.drain();
        }
      } catch (error) {
        logUnexpected(error, "live feed");
      }
      // A watcher that ended by itself is replaced: whoever follows this hub would never hear of anything again.
      if (!this.#closed) {
        await new Promise<void>((resolve) => Deno.unrefTimer(setTimeout(resolve, REWATCH_MS)));
      }
    }
  }

  async #drain(): Promise<void> {
    const due = this.#passing.due(await readFeed(this.kv, this.ws, this.#at));
    for (const [i, entry] of due.entries()) {
      const tail = this.#tail;
      const ends = tail && entry.events.some((event) => event.t === "message" && event.id === tail.run);
      // The last words of another process's answer come before the message that replaces them.
      if (ends && tail.run !== this.#driven) await this.#readChunks(tail);
      const frames = await framesOf(this.ws, entry);
      // From here to the last frame nothing comes between, so that the cursors of chunks stand before or after them all.
      // Within the entry a tab stands past the claim that was passed over, or else it would be told of that instead.
      const stamped = stamp(frames, entry.versionstamp, entry.before ?? this.#at, this.#seen);
      this.#at = entry.versionstamp;
      if (ends && this.#tail === tail) this.#endRun();
      const [first, ...others] = stamped;
      if (first?.type === "action" && i === due.length - 1) await this.#crowd.sendFirst(first, others);
      else for (const frame of stamped) this.#crowd.send(frame);
      if (entry.events.some((event) => event.t === "run" && event.run === "")) this.#abandonRun();
      if (entry.events.some(({ t }) => t === "action")) await this.#sendCounts();
    }
    await this.#readRun();
  }

  #beginRun(run: string): Tail {
    this.#endRun();
    return this.#tail = { run, chunks: [], ended: false };
  }

  #endRun(): void {
    if (this.#tail) this.#tail.ended = true;
    this.#tail = null;
    for (const wake of this.#runs) wake();
  }

  /** A run ended without a message. Tabs of the process that drove it know by its last chunk; others are told by one. */
  #abandonRun(): void {
    const run = this.#tail?.run;
    if (run !== undefined && run !== this.#driven) this.emit(run, [{ type: "abort" }]);
    this.#endRun();
  }

  async #sendCounts(): Promise<void> {
    const data = await countStates(this.ws);
    if (JSON.stringify(data) === JSON.stringify(this.#counts)) return;
    this.#counts = data;
    this.broadcast((cursor) => ({ type: "counts", cursor, data }));
  }

  /** Whether the running answer is written by this process: nothing of it is news. */
  get #drives(): boolean {
    return this.#tail !== null && this.#tail.run === this.#driven;
  }

  /** The answer that another process writes, as far as it is stored. */
  async #readRun(): Promise<void> {
    if (this.#drives) return;
    const lease = await this.kv.get<Lease>(keys.run(this.ws));
    if (!lease.value || lease.value.run === this.#driven) return;
    const { run } = lease.value;
    await this.#readChunks(this.#tail?.run === run ? this.#tail : this.#beginRun(run));
  }

  async #readChunks(tail: Tail): Promise<void> {
    const start = keys.chunk(this.ws, tail.run, tail.chunks.length);
    const end = [...keys.chunks(this.ws, tail.run), Infinity];
    for await (const { value } of this.kv.list<Batch>({ start, end })) {
      const known = tail.chunks.length - value.from;
      if (known < 0 || known >= value.count) continue;
      const chunks = await getLarge<ChatChunk[]>(this.kv, this.ws, value.large);
      if (this.#tail !== tail) return;
      if (chunks) this.emit(tail.run, chunks.slice(tail.chunks.length - value.from));
    }
  }

  #chunkFrame(at: string, run: string, seq: number, chunks: ChatChunk[]): LiveFrame {
    const cursor = formatCursor({ at, part: 0, time: Date.now(), run, seq: seq + chunks.length });
    return { type: "chat", cursor, data: { run, seq, chunks } };
  }
}
