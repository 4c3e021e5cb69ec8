/** How an outcome is put into words, for people and for the model alike. Pure. */
import type { ActionSummary, ChatMessage, Count } from "../types.ts";
import { rowsWord } from "./numbers.ts";

/** "3 rows updated in customers", for the counts of a change. */
export function countWords(counts: readonly Count[]): string {
  const parts = counts.flatMap(({ table, inserted, updated, deleted }) =>
    ([[inserted, "added to"], [updated, "updated in"], [deleted, "deleted from"]] as const)
      .filter(([n]) => n > 0)
      .map(([n, verb]) => `${rowsWord(n)} ${verb} ${table}`)
  );
  return parts.length ? parts.join(", ") : "no row changed";
}

/** One sentence on what became of an action. */
export function outcomeWords(action: ActionSummary): string {
  const by = action.decidedBy ? ` by ${action.decidedBy.name}` : "";
  const why = action.reason ? `: ${action.reason}` : "";
  switch (action.state) {
    case "approved":
      return `#${action.id} was approved${by}${without(action)}: ${countWords(action.affected)}.`;
    case "reverted":
      return `#${action.id} was reverted${by}: its rows are as they were before.`;
    case "rejected":
      return `#${action.id} was rejected${by}${why}`;
    case "failed":
      return `#${action.id} failed: ${action.error ?? "the database refused it."}`;
    case "withdrawn":
      return `#${action.id} was withdrawn${by}.`;
    case "expired":
      return `#${action.id} expired: nobody decided it in time.`;
    case "stale":
      return `#${action.id} was not executed: the data moved since its preview. A person has to look again.`;
    default:
      return `#${action.id} is ${action.state}.`;
  }
}

/** The model proposed more than was done: it has to know. */
function without({ narrowedBy }: ActionSummary): string {
  return narrowedBy ? ` after ${narrowedBy} row${narrowedBy === 1 ? " was" : "s were"} left out` : "";
}

/** The note that enters the conversation when an action is decided. */
export function outcomeMessage(action: ActionSummary, at: string): ChatMessage {
  return {
    id: crypto.randomUUID(),
    role: "system",
    parts: [{ type: "text", text: outcomeWords(action) }],
    metadata: {
      kind: "outcome",
      actions: [action.id],
      at,
      ...(action.decidedBy && { by: action.decidedBy }),
    },
  };
}
