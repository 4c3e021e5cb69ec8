import { useEffect } from "preact/hooks";
import type { Action, ActionSummary } from "@/agent/types.ts";
import { call, path } from "./api.ts";
import { hold } from "./held.ts";
import { adopt } from "./queue.ts";
import { apiBase, type AppState } from "./state.ts";

/** An entry of the queue as it stands now; one older than what came with the page is fetched. */
export function useEntry(state: AppState, id: number): ActionSummary | undefined {
  const entry = state.entries.value.find((one) => one.id === id);
  const isMissing = !entry;
  useEffect(() => hold(id), [id]);
  useEffect(() => {
    if (!isMissing) return;
    void call<Action>(apiBase(state) + path`/actions/${id}`).then((answer) => {
      if (answer.ok) adopt(state, answer.data);
    });
  }, [id, isMissing]);
  return entry;
}
