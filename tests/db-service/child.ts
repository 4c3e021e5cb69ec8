/** A process of our own code that is asked over its standard input, as the engine asks its own. */
import { type ChildAnswer, lines, READY } from "../../db-service/engine/child_loop.ts";
import { ServiceError } from "../../db-service/engine/types.ts";

/** A child process that answers as `serve` does. */
export class Child {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #answers: AsyncGenerator<string>;
  #id = READY;

  constructor(module: string, args: string[]) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "-A", new URL(module, import.meta.url).pathname, ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#answers = lines(this.#process.stdout);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Waits until the child can take requests; needs to be awaited once before the first. */
  async ready(): Promise<this> {
    await this.#answers.next();
    return this;
  }

  /** Asks and waits. The answer's type is the caller's word: both processes are ours. */
  async ask<T>(method: string, arg: unknown): Promise<T> {
    await this.send(method, arg);
    const { value } = await this.#answers.next();
    if (value === undefined) throw new Error(`The child ended during ${method}.`);
    const answer: Exclude<ChildAnswer, { result: unknown }> | { id: number; result: T } = JSON.parse(value);
    if ("unexpected" in answer) throw new Error(answer.unexpected);
    if ("error" in answer) {
      throw new ServiceError(answer.error.code, answer.error.message, answer.error.extra);
    }
    return answer.result;
  }

  /** Sends a request without waiting for its answer. */
  async send(method: string, arg: unknown): Promise<void> {
    await this.#input.write(new TextEncoder().encode(JSON.stringify({ id: ++this.#id, method, arg }) + "\n"));
  }

  /** Kills the process as a power cut would. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#drain();
  }

  /** Ends the child by ending its input. */
  async end(): Promise<void> {
    await this.#input.close();
    await this.#drain();
  }

  async #drain(): Promise<void> {
    await this.#process.status;
    for await (const _ of this.#answers);
    await this.#input.close().catch(() => {});
  }
}
