/** What a person asked for, as the routes take it. Pure. */
import { z } from "zod";
import { Refusal } from "../errors.ts";

const MAX_TEXT = 8_000;

const TextPart = z.object({ type: z.literal("text"), text: z.string() });
const AnyPart = z.union([TextPart, z.object({ type: z.string() })]);
const Message = z.object({
  id: z.string().max(100).optional(),
  role: z.string(),
  parts: z.array(AnyPart).max(50),
});
/** Of a conversation only the last message of a user is looked at: what else a client holds must not stop it. */
const Conversation = z.array(z.looseObject({ role: z.string() })).min(1)
  .transform((messages) => messages.filter(isUser).slice(-1))
  .pipe(z.array(Message));

/** The body of POST …/chat: our own, or the AI SDK's, of which the last message of a user counts and nothing else. */
export const ChatBody = z.union([
  z.object({ message: z.union([z.string(), Message]) }),
  z.object({ messages: Conversation, trigger: z.string().optional() }),
  z.object({ trigger: z.literal("regenerate-message") }),
]);
export type ChatBody = z.infer<typeof ChatBody>;

/** What a person asked for: something new, or the last answer once more. */
export type Request = { id: string; text: string } | "retry";

/** Reads what a person asked for. Only their own text counts: a client can't put words into the agent's mouth. */
export function requestOf(body: ChatBody): Request {
  if ("trigger" in body && body.trigger === "regenerate-message") return "retry";
  const message = "message" in body
    ? body.message
    : "messages" in body
    ? body.messages.findLast(isUser)
    : undefined;
  const text = typeof message === "string"
    ? message
    : message && isUser(message)
    ? message.parts.flatMap((part) => "text" in part && part.type === "text" ? [part.text] : []).join("\n")
    : "";
  const id = typeof message === "object" && message.id ? message.id : crypto.randomUUID();
  if (text.trim() === "") {
    throw new Refusal("invalid", "Say something.", { errors: [{ path: "message", message: "is empty" }] });
  }
  if (text.length > MAX_TEXT) {
    throw new Refusal("invalid", `A message has at most ${MAX_TEXT} characters.`, {
      errors: [{ path: "message", message: "is too long" }],
    });
  }
  return { id, text };
}

function isUser(message: { role: string }): boolean {
  return message.role === "user";
}
