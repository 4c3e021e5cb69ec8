/** What the guard noted of messages, for the owner of a workspace: what was odd, who wrote it, and when. */
import "./core.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Strip } from "@/components/Strip.tsx";
import type { Suspicion } from "@/agent/types.ts";
import { call, query } from "./api.ts";
import { openDialog } from "./dialog.tsx";
import { Shown } from "./Shown.tsx";
import { apiBase, type AppState, home } from "./state.ts";
import { Time } from "./time.tsx";

const PAGE = 20;

/** Opens the list; resolves when it is closed. */
export function openSuspicions(state: AppState): Promise<void> {
  return openDialog<void>({
    labelledBy: "suspicions-title",
    closed: undefined,
    draw: (end) => <Suspicions state={state} close={() => end()} />,
  });
}

interface Noted {
  suspicions: Suspicion[];
  before: string | null;
}

function Suspicions({ state, close }: { state: AppState; close: () => void }) {
  const noted = useSignal<Noted | null>(null);
  const trouble = useSignal("");
  const load = async () => {
    trouble.value = "";
    const so = noted.peek();
    const answer = await call<Noted>(
      `${apiBase(state)}/suspicions${query({ limit: PAGE, before: so?.before })}`,
    );
    if (!answer.ok) trouble.value = answer.message;
    else {
      noted.value = {
        suspicions: [...so?.suspicions ?? [], ...answer.data.suspicions],
        before: answer.data.before,
      };
    }
  };
  useEffect(() => void load(), []);
  const list = noted.value?.suspicions;
  return (
    <div class="dialog-body" data-testid="suspicions-dialog">
      <h2 id="suspicions-title">Suspicious messages</h2>
      <p class="muted">
        What the guard noted in the last 90 days. Refused ones never reached a model; the others were
        answered. None of them could change data: that takes a signature.
      </p>
      {trouble.value !== "" && <Strip tone="red" alert>{trouble.value}</Strip>}
      {!list
        ? trouble.value === "" && <p class="muted">Loading…</p>
        : list.length === 0
        ? <p>Nothing was noted.</p>
        : (
          <ul class="keys">
            {list.map((one) => <Line key={one.messageId} state={state} one={one} close={close} />)}
          </ul>
        )}
      <div class="dialog-buttons">
        {noted.value?.before && (
          <button type="button" class="button" onClick={() => void load()}>Earlier ones</button>
        )}
        <button type="button" class="button" onClick={close}>Close</button>
      </div>
    </div>
  );
}

function Line({ state, one, close }: { state: AppState; one: Suspicion; close: () => void }) {
  const { messageId, verdict, by, at, reasons, excerpt } = one;
  const isHere = state.messages.value.some(({ id }) => id === messageId);
  return (
    <li class="key" data-testid="suspicion" data-verdict={verdict}>
      <div class="suspicion-words">
        <Shown text={excerpt} kind="prose" />
      </div>
      <ul class="suspicion-reasons">
        {reasons.map(({ code, detail }) => (
          <li key={code}>
            <Shown text={detail} kind="sentence" />
          </li>
        ))}
      </ul>
      <p class="muted">
        <strong class={`suspicion-verdict ${verdict === "refused" ? "tone-red" : "tone-amber"}`}>
          {verdict === "refused" ? "Refused" : "Answered"}
        </strong>{" "}
        · <Shown text={by.name} />, <Time state={state} iso={at} />
        {isHere && (
          <>
            {" "}· <a href={`${home(state)}#m-${messageId}`} onClick={close}>See it in the chat</a>
          </>
        )}
      </p>
    </li>
  );
}
