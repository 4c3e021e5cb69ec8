/** A tab of the model-based test: what the live feed told it of the queue, put together as a page does. */
import assert from "node:assert/strict";
import type { Hub } from "@/agent/live/hub.ts";
import { listMessages } from "@/agent/chat/store.ts";
import { countStates, listActions } from "@/agent/queue/list.ts";
import type { ActionState, ActionSummary, ChatMessage, Counts, LiveFrame } from "@/agent/types.ts";

export class Tab {
  readonly actions = new Map<number, ActionSummary>();
  /** Outcome notes of the conversation, in order. */
  readonly notes: string[] = [];
  counts: Counts = {};
  #cursor: string;
  #hub: Hub;
  #leave: (() => void) | null = null;

  constructor(readonly hubs: readonly Hub[]) {
    this.#hub = hubs[0];
    this.#cursor = this.#hub.startCursor;
  }

  get isHere(): boolean {
    return this.#leave !== null;
  }

  /** Connects where it was; the next time to the next process. */
  async join(turn = 0): Promise<void> {
    if (this.#leave) return;
    this.#hub = this.hubs[turn % this.hubs.length];
    this.counts = await countStates(this.#hub.ws);
    // A process that is behind what the tab has seen is one that has not heard of it yet.
    await this.#hub.drain();
    this.#leave = await this.#subscribe();
    if (this.#leave) return;
    // Away for too long: a page is loaded anew.
    await this.#load();
    this.#leave = await this.#subscribe();
    assert.ok(this.#leave, "the cursor was not taken");
  }

  /** The connection breaks. */
  leave(): void {
    this.#leave?.();
    this.#leave = null;
  }

  /** Resolves when it has been sent everything. */
  async upToDate(): Promise<void> {
    await this.join();
    await this.#hub.drain();
  }

  #subscribe(): Promise<(() => void) | null> {
    return this.#hub.subscribe(this.#cursor, (text) => this.#take(JSON.parse(text)));
  }

  async #load(): Promise<void> {
    this.#cursor = this.#hub.startCursor;
    const { actions, counts } = await listActions(this.#hub.ws, { limit: 1_000 });
    this.counts = counts;
    this.actions.clear();
    for (const action of actions) this.actions.set(action.id, action);
    this.notes.splice(0, Infinity, ...await outcomes(this.#hub.ws));
  }

  #take(frame: LiveFrame): void {
    this.#cursor = frame.cursor;
    if (frame.type === "action") this.actions.set(frame.data.id, frame.data);
    else if (frame.type === "counts") this.counts = frame.data;
    else if (frame.type === "chat" && "message" in frame.data) {
      this.notes.push(...outcomeOf(frame.data.message));
    }
  }
}

/** The outcome notes of the stored conversation, oldest first. */
export async function outcomes(ws: string): Promise<string[]> {
  return (await listMessages(ws, 1_000)).messages.flatMap(outcomeOf);
}

/** What a note says, in the words of the model: number and state. */
function outcomeOf({ metadata, parts }: ChatMessage): string[] {
  if (metadata?.kind !== "outcome") return [];
  const text = parts.map((part) => part.type === "text" ? part.text : "").join("");
  const state = WORDS.find(([words]) => words.test(text))?.[1] ?? text;
  return (metadata.actions ?? []).map((id) => `#${id} ${state}`);
}

const WORDS: [RegExp, ActionState][] = [
  [/^#\d+ was approved/, "approved"],
  [/^#\d+ was reverted/, "reverted"],
  [/^#\d+ was rejected/, "rejected"],
  [/^#\d+ was withdrawn/, "withdrawn"],
  [/^#\d+ was not executed: the data moved/, "stale"],
  [/^#\d+ expired/, "expired"],
  [/^#\d+ failed/, "failed"],
];
