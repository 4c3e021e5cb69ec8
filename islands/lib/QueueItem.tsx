import type { ActionSummary } from "@/agent/types.ts";
import { Icon } from "@/components/Icon.tsx";
import { StateWord } from "@/components/StateWord.tsx";
import { duration, entrySummary, rows, STATE_WORDS } from "./format.ts";
import { lazy } from "./lazy.tsx";
import { isPicked as isSelected, mayPick, togglePick } from "./pick.ts";
import { Shown } from "./Shown.tsx";
import { type AppState, home, isExecuted, isWaiting } from "./state.ts";
import { Time } from "./time.tsx";
import { tableRead } from "./tools.ts";

const Found = lazy(() => import("./rare.ts").then(({ Found }) => Found), Shown);

/** One entry of the list: number, what it does as it was computed, where it stands; below what its proposer calls it. */
export function QueueItem(
  { state, entry, isOpen }: { state: AppState; entry: ActionSummary; isOpen: boolean },
) {
  const { q } = state.listing.value;
  const isRead = entry.type === "observation";
  const canPick = mayPick(state, entry);
  const isPicked = canPick && isSelected(state, entry);
  const danger = isWaiting(entry) && entry.badges.some(({ level }) => level === "danger");
  return (
    <li class={isPicked ? "is-picked" : ""} data-entry={entry.id}>
      <a
        class="queue-item"
        href={`${home(state)}/actions/${entry.id}`}
        aria-current={isOpen ? "true" : undefined}
        data-testid={`queue-item-${entry.id}`}
        data-state={entry.state}
        onClick={(event) => {
          // Where boxes are shown on purpose, the whole line is one.
          if (!canPick || !state.picking.value) return;
          event.preventDefault();
          togglePick(state, entry);
        }}
      >
        <span class="queue-item-id mono">#{entry.id}</span>
        <span class="queue-item-effect">
          <Shown text={isRead ? readWords(entry) : entrySummary(entry, isExecuted(entry))} kind="sentence" />
        </span>
        <span class="queue-item-state">
          {isRead && entry.state !== "failed"
            ? <StateWord state="read" word="Read" />
            : <StateWord state={entry.state} word={STATE_WORDS[entry.state]} />}
        </span>
        <span class="queue-item-under">
          {danger && (
            <span class="tone-red queue-item-flag">
              <Icon name="alert" />dangerous
            </span>
          )}
          {entry.narrowedBy && <span class="queue-item-flag">rows left out</span>}
          {entry.maybeStale && entry.state === "pending" && (
            <span class="tone-amber queue-item-flag">
              <Icon name="warning" />data moved
            </span>
          )}
          {entry.title
            ? (
              <q class="words queue-item-title">
                {q ? <Found text={entry.title} q={q} /> : <Shown text={entry.title} />}
              </q>
            )
            : (
              <span class="mono queue-item-title">
                <Shown text={entry.sql} kind="sentence" />
              </span>
            )}
        </span>
        <span class="queue-item-time">
          <Time state={state} iso={entry.resolvedAt ?? entry.createdAt} />
        </span>
      </a>
      {canPick && (
        <label class="pick">
          <input
            type="checkbox"
            data-testid={`pick-${entry.id}`}
            aria-label={`Select #${entry.id}`}
            checked={isPicked}
            onChange={() => togglePick(state, entry)}
          />
        </label>
      )}
    </li>
  );
}

function readWords(entry: ActionSummary): string {
  const found = entry.state === "failed"
    ? "failed"
    : `${rows(entry.rowCount ?? 0)}${entry.ms === null ? "" : `, ${duration(entry.ms)}`}`;
  return `${tableRead(entry.sql)}: ${found}`;
}
