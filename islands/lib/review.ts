/** Deciding on several actions one after another: what each is as it is reviewed, and what became of it. */
import { batch } from "@preact/signals";
import type { Action, ActionSummary, Change, Count } from "@/agent/types.ts";
import { type Answer, call, isAbout, path } from "./api.ts";
import { approveShown, post, revertShown } from "./decide.ts";
import { countsOf, number } from "./format.ts";
import { type Group, groupOf } from "./pick.ts";
import { adopt } from "./queue.ts";
import { apiBase, type AppState } from "./state.ts";

/** As many actions are fetched at the same time. */
const AT_ONCE = 4;

/** One action of a review. `action` is whole, as it is shown; null until it is here. */
export interface Item {
  id: number;
  action: Action | null;
  /** Pages of its changes after the first, as far as they were opened. */
  more: Change[];
  /** Why it could not be fetched or looked at again. */
  trouble: string | null;
  outcome: Outcome | null;
}

/** What became of one. `drift` and `changed` need another look; `unknown`: the database has not confirmed it yet. */
export interface Outcome {
  kind:
    | "approved"
    | "rejected"
    | "withdrawn"
    | "reverted"
    | "drift"
    | "changed"
    | "failed"
    | "refused"
    | "unknown"
    | "unsent";
  /** What there is to say of it beside its kind. */
  detail: string;
  /** Whoever comes next would meet the same: the rest is not sent. */
  stops?: true;
}

/** Where one stands before it is decided. */
export type Standing = "loading" | "ready" | "changed" | "stale" | "over";

/** Whether what is shown of an action is what waits in the queue now. `entry` is what the live feed last said. */
export function standingOf({ action }: Item, entry: ActionSummary | undefined, group: Group): Standing {
  if (!action) return "loading";
  const now = entry ?? action;
  if (group === "revert") return groupOf(now) === "revert" ? "ready" : "over";
  if (now.state === "stale") return "stale";
  if (now.state !== "pending") return "over";
  return now.digest === action.digest ? "ready" : "changed";
}

/** What is said in the end of one that was not sent, since what was shown of it no longer waits. */
export function leftOver(standing: Standing): Outcome {
  if (standing === "over") return { kind: "refused", detail: "It was decided elsewhere." };
  if (standing === "ready" || standing === "loading") return { kind: "unsent", detail: "" };
  return { kind: "changed", detail: "It is not as it was shown: not signed." };
}

/** Counts of several changes, table by table. */
export function sumCounts(actions: readonly Action[]): Count[] {
  const sums = new Map<string, Count>();
  for (const { table, inserted, updated, deleted } of actions.flatMap(countsOf)) {
    const sum = sums.get(table) ?? { table, inserted: 0, updated: 0, deleted: 0 };
    sums.set(table, {
      table,
      inserted: sum.inserted + inserted,
      updated: sum.updated + updated,
      deleted: sum.deleted + deleted,
    });
  }
  return [...sums.values()];
}

/** `19 approved, 1 needs another look`. */
export function summaryOf(outcomes: readonly Outcome[]): string {
  const count = (...kinds: Outcome["kind"][]) => outcomes.filter(({ kind }) => kinds.includes(kind)).length;
  const looks = count("drift", "changed");
  const clauses: [number, string][] = [
    [count("approved"), "approved"],
    [count("rejected"), "rejected"],
    [count("withdrawn"), "withdrawn"],
    [count("reverted"), "reverted"],
    [looks, looks === 1 ? "needs another look" : "need another look"],
    [count("failed"), "failed"],
    [count("refused"), "refused"],
    [count("unknown"), "not confirmed yet"],
    [count("unsent"), "not sent"],
  ];
  return clauses.filter(([n]) => n > 0).map(([n, words]) => `${number(n)} ${words}`).join(", ");
}

/** What an answer to one decision means. Pure. */
export function outcomeOf(answer: Answer<Action>): Outcome {
  if (answer.ok) {
    const { state, error } = answer.data;
    if (state === "approved" || state === "rejected" || state === "withdrawn" || state === "reverted") {
      return { kind: state, detail: "" };
    }
    if (state === "failed") return { kind: "failed", detail: error ?? "The database refused it." };
    // It may take long, and so would all others.
    if (state === "executing" || state === "reverting") {
      return { kind: "unknown", detail: "The database has not confirmed it yet.", stops: true };
    }
    return { kind: "refused", detail: `It is ${state}.` };
  }
  const { code, status, message } = answer;
  if (code === "drift") {
    return { kind: "drift", detail: "The data moved since this preview: nothing changed." };
  }
  if (code === "stale_digest") return { kind: "changed", detail: message };
  const isKey = isAbout(answer, "publicKey") || ["not_approver", "forbidden", "unauthorized"].includes(code);
  // Without an answer of the app: it is away, or this browser could not sign at all.
  const isEveryones = isKey || code === "db_unavailable" || (status === 0 && code !== "bad_signature");
  return { kind: "refused", detail: message, ...(isEveryones && { stops: true }) };
}

/** An action of a review before it is here. */
export function blank(id: number): Item {
  return { id, action: null, more: [], trouble: null, outcome: null };
}

/** Fetches actions whole, in their order, a few at a time. */
export async function fetchAll(state: AppState, ids: number[], got: (item: Item) => void): Promise<void> {
  const waiting = [...ids];
  const fetchNext = async (): Promise<void> => {
    const id = waiting.shift();
    if (id === undefined) return;
    got(await load(state, id));
    await fetchNext();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, fetchNext));
}

/** Fetches an action whole for its review; `anew` previews it again first. */
export async function load(state: AppState, id: number, anew = false): Promise<Item> {
  const answer = anew
    ? await post(state, id, "preview", {})
    : await call<Action>(apiBase(state) + path`/actions/${id}`);
  if (answer.ok) adopt(state, answer.data);
  const [action, trouble] = answer.ok ? [answer.data, null] : [null, answer.message];
  return { id, action, more: [], trouble, outcome: null };
}

/** Signs and sends the approval of one action as it was reviewed; the database decides by its digest whether it still holds. */
export async function approveItem(state: AppState, { action, more }: Item): Promise<Outcome> {
  if (!action?.preview) return { kind: "refused", detail: "There is no preview to approve." };
  const now = state.entries.peek().find(({ id }) => id === action.id);
  if (now && now.state === "pending" && now.digest !== action.digest) {
    return { kind: "changed", detail: "It was previewed again since you looked: not signed." };
  }
  return await settled(
    state,
    action.id,
    () => approveShown(state, action, [...action.preview?.changes ?? [], ...more]),
  );
}

/** Signs and sends the revert of one. */
export async function revertItem(state: AppState, { action, more }: Item): Promise<Outcome> {
  if (!action) return { kind: "refused", detail: "It could not be loaded." };
  return await settled(state, action.id, () => revertShown(state, action, more));
}

/** Takes one back that waits. */
export function withdrawItem(state: AppState, id: number): Promise<Outcome> {
  return settled(state, id, () => post(state, id, "withdraw", {}));
}

/** Rejects one. */
export function rejectItem(state: AppState, id: number, reason: string): Promise<Outcome> {
  return settled(state, id, () => post(state, id, "reject", reason ? { reason } : {}));
}

async function settled(
  state: AppState,
  id: number,
  send: () => Promise<Answer<Action>>,
): Promise<Outcome> {
  state.deciding.value = id;
  const answer = await send();
  batch(() => {
    state.deciding.value = null;
    if (answer.ok) adopt(state, answer.data);
  });
  return outcomeOf(answer);
}
