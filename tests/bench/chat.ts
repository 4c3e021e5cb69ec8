/**
 * What the app itself adds to a conversation, by the model provider's own clock (SPEC N3, N8). One process plays
 * provider and clients, so that all times are of one clock; app and db-service are processes of their own.
 * Run: deno task bench:chat
 */
import type { LiveFrame } from "@/agent/types.ts";
import { type Arrival, startOpenAI, type Turn } from "../fakes/openai.ts";
import { Client } from "../system/client.ts";
import { startGatekeeper } from "../system/start.ts";

const ROUNDS = 40;
const TOGETHER = 20;
const LONG = 2_000;

/** When the provider sent each event of each answer, by the question. */
const sent = new Map<string, number[]>();
let turn: (question: string) => Omit<Turn, "pace"> & { gapMs: number } = () => ({ text: "", gapMs: 0 });

const provider = startOpenAI((request: Arrival) => {
  const question = questionOf(request);
  const { gapMs, ...said } = turn(question);
  const times: number[] = [];
  sent.set(question, times);
  return {
    ...said,
    pace: async (event) => {
      if (gapMs > 0 && event > 0) await new Promise((resolve) => setTimeout(resolve, gapMs));
      times[event] = performance.now();
    },
  };
});
const gatekeeper = await startGatekeeper({
  env: {
    OPENAI_BASE_URL: provider.baseUrl,
    OPENAI_API_KEY: "k".repeat(20),
    MODEL: "fake",
    RATE_LIMIT: "99999",
  },
});

try {
  const main = new Client(gatekeeper.url);
  turn = () => ({ text: "One short answer.", gapMs: 0 });
  const toModel: number[] = [];
  const toClient: number[] = [];
  for (let i = 0; i < ROUNDS + 5; i++) {
    const { modelAt, firstAt, askedAt, question } = await ask(main, `q${i}`);
    // The first few warm the caches of every process.
    if (i < 5) continue;
    toModel.push(modelAt - askedAt);
    toClient.push(firstAt - firstText(question));
  }
  report("N3 request to model call (ms)", toModel);
  report("N3 model's first chunk to client (ms)", toClient);

  const clients = await Promise.all(Array.from({ length: TOGETHER }, async (_, i) => {
    await main.call("POST", "/workspaces", { id: `bench-${i}`, name: `Bench ${i}` });
    return new Client(gatekeeper.url, `bench-${i}`);
  }));
  turn = () => ({ text: "x".repeat(6 * 50), gapMs: 20 });
  await Promise.all(clients.map((client, i) => ask(client, `warm ${i}`)));
  const alone: number[] = [];
  for (let i = 0; i < 5; i++) {
    const { firstAt, askedAt } = await ask(clients[0], `alone ${i}`);
    alone.push(firstAt - askedAt);
  }
  const together = await Promise.all(clients.map((client, i) => ask(client, `together ${i}`)));
  report("N3 first token, one run alone (ms)", alone);
  report(
    `N3 first token, ${TOGETHER} runs at once (ms)`,
    together.map(({ firstAt, askedAt }) => firstAt - askedAt),
  );
  report(`N3 lag of a chunk, ${TOGETHER} runs at once (ms)`, together.flatMap(({ lags }) => lags));

  turn = () => ({ text: "words ".repeat(LONG), gapMs: 0 });
  const whole: number[] = [];
  for (let i = 0; i < 5; i++) {
    const { firstAt, lastAt, chunks } = await ask(main, `long ${i}`);
    if (chunks < LONG) throw new Error(`${chunks} chunks arrived of ${LONG}`);
    whole.push(lastAt - firstAt);
  }
  report(`N8 ${LONG} chunks, first to last at the client (ms)`, whole);
} finally {
  await gatekeeper.stop();
  await provider.close();
  await Deno.remove(gatekeeper.varDir, { recursive: true });
}

/** One question over HTTP, its answer over the live feed. */
async function ask(client: Client, question: string) {
  const feed = await client.live();
  const arrived = new Map<string, number[]>();
  const ended = new Set<string>();
  let wake = () => {};
  const push = feed.frames.push.bind(feed.frames);
  feed.frames.push = (...frames: LiveFrame[]) => {
    const now = performance.now();
    for (const frame of frames) {
      if (frame.type !== "chat" || !("chunks" in frame.data)) continue;
      const { run, chunks } = frame.data;
      const times = arrived.get(run) ?? [];
      arrived.set(run, times);
      for (const chunk of chunks) {
        if (chunk.type === "text-delta") times.push(now);
        if (chunk.type === "finish") ended.add(run);
      }
    }
    wake();
    return push(...frames);
  };
  const askedAt = performance.now();
  const { status, body } = await client.in<{ run: { id: string } }>("POST", "/chat", { message: question }, {
    prefer: "respond-async",
  });
  if (status !== 202) throw new Error(`${question}: ${status} ${JSON.stringify(body)}`);
  const run = body.run.id;
  while (!ended.has(run)) await new Promise<void>((resolve) => wake = resolve);
  await feed.close();
  const request = provider.requests.find((arrival) => questionOf(arrival) === question);
  const times = arrived.get(run) ?? [];
  const sentAt = sent.get(question) ?? [];
  return {
    question,
    askedAt,
    modelAt: request?.at ?? NaN,
    firstAt: times[0],
    lastAt: times[times.length - 1],
    chunks: times.length,
    // Event 0 is the role; the text begins with event 1.
    lags: times.map((at, i) => at - (sentAt[i + 1] ?? at)),
  };
}

function firstText(question: string): number {
  return sent.get(question)?.[1] ?? NaN;
}

function questionOf({ body }: Arrival): string {
  const text = JSON.stringify(body);
  return [...text.matchAll(/"((?:q|warm |alone |together |long )\d+)"/g)].at(-1)?.[1] ?? "";
}

function report(what: string, samples: number[]): void {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
  console.log(`${what}: p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)} (n=${samples.length})`);
}
