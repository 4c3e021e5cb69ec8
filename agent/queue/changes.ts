/** The rows that an action would change, page by page. */
import { pageHash } from "@/db-service/contract/digest.ts";
import type { Change } from "../types.ts";
import { database } from "../database.ts";
import { Refusal } from "../errors.ts";
import { getAction } from "./store.ts";

/**
 * One page of an action's changes. The first is kept with the action; the others come from the db-service, and only if
 * they are still what was previewed: rows that moved since would not be the ones a person is asked to approve.
 */
export async function changesPage(
  ws: string,
  id: number,
  page: number,
): Promise<{ changes: Change[]; page: number; pages: number }> {
  const action = await getAction(ws, id);
  const { preview } = action;
  const pages = preview?.pages.length ?? 0;
  if (page === 0 || !preview) return { changes: preview?.changes ?? [], page: 0, pages };
  if (page >= pages) throw new Refusal("not_found", `#${id} has ${pages} pages of changes.`);
  const now = await database(action.database).preview(action.statements, page);
  if (await pageHash(now.changes) !== preview.pages[page]) {
    throw new Refusal("drift", "The data moved since this preview. Look again before you approve.", {
      preview: now,
    });
  }
  return { changes: now.changes, page, pages };
}
