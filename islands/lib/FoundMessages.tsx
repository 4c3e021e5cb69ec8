import type { FoundMessage } from "@/agent/types.ts";
import { found } from "./results.ts";
import { Shown } from "./Shown.tsx";
import { type AppState, home } from "./state.ts";
import { Time } from "./time.tsx";

const WHO = { user: "Said", assistant: "Answered", system: "Noted" } as const;

/** Messages that hold a text, with the way to them. */
export function FoundMessages(
  { state, messages, term }: { state: AppState; messages: FoundMessage[]; term: string },
) {
  return messages.length === 0 ? null : (
    <ul class="found-messages">
      {messages.map(({ id, role, at, excerpt }) => (
        <li key={id}>
          <a href={`${home(state)}#m-${id}`}>{WHO[role]}</a> {at && <Time state={state} iso={at} />}{" "}
          <span>
            <Shown text={excerpt} kind="prose" differs={found(excerpt, [term.toLowerCase()])} />
          </span>
        </li>
      ))}
    </ul>
  );
}
