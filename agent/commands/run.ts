/** Commands of the conversation: asked and answered as messages of their own, also while an answer is being written. */
import type { Actor, ChatMessage } from "../types.ts";
import { addMessages } from "../chat/store.ts";
import { logUnexpected, Refusal } from "../errors.ts";
import { assertRoom, count } from "../limits/messages.ts";
import { actorOf, enter, type Person } from "../people.ts";
import type { Workspace } from "../workspaces.ts";
import { execute, type Result } from "./execute.ts";
import { answerOf, unanswered } from "./interrupted.ts";
import type { Parsed } from "./parse.ts";
import { commandNamed } from "./registry.ts";
import { plain } from "./words.ts";

/**
 * Carries out what was typed and keeps both as messages. The command is kept first, under the id that the client gave
 * it: sent twice, it is carried out once. What refuses a command is its answer, so that it stands where it was typed. If
 * this process dies in between, {@link closeUnanswered} says so in its place.
 */
export async function runCommand(
  workspace: Workspace,
  person: Person,
  { id, text }: { id: string; text: string },
  parsed: Exclude<Parsed, { kind: "message" }>,
): Promise<ChatMessage> {
  const ws = workspace.id;
  const by = actorOf(person);
  await assertRoom(ws, by, "command");
  return await unanswered(ws, { id, text }, async (open, answered) => {
    await addMessages(ws, [asked(id, text, by)], async (op) => {
      await count(op, ws, by, "command");
      open(op);
    });
    const answer = answerOf(await carryOut(workspace, person, by, id, parsed), "done");
    await addMessages(ws, [answer], answered);
    return answer;
  });
}

/** The command that a text holds, without the slash. */
export function typedName(parsed: Exclude<Parsed, { kind: "message" }>): string {
  return parsed.kind === "command" ? parsed.call.name : parsed.typed;
}

async function carryOut(
  workspace: Workspace,
  person: Person,
  by: Actor,
  id: string,
  parsed: Exclude<Parsed, { kind: "message" }>,
): Promise<Result> {
  const command = typedName(parsed);
  try {
    if (parsed.kind === "wrong") {
      return {
        text: plain(parsed.problem),
        data: { command, error: { code: "invalid", detail: parsed.problem }, nearest: parsed.nearest },
      };
    }
    await enter(person, workspace.id, commandNamed(command)?.role ?? "owner");
    return await execute(parsed.call, { ws: workspace.id, database: workspace.database }, by, id);
  } catch (error) {
    const { code, message } = error instanceof Refusal ? error : {
      code: "internal" as const,
      message: `Something went wrong here (${logUnexpected(error, "command")}).`,
    };
    return { text: plain(message), data: { command, error: { code, detail: message } } };
  }
}

function asked(id: string, text: string, by: Actor): ChatMessage {
  return {
    id,
    role: "user",
    parts: [{ type: "text", text }],
    metadata: { kind: "command", at: new Date().toISOString(), by },
  };
}
