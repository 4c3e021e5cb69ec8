import assert from "node:assert/strict";
import { parseCommand } from "@/agent/commands/parse.ts";
import { COMMANDS, nearest } from "@/agent/commands/registry.ts";

Deno.test("each command is read with its arguments", () => {
  const calls: [string, unknown][] = [
    ["/help", { name: "help", about: null }],
    ["/", { name: "help", about: null }],
    [" /help ", { name: "help", about: null }],
    ["/HELP /Query", { name: "help", about: "query" }],
    ["/help schema", { name: "help", about: "schema" }],
    ["/clear", { name: "clear" }],
    ["/pending\n", { name: "pending" }],
    ["/approve 12", { name: "approve", action: 12 }],
    ["/approve #12", { name: "approve", action: 12 }],
    ["/reject 3 too early", { name: "reject", action: 3, reason: "too early" }],
    ["/reject #3\nbecause\nof this", { name: "reject", action: 3, reason: "because\nof this" }],
    ["/query SELECT 1", { name: "query", sql: "SELECT 1" }],
    ["/query\nSELECT *\n  FROM t -- all", { name: "query", sql: "SELECT *\n  FROM t -- all" }],
    ["/propose DELETE FROM t WHERE a = '/'", { name: "propose", sql: "DELETE FROM t WHERE a = '/'" }],
    ["/recent", { name: "recent", count: 10 }],
    ["/recent 50", { name: "recent", count: 50 }],
    ["/find  Ada Lovelace ", { name: "find", text: "Ada Lovelace" }],
    ["/schema", { name: "schema", table: null }],
    ["/schema customers", { name: "schema", table: "customers" }],
    ['/schema "my table"', { name: "schema", table: "my table" }],
    ["/schema [my table]", { name: "schema", table: "my table" }],
  ];
  for (const [text, call] of calls) assert.deepEqual(parseCommand(text), { kind: "command", call }, text);
  assert.deepEqual(
    new Set(calls.map(([text]) => text.trim().split(/\s/)[0].slice(1).toLowerCase() || "help")),
    new Set(COMMANDS.map(({ name }) => name)),
  );
});

Deno.test("wrong arguments are answered with what is missing and how it is written", () => {
  const problems: [string, string][] = [
    ["/help me", "There is no command /me. Write it as /help [command]"],
    ["/clear all", "/clear takes nothing. Write it as /clear"],
    ["/pending 3", "/pending takes nothing. Write it as /pending"],
    ["/approve", "Say which change, by its number. Write it as /approve n"],
    ["/approve 1 2", "Say which change, by its number. Write it as /approve n"],
    ["/approve all", "Say which change, by its number. Write it as /approve n"],
    ["/approve 0", "Say which change, by its number. Write it as /approve n"],
    ["/approve -1", "Say which change, by its number. Write it as /approve n"],
    ["/approve 12345678901234567890", "Say which change, by its number. Write it as /approve n"],
    ["/reject", "Say which change, by its number. Write it as /reject n reason"],
    ["/reject too early", "Say which change, by its number. Write it as /reject n reason"],
    ["/reject 3", "Say why #3 is rejected. Write it as /reject n reason"],
    ["/query", "The statement is missing. Write it as /query SQL"],
    ["/propose  ", "The statement is missing. Write it as /propose SQL"],
    ["/recent x", "Say how many, from 1 to 50. Write it as /recent [n]"],
    ["/recent 51", "Say how many, from 1 to 50. Write it as /recent [n]"],
    ["/recent 0", "Say how many, from 1 to 50. Write it as /recent [n]"],
    ["/find", "Say what to look for. Write it as /find text"],
    [`/find ${"x".repeat(201)}`, "Look for at most 200 characters. Write it as /find text"],
    [`/reject 3 ${"x".repeat(1_001)}`, "A reason has at most 1000 characters. Write it as /reject n reason"],
  ];
  for (const [text, problem] of problems) {
    const parsed = parseCommand(text);
    assert.equal(parsed.kind === "wrong" && parsed.problem, problem, text);
  }
});

Deno.test("an unknown command names the nearest ones", () => {
  const cases: [string, string[]][] = [
    ["qurey", ["query"]],
    ["quer", ["query"]],
    ["pnding", ["pending"]],
    ["aprove", ["approve"]],
    ["regect", ["reject"]],
    ["re", ["reject", "recent"]],
    ["p", ["pending", "propose"]],
    ["schemas", ["schema"]],
    ["halp", ["help"]],
    ["serach", []],
    ["etc", []],
    ["constructor", []],
    ["__proto__", []],
  ];
  for (const [typed, names] of cases) assert.deepEqual(nearest(typed), names, typed);
  assert.deepEqual(parseCommand("/qurey SELECT 1"), {
    kind: "wrong",
    typed: "qurey",
    problem: "There is no command /qurey. Did you mean /query? /help lists them all.",
    nearest: ["query"],
  });
  assert.deepEqual(parseCommand("/toString"), {
    kind: "wrong",
    typed: "tostring",
    problem: "There is no command /tostring. /help lists them all.",
    nearest: [],
  });
});

Deno.test("two slashes begin a message that starts with one; a slash elsewhere is no command", () => {
  assert.deepEqual(parseCommand("//help me"), { kind: "message", text: "/help me" });
  assert.deepEqual(parseCommand("///"), { kind: "message", text: "//" });
  assert.deepEqual(parseCommand("Show a/b"), { kind: "message", text: "Show a/b" });
  assert.deepEqual(parseCommand("Show\n/help"), { kind: "message", text: "Show\n/help" });
  assert.equal(parseCommand("/etc/passwd").kind, "wrong");
  assert.equal(parseCommand("/ help").kind, "wrong");
});

Deno.test("the registry is plain data with everything a list needs", () => {
  assert.deepEqual(JSON.parse(JSON.stringify(COMMANDS)), COMMANDS);
  for (const { name, usage, help, arguments: args, role } of COMMANDS) {
    const shown = [`/${name}`, ...args.map((arg) => arg.optional ? `[${arg.name}]` : arg.name)].join(" ");
    assert.equal(usage, shown);
    assert.match(help, /^[A-Z].*\.$/);
    assert.equal(role, name === "reject" || name === "approve" ? "approver" : "member");
  }
});
