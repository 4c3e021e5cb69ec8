/**
 * The inside of a child process: one request at a time from standard input, its answer to standard output, one JSON
 * value a line. The child ends when its input does, so it never outlives its parent, however that one died.
 */
import { type ProblemExtra, ServiceError } from "./types.ts";
import type { ProblemCode } from "../contract/schemas.ts";

/** A request to a child: `id` counts up, `method` names a handler. */
export interface ChildRequest {
  id: number;
  method: string;
  arg: unknown;
}

/** A child's answer. `unexpected` carries a stack for the log; `error` a refusal for the person. */
export type ChildAnswer =
  | { id: number; result: unknown }
  | {
    id: number;
    error: { code: ProblemCode; message: string; extra: ProblemExtra };
  }
  | { id: number; unexpected: string };

/** What a child can be asked. A handler's argument comes from our own parent process, so it is trusted. */
export type Handlers = {
  [method: string]: (arg: never) => unknown | Promise<unknown>;
};

/** Signals that ask for an orderly end. */
export const STOP_SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];

/** Says that the child is ready, then serves requests in order until standard input ends. */
export async function serve(handlers: Handlers): Promise<void> {
  // A terminal's Ctrl-C reaches every process; when this one ends is up to the parent, who lets requests finish.
  for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, ignore);
  // Before the first request, which may be the endless one.
  const stopWatching = watchParent();
  send({ id: READY, result: null });
  try {
    for (const line of requests()) send(await answer(handlers, JSON.parse(line)));
  } finally {
    stopWatching();
    for (const signal of STOP_SIGNALS) Deno.removeSignalListener(signal, ignore);
  }
}

function ignore(): void {}

/** Id of the line that a child sends on its own when it can take requests. */
export const READY = 0;

/** Splits a stream of UTF-8 into lines, without their ends. */
export async function* lines(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // Pieces of the line under way: joining once per line keeps a long line from costing its square.
  let pieces: string[] = [];
  for await (const chunk of stream) {
    const parts = decoder.decode(chunk, { stream: true }).split("\n");
    const tail = parts.pop() ?? "";
    for (const part of parts) {
      pieces.push(part);
      yield pieces.join("");
      pieces = [];
    }
    pieces.push(tail);
  }
}

/**
 * Lines of standard input until it ends. There is nothing else to do meanwhile, and waiting for a stream would add a
 * tenth of a millisecond to each of the few that a one-row change takes.
 */
function* requests(): Generator<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(64 * 1024);
  let pieces: string[] = [];
  for (let length = Deno.stdin.readSync(buffer); length !== null; length = Deno.stdin.readSync(buffer)) {
    const parts = decoder.decode(buffer.subarray(0, length), { stream: true }).split("\n");
    const tail = parts.pop() ?? "";
    for (const part of parts) {
      pieces.push(part);
      yield pieces.join("");
      pieces = [];
    }
    pieces.push(tail);
  }
}

/**
 * While native SQL runs, this thread cannot see that its input ended: a parent that was killed during a runaway
 * statement would leave an orphan that burns a core or, worse, holds the write lock. So another thread looks at who the
 * parent is, and ends the process when that changes. (A process may always signal itself, without any permission.)
 */
function watchParent(): () => void {
  const source = `const parent = Deno.ppid;
    setInterval(() => Deno.ppid === parent || Deno.kill(Deno.pid, "SIGKILL"), ${WATCH_MS});`;
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(source)}`, { type: "module" });
  return () => worker.terminate();
}

/** How often the other thread looks, in milliseconds. */
const WATCH_MS = 500;

async function answer(
  handlers: Handlers,
  { id, method, arg }: { id: number; method: string; arg: never },
): Promise<ChildAnswer> {
  try {
    const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
    if (handler === undefined) {
      throw new TypeError(`This process has no method ${method}.`);
    }
    return { id, result: (await handler(arg)) ?? null };
  } catch (error) {
    if (error instanceof ServiceError) {
      return {
        id,
        error: { code: error.code, message: error.message, extra: error.extra },
      };
    }
    return {
      id,
      unexpected: error instanceof Error ? error.stack ?? error.message : String(error),
    };
  }
}

function send(message: ChildAnswer): void {
  const bytes = new TextEncoder().encode(JSON.stringify(message) + "\n");
  let sent = 0;
  while (sent < bytes.length) {
    sent += Deno.stdout.writeSync(bytes.subarray(sent));
  }
}
