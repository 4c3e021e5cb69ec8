/**
 * A child process of our own code, asked one thing at a time over its standard input. Native SQL cannot be
 * interrupted from within, so a request that outlives its deadline is ended by killing the process.
 */
import { type ChildAnswer, type ChildRequest, lines, READY } from "./child_loop.ts";
import { ServiceError } from "./types.ts";

/** What a child is and may do. */
export interface ChildSpec {
  /** Name for the log. */
  name: string;
  module: URL;
  /** Permission flags: all that the process may do. */
  permissions: string[];
  args: string[];
  /** Most memory for JavaScript, in megabytes. */
  heapMb: number;
  /** Longest time for one request, in milliseconds; starting the process is not counted. */
  deadlineMs(method: string): number;
  /** What to tell the person when the deadline passed. */
  onDeadline(method: string): ServiceError;
  /** What to tell the person when the process died under a request. */
  onCrash(method: string): ServiceError;
  /** Hears about ends that nobody asked for, with the last lines of the process's standard error. */
  onEnd?(event: { name: string; reason: "deadline" | "crash"; stderr: string }): void;
}

interface Pending {
  request: ChildRequest;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** Longest time for a process to start: a busy machine, a cold disk. */
const START_MS = 10_000;

export class Child {
  #spec: ChildSpec;
  #running: Running | null = null;
  #queue: Pending[] = [];
  #current: Pending | null = null;
  #lastId = READY;
  #closed = false;

  constructor(spec: ChildSpec) {
    this.#spec = spec;
  }

  /** No request is under way or waiting. */
  get isIdle(): boolean {
    return this.#current === null && this.#queue.length === 0;
  }

  /** Starts the process ahead of the first request, so that this one does not wait for it. */
  start(): void {
    if (this.#closed || this.#running !== null) return;
    const running: Running = new Running(this.#spec, {
      ready: () => this.#pump(),
      answer: (answer) => this.#settle(answer),
      end: (reason) => this.#ended(running, reason),
    });
    this.#running = running;
  }

  /** Asks the process; requests are served in order. Throws {@link ServiceError}, or Error for the unexpected. */
  call<T>(method: string, arg: unknown): Promise<T> {
    if (this.#closed) return Promise.reject(shuttingDown());
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const request = { id: ++this.#lastId, method, arg };
    this.#queue.push({ request, resolve, reject });
    this.#pump();
    return promise;
  }

  /** Ends the process. Requests under way fail as `db_unavailable`. */
  async close(): Promise<void> {
    this.#closed = true;
    const pending = this.#current === null ? this.#queue : [this.#current, ...this.#queue];
    this.#current = null;
    this.#queue = [];
    for (const { reject } of pending) reject(shuttingDown());
    const running = this.#running;
    this.#running = null;
    await running?.close();
  }

  #pump(): void {
    if (this.#current !== null || this.#queue.length === 0) return;
    if (this.#running === null) this.start();
    if (this.#running === null || !this.#running.isReady) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    this.#current = next;
    this.#running.send(next.request);
  }

  #settle(answer: ChildAnswer): void {
    const current = this.#current;
    if (current === null || current.request.id !== answer.id) return;
    this.#current = null;
    if ("result" in answer) current.resolve(answer.result);
    else if ("error" in answer) {
      current.reject(new ServiceError(answer.error.code, answer.error.message, answer.error.extra));
    } else current.reject(new Error(`${this.#spec.name}: ${answer.unexpected}`));
    this.#pump();
  }

  #ended(running: Running, reason: "deadline" | "crash"): void {
    if (this.#running !== running) return;
    this.#running = null;
    this.#spec.onEnd?.({ name: this.#spec.name, reason, stderr: running.stderr });
    const current = this.#current;
    this.#current = null;
    if (current !== null) {
      const { method } = current.request;
      current.reject(reason === "deadline" ? this.#spec.onDeadline(method) : this.#spec.onCrash(method));
    } else if (!running.isReady) {
      // What dies before it is ready would die again: whoever waits is told instead of waiting for ever.
      for (const { reject } of this.#queue.splice(0)) reject(unopened());
      return;
    }
    this.start();
  }
}

interface Listener {
  ready(): void;
  answer(answer: ChildAnswer): void;
  end(reason: "deadline" | "crash"): void;
}

/** One life of the process, from spawn to end. */
class Running {
  isReady = false;
  stderr = "";
  #process: Deno.ChildProcess;
  #input: WritableStreamDefaultWriter<Uint8Array>;
  #timer: ReturnType<typeof setTimeout>;
  #reason: "deadline" | "crash" = "crash";
  readonly #spec: ChildSpec;
  #done: Promise<unknown>;
  #closing = false;

  constructor(spec: ChildSpec, listener: Listener) {
    this.#process = spawn(spec);
    this.#input = this.#process.stdin.getWriter();
    this.#spec = spec;
    this.#timer = this.#deadline(START_MS);
    this.#done = Promise.all([this.#listen(listener), this.#drain()]).then(async () => {
      clearTimeout(this.#timer);
      await this.#process.status;
      await this.#input.close().catch(() => {});
      if (!this.#closing) listener.end(this.#reason);
    });
  }

  send(request: ChildRequest): void {
    this.#timer = this.#deadline(this.#spec.deadlineMs(request.method));
    // A broken pipe shows as the end of the process, which is handled there.
    this.#input.write(new TextEncoder().encode(JSON.stringify(request) + "\n")).catch(() => {});
  }

  /** Lets an idle process end by itself when its input ends, and kills one that works. */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    this.#kill();
    await this.#done;
  }

  async #listen(listener: Listener): Promise<void> {
    try {
      for await (const line of lines(this.#process.stdout)) {
        clearTimeout(this.#timer);
        const answer: ChildAnswer = JSON.parse(line);
        if (this.#closing) continue;
        if (answer.id === READY) {
          this.isReady = true;
          listener.ready();
        } else listener.answer(answer);
      }
    } catch {
      // Half a line of a process that was killed while writing it: its end says everything.
      this.#kill();
    }
  }

  async #drain(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#process.stderr) {
      this.stderr = (this.stderr + decoder.decode(chunk, { stream: true })).slice(-STDERR_TAIL);
    }
  }

  #deadline(ms: number): ReturnType<typeof setTimeout> {
    clearTimeout(this.#timer);
    return setTimeout(() => {
      this.#reason = "deadline";
      this.#kill();
    }, ms);
  }

  #kill(): void {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It ended before: that is what was wanted.
    }
  }
}

const STDERR_TAIL = 4_000;

/** How a child is started: with its own permissions, and nothing of this process's environment but Deno's caches. */
export function childOptions(
  { module, permissions, args, heapMb }: Pick<ChildSpec, "module" | "permissions" | "args" | "heapMb">,
) {
  return {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--cached-only",
      // The lock names what was installed: without it Deno would want package metadata that an install from a lock
      // never fetches, and a fresh machine could not start.
      "--frozen",
      `--config=${import.meta.dirname}/../deno.json`,
      `--v8-flags=--max-old-space-size=${heapMb}`,
      ...permissions,
      module.href,
      ...args,
    ],
    // Only what Deno needs to find its caches: tokens of this process stay here.
    clearEnv: true,
    env: inherited(),
  };
}

function spawn(spec: ChildSpec): Deno.ChildProcess {
  const piped = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  return new Deno.Command(Deno.execPath(), { ...childOptions(spec), ...piped }).spawn();
}

/** Variables that tell Deno where its caches are. */
export const INHERITED = ["HOME", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR", "LOCALAPPDATA", "SYSTEMROOT"];

function inherited(): Record<string, string> {
  const env: Record<string, string> = { NO_COLOR: "1" };
  for (const name of INHERITED) {
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  return env;
}

function unopened(): ServiceError {
  return new ServiceError(
    "db_unavailable",
    "The database can't be opened. The log of the database service says why.",
  );
}

function shuttingDown(): ServiceError {
  return new ServiceError("db_unavailable", "The database service is shutting down. Try again in a moment.");
}
