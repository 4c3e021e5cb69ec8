/** Looking again at a proposal that nobody has decided, as it is or without some of its rows. */
import { canonical, normalStatements } from "@/db-service/contract/digest.ts";
import type { Action, ActionSummary, Change, Preview } from "../types.ts";
import { type Database, database } from "../database.ts";
import { Refusal } from "../errors.ts";
import { remaining, type RowName, statementsFor } from "./narrow.ts";
import { bodyOf } from "./propose.ts";
import { isOpen } from "./states.ts";
import { getAction, updateAction } from "./store.ts";
import { previewed, sqlOf } from "./summary.ts";

/**
 * Previews an open action again: it is pending afterwards, on the new digest. With `exclude`, its statements become
 * ones for the rows that remain. A decision that was faster wins.
 */
export async function previewAgain(ws: string, id: number, exclude: readonly RowName[]): Promise<void> {
  const action = await getAction(ws, id);
  if (!isOpen(action.state)) throw notOpen(action);
  const db = database(action.database);
  const at = Date.now();
  const { statements, preview } = exclude.length
    ? await narrowed(db, action, exclude)
    : { statements: action.statements, preview: await db.preview(action.statements) };
  await updateAction(ws, id, ({ summary }) => {
    if (!isOpen(summary.state) || summary.digest !== action.digest) throw notOpen(summary);
    return {
      summary: {
        state: "pending",
        error: null,
        resolvedAt: null,
        sql: sqlOf(statements),
        ...previewed(preview, statements),
      },
      body: bodyOf({ ...action, statements, preview }),
      previewed: { at, tables: preview.counts.map(({ table }) => table) },
    };
  });
}

async function narrowed(db: Database, action: Action, exclude: readonly RowName[]) {
  const { preview } = action;
  if (!preview) throw new Refusal("invalid", `#${action.id} has no preview.`);
  if (preview.effects.length > 0) {
    throw new Refusal("invalid", "Rows can't be left out where triggers, cascades or replacements act.");
  }
  const rest = remaining(await allChanges(db, action, preview), exclude);
  const { tables } = await db.schema();
  const statements = normalStatements(statementsFor(rest, tables));
  const narrow = await db.preview(statements);
  const now = await allChanges(db, { ...action, statements }, narrow);
  // Proof instead of trust: the new statements change exactly the rows that remain, in exactly the same way.
  if (canonical(now) !== canonical(rest)) {
    throw new Refusal("drift", "The data moved since this preview. Look again before you leave rows out.");
  }
  return { statements, preview: narrow };
}

async function allChanges(
  db: Database,
  { statements }: Pick<Action, "statements">,
  preview: Preview,
): Promise<Change[]> {
  const changes = [...preview.changes];
  for (let page = 1; page < preview.pages.length; page++) {
    changes.push(...(await db.preview(statements, page)).changes);
  }
  return changes;
}

function notOpen(summary: ActionSummary): Refusal {
  return new Refusal(
    "not_pending",
    `#${summary.id} is ${summary.state}, or was previewed again. Nothing was changed.`,
  );
}
