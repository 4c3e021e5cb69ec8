import { StateWord } from "@/components/StateWord.tsx";
import { Badges } from "./Badges.tsx";
import { useEntry } from "./entry.ts";
import { aftermath, entrySentence, STATE_WORDS } from "./format.ts";
import { deciding } from "./later.ts";
import { mayDecide } from "./roles.ts";
import { Shown } from "./Shown.tsx";
import { type AppState, home, isDecidable, tenseOf } from "./state.ts";

/** A proposal in the conversation. It shows where the action stands now; deciding happens in front of the diff. */
export function ActionCard({ state, id, title }: { state: AppState; id: number; title: string }) {
  const entry = useEntry(state, id);
  const href = `${home(state)}/actions/${id}`;
  const busy = state.deciding.value !== null;
  return (
    <section class="card" data-testid="action-card" data-state={entry?.state} aria-label={`Action #${id}`}>
      <div class="card-head">
        <a class="mono" href={href}>#{id}</a>
        {entry && <StateWord state={entry.state} word={STATE_WORDS[entry.state]} />}
      </div>
      {entry && (
        <>
          <p class="card-effect">
            <strong>
              <Shown text={entrySentence(entry, tenseOf(entry))} kind="sentence" />
            </strong>
            <span class="muted">
              {isDecidable(entry) ? "Queued: nothing has changed yet." : aftermath(entry.state)}
            </span>
          </p>
          {isDecidable(entry) && <Badges badges={entry.badges} />}
          {entry.state === "rejected" && entry.reason && (
            <p class="muted">
              Reason: <Shown text={entry.reason} />
            </p>
          )}
          {entry.state === "failed" && entry.error && (
            <p class="tone-red">
              <Shown text={entry.error} kind="sentence" />
            </p>
          )}
        </>
      )}
      <p class="card-title">
        <q class="words" title="In the proposer's words">
          <Shown text={entry?.title ?? title} />
        </q>
        {entry?.narrowedBy && " from before rows were left out"}
      </p>
      <div class="card-buttons">
        <a class={entry && isDecidable(entry) ? "button small primary" : "button small"} href={href}>
          {entry && isDecidable(entry) && mayDecide(state) ? "Review and approve" : "See the rows"}
        </a>
        {entry?.state === "approved" && entry.canRevert && mayDecide(state) && (
          <button
            type="button"
            class="button small"
            disabled={busy}
            onClick={() =>
              void deciding(state, ({ revert }) => revert(state, id))}
          >
            Undo
          </button>
        )}
      </div>
    </section>
  );
}
