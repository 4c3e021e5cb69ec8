/**
 * What the app itself adds to a conversation, by the model provider's own clock (SPEC N3, N8). One process plays
 * provider and clients, so that all times are of one clock; app and db-service are processes of their own.
 * Run: deno task bench:chat
 */
import type { LiveFrame } from "@/agent/types.ts";
import { withConversation } from "../agent/conversation.ts";
import { type Arrival, startOpenAI, type Turn } from "../fakes/openai.ts";
import { Client, type Feed } from "../system/client.ts";
import { startGatekeeper } from "../system/start.ts";

const ROUNDS = 100;
/** Answers before the first that counts: a server is warm after its first minute, and so is its compiled code. */
const WARM = 100;
const TOGETHER = 20;
const LONG = 2_000;
const DELTAS = 200;
/** Between an answer and the next question. */
const BREATH_MS = 10;

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
  const main = await open(new Client(gatekeeper.url));
  turn = () => ({ text: "One short answer.", gapMs: 0 });
  const toModel: number[] = [];
  const toClient: number[] = [];
  for (let i = 0; i < ROUNDS + WARM; i++) {
    const { modelAt, firstAt, askedAt, question } = await ask(main, `q${i}`);
    if (i < WARM) continue;
    toModel.push(modelAt - askedAt);
    toClient.push(firstAt - firstText(question));
  }
  await main.feed.close();
  report("N3 request to model call (ms)", toModel);
  report("N3 model's first chunk to client (ms)", toClient);

  const tabs = await Promise.all(Array.from({ length: TOGETHER }, async (_, i) => {
    await main.client.call("POST", "/workspaces", { id: `bench-${i}`, name: `Bench ${i}` });
    return await open(new Client(gatekeeper.url, `bench-${i}`));
  }));
  turn = () => ({ text: "x".repeat(6 * 50), gapMs: 20 });
  await Promise.all(tabs.map((tab, i) => ask(tab, `warm ${i}`)));
  const alone: number[] = [];
  for (let i = 0; i < 5; i++) {
    const { firstAt, askedAt } = await ask(tabs[0], `alone ${i}`);
    alone.push(firstAt - askedAt);
  }
  const together = await Promise.all(tabs.map((tab, i) => ask(tab, `together ${i}`)));
  report("N3 first token, one run alone (ms)", alone);
  report(
    `N3 first token, ${TOGETHER} runs at once (ms)`,
    together.map(({ firstAt, askedAt }) => firstAt - askedAt),
  );
  report(`N3 lag of a chunk, ${TOGETHER} runs at once (ms)`, together.flatMap(({ lags }) => lags));

  for (const { feed } of tabs) await feed.close();

  const long = await open(new Client(gatekeeper.url));
  turn = () => ({ text: "words ".repeat(LONG), gapMs: 0 });
  const whole: number[] = [];
  for (let i = 0; i < 5; i++) {
    const { firstAt, lastAt, chunks } = await ask(long, `long ${i}`);
    if (chunks < LONG) throw new Error(`${chunks} chunks arrived of ${LONG}`);
    whole.push(lastAt - firstAt);
  }
  await long.feed.close();
  report(`N8 ${LONG} chunks, first to last at the client (ms)`, whole);
} finally {
  await gatekeeper.stop();
  await provider.close();
  await Deno.remove(gatekeeper.varDir, { recursive: true });
}
await bareHttp();
await storeWrites();

/** The same way with an app between that does nothing: what no app could be faster than. */
async function bareHttp(): Promise<void> {
  let arrived = () => {};
  const model = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    await request.json();
    arrived();
    return new Response("{}");
  });
  const app = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      new URL("bare_app.ts", import.meta.url).pathname,
      `http://127.0.0.1:${model.addr.port}`,
      "20000",
    ],
    stdout: "piped",
  }).spawn();
  const output = app.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = Number((await output.read()).value);
  const times: number[] = [];
  for (let i = 0; i < ROUNDS + WARM; i++) {
    await new Promise((resolve) => setTimeout(resolve, BREATH_MS));
    const asked = performance.now();
    const reached = new Promise<number>((resolve) => arrived = () => resolve(performance.now() - asked));
    const answer = await fetch(`http://127.0.0.1:${port}`, { method: "POST", body: '{"message":"q"}' });
    await answer.body?.cancel();
    const ms = await reached;
    if (i >= WARM) times.push(ms);
  }
  report("   the same through an app that does nothing but ask (ms)", times);
  app.kill();
  await output.cancel();
  await app.status;
  await model.shutdown();
}

/** What writing an answer costs the store, in this process: commits while it runs, and the bytes of what they set. */
async function storeWrites(): Promise<void> {
  const pace = () => new Promise<void>((resolve) => setTimeout(resolve, 5));
  await withConversation(() => ({ text: "words ".repeat(DELTAS), pace }), async ({ ask, ended }) => {
    const { commit, set } = Deno.AtomicOperation.prototype;
    let commits = 0;
    let bytes = 0;
    Deno.AtomicOperation.prototype.commit = function () {
      commits++;
      return commit.call(this);
    };
    Deno.AtomicOperation.prototype.set = function (key, value, options) {
      bytes += JSON.stringify(value).length;
      return set.call(this, key, value, options);
    };
    const began = performance.now();
    await ended(await ask("q0"));
    const ms = Math.round(performance.now() - began);
    Object.assign(Deno.AtomicOperation.prototype, { commit, set });
    console.log(
      `an answer of ${DELTAS} deltas in ${ms} ms: ${commits} commits to KV, ${bytes} bytes of values`,
    );
  });
}

/** A person's page, open and live. */
interface Tab {
  client: Client;
  feed: Feed;
  /** When each text chunk of a run arrived. */
  arrived: Map<string, number[]>;
  ended: Set<string>;
  wake: () => void;
}

async function open(client: Client): Promise<Tab> {
  const tab: Tab = {
    client,
    feed: await client.live(),
    arrived: new Map(),
    ended: new Set(),
    wake: () => {},
  };
  const { frames } = tab.feed;
  const push = frames.push.bind(frames);
  frames.push = (...fresh: LiveFrame[]) => {
    const now = performance.now();
    for (const frame of fresh) {
      if (frame.type !== "chat" || !("chunks" in frame.data)) continue;
      const { run, chunks } = frame.data;
      const times = tab.arrived.get(run) ?? [];
      tab.arrived.set(run, times);
      for (const chunk of chunks) {
        if (chunk.type === "text-delta") times.push(now);
        if (chunk.type === "finish") tab.ended.add(run);
      }
    }
    tab.wake();
    return push(...fresh);
  };
  return tab;
}

/** One question over HTTP, its answer over the live feed. */
async function ask(tab: Tab, question: string) {
  // Nobody asks in the very moment in which the answer before ends, and is being stored.
  await new Promise((resolve) => setTimeout(resolve, BREATH_MS));
  const askedAt = performance.now();
  const { status, body } = await tab.client.in<{ run: { id: string } }>(
    "POST",
    "/chat",
    { message: question },
    { prefer: "respond-async" },
  );
  if (status !== 202) throw new Error(`${question}: ${status} ${JSON.stringify(body)}`);
  const run = body.run.id;
  while (!tab.ended.has(run)) await new Promise<void>((resolve) => tab.wake = resolve);
  const request = provider.requests.find((arrival) => questionOf(arrival) === question);
  const times = tab.arrived.get(run) ?? [];
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
