import { StateWord } from "@/components/StateWord.tsx";
import { useEntry } from "./entry.ts";
import { entrySummary, rows, STATE_WORDS } from "./format.ts";
import { found } from "./results.ts";
import { Shown } from "./Shown.tsx";
import { type AppState, home, isExecuted } from "./state.ts";
import { tableRead } from "./tools.ts";

/** Entries of the queue, a line each, as they stand now. `term` is what was looked for. */
export function ActionLines({ state, ids, term = "" }: { state: AppState; ids: number[]; term?: string }) {
  return ids.length === 0 ? null : (
    <ul class="action-lines">
      {ids.map((id) => <ActionLine key={id} state={state} id={id} term={term} />)}
    </ul>
  );
}

function ActionLine({ state, id, term }: { state: AppState; id: number; term: string }) {
  const entry = useEntry(state, id);
  const isRead = entry?.type === "observation";
  const terms = term ? [term.toLowerCase()] : [];
  const effect = !entry
    ? "…"
    : isRead
    ? `${tableRead(entry.sql)}: ${entry.state === "failed" ? "failed" : rows(entry.rowCount ?? 0)}`
    : entrySummary(entry, isExecuted(entry));
  return (
    <li class="action-line" data-testid={`action-line-${id}`} data-state={entry?.state}>
      <a class="mono" href={`${home(state)}/actions/${id}`}>#{id}</a>
      <span>
        <Shown text={effect} kind="sentence" differs={found(effect, terms)} />
      </span>
      {entry && (
        isRead && entry.state !== "failed"
          ? <StateWord state="read" word="Read" />
          : <StateWord state={entry.state} word={STATE_WORDS[entry.state]} />
      )}
      {entry && (
        <span class="action-line-under muted">
          {entry.title
            ? (
              <q class="words">
                <Shown text={entry.title} differs={found(entry.title, terms)} />
              </q>
            )
            : (
              <span class="mono">
                <Shown text={entry.sql} kind="sentence" differs={found(entry.sql, terms)} />
              </span>
            )}
        </span>
      )}
    </li>
  );
}
