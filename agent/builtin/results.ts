/** What tools answered, read as data: checked shapes, and nothing of it is ever taken for a request. */
import { z } from "zod";

const ReadOutput = z.object({
  columns: z.array(z.string()).optional(),
  rows: z.array(z.array(z.unknown())).optional(),
  rowCount: z.number().optional(),
  truncated: z.boolean().optional(),
});
export type ReadOutput = z.infer<typeof ReadOutput>;

const ProposalOutput = z.object({
  actionId: z.number(),
  affected: z.array(
    z.object({ table: z.string(), inserted: z.number(), updated: z.number(), deleted: z.number() }),
  ).default([]),
});
export type ProposalOutput = z.infer<typeof ProposalOutput>;

const ListedAction = z.object({
  id: z.number(),
  state: z.string(),
  title: z.string().default(""),
  type: z.string().default("action"),
  canRevert: z.boolean().optional(),
});
export type ListedAction = z.infer<typeof ListedAction>;
const ActionsOutput = z.object({ actions: z.array(ListedAction) });

const Failure = z.object({ error: z.string(), code: z.string().optional() });

/** The output part of a tool result in a prompt. */
export interface ToolOutput {
  type: string;
  value?: unknown;
  reason?: string | undefined;
}

export type Output<T> = { ok: true; value: T } | { ok: false; error: string };

export function readOutput(output: ToolOutput): Output<ReadOutput> {
  return parse(output, ReadOutput);
}
export function proposalOutput(output: ToolOutput): Output<ProposalOutput> {
  return parse(output, ProposalOutput);
}
export function actionsOutput(output: ToolOutput): Output<ListedAction[]> {
  const parsed = parse(output, ActionsOutput);
  return parsed.ok ? { ok: true, value: parsed.value.actions } : parsed;
}
export function anyOutput(output: ToolOutput): Output<unknown> {
  return parse(output, z.unknown());
}

function parse<T>(output: ToolOutput, shape: z.ZodType<T>): Output<T> {
  if (output.type === "execution-denied") return { ok: false, error: output.reason ?? "it was not allowed" };
  const text = textOf(output.value);
  const value = text === null ? output.value : fromText(text);
  const failure = Failure.safeParse(value);
  if (failure.success) return { ok: false, error: failure.data.error };
  if (output.type.startsWith("error")) {
    return { ok: false, error: text ?? "the tool failed" };
  }
  const parsed = shape.safeParse(value);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, error: "the answer had an unexpected form" };
}

const TextParts = z.array(z.looseObject({ type: z.literal("text"), text: z.string() }));

/** The text of an output that is text, whole or in parts. */
function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  const parts = TextParts.safeParse(value);
  return parts.success ? parts.data.map((p) => p.text).join("\n") : null;
}

/** Results may come as text, inside a fence that marks them as data. */
function fromText(text: string): unknown {
  const from = text.indexOf("{"), to = text.lastIndexOf("}");
  if (from < 0 || to < from) return text;
  try {
    return JSON.parse(text.slice(from, to + 1));
  } catch {
    return text;
  }
}
