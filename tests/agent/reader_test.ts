/** The page's own thin reader against the SDK's, over the streams of real runs: they must see the same message. */
import assert from "node:assert/strict";
import { readUIMessageStream } from "ai";
import type { ChatChunk, ChatMessage } from "@/agent/types.ts";
import { receive, shown, snapshot, startFold } from "@/islands/lib/stream.ts";
import type { Turn } from "@/tests/fakes/openai.ts";
import { withConversation } from "./conversation.ts";

const READ = { name: "queryDatabase", args: { sql: "SELECT * FROM customers", description: "All" } };
const PROPOSAL = {
  name: "mutateDatabase",
  args: { title: "Gold", sql: "UPDATE customers SET tier = 'gold' WHERE id = 2" },
};

const STREAMS: [string, Turn[]][] = [
  ["words alone", [{ text: "Good morning. 👋 Größe, 説明." }]],
  ["nothing but a number", [{ text: "8" }]],
  ["a read, then words", [{ text: "Looking. ", toolCalls: [READ] }, { text: "There are **three**." }]],
  ["two tools at once, then a proposal, then words", [
    { toolCalls: [READ, { name: "describeSchema", args: {} }] },
    { text: "Now I propose.", toolCalls: [PROPOSAL] },
    { text: "Queued." },
  ]],
  ["thoughts between tags", [{ text: "<think>First I think.</think>Then I speak." }]],
  ["a refusal of the database", [
    { toolCalls: [{ name: "queryDatabase", args: { sql: "PRAGMA user_version" } }] },
    { text: "It can't be read." },
  ]],
  ["a tool that does not exist", [{ toolCalls: [{ name: "dropEverything", args: {} }] }, { text: "No." }]],
  ["arguments that are no fit", [{ toolCalls: [{ name: "queryDatabase", args: { sql: 7 } }] }, {
    text: "Sorry.",
  }]],
  ["an error in the middle", [{ text: "This will break off here.", breaks: "error", after: 3 }]],
  ["a connection that is cut", [{ text: "This will break off here.", breaks: "clean", after: 3 }]],
];

for (const [name, turns] of STREAMS) {
  Deno.test(`both readers see the same message: ${name}`, async () => {
    await withConversation(
      (_request, n) => turns[Math.min(n, turns.length - 1)],
      async ({ hub, ask, ended }) => {
        const run = await ask("Go on", "question");
        const chunks: ChatChunk[] = await Array.fromAsync(hub.chunks(run, AbortSignal.timeout(30_000)));
        const kept = await ended(run);
        let theirs: ChatMessage = { id: run, role: "assistant", parts: [] };
        const stream = ReadableStream.from(chunks);
        for await (const state of readUIMessageStream<ChatMessage>({ stream, onError: () => {} })) {
          theirs = state;
        }
        // However the chunks are cut into frames, and however often some of them come again.
        for (const size of [1, 3, chunks.length]) {
          const fold = startFold(run);
          for (let seq = 0; seq < chunks.length; seq += size) {
            receive(
              fold,
              Math.max(0, seq - 1),
              chunks.slice(Math.max(0, seq - 1), seq + size),
            );
          }
          assert.deepEqual(drawn(snapshot(fold).parts), drawn(shown(theirs).parts));
          assert.deepEqual(drawn(snapshot(fold).parts), drawn(shown(kept).parts), "what a reload shows");
          assert.equal(fold.done, true);
        }
      },
    );
  });
}

/** Parts as they end up on screen: a part that broke off is still marked as being written by one reader. */
function drawn(parts: ReturnType<typeof shown>["parts"]): unknown {
  return parts.map((part) =>
    part.type === "text" || part.type === "reasoning" ? { ...part, streaming: false } : part
  );
}
