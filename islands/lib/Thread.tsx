import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { MutableRef } from "preact/hooks";
import { Icon } from "@/components/Icon.tsx";
import { Empty } from "@/components/Empty.tsx";
import { Message, Outcomes } from "./Messages.tsx";
import { groupOutcomes } from "./outcomes.ts";
import { mayChat } from "./roles.ts";
import { Shown } from "./Shown.tsx";
import type { AppState } from "./state.ts";
import type { ShownPart, ToolPart } from "./stream.ts";
import { earlier, send } from "./talk.ts";

/** How near to the end still counts as reading the end, in pixels. */
const NEAR = 48;

/**
 * The conversation. It follows the end while one reads there, and never moves under someone who scrolled up.
 * `pinned` is shared with the composer: who sends wants to see the answer.
 */
export function Thread({ state, pinned }: { state: AppState; pinned: MutableRef<boolean> }) {
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const top = useRef(0);
  const isAway = useSignal(false);
  const isAlive = useSignal(false);
  // Where that leaves the view is not a person going up, also where what came in was smaller than what it replaced.
  const follow = () => {
    toEnd(box.current);
    top.current = box.current?.scrollTop ?? 0;
  };
  // The server's paint starts at the end by CSS alone; from here on scrolling is ours.
  useLayoutEffect(() => {
    isAlive.value = true;
  }, []);
  useLayoutEffect(() => {
    if (isAlive.value) follow();
  }, [isAlive.value]);
  useEffect(() => {
    if (!inner.current) return;
    const observer = new ResizeObserver(() => {
      if (pinned.current) follow();
    });
    observer.observe(inner.current);
    return () => observer.disconnect();
  }, []);
  const writing = state.writing.value;
  const stored = state.messages.value;
  const replaced = writing ? stored.findIndex(({ id }) => id === writing.id) : -1;
  const messages = !writing ? stored : replaced < 0 ? [...stored, writing] : stored.with(replaced, writing);
  const last = messages.at(-1);
  const latestRead = messages.flatMap(({ parts }) => parts.filter(isRead)).at(-1)?.id;
  return (
    <div
      class={isAlive.value ? "thread" : "thread thread-still"}
      ref={box}
      tabIndex={0}
      role="group"
      aria-label="Conversation"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        // Only a person goes up: the end going away by itself, as something large comes in, is followed.
        if (scrollHeight - scrollTop - clientHeight < NEAR) pinned.current = true;
        else if (scrollTop < top.current) pinned.current = false;
        top.current = scrollTop;
        isAway.value = !pinned.current;
      }}
      onClick={({ target }) => {
        // Opening something near the end must unfold it where it is, not push it away.
        if (target instanceof Element && target.closest("summary")) pinned.current = false;
      }}
    >
      <div class="thread-inner" ref={inner}>
        {state.before.value !== null && (
          <button
            type="button"
            class="link more"
            onClick={() => void earlierInPlace(state, box.current)}
          >
            Earlier messages
          </button>
        )}
        {messages.length === 0 && <Welcome state={state} />}
        {groupOutcomes(messages).map(([message, ...more]) =>
          message &&
          (more.length > 0 ? <Outcomes key={message.id} state={state} notes={[message, ...more]} /> : (
            <Message
              key={message.id}
              state={state}
              message={message}
              isLast={message === last}
              latestRead={latestRead}
            />
          ))
        )}
        {state.run.value !== null && !writing?.parts.length && (
          <p class="tool-line muted">
            <Icon name="busy" spin />Working…
          </p>
        )}
      </div>
      {isAway.value && (
        <button type="button" class="button small to-end" onClick={() => toEnd(box.current)}>
          <Icon name="end" />To the end
        </button>
      )}
    </div>
  );
}

function Welcome({ state }: { state: AppState }) {
  return (
    <Empty title="Ask about your data, or ask for a change. Reading is free; every change waits for a person.">
      {state.tables.value.length === 0 && state.database.value.ok && <p>This database has no tables yet.</p>}
      <ul class="examples">
        {state.examples.map((example) => (
          <li key={example}>
            <button
              type="button"
              class="example"
              disabled={!state.chatOn.value || !mayChat(state)}
              onClick={() => void send(state, example)}
            >
              <Shown text={example} kind="sentence" />
            </button>
          </li>
        ))}
      </ul>
    </Empty>
  );
}

function isRead(part: ShownPart): part is ToolPart {
  return part.type === "tool" && part.name === "queryDatabase";
}

function toEnd(box: HTMLElement | null): void {
  if (box) box.scrollTop = box.scrollHeight;
}

/** What is read stays where it is while older messages come in above it. */
async function earlierInPlace(state: AppState, box: HTMLElement | null): Promise<void> {
  const fromEnd = box ? box.scrollHeight - box.scrollTop : 0;
  await earlier(state);
  requestAnimationFrame(() => {
    if (box) box.scrollTop = box.scrollHeight - fromEnd;
  });
}
