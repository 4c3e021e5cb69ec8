/** The running answer: whatever is repeated or missing on the way, the message is the one that was written. */
import assert from "node:assert/strict";
import type { ChatChunk } from "@/agent/types.ts";
import { receive, shown, snapshot, startFold } from "@/islands/lib/stream.ts";

const CHUNKS: ChatChunk[] = [
  { type: "start", messageId: "m1", messageMetadata: { at: "2026-01-01T00:00:00.000Z" } },
  { type: "start-step" },
  { type: "reasoning-start", id: "r" },
  { type: "reasoning-delta", id: "r", delta: "hm" },
  { type: "reasoning-end", id: "r" },
  { type: "tool-input-start", toolCallId: "t", toolName: "queryDatabase" },
  { type: "tool-input-delta", toolCallId: "t", inputTextDelta: '{"sql"' },
  { type: "tool-input-available", toolCallId: "t", toolName: "queryDatabase", input: { sql: "SELECT 1" } },
  { type: "tool-output-available", toolCallId: "t", output: { columns: ["1"], rows: [[1]], rowCount: 1 } },
  { type: "finish-step" },
  { type: "start-step" },
  { type: "text-start", id: "0" },
  { type: "text-delta", id: "0", delta: "There is " },
  { type: "text-delta", id: "0", delta: "one row." },
  { type: "text-end", id: "0" },
  { type: "finish-step" },
  { type: "finish", messageMetadata: { status: "done" } },
];

const WHOLE = {
  id: "m1",
  role: "assistant",
  metadata: { at: "2026-01-01T00:00:00.000Z", status: "done" },
  parts: [
    { type: "reasoning", text: "hm", streaming: false },
    {
      type: "tool",
      id: "t",
      name: "queryDatabase",
      state: "done",
      input: { sql: "SELECT 1" },
      output: { columns: ["1"], rows: [[1]], rowCount: 1 },
      error: null,
    },
    { type: "text", text: "There is one row.", streaming: false },
  ],
};

Deno.test("chunks fold into the message that was written", () => {
  const fold = startFold("run");
  assert.equal(receive(fold, 0, CHUNKS), "applied");
  assert.deepEqual(snapshot(fold), WHOLE);
  assert.equal(fold.done, true);
});

Deno.test("every way to deliver the chunks with overlaps gives the same message", () => {
  for (let first = 0; first <= CHUNKS.length; first++) {
    for (let again = 0; again <= first; again++) {
      const fold = startFold("run");
      receive(fold, 0, CHUNKS.slice(0, first));
      receive(fold, again, CHUNKS.slice(again));
      assert.deepEqual(snapshot(fold), WHOLE, `cut at ${first}, again from ${again}`);
      assert.equal(receive(fold, again, CHUNKS.slice(again)), "nothing");
    }
  }
});

Deno.test("a gap is told, and what comes after it is not applied", () => {
  const fold = startFold("run");
  receive(fold, 0, CHUNKS.slice(0, 12));
  const before = snapshot(fold);
  assert.equal(receive(fold, 13, CHUNKS.slice(13)), "gap");
  assert.deepEqual(snapshot(fold), before);
  assert.equal(receive(fold, 12, CHUNKS.slice(12)), "applied");
  assert.deepEqual(snapshot(fold), WHOLE);
});

Deno.test("a snapshot does not change when more arrives", () => {
  const fold = startFold("run");
  receive(fold, 0, CHUNKS.slice(0, 13));
  const early = snapshot(fold);
  receive(fold, 13, CHUNKS.slice(13));
  assert.deepEqual(early.parts.at(-1), { type: "text", text: "There is ", streaming: true });
});

Deno.test("a step that is taken back leaves nothing", () => {
  const fold = startFold("run");
  receive(fold, 0, [...CHUNKS.slice(0, 13), { type: "reset-step" }]);
  assert.deepEqual(snapshot(fold).parts.map(({ type }) => type), ["reasoning", "tool"]);
});

Deno.test("errors and aborts end up in the message's status", () => {
  const failed = startFold("run");
  receive(failed, 0, [{ type: "error", errorText: "The model is gone." }, { type: "finish" }]);
  assert.deepEqual(failed.message.metadata, { status: "failed", error: "The model is gone." });
  const stopped = startFold("run");
  receive(stopped, 0, [{ type: "text-start", id: "0" }, { type: "abort" }]);
  assert.equal(stopped.message.metadata.status, "stopped");
  assert.deepEqual(stopped.message.parts, [{ type: "text", text: "", streaming: false }]);
});

Deno.test("a tool that failed says why", () => {
  const fold = startFold("run");
  receive(fold, 0, [
    { type: "tool-input-available", toolCallId: "t", toolName: "mutateDatabase", input: {} },
    { type: "tool-output-error", toolCallId: "t", errorText: "refused" },
  ]);
  const [part] = fold.message.parts;
  assert.ok(part?.type === "tool" && part.state === "failed" && part.error === "refused");
});

Deno.test("a call that was cut off does not run for ever in what is stored", () => {
  const { parts } = shown({
    id: "m1",
    role: "assistant",
    metadata: { status: "stopped" },
    parts: [
      { type: "tool-queryDatabase", toolCallId: "a", state: "input-streaming", input: { sql: "SEL" } },
      { type: "tool-mutateDatabase", toolCallId: "b", state: "input-available", input: {} },
    ],
  });
  assert.deepEqual(parts.map((part) => part.type === "tool" && part.state), ["failed", "failed"]);
});

Deno.test("a stored message is drawn as the streamed one was", () => {
  const stored = shown({
    id: "m1",
    role: "assistant",
    metadata: { at: "2026-01-01T00:00:00.000Z", status: "done" },
    parts: [
      { type: "step-start" },
      { type: "reasoning", text: "hm", state: "done" },
      {
        type: "tool-queryDatabase",
        toolCallId: "t",
        state: "output-available",
        input: { sql: "SELECT 1" },
        output: { columns: ["1"], rows: [[1]], rowCount: 1 },
      },
      { type: "text", text: "There is one row.", state: "done" },
    ],
  });
  assert.deepEqual(stored, WHOLE);
});
