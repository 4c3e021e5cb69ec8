/** A person's decisions: each is one request, signed where it changes data, and ends in one honest line. */
import { batch } from "@preact/signals";
import type { Action, Change } from "@/agent/types.ts";
import { PAGE_SIZE } from "@/db-service/contract/page_size.ts";
import { navigate } from "./address.ts";
import { type Answer, call, type Failure, isAbout, path } from "./api.ts";
import { focusDetail } from "./focus.ts";
import { countsOf, outcome, totalRows } from "./format.ts";
import { adopt, fetchChanges, nextWaiting, refreshSelected } from "./queue.ts";
import type { Verified } from "./sign.ts";
import { apiBase, type AppState, home, type Trouble } from "./state.ts";

/**
 * Approves the open action as it is shown: verifies what is on screen, signs, sends. `digest` is of what was drawn when
 * the person decided: another tab may have narrowed the action since, or another one be open.
 */
export async function approve(state: AppState, digest: string | null): Promise<void> {
  const action = state.selected.peek();
  if (!action?.preview) return;
  if (action.digest !== digest) {
    const message = "Not signed. This changed while you decided. Look at it again.";
    state.trouble.value = { at: "queue", id: action.id, message };
    return;
  }
  const onScreen = [...action.preview.changes, ...state.moreChanges.peek()];
  const send = action.maybeStale ? approveMoved : approveShown;
  await decide(state, action, () => send(state, action, onScreen), true);
}

/**
 * The data may have moved since the preview, so it is looked at anew first. What would still change the same rows in
 * the same way is approved; anything else is shown as it would be now, and not signed.
 */
async function approveMoved(
  state: AppState,
  action: Action,
  onScreen: readonly Change[],
): Promise<Answer<Action>> {
  const now = await post(state, action.id, "preview", { digest: action.digest });
  if (!now.ok) return now;
  if (now.data.digest === action.digest) return await approveShown(state, now.data, onScreen);
  adopt(state, now.data);
  return refused("Not signed. The data moved since the preview: these rows are what would change now.");
}

/** Verifies the rows that were shown of an action, signs it and sends it. */
export async function approveShown(
  state: AppState,
  action: Action,
  onScreen: readonly Change[],
): Promise<Answer<Action>> {
  return await signed(state, action, "approve", await check(state, action, onScreen));
}

/** Reverts an executed action to the rows as they were. */
export async function revert(state: AppState, id: number): Promise<void> {
  const action = await whole(state, id);
  if (!action) return;
  const more = action === state.selected.peek() ? state.moreChanges.peek() : [];
  await decide(state, action, () => revertShown(state, action, more));
}

/** Verifies the rows that were shown of an executed action, signs its revert and sends it. `more`: after the first page. */
export async function revertShown(
  state: AppState,
  action: Action,
  more: readonly Change[],
): Promise<Answer<Action>> {
  const onScreen = [...action.preview?.changes ?? [], ...more];
  const tools = await signing();
  const verified = tools
    ? await tools.verifyExecuted(action, state.database.peek().name, onScreen)
    : NOT_LOADED;
  return await signed(state, action, "revert", verified);
}

/** Rejects an action that is open; the reason is told to the agent. */
export async function reject(state: AppState, id: number, reason: string): Promise<void> {
  const action = state.selected.peek();
  if (action?.id !== id) return;
  const body = reason.trim() ? { reason: reason.trim() } : {};
  await decide(state, action, () => post(state, action.id, "reject", body), true);
}

/** Takes the open action back. */
export async function withdraw(state: AppState): Promise<void> {
  const action = state.selected.peek();
  if (action) await decide(state, action, () => post(state, action.id, "withdraw", {}), true);
}

/** Previews the open action again on the data as it is now. */
export async function lookAgain(state: AppState): Promise<void> {
  const action = state.selected.peek();
  if (!action || state.deciding.peek() !== null) return;
  state.deciding.value = action.id;
  const answer = await post(state, action.id, "preview", {});
  batch(() => {
    state.deciding.value = null;
    state.trouble.value = answer.ok ? null : troubleOf(action, answer);
    if (!answer.ok) return;
    adopt(state, answer.data);
    state.notice.value = { message: `#${action.id} is previewed on the data as it is now.`, undo: null };
  });
  focusDetail(state);
}

/** Gives this browser a new key after its old one was revoked. Deciding is a second, separate step. */
export async function newKey(state: AppState): Promise<void> {
  const tools = await signing();
  await tools?.renewKey();
  batch(() => {
    if (!tools) {
      state.trouble.value = { at: "queue", message: NOT_LOADED.message };
      return;
    }
    state.trouble.value = null;
    state.notice.value = { message: "This browser has a new key. Decide again to use it.", undo: null };
  });
  focusDetail(state);
}

/** What verifies and signs; null when it can't be fetched. */
function signing(): Promise<typeof import("./signing.ts") | null> {
  return import("./signing.ts").catch(() => null);
}

const NOT_LOADED = {
  ok: false,
  message:
    "The part of the page that signs could not be loaded. Nothing was sent. Try again, or reload the page.",
} as const;

async function decide(
  state: AppState,
  action: Action,
  send: () => Promise<Answer<Action>>,
  moveOn = false,
): Promise<void> {
  if (state.deciding.peek() !== null) return;
  batch(() => {
    state.deciding.value = action.id;
    state.trouble.value = null;
  });
  const answer = await send();
  batch(() => {
    state.deciding.value = null;
    if (!answer.ok) {
      // Drift is the action's own state from here on, with its own strip and what to do about it.
      if (answer.code !== "drift") {
        const isOpen = state.selectedId.peek() === action.id;
        state.trouble.value = isOpen ? troubleOf(action, answer) : troubleElsewhere(action.id, answer);
      }
      void refreshSelected(state);
      return;
    }
    adopt(state, answer.data);
    state.notice.value = {
      message: outcome(answer.data),
      undo: answer.data.state === "approved" && answer.data.canRevert ? action.id : null,
    };
    const next = moveOn ? nextWaiting(state, action.id) : null;
    if (next !== null) navigate(state, `${home(state)}/actions/${next}`);
  });
  focusDetail(state);
}

/** Compares every row with the preview; of many it says how far it is. */
async function check(state: AppState, action: Action, onScreen: readonly Change[]): Promise<Verified> {
  const total = totalRows(countsOf(action));
  const tell = (done: number) => state.checking.value = { done, total };
  const isLong = total > PAGE_SIZE;
  const tools = await signing();
  if (!tools) return NOT_LOADED;
  if (isLong) tell(0);
  try {
    return await tools.verifyShown(
      action,
      state.database.peek().name,
      onScreen,
      (page) => fetchChanges(state, action.id, page),
      isLong ? tell : undefined,
    );
  } finally {
    state.checking.value = null;
  }
}

/**
 * What the database knows the actions by that were signed here, by their numbers. An app that says that nothing
 * happened and gives the number to another action of the same rows would get two signatures for what is meant once; and
 * what "Undo" takes back is what was approved, not what has its number by now.
 */
const signedAs = new Map<string, string>();

async function signed(
  state: AppState,
  action: Action,
  decision: "approve" | "revert",
  verified: Verified,
): Promise<Answer<Action>> {
  const number = `${state.workspace.id}/${action.id}`;
  if ((signedAs.get(number) ?? action.uid) !== action.uid) {
    return refused("Not signed. This is another action than the one you decided on here. Reload the page.");
  }
  const tools = await signing();
  if (!verified.ok || !tools) return refused(verified.ok ? NOT_LOADED.message : verified.message);
  const { signApproval, signer } = tools;
  let answer = await attempt(false);
  // The db-service may have been set up anew since this browser enrolled: once, and only once, enrol again.
  if (!answer.ok && answer.code === "not_approver") answer = await attempt(true);
  return answer;

  async function attempt(enrolAgain: boolean): Promise<Answer<Action>> {
    const key = await signer(state.workspace.id, apiBase(state), state.me.person.name, enrolAgain);
    if (!key.ok) return key;
    if (!verified.ok) return refused(verified.message);
    const made = await signApproval(key.data, action, decision, verified, state.clockOffset.peek());
    if (!made.ok) return refused(made.message);
    signedAs.set(number, action.uid);
    const { approval } = made;
    const body = decision === "approve" ? { digest: verified.digest, approval } : { approval };
    return await post(state, action.id, decision, body);
  }
}

/** One request about an action. */
export function post(state: AppState, id: number, verb: string, body: unknown): Promise<Answer<Action>> {
  return call<Action>(apiBase(state) + path`/actions/${id}/${verb}`, { method: "POST", body });
}

async function whole(state: AppState, id: number): Promise<Action | null> {
  const open = state.selected.peek();
  if (open?.id === id) return open;
  const answer = await call<Action>(apiBase(state) + path`/actions/${id}`);
  if (answer.ok) return answer.data;
  state.trouble.value = troubleElsewhere(id, answer);
  return null;
}

/** Of an action that is not open, such as one that is undone: said above the list, or nobody would see it. */
function troubleElsewhere(id: number, { message }: Failure): Trouble {
  return { at: "queue", message: `#${id}: ${message}` };
}

export function troubleOf(action: Action, answer: Failure): Trouble {
  return {
    at: "queue",
    id: action.id,
    message: answer.message,
    conflicts: answer.problem?.conflicts,
    keyRevoked: isAbout(answer, "publicKey"),
    columns: action.preview?.columns,
  };
}

function refused(message: string): Failure {
  return { ok: false, status: 0, code: "bad_signature", message, problem: null, retryAfter: null };
}
