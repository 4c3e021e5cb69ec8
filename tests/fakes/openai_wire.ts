/**
 * The two wire formats of OpenAI's API, as its public reference describes them: what a request must look like, and the
 * server-sent events of a streamed answer. Pure.
 */
import { z } from "zod";

export type Api = "chat" | "responses";

/** One call of a tool. `raw` is sent in place of the JSON of `args`, also when it is no JSON. */
export interface ToolCall {
  name: string;
  args?: unknown;
  raw?: string;
  /** Its id, where a test wants an odd one. */
  id?: string;
}

/** What a model says in one step. */
export interface Said {
  /** Thought before anything is said: a summary of it, or what some endpoints send as `reasoning_content`. */
  reasoning?: string;
  text?: string;
  toolCalls?: ToolCall[];
  /** Why it stopped, where it did not finish. */
  cut?: "length" | "content_filter";
}

const Text = z.union([
  z.string().min(1),
  z.array(z.object({ type: z.string(), text: z.string().min(1) })).min(1),
]);
const Call = z.object({
  id: z.string(),
  type: z.literal("function"),
  function: z.object({ name: z.string(), arguments: z.string() }),
});
const ChatMessage = z.discriminatedUnion("role", [
  z.object({ role: z.enum(["system", "developer"]), content: Text }),
  z.object({ role: z.literal("user"), content: Text }),
  z.object({
    role: z.literal("assistant"),
    content: z.string().nullish(),
    tool_calls: z.array(Call).min(1).optional(),
  }),
  z.object({ role: z.literal("tool"), content: z.string(), tool_call_id: z.string() }),
]);
const ResponsesItem = z.looseObject({ type: z.string().optional(), role: z.string().optional() });

/** A request as the fake keeps it. Of the two formats only what the tests look at. */
export const ModelRequest = z.object({
  model: z.string().min(1),
  stream: z.literal(true),
  store: z.boolean().optional(),
  tools: z.array(z.looseObject({ type: z.literal("function") })).optional(),
  tool_choice: z.unknown().optional(),
  messages: z.array(ChatMessage).min(1).optional(),
  input: z.array(ResponsesItem).min(1).optional(),
});
export type ModelRequest = z.infer<typeof ModelRequest>;
type ChatMessage = z.infer<typeof ChatMessage>;

/** Why a strict provider would answer 400; null when it would not. */
export function complaint(api: Api, body: ModelRequest): string | null {
  if (api === "responses") {
    if (!body.input) return "input is missing";
    const calls = body.input.filter(({ type }) => type === "function_call");
    return calls.every((call) => isObject(call.arguments)) ? null : "arguments are no object";
  }
  if (!body.messages) return "messages is missing";
  let open = new Set<string>();
  for (const message of body.messages) {
    if (message.role === "tool") {
      if (!open.delete(message.tool_call_id)) return "a tool message answers no call";
      continue;
    }
    if (open.size > 0) return "a tool call was not answered";
    if (message.role !== "assistant") continue;
    if (!message.content?.trim() && !message.tool_calls) return "an assistant message says nothing";
    open = new Set(message.tool_calls?.map(({ id }) => id));
    if (!message.tool_calls?.every((call) => isObject(call.function.arguments)) && open.size > 0) {
      return "arguments are no object";
    }
  }
  if (open.size > 0) return "a tool call was not answered";
  // Some take words of the model at the end as the beginning of what it is to say, others refuse them.
  return body.messages.at(-1)?.role === "assistant" ? "the last words are the model's own" : null;
}

/** Whether a text is a JSON object, as some expect the arguments of a call that they are shown again. */
function isObject(text: unknown): boolean {
  const value: unknown = typeof text === "string" ? JSON.parse(text) : null;
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Why a strict provider can't read a body at all: half a character is no UTF-8. Null when it can. */
export function unreadable(body: string): string | null {
  let isWhole = true;
  JSON.parse(body, (_key, value) => {
    if (typeof value === "string" && !value.isWellFormed()) isWhole = false;
    return value;
  });
  return isWhole ? null : "half a character in the body";
}

/** The text of a message, whatever its form. */
export function textOf(message: ChatMessage): string {
  const { content } = message;
  return Array.isArray(content) ? content.map(({ text }) => text).join("") : content ?? "";
}

/** The events of a whole answer, in order, each as it goes over the wire. */
export function eventsOf(api: Api, model: string, said: Said, n: number): string[] {
  return api === "chat" ? chatEvents(model, said, n) : responsesEvents(model, said, n);
}

/** The event by which a provider says, in the middle of an answer, that it failed. */
export function errorEvent(api: Api, message: string): string {
  return api === "chat"
    ? data({ error: { message, type: "server_error", code: null, param: null } })
    : event("error", { type: "error", code: "server_error", message, param: null, sequence_number: 9 });
}

/** The event by which the Responses API says that the response as a whole has failed. */
export function failedEvent(message: string): string {
  const response = { id: "resp_failed", status: "failed", error: { code: "server_error", message } };
  return event("response.failed", { type: "response.failed", sequence_number: 9, response });
}

function chatEvents(
  model: string,
  { reasoning = "", text = "", toolCalls = [], cut }: Said,
  n: number,
): string[] {
  const chunk = (delta: unknown, finish_reason: string | null = null) =>
    data({
      id: `chatcmpl-${n}`,
      object: "chat.completion.chunk",
      created: 1_700_000_000 + n,
      model,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    });
  return [
    chunk({ role: "assistant", content: text ? "" : null, refusal: null }),
    ...pieces(reasoning).map((reasoning_content) => chunk({ content: null, reasoning_content })),
    ...pieces(text).map((content) => chunk({ content })),
    ...toolCalls.flatMap((call, index) => [
      chunk({
        tool_calls: [{
          index,
          id: call.id ?? `call_${n}_${index}`,
          type: "function",
          function: { name: call.name, arguments: "" },
        }],
      }),
      ...pieces(argumentsOf(call)).map((part) =>
        chunk({ tool_calls: [{ index, function: { arguments: part } }] })
      ),
    ]),
    chunk({}, cut ?? (toolCalls.length ? "tool_calls" : "stop")),
    data({
      id: `chatcmpl-${n}`,
      object: "chat.completion.chunk",
      created: 1_700_000_000 + n,
      model,
      choices: [],
      usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
    }),
    "data: [DONE]\n\n",
  ];
}

function responsesEvents(
  model: string,
  { reasoning = "", text = "", toolCalls = [], cut }: Said,
  n: number,
): string[] {
  const events: string[] = [];
  const say = (type: string, more: Record<string, unknown>) =>
    events.push(event(type, { type, sequence_number: events.length, ...more }));
  const response = (status: string, more: Record<string, unknown> = {}) => ({
    response: {
      id: `resp_${n}`,
      object: "response",
      created_at: 1_700_000_000 + n,
      status,
      model,
      output: [],
      error: null,
      incomplete_details: null,
      ...more,
    },
  });
  say("response.created", response("in_progress"));
  let output_index = 0;
  if (reasoning) {
    const id = `rs_${n}`;
    const at = { item_id: id, output_index, summary_index: 0 };
    const part = (text: string) => ({ type: "summary_text", text });
    const item = { id, type: "reasoning", encrypted_content: null };
    say("response.output_item.added", { output_index, item: { ...item, summary: [] } });
    say("response.reasoning_summary_part.added", { ...at, part: part("") });
    for (const delta of pieces(reasoning)) say("response.reasoning_summary_text.delta", { ...at, delta });
    say("response.reasoning_summary_text.done", { ...at, text: reasoning });
    say("response.reasoning_summary_part.done", { ...at, part: part(reasoning) });
    say("response.output_item.done", { output_index, item: { ...item, summary: [part(reasoning)] } });
    output_index++;
  }
  if (text) {
    const id = `msg_${n}`;
    const at = { item_id: id, output_index, content_index: 0 };
    const item = { id, type: "message", role: "assistant" };
    say("response.output_item.added", {
      output_index,
      item: { ...item, status: "in_progress", content: [] },
    });
    say("response.content_part.added", { ...at, part: { type: "output_text", text: "", annotations: [] } });
    for (const delta of pieces(text)) say("response.output_text.delta", { ...at, delta, logprobs: [] });
    say("response.output_text.done", { ...at, text, logprobs: [] });
    const content = [{ type: "output_text", text, annotations: [], logprobs: [] }];
    say("response.output_item.done", { output_index, item: { ...item, status: "completed", content } });
    output_index++;
  }
  for (const [i, call] of toolCalls.entries()) {
    const item_id = `fc_${n}_${i}`;
    const item = { id: item_id, type: "function_call", call_id: `call_${n}_${i}`, name: call.name };
    const args = argumentsOf(call);
    say("response.output_item.added", {
      output_index,
      item: { ...item, status: "in_progress", arguments: "" },
    });
    for (const delta of pieces(args)) {
      say("response.function_call_arguments.delta", { item_id, output_index, delta });
    }
    say("response.function_call_arguments.done", { item_id, output_index, arguments: args });
    say("response.output_item.done", {
      output_index,
      item: { ...item, status: "completed", arguments: args },
    });
    output_index++;
  }
  const usage = {
    input_tokens: 11,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 7,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 18,
  };
  const reason = cut === "length" ? "max_output_tokens" : cut;
  if (cut) say("response.incomplete", response("incomplete", { usage, incomplete_details: { reason } }));
  else say("response.completed", response("completed", { usage }));
  return events;
}

function argumentsOf({ args, raw }: ToolCall): string {
  return raw ?? JSON.stringify(args ?? {});
}

/** Models send a few letters at a time. Code units on purpose: a pair may be cut in two, as some servers do. */
function pieces(text: string): string[] {
  return Array.from({ length: Math.ceil(text.length / 6) }, (_, i) => text.slice(i * 6, i * 6 + 6));
}

function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function event(name: string, value: unknown): string {
  return `event: ${name}\n${data(value)}`;
}
