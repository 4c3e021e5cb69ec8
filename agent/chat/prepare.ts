/** What it takes before a model can be called: which one, what it is told, and what it can do. */
import { convertToModelMessages } from "ai";
import type { Actor, ChatMessage, Table } from "../types.ts";
import type { Lease } from "../live/tail.ts";
import { forModel, instructions, windowOf } from "./instructions.ts";
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
  const { model, name, builtin, providerOptions } = chooseModel(tables);
  const toolset = tools({ ws, database, by: { ...by, via: "agent" }, messageId }, !builtin);
  return {
    name,
    call: {
      model,
      instructions: instructions(tables),
      messages: await convertToModelMessages(windowOf(messages).map(forModel), {
        tools: toolset,
        ignoreIncompleteToolCalls: true,
      }),
      tools: toolset,
      toolChoice: kind === "followup" ? "none" as const : "auto" as const,
      providerOptions,
    },
  };
}
