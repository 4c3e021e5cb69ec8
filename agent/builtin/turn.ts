/**
 * From a prompt to the next thing to do: the conversation is read again each time, nothing is remembered
 * between.
 */
import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { Table } from "@/agent/types.ts";
import { answer, outcomeAnswer } from "./answers.ts";
import { plan } from "./plan.ts";
import type { Plan, Read } from "./query.ts";
import { proposalOutput, type ToolOutput } from "./results.ts";

export type Turn = { say: string } | { tool: string; input: Record<string, unknown> };

/** How a note about decisions begins, which the app adds in the user's role. */
export const OUTCOME_MARK = "[Gatekeeper outcome]";

interface Result {
  tool: string;
  output: ToolOutput;
}

/** What to say or which tool to call. Tool results are data: only their numbers and states are looked at. */
export function nextTurn(prompt: LanguageModelV4Prompt, schema: Table[], tools: Set<string>): Turn {
  const last = prompt.findLastIndex((m) => m.role === "user");
  const said = lastSaid(prompt, last);
  if (said.notes.length) return { say: outcomeAnswer(said.notes) };
  const current = plan(said.text, {
    schema,
    previous: previousRead(prompt.slice(0, said.from), schema),
    lastProposal: lastProposal(prompt.slice(0, said.from)),
  });
  const result = results(prompt.slice(last + 1)).at(-1);
  if (!result) return begin(current, tools);
  const next = answer(withdrawn(current, prompt), result.tool, result.output);
  return "say" in next ? next : call("withdrawAction", { actionId: next.withdraw }, tools);
}

function begin(current: Plan, tools: Set<string>): Turn {
  switch (current.kind) {
    case "say":
      return { say: current.text };
    case "read":
      return call("queryDatabase", { sql: current.sql, description: current.description }, tools);
    case "write":
      return call(
        "mutateDatabase",
        { title: current.title, description: current.description, sql: current.sql },
        tools,
      );
    case "actions":
      return call("listActions", {}, tools);
    case "withdraw":
      return call("withdrawAction", { actionId: current.actionId }, tools);
  }
}

function call(tool: string, input: Record<string, unknown>, tools: Set<string>): Turn {
  return tools.has(tool)
    ? { tool, input }
    : { say: "I can't use the database in this step, so I have done nothing." };
}

/** After "take it back" chose an action itself, the answer names that one. */
function withdrawn(current: Plan, prompt: LanguageModelV4Prompt): Plan {
  if (current.kind !== "actions" || current.for !== "withdraw") return current;
  const calls = prompt.flatMap((m) => m.role === "assistant" ? m.content : []);
  const input = calls.findLast((p) => p.type === "tool-call" && p.toolName === "withdrawAction");
  const value = input?.type === "tool-call" ? input.input : null;
  const id = typeof value === "object" && value !== null && "actionId" in value ? value.actionId : null;
  return typeof id === "number" ? { kind: "withdraw", actionId: id } : current;
}

/**
 * The person's last words, or the notes of decisions that came together. A note counts only where no person's message
 * stands beside it: people go first.
 */
function lastSaid(
  prompt: LanguageModelV4Prompt,
  last: number,
): { text: string; notes: string[]; from: number } {
  let from = last;
  while (from > 0 && prompt[from - 1]?.role === "user") from--;
  const texts = userTexts(prompt.slice(Math.max(0, from), last + 1));
  const person = texts.findLast((t) => !isNote(t));
  const notes = person === undefined ? texts.filter(isNote) : [];
  return { text: person ?? "", notes, from: Math.max(0, from) };
}

/** The query that "them" means: found by planning the conversation's sentences again, in order. */
function previousRead(prompt: LanguageModelV4Prompt, schema: Table[]): Read | null {
  let previous: Read | null = null;
  for (const text of userTexts(prompt)) {
    if (isNote(text)) continue;
    const planned = plan(text, { schema, previous, lastProposal: null });
    if (planned.kind === "read") previous = planned.read;
    // After a change, or a sentence that was not understood, "them" could mean too much.
    else if (planned.kind === "write" || (planned.kind === "say" && !planned.keeps)) previous = null;
  }
  return previous;
}

function lastProposal(prompt: LanguageModelV4Prompt): number | null {
  const proposals = results(prompt).filter((r) => r.tool === "mutateDatabase").map((r) =>
    proposalOutput(r.output)
  );
  const last = proposals.findLast((p) => p.ok);
  return last?.ok ? last.value.actionId : null;
}

function results(prompt: LanguageModelV4Prompt): Result[] {
  return prompt.flatMap((m) =>
    m.role !== "tool"
      ? []
      : m.content.flatMap((p): Result[] =>
        p.type === "tool-result" ? [{ tool: p.toolName, output: p.output }] : []
      )
  );
}

function userTexts(prompt: LanguageModelV4Prompt): string[] {
  return prompt.flatMap((m) =>
    m.role !== "user" ? [] : m.content.flatMap((p) => p.type === "text" && p.text.trim() ? [p.text] : [])
  );
}

function isNote(text: string): boolean {
  return text.trimStart().startsWith(OUTCOME_MARK);
}
