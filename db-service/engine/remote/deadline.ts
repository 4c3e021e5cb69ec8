/** The time that one piece of work has, over all its calls. */

/** Work was cut off by its deadline; what it asked of the server last may or may not have happened. */
export class DeadlinePassed extends Error {
  override readonly name = "DeadlinePassed";
}

/** Aborts its signal after `ms`, or when `closing` does; must be ended. */
export class Deadline implements Disposable {
  readonly signal: AbortSignal;
  #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout>;

  constructor(ms: number, closing: AbortSignal) {
    this.#timer = this.#start(ms);
    this.signal = AbortSignal.any([this.#controller.signal, closing]);
  }

  /** From now on there are `ms` milliseconds. */
  restart(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start(ms);
  }

  #start(ms: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#controller.abort(new DeadlinePassed(`${ms} ms passed.`)), ms);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
