/** Looking again at a proposal that nobody has decided, as it is or without some of its rows. */
import { canonical, normalStatements, PAGE_SIZE } from "@/db-service/contract/digest.ts";
import type { Action, ActionSummary, Change, LeftOut, Preview } from "../types.ts";
import { type Database, database } from "../database.ts";
import { Refusal } from "../errors.ts";
import { remaining, renumbered, type RowName, statementsFor } from "./narrow.ts";
import { bodyOf, MAX_PENDING } from "./propose.ts";
import { isOpen } from "./states.ts";
import { getAction, updateAction } from "./store.ts";
import { previewed, sqlOf } from "./summary.ts";

/**
 * Previews an open action again: it is pending afterwards, on the new digest. With `exclude`, its statements become
 * ones for the rows that remain. `digest` is what the person saw, if they say so; a decision that was faster wins.
 */
export async function previewAgain(
  ws: string,
  id: number,
  { exclude = [], digest }: { exclude?: readonly RowName[]; digest?: string },
): Promise<void> {
  const action = await getAction(ws, id);
  // A read that was refused has failed too: nothing of it may ever wait for an approval.
  if (action.type !== "action" || !isOpen(action.state)) throw notOpen(action);
  if (digest !== undefined && digest !== action.digest) {
    throw new Refusal("stale_digest", `#${id} was previewed again since. Look at it as it is now.`);
  }
  const db = database(action.database);
  const at = Date.now();
  const { statements, preview, leftOut } = exclude.length
    ? await narrowed(db, action, exclude)
    : { ...action, preview: await db.preview(action.statements) };
  await updateAction(ws, id, ({ summary }) => {
    if (!isOpen(summary.state) || summary.digest !== action.digest) throw notOpen(summary);
    return {
      summary: {
        state: "pending",
        decidedBy: null,
        error: null,
        resolvedAt: null,
        sql: sqlOf(statements),
        ...(leftOut && { narrowedBy: leftOut.rows }),
        ...previewed(preview, statements),
      },
      body: bodyOf({ ...action, statements, preview, leftOut }),
      previewed: { at, tables: preview.counts.map(({ table }) => table) },
      // One that failed waits anew; the others are among those that wait.
      ...(summary.state === "failed" && { most: MAX_PENDING }),
    };
  });
}

async function narrowed(db: Database, action: Action, exclude: readonly RowName[]) {
  const { preview } = action;
  if (!preview) throw new Refusal("invalid", `#${action.id} has no preview.`);
  if (preview.effects.length > 0) {
    throw new Refusal("invalid", "Rows can't be left out where triggers, cascades or replacements act.");
  }
  const all = await allChanges(db, action, preview);
  const kept = remaining(all, exclude);
  const rest = renumbered(kept);
  const { tables } = await db.schema();
  const statements = normalStatements(statementsFor(rest, preview.columns, tables));
  const narrow = await db.preview(statements);
  const now = await allChanges(db, { ...action, statements }, narrow);
  // Proof instead of trust: the new statements change exactly the rows that remain, in exactly the same way.
  if (canonical(now) !== canonical(rest)) {
    if ((await db.preview(action.statements)).digest === preview.digest) {
      throw new Refusal("uninspectable", "These rows depend on each other: none of them can be left out.");
    }
    throw new Refusal("drift", "The data moved since this preview. Look again before you leave rows out.");
  }
  const stays = new Set(kept);
  const out = all.filter((change) => !stays.has(change));
  return { statements, preview: narrow, leftOut: withMore(action.leftOut, out, preview.columns) };
}

/** What was left out so far and what is now; of very many rows the first page is kept. */
function withMore(before: LeftOut | undefined, out: readonly Change[], columns: LeftOut["columns"]): LeftOut {
  const changes = [...before?.changes ?? [], ...out].slice(0, PAGE_SIZE);
  const named = { ...columns, ...before?.columns };
  return {
    rows: (before?.rows ?? 0) + out.length,
    changes,
    columns: Object.fromEntries(
      [...new Set(changes.map(({ table }) => table))].map((t) => [t, named[t] ?? []]),
    ),
  };
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
