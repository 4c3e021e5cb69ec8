/** The one door through which a person's words come in: a command, a message that the guard refuses, or one to answer. */
import type { Actor, ChatMessage } from "../types.ts";
import { parseCommand } from "../commands/parse.ts";
import { runCommand, typedName } from "../commands/run.ts";
import { judge, REFUSAL, type Verdict } from "../guard/judge.ts";
import { note } from "../guard/log.ts";
import { assertRoom, count } from "../limits/messages.ts";
import { actorOf, type Person } from "../people.ts";
import { keys } from "../store/keys.ts";
import type { Workspace } from "../workspaces.ts";
import type { Request } from "./request.ts";
import { makeRoom, startAnswer } from "./run.ts";
import { addMessages } from "./store.ts";

/** What became of it: an answer is being written, or it was answered at once by `message`, without a model. */
export type Received = { run: string } | { run: null; command: string | null; message: ChatMessage };

/** Takes what a person sent. Throws {@link Refusal} when it is not taken; nothing is kept then. */
export async function receive(workspace: Workspace, person: Person, request: Request): Promise<Received> {
  const { id: ws, database } = workspace;
  const by = actorOf(person);
  if (request === "retry") return await startAnswer({ ws, database }, by, request);
  const parsed = parseCommand(request.text);
  if (parsed.kind !== "message") {
    const message = await runCommand(workspace, person, request, parsed);
    return { run: null, command: typedName(parsed), message };
  }
  const said = { id: request.id, text: parsed.text };
  const verdict = judge(said.text);
  if (verdict.verdict !== "refuse") return await startAnswer({ ws, database }, by, said, verdict);
  return { run: null, command: null, message: await refuse(ws, by, said, verdict) };
}

/** Keeps a refused message and the answer to it. It takes its turn like any other, but nothing runs for it. */
async function refuse(
  ws: string,
  by: Actor,
  said: { id: string; text: string },
  verdict: Verdict,
): Promise<ChatMessage> {
  const at = new Date().toISOString();
  const answer: ChatMessage = {
    id: crypto.randomUUID(),
    role: "assistant",
    parts: [{ type: "text", text: REFUSAL }],
    metadata: { kind: "refused", status: "done", at },
  };
  const asked: ChatMessage = {
    id: said.id,
    role: "user",
    parts: [{ type: "text", text: said.text }],
    metadata: { kind: "refused", at, by },
  };
  await assertRoom(ws, by, "message");
  await addMessages(ws, [asked, answer], async (op) => {
    await makeRoom(ws);
    op.check({ key: keys.run(ws), versionstamp: null });
    await count(op, ws, by, "message");
    note(op, ws, { ...said, by }, verdict);
  });
  return answer;
}
