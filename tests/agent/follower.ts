/** A tab as the live feed sees it: keeps its cursor, breaks off when it likes, and remembers all that it was sent. */
import assert from "node:assert/strict";
import { parseCursor } from "@/agent/live/cursor.ts";
import type { Hub } from "@/agent/live/hub.ts";
import { countStates } from "@/agent/queue/list.ts";
import { feedEnd, readFeed } from "@/agent/store/feed.ts";
import { openStore } from "@/agent/store/kv.ts";
import { within } from "@/tests/deadline.ts";
import type { ChatChunk, Counts, LiveFrame } from "@/agent/types.ts";
import { WHERE } from "./conversation.ts";

export class Follower {
  /** What the feed said, in order: actions as `#id state`, messages by id, tables that changed. */
  readonly heard: string[] = [];
  readonly chunks = new Map<string, ChatChunk[]>();
  readonly messages = new Set<string>();
  counts: Counts | null = null;
  /** Chunks that came although they had been seen. */
  repeated = 0;
  frames = 0;
  #left: () => void = () => {};
  #broken: () => void = () => {};
  #joined = 0;

  constructor(public cursor: string) {}

  /** Joins a hub at the cursor kept. After `frames` frames the connection breaks: what is sent later is lost. */
  async join(hub: Hub, frames = Infinity): Promise<void> {
    const session = ++this.#joined;
    let left = frames;
    const broken = Promise.withResolvers<void>();
    this.#broken = broken.resolve;
    // What "hello" says first.
    this.counts = await countStates(hub.ws);
    const leave = await hub.subscribe(this.cursor, (text) => {
      if (session !== this.#joined || left <= 0) return;
      this.#take(JSON.parse(text));
      if (--left <= 0) broken.resolve();
    });
    assert.ok(leave, `the cursor ${this.cursor} was not taken`);
    this.#left = leave;
    if (frames === Infinity) return;
    await within(`${frames} frames`, broken.promise);
    leave();
  }

  /** Breaks off now. */
  leave(): void {
    this.#joined++;
    this.#left();
    this.#broken();
  }

  #take(frame: LiveFrame): void {
    this.frames++;
    this.cursor = frame.cursor;
    switch (frame.type) {
      case "action":
        this.heard.push(`#${frame.data.id} ${frame.data.state}`);
        break;
      case "data":
        this.heard.push(`data ${frame.data.version}`);
        break;
      case "counts":
        this.counts = frame.data;
        break;
      case "chat":
        if ("message" in frame.data) {
          this.heard.push(`message ${frame.data.message.id}`);
          this.messages.add(frame.data.message.id);
        } else if ("run" in frame.data && "chunks" in frame.data) {
          this.#fold(frame.data);
        }
        break;
      default:
        assert.fail(`a frame of type ${frame.type} was not expected`);
    }
  }

  #fold({ run, seq, chunks }: { run: string; seq: number; chunks: ChatChunk[] }): void {
    const known = this.chunks.get(run) ?? [];
    this.chunks.set(run, known);
    if (chunks.length === 0) return;
    assert.ok(seq <= known.length, `chunks ${known.length} to ${seq - 1} were lost`);
    const fresh = chunks.slice(known.length - seq);
    this.repeated += chunks.length - fresh.length;
    known.push(...fresh);
  }
}

/** What was committed after a cursor, in commit order, as a follower writes it down. */
export async function committedSince(cursor: string): Promise<string[]> {
  const kv = await openStore();
  const after = parseCursor(cursor)?.at ?? "";
  assert.notEqual(await feedEnd(kv, WHERE.ws), after);
  return (await readFeed(kv, WHERE.ws, after)).flatMap(({ events }) =>
    events.flatMap((event) => {
      if (event.t === "action") return [`#${event.action.id} ${event.action.state}`];
      if (event.t === "message") return [`message ${event.id}`];
      return event.t === "data" ? [`data ${event.version}`] : [];
    })
  );
}
