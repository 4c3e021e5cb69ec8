/** What it takes before a model can be called: which one, what it is told, and what it can do. */
import { convertToModelMessages, type ModelMessage } from "ai";
import type { Actor, ChatMessage, Table } from "../types.ts";
import type { Lease } from "../live/tail.ts";
import { asKnown, forModel, instructions, windowOf } from "./instructions.ts";
import { chooseModel } from "./model.ts";
import { tools } from "./tools.ts";

/** What is to be answered. */
export interface Question {
  ws: string;
  database: string;
  kind: Lease["kind"];
  by: Actor;
  /** The message that is answered. */
  messageId: string | null;
  /** The conversation up to and with it, as much as the model sees. */
  messages: ChatMessage[];
  /** The tables that it is about. */
  schema: Promise<{ tables: Table[] }>;
}

/** A call of the model, but for how it is driven. */
export type Prepared = Awaited<ReturnType<typeof prepare>>;

/** Prepares the call of the model. Throws {@link Refusal} when the schema can't be had. */
export async function prepare({ ws, database, kind, by, messageId, messages, schema }: Question) {
  const { tables } = await schema;
  /** Whoever drives the call listens here for signs of life that are no words yet. */
  const pulse = { beat: () => {} };
  const { model, name, builtin, providerOptions } = chooseModel(tables, () => pulse.beat());
  const toolset = tools({ ws, database, by: { ...by, via: "agent" }, messageId }, !builtin);
  return {
    name,
    pulse,
    seen: asKnown(messages).at(-1)?.id,
    call: {
      model,
      instructions: instructions(tables),
      messages: toAnswer(
        await convertToModelMessages(windowOf(messages).map(forModel), {
          tools: toolset,
          ignoreIncompleteToolCalls: true,
        }),
      ),
      tools: toolset,
      toolChoice: kind === "followup" ? "none" as const : "auto" as const,
      providerOptions,
    },
  };
}

/**
 * Up to what is to be answered. Where it is asked once more, the model's own words stand at the end: some providers would
 * go on from them in the middle of a sentence, others refuse them. What its tools did stays.
 */
function toAnswer(all: readonly ModelMessage[]): ModelMessage[] {
  const messages = all.filter(isSpoken);
  const last = messages.findLastIndex(({ role, content }) =>
    role !== "assistant" || (typeof content !== "string" && content.some(({ type }) => type === "tool-call"))
  );
  return messages.slice(0, last + 1);
}

/** Whether a message says anything: an answer of thoughts alone is refused by providers, and all that follows it. */
function isSpoken({ role, content }: ModelMessage): boolean {
  if (role !== "assistant") return true;
  if (typeof content === "string") return content.trim() !== "";
  return content.some((part) => part.type === "text" ? part.text.trim() !== "" : part.type !== "reasoning");
}
