/** Everybody who follows the feed of one workspace. */
import type { LiveFrame } from "../types.ts";

/** Receives frames as JSON text, serialised once for all. */
export type Send = (frame: string) => void;

/** How long each tab keeps the others waiting, in milliseconds: about what sending it a frame takes. */
const TAB_MS = 0.015;
/** A pause shorter than this is none. */
const SHORT_MS = 2;

/** The subscribers of a feed. Every frame reaches all of them, in one order. */
export class Crowd {
  readonly #members = new Set<Send>();
  /** What waits for the end of a pause. */
  #held: LiveFrame[] | null = null;

  get size(): number {
    return this.#members.size;
  }

  add(member: Send): void {
    this.#members.add(member);
  }

  delete(member: Send): void {
    this.#members.delete(member);
  }

  clear(): void {
    this.#members.clear();
  }

  send(frame: LiveFrame): void {
    if (this.#held) return void this.#held.push(frame);
    const text = JSON.stringify(frame);
    for (const member of this.#members) member(text);
  }

  /**
   * Sends one frame to everybody before the others to anybody. Where a thousand follow, a change would else reach the
   * last of them behind everything that the first are told about it.
   */
  async sendFirst(frame: LiveFrame, others: readonly LiveFrame[]): Promise<void> {
    this.send(frame);
    const pause = this.size * TAB_MS;
    if (pause >= SHORT_MS && others.length > 0) {
      this.#held = [];
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    const held = this.#held ?? [];
    this.#held = null;
    for (const next of [...others, ...held]) this.send(next);
  }
}
