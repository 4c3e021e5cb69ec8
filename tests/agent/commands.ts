/** A workspace in which people type commands, and a model that must not hear of them. */
import assert from "node:assert/strict";
import { receive } from "@/agent/chat/receive.ts";
import { stopAnswer } from "@/agent/chat/run.ts";
import type { Person } from "@/agent/people.ts";
import type { ChatMessage, CommandData } from "@/agent/types.ts";
import { ensureMain, findWorkspace, type Workspace } from "@/agent/workspaces.ts";
import { type Conversation, withConversation, words } from "./conversation.ts";

export const OWNER: Person = { id: "owner", name: "Owner" };
export const CHANGE = {
  title: "Gold *now*",
  description: "",
  statements: [{ sql: "UPDATE customers SET tier = 'gold'" }],
};

export interface Commands extends Conversation {
  workspace: Workspace;
  run(
    text: string,
    id?: string,
  ): Promise<{ text: string; data: CommandData; id: string; name: string | null }>;
}

/** Runs a test in it. `before`: the first answer of the model waits for it. */
export async function withCommands(
  test: (commands: Commands) => Promise<void>,
  before?: Promise<void>,
): Promise<void> {
  await withConversation(
    (_request, n) => ({ text: "Hi.", before: n === 0 ? before : undefined }),
    async (conversation) => {
      await ensureMain();
      const workspace = await findWorkspace("main");
      assert.ok(workspace);
      await test({
        ...conversation,
        workspace,
        async run(text, id = crypto.randomUUID()) {
          const got = await receive(workspace, OWNER, { id, text });
          assert.ok(got.run === null, "it went to the model");
          return {
            text: words(got.message),
            data: dataOf(got.message),
            id: got.message.id,
            name: got.command,
          };
        },
      });
      await stopAnswer("main");
    },
  );
}

/** What a command answered, as data. */
export function dataOf({ parts }: ChatMessage): CommandData {
  assert.deepEqual(parts.map(({ type }) => type), ["text", "data-command"]);
  const part = parts[1];
  assert.ok(part.type === "data-command");
  return part.data;
}
