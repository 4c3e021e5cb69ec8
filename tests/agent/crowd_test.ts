import assert from "node:assert/strict";
import { Crowd } from "@/agent/live/crowd.ts";
import type { LiveFrame } from "@/agent/types.ts";

function ping(cursor: string): LiveFrame {
  return { type: "ping", cursor, data: {} };
}

/** A crowd whose members write down what they are sent. */
function crowdOf(size: number): { crowd: Crowd; heard: string[][] } {
  const crowd = new Crowd();
  const heard = Array.from({ length: size }, (): string[] => []);
  for (const list of heard) crowd.add((frame) => list.push(JSON.parse(frame).cursor));
  return { crowd, heard };
}

Deno.test("in a crowd everybody hears the first frame before anybody hears the next", async () => {
  const { crowd, heard } = crowdOf(1_000);
  const sent = crowd.sendFirst(ping("action"), [ping("data"), ping("note")]);
  assert.deepEqual(heard, Array(1_000).fill(["action"]));
  crowd.send(ping("chunk"));
  await sent;
  crowd.send(ping("counts"));
  assert.deepEqual(heard, Array(1_000).fill(["action", "data", "note", "chunk", "counts"]));
});

Deno.test("a few are told everything at once", async () => {
  const { crowd, heard } = crowdOf(20);
  const sent = crowd.sendFirst(ping("action"), [ping("data")]);
  assert.deepEqual(heard, Array(20).fill(["action", "data"]));
  await sent;
});

Deno.test("who leaves in the middle hears no more", async () => {
  const { crowd, heard } = crowdOf(1_000);
  const leaver: string[] = [];
  const leave = (frame: string) => leaver.push(frame);
  crowd.add(leave);
  const sent = crowd.sendFirst(ping("1"), [ping("2")]);
  crowd.delete(leave);
  await sent;
  assert.equal(leaver.length, 1);
  assert.deepEqual(heard[999], ["1", "2"]);
});
