/** What a slash means before anything is sent: suggestions, what is for the page, what was sent before. */
import assert from "node:assert/strict";
import { COMMANDS } from "@/agent/commands/registry.ts";
import type { ChatMessage, Role } from "@/agent/types.ts";
import { isCommand, pageCommand, waitSentence } from "@/islands/lib/commands.ts";
import { applyFrame } from "@/islands/lib/feed.ts";
import { step, type Walk, withSent } from "@/islands/lib/history.ts";
import { createState } from "@/islands/lib/state.ts";
import { shown } from "@/islands/lib/stream.ts";
import { suggest } from "@/islands/lib/suggest.ts";
import { view } from "./fixtures.ts";

const KNOWN = {
  commands: COMMANDS,
  role: "owner" as Role,
  waiting: [{ id: 12, words: "customers: 3 to update" }, { id: 7, words: "orders: 1 to delete" }],
  tables: ["customers", "orders"],
};

function texts(text: string, role: Role = "owner"): string[] | null {
  return suggest(text, { ...KNOWN, role })?.options.map((option) => option.text) ?? null;
}

Deno.test("a bare slash lists all commands that the role may use; what is no command lists nothing", () => {
  assert.deepEqual(
    suggest("/", KNOWN)?.options.map(({ label }) => label),
    COMMANDS.map(({ usage }) => usage),
  );
  assert.deepEqual(
    COMMANDS.filter(({ name }) => !texts("/", "member")?.some((text) => text.trimEnd() === `/${name}`))
      .map(({ name }) => name),
    ["approve", "reject"],
  );
  assert.deepEqual(texts("/", "viewer"), []);
  for (const text of ["", "show /help", "//x", " /x"]) assert.equal(texts(text), null, text);
});

Deno.test("names are found by their beginning, then by what they hold", () => {
  assert.deepEqual(texts("/RE"), ["/reject ", "/recent "]);
  assert.deepEqual(texts("/en"), ["/pending", "/recent "]);
  assert.deepEqual(texts("/zzz"), []);
});

Deno.test("arguments: numbers that wait, tables, commands; nothing where only the person knows", () => {
  assert.deepEqual(texts("/approve "), ["/approve 12", "/approve 7"]);
  assert.deepEqual(texts("/approve #1"), ["/approve 12"]);
  assert.deepEqual(texts("/approve delete"), ["/approve 7"]);
  assert.deepEqual(texts("/approve 12"), [], "it stands there already");
  assert.deepEqual(texts("/reject "), ["/reject 12 ", "/reject 7 "]);
  assert.deepEqual(texts("/reject 12 because"), []);
  assert.deepEqual(texts("/schema o"), ["/schema orders", "/schema customers"]);
  assert.deepEqual(texts("/help cl"), ["/help clear"]);
  assert.deepEqual(texts("/query sel"), []);
  assert.equal(suggest("/query sel", KNOWN)?.command?.usage, "/query SQL");
  assert.deepEqual(texts("/approve ", "member"), [], "not theirs to use");
});

Deno.test("only what is complete is sent by Enter as it stands", () => {
  const complete = [
    "/pending",
    "/PENDING",
    "/schema",
    "/schema ",
    "/recent 5",
    "/approve 7",
    "/query x",
    "/reject 7 x",
  ];
  const open = [
    "/",
    "/pen",
    "/approve",
    "/approve ",
    "/reject",
    "/reject 7",
    "/reject 7 ",
    "/query",
    "/nope x",
  ];
  for (const text of complete) assert.equal(suggest(text, KNOWN)?.isComplete, true, text);
  for (const text of open) assert.equal(suggest(text, KNOWN)?.isComplete, false, text);
  for (const text of ["/pen", "/cl", "/approve ", "/schema "]) {
    assert.equal(suggest(text, KNOWN)?.options[0]?.isWhole, true, text);
  }
  for (const text of ["/que", "/reject "]) {
    assert.equal(suggest(text, KNOWN)?.options[0]?.isWhole, false, text);
  }
});

Deno.test("the page clears and opens by itself; all else is the server's, and nothing signs", () => {
  assert.equal(pageCommand(" /clear ", true), "clear");
  assert.equal(pageCommand("/clear all", true), null);
  assert.deepEqual(pageCommand("/approve #12", true), { open: 12 });
  assert.deepEqual(pageCommand("/APPROVE 12", true), { open: 12 });
  for (const text of ["/approve", "/approve x", "/approve 0", "/approve 12 13", "approve 12", "//clear"]) {
    assert.equal(pageCommand(text, true), null, text);
  }
  assert.equal(pageCommand("/approve 12", false), null, "the server says who may");
  assert.deepEqual(["/x", " /x", "/", "//x", "x /y", ""].map(isCommand), [
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

Deno.test("how long to wait is said once", () => {
  const said = "You have sent 20 messages within a minute. There is room for the next in 34 seconds.";
  assert.equal(waitSentence(said, 33), said.replace("34", "33"));
  assert.equal(waitSentence(said, 1), said.replace("34 seconds", "1 second"));
  assert.equal(waitSentence("Too much.", 5), "Too much. Try again in 5 seconds.");
});

Deno.test("what was sent comes back in order and stops at the ends", () => {
  const sent = withSent(withSent(withSent([], "a"), "b"), "b");
  assert.deepEqual(sent, ["a", "b"]);
  const start: Walk = { sent, at: sent.length };
  const one = step(start, -1);
  assert.ok(one);
  const two = step(one, -1);
  assert.deepEqual([one.at, two?.at], [1, 0]);
  assert.ok(two);
  assert.equal(step(two, -1), null);
  assert.equal(step(start, 1), null);
  assert.equal(withSent(Array.from({ length: 50 }, (_, i) => `${i}`), "new").length, 50);
});

Deno.test("a command's result is kept as data, and ends no answer that is being written", () => {
  const message: ChatMessage = {
    id: "c",
    role: "assistant",
    parts: [{ type: "text", text: "Nothing waits." }, {
      type: "data-command",
      data: { command: "pending", actions: [], more: false },
    }],
    metadata: { kind: "command", status: "done" },
  };
  assert.deepEqual(shown(message).parts[1], {
    type: "command",
    data: { command: "pending", actions: [], more: false },
  });
  const state = createState(view([]));
  state.run.value = "r";
  applyFrame(state, { type: "chat", cursor: "1", data: { message } });
  assert.equal(state.run.peek(), "r");
  assert.equal(state.messages.peek().at(-1)?.id, "c");
  applyFrame(state, {
    type: "chat",
    cursor: "2",
    data: { message: { ...message, id: "d", metadata: { status: "done" } } },
  });
  assert.equal(state.run.peek(), null);
});
