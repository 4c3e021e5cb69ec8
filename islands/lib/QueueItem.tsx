import type { ActionSummary } from "@/agent/types.ts";
import { Icon } from "@/components/Icon.tsx";
import { StateWord } from "@/components/StateWord.tsx";
import { duration, rows, STATE_WORDS, summary } from "./format.ts";
import { type AppState, home, isExecuted, isWaiting } from "./state.ts";
import { Time } from "./time.tsx";

/** One entry of the list: number, what it is, what it does, where it stands. */
export function QueueItem(
  { state, entry, isOpen }: { state: AppState; entry: ActionSummary; isOpen: boolean },
) {
  const isRead = entry.type === "observation";
  const danger = isWaiting(entry) && entry.badges.some(({ level }) => level === "danger");
  const effect = isRead
    ? entry.state === "failed"
      ? "failed"
      : `${rows(entry.rowCount ?? 0)}${entry.ms === null ? "" : `, ${duration(entry.ms)}`}`
    : summary(entry.affected, isExecuted(entry));
  return (
    <li>
      <a
        class="queue-item"
        href={`${home(state)}/actions/${entry.id}`}
        aria-current={isOpen ? "true" : undefined}
        data-testid={`queue-item-${entry.id}`}
        data-state={entry.state}
      >
        <span class="queue-item-id mono">#{entry.id}</span>
        <span class="queue-item-title">{entry.title || entry.sql}</span>
        <span class="queue-item-state">
          {isRead && entry.state !== "failed"
            ? <StateWord state="read" word="Read" />
            : <StateWord state={entry.state} word={STATE_WORDS[entry.state]} />}
        </span>
        <span class="queue-item-effect">
          {tables(entry)}
          {effect}
          {danger && (
            <span class="tone-red queue-item-flag">
              <Icon name="alert" />dangerous
            </span>
          )}
          {entry.maybeStale && entry.state === "pending" && (
            <span class="tone-amber queue-item-flag">
              <Icon name="warning" />data moved
            </span>
          )}
        </span>
        <span class="queue-item-time">
          <Time state={state} iso={entry.resolvedAt ?? entry.createdAt} />
        </span>
      </a>
    </li>
  );
}

function tables(entry: ActionSummary): string {
  const names = entry.affected.map(({ table }) => table);
  return names.length > 0 ? `${names.join(", ")}: ` : "";
}
