/** Talking to the agent. The answer itself arrives by the live feed, in every tab alike. */
import { batch } from "@preact/signals";
import type { ChatMessage, ChatTail } from "@/agent/types.ts";
import { call, type Failure, query } from "./api.ts";
import { isCommand } from "./commands.ts";
import { beginRun } from "./feed.ts";
import { apiBase, type AppState, withMessage } from "./state.ts";
import { shown, type ShownMessage } from "./stream.ts";

/** A run was started, or what was sent is answered already. */
type Started = { run: { id: string } | null; message?: ChatMessage } | null;
const ASYNC = { prefer: "respond-async" };

/** Sends a message or a command; it shows at once. False when it was not taken: then it is gone from the screen again. */
export async function send(state: AppState, text: string): Promise<boolean> {
  const message: ShownMessage = {
    id: crypto.randomUUID(),
    role: "user",
    parts: [{ type: "text", text, streaming: false }],
    metadata: {
      at: new Date(Date.now() + state.clockOffset.peek()).toISOString(),
      ...(isCommand(text) ? { kind: "command" } : {}),
    },
    pending: true,
  };
  batch(() => {
    state.messages.value = withMessage(state.messages.peek(), message);
    forgive(state);
  });
  const answer = await call<Started>(`${apiBase(state)}/chat`, {
    method: "POST",
    body: { message: { id: message.id, role: "user", parts: [{ type: "text", text }] } },
    headers: ASYNC,
  });
  batch(() => {
    if (answer.ok) {
      if (answer.data?.run) beginRun(state, answer.data.run.id);
      const { message: answered } = answer.data ?? {};
      if (answered) state.messages.value = withMessage(state.messages.peek(), shown(answered));
      return;
    }
    // When the feed brought it, the server has it, whatever became of the answer.
    state.messages.value = state.messages.peek().filter(({ id, pending }) => id !== message.id || !pending);
    complain(state, answer, isCommand(text));
  });
  return answer.ok || !!state.messages.peek().find(({ id }) => id === message.id);
}

/** Asks for the last answer again. */
export async function retry(state: AppState): Promise<void> {
  forgive(state);
  const answer = await call<Started>(`${apiBase(state)}/chat`, {
    method: "POST",
    body: { trigger: "regenerate-message" },
    headers: ASYNC,
  });
  if (!answer.ok) complain(state, answer);
  else if (answer.data?.run) beginRun(state, answer.data.run.id);
}

/** Stops the answer being written, for every tab. */
export async function stop(state: AppState): Promise<void> {
  const answer = await call(`${apiBase(state)}/chat/stop`, { method: "POST" });
  if (!answer.ok) complain(state, answer);
}

/** Deletes the conversation. The queue and the data stay. */
export async function clear(state: AppState): Promise<void> {
  const answer = await call(`${apiBase(state)}/chat`, { method: "DELETE" });
  if (!answer.ok) return complain(state, answer);
  batch(() => {
    state.messages.value = [];
    state.before.value = null;
    forgive(state);
  });
}

/** Puts earlier messages above those on show. */
export async function earlier(state: AppState): Promise<void> {
  const before = state.before.peek();
  if (before === null) return;
  const answer = await call<ChatTail>(`${apiBase(state)}/chat${query({ before })}`);
  if (!answer.ok) return complain(state, answer);
  batch(() => {
    const known = new Set(state.messages.peek().map(({ id }) => id));
    const older = answer.data.messages.map(shown).filter(({ id }) => !known.has(id));
    state.messages.value = [...older, ...state.messages.peek()];
    state.before.value = answer.data.before;
  });
}

/** Takes back what was said to have gone wrong in the conversation. */
export function forgive(state: AppState): void {
  if (state.trouble.peek()?.at === "chat") state.trouble.value = null;
}

function complain(state: AppState, { code, message, retryAfter }: Failure, isCommand = false): void {
  state.trouble.value = code === "rate_limited" && retryAfter
    ? { at: "chat", message, wait: { until: Date.now() + retryAfter * 1_000, isCommand } }
    : { at: "chat", message };
}
