/** How long answers take and how much memory a service and its children ever held (Linux: elsewhere memory is 0). */

export class Watch {
  #root: number;
  #worst: [name: string, ms: number] = ["", 0];
  #peaks = new Map<number, { name: string; mb: number }>();
  #timer: ReturnType<typeof setInterval>;

  constructor(root: number) {
    this.#root = root;
    // A child that is killed at its deadline takes its numbers with it, so they are looked at while it lives.
    this.#timer = setInterval(() => this.#look(), 40);
  }

  /** Runs `work` and remembers it if it took the longest. */
  async time<T>(name: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await work();
    const ms = performance.now() - started;
    if (ms > this.#worst[1]) this.#worst = [name, ms];
    return result;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Worst latency, and the most memory of each kind of process. */
  report(): string {
    this.#look();
    const most = new Map<string, number>();
    for (const { name, mb } of this.#peaks.values()) most.set(name, Math.max(most.get(name) ?? 0, mb));
    const memory = [...most].map(([name, mb]) => `${name} ${mb} MB`).join(", ");
    return `Worst latency: ${Math.round(this.#worst[1])} ms (${this.#worst[0]}); most memory: ${memory}.`;
  }

  /** Most memory that any process held, in megabytes. */
  get mostMb(): number {
    this.#look();
    return Math.max(0, ...[...this.#peaks.values()].map(({ mb }) => mb));
  }

  get worstMs(): number {
    return this.#worst[1];
  }

  #look(): void {
    for (const pid of [this.#root, ...children(this.#root)]) {
      const peak = Number(/VmHWM:\s+(\d+)/.exec(text(`/proc/${pid}/status`))?.[1] ?? 0);
      const name = /(\w+)_child\.ts/.exec(text(`/proc/${pid}/cmdline`))?.[1] ?? "service";
      if (peak > 0) this.#peaks.set(pid, { name, mb: Math.round(peak / 1024) });
    }
  }
}

function children(pid: number): number[] {
  const found: number[] = [];
  try {
    for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
      found.push(...text(`/proc/${pid}/task/${name}/children`).split(" ").filter(Boolean).map(Number));
    }
  } catch {
    // It ended, or this is no Linux.
  }
  return found;
}

function text(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
