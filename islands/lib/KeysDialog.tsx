/** The keys that may approve: whose they are, what they are called, and how one is taken out of use. */
import "./core.ts";
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "@/components/Icon.tsx";
import { Strip } from "@/components/Strip.tsx";
import type { ApproverKey } from "@/agent/types.ts";
import { type Answer, call, isAbout, path } from "./api.ts";
import { ownKey, renewKey, signer } from "./approver.ts";
import { openDialog } from "./dialog.tsx";
import { Shown } from "./Shown.tsx";
import { apiBase, type AppState } from "./state.ts";
import { Time } from "./time.tsx";

/** Opens the dialog; resolves when it is closed. */
export function openKeys(state: AppState): Promise<void> {
  return openDialog<void>({
    labelledBy: "keys-title",
    closed: undefined,
    draw: (end) => <Keys state={state} end={end} />,
  });
}

/** What the dialog knows. `open` is the key that is being renamed or about to be revoked. */
interface Model {
  state: AppState;
  keys: Signal<ApproverKey[] | null>;
  own: Signal<string | null>;
  open: Signal<{ key: string; verb: "rename" | "revoke" } | null>;
  trouble: Signal<string>;
  said: Signal<string>;
  /** Runs one change and shows the keys as they are afterwards. */
  change(work: () => Promise<Answer<unknown>>, said: string): Promise<void>;
}

function Keys({ state, end }: { state: AppState; end: () => void }) {
  const keys: Model["keys"] = useSignal(null);
  const own: Model["own"] = useSignal(null);
  const open: Model["open"] = useSignal(null);
  const [trouble, said, isBusy] = [useSignal(""), useSignal(""), useSignal(false)];
  const heading = useRef<HTMLHeadingElement>(null);
  const load = async () => {
    const answer = await call<{ approvers: ApproverKey[] }>(`${apiBase(state)}/approvers`);
    own.value = await ownKey();
    if (answer.ok) keys.value = answer.data.approvers;
    else trouble.value = answer.message;
  };
  useEffect(() => void load(), []);
  const change: Model["change"] = async (work, done) => {
    if (isBusy.peek()) return;
    isBusy.value = true;
    trouble.value = said.value = "";
    const answer = await work();
    if (answer.ok) {
      said.value = done;
      open.value = null;
    } else trouble.value = answer.message;
    await load();
    isBusy.value = false;
    // What had the focus may be gone.
    if (answer.ok) heading.current?.focus();
  };
  const model: Model = { state, keys, own, open, trouble, said, change };
  const isEnrolled = keys.value?.some(({ key }) => key === own.value) ?? true;
  return (
    <div class="dialog-body" data-testid="keys-dialog" aria-busy={isBusy.value}>
      <h2 id="keys-title" ref={heading} tabIndex={-1}>Your keys</h2>
      <p class="muted">
        An approval is signed with a key that never leaves its browser. Each browser has its own.
      </p>
      <p class="sr" role="status">{said.value}</p>
      {trouble.value !== "" && <Strip tone="red" alert>{trouble.value}</Strip>}
      {keys.value === null
        ? trouble.value === "" && <p class="muted">Loading…</p>
        : keys.value.length === 0
        ? (
          <p>
            {own.value === null
              ? "You have no key here yet. One is made with your first approval."
              : "None of your keys may approve now. Enrol this browser to approve again."}
          </p>
        )
        : (
          <ul class="keys">
            {keys.value.map((key) => <Row key={key.key} model={model} item={key} />)}
          </ul>
        )}
      <div class="dialog-buttons">
        {keys.value !== null && !isEnrolled && (
          <button
            type="button"
            class="button primary"
            data-testid="enrol-browser"
            aria-disabled={isBusy.value}
            onClick={() => void change(() => enrol(state), "This browser may approve now.")}
          >
            Enrol this browser
          </button>
        )}
        <button type="button" class="button" onClick={() => end()}>Close</button>
      </div>
    </div>
  );
}

function Row({ model, item }: { model: Model; item: ApproverKey }) {
  const { state, own, open } = model;
  const { key, name, person, createdAt } = item;
  const isMine = person?.id === state.me.person.id;
  const verb = open.value?.key === key ? open.value.verb : null;
  return (
    <li class="key" data-testid="key" data-key-id={key}>
      {verb === "rename" ? <Rename model={model} item={item} /> : (
        <div class="key-head">
          <span class="key-words">
            <strong>
              <Shown text={name} />
            </strong>
            {own.value === key && <span class="chip">this browser</span>}
            <span class="muted key-origin">
              {isMine ? "Yours" : person ? <Shown text={person.name} /> : "Nobody knows whose"}, enrolled{" "}
              <Time state={state} iso={createdAt} /> · <code title={key}>{key.slice(0, 8)}</code>
            </span>
          </span>
          {verb === null && (
            <span class="key-buttons">
              {(["rename", "revoke"] as const).map((next) => (
                <button
                  key={next}
                  type="button"
                  class="button small"
                  data-testid={`key-${next}`}
                  aria-label={`${WORDS[next]} ${name}`}
                  onClick={() => open.value = { key, verb: next }}
                >
                  {WORDS[next]}
                </button>
              ))}
            </span>
          )}
        </div>
      )}
      {verb === "revoke" && <Revoke model={model} item={item} />}
    </li>
  );
}

const WORDS = { rename: "Rename", revoke: "Revoke" } as const;

function Rename({ model: { state, open, change }, item }: { model: Model; item: ApproverKey }) {
  const name = useSignal(item.name);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.select(), []);
  return (
    <form
      class="key-head"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.peek().trim() === "") return field.current?.focus();
        const body = { name: name.peek().trim() };
        void change(
          () => call(addressOf(state, item), { method: "PATCH", body }),
          `Renamed to ${body.name}.`,
        );
      }}
      onKeyDown={(event) => leaveOnEscape(event, open)}
    >
      <label class="dialog-field">
        <span class="sr">New name of {item.name}</span>
        <input
          ref={field}
          data-testid="key-name"
          maxLength={80}
          autocomplete="off"
          value={name.value}
          onInput={(event) => name.value = event.currentTarget.value}
        />
      </label>
      <button type="submit" class="button small primary" data-testid="key-rename-save">Save</button>
      <button type="button" class="button small" onClick={() => open.value = null}>Cancel</button>
    </form>
  );
}

function Revoke({ model: { state, own, open, change }, item }: { model: Model; item: ApproverKey }) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => button.current?.focus(), []);
  return (
    <div class="key-confirm" onKeyDown={(event) => leaveOnEscape(event, open)}>
      <Strip tone="amber">
        {own.value === item.key
          ? "This browser can't approve any more until it makes a new key."
          : "The browser that holds this key can't approve any more until it makes a new one."}{" "}
        A revoked key never comes back.
      </Strip>
      <div class="dialog-buttons">
        <button
          type="button"
          class="button small danger"
          data-testid="key-revoke-confirm"
          onClick={() =>
            void change(() => call(addressOf(state, item), { method: "DELETE" }), `Revoked ${item.name}.`)}
        >
          <Icon name="rejected" />Revoke for good
        </button>
        <button ref={button} type="button" class="button small" onClick={() => open.value = null}>
          Keep it
        </button>
      </div>
    </div>
  );
}

/** Enrols this browser's key, or a new one in place of a key that is out of use here. */
async function enrol(state: AppState): Promise<Answer<unknown>> {
  const attempt = () => signer(state.workspace.id, apiBase(state), state.me.person.name, true);
  const answer = await attempt();
  if (answer.ok || !isAbout(answer, "publicKey")) return answer;
  await renewKey();
  return await attempt();
}

function addressOf(state: AppState, { key }: ApproverKey): string {
  return apiBase(state) + path`/approvers/${key}`;
}

/** Escape leaves the question, not the dialog. */
function leaveOnEscape(event: KeyboardEvent, open: Model["open"]): void {
  if (event.key !== "Escape") return;
  event.preventDefault();
  open.value = null;
}
