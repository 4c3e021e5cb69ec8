/**
 * A few children of one kind. One is always kept ready; more are started only while all of them have been busy for a
 * moment, so that a runaway query costs its own deadline and nobody else's time, and a quiet service little memory.
 */
import { Child, type ChildSpec } from "./child.ts";

interface Task {
  run(child: Child): void;
}

/** Most children at a time. */
const MAX = 3;
/** A request that waits this long gets another child: far more than an ordinary query takes, far less than a deadline. */
const GROW_MS = 40;
/** Further children end after this long without work. */
const SHRINK_MS = 30_000;

export class Pool {
  #spec: ChildSpec;
  #children: Child[] = [];
  #waiting: Task[] = [];
  #grow: ReturnType<typeof setTimeout> | undefined;
  #shrink: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(spec: ChildSpec) {
    this.#spec = spec;
    this.#add();
  }

  /** Asks the first child that is free; see {@link Child.call}. */
  call<T>(method: string, arg: unknown): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting.push({
      run: (child) => {
        child.call<T>(method, arg).then(resolve, reject).finally(() => this.#dispatch());
      },
    });
    this.#dispatch();
    return promise;
  }

  /** Ends all children. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#grow);
    clearTimeout(this.#shrink);
    const children = this.#children.splice(0);
    await Promise.all(children.map((child) => child.close()));
    // A closed child answers with the right refusal.
    const [closed] = children;
    if (closed !== undefined) { for (const task of this.#waiting.splice(0)) task.run(closed); }
  }

  #dispatch(): void {
    if (this.#closed) return;
    for (const child of this.#children) {
      if (!child.isIdle) continue;
      const task = this.#waiting.shift();
      if (task === undefined) break;
      task.run(child);
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#waiting.length > 0 && this.#grow === undefined && this.#children.length < MAX) {
      this.#grow = setTimeout(() => {
        this.#grow = undefined;
        if (this.#waiting.length > 0) this.#add();
        this.#dispatch();
      }, GROW_MS);
    }
    clearTimeout(this.#shrink);
    if (this.#children.length > 1) {
      this.#shrink = setTimeout(() => this.#retire(), SHRINK_MS);
      Deno.unrefTimer(this.#shrink);
    }
  }

  #add(): void {
    const child = new Child(this.#spec);
    child.start();
    this.#children.push(child);
  }

  #retire(): void {
    const [first, ...others] = this.#children;
    if (first === undefined) return;
    this.#children = [first, ...others.filter((child) => !child.isIdle)];
    for (const child of others.filter((child) => child.isIdle)) void child.close();
  }
}
