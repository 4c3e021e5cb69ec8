/** Asks for the one-time code of an invite. The code stays in this browser: what is sent is made from it. */
import "./core.ts";
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Strip } from "@/components/Strip.tsx";
import { readInvite } from "@/db-service/contract/invite.ts";
import type { Invite } from "@/db-service/contract/schemas.ts";
import { type Answer, type Failure, isAbout } from "./api.ts";
import { openDialog } from "./dialog.tsx";

type Send = (invite: Pick<Invite, "codeId" | "code">) => Promise<Answer<unknown>>;

/** Asks until `send` takes the code or refuses for another reason than the code, or the person gives up. */
export function askForInvite(send: Send): Promise<Answer<unknown>> {
  return openDialog<Answer<unknown>>({
    labelledBy: "invite-title",
    closed: NOT_ENROLLED,
    draw: (end) => <InviteForm send={send} end={end} />,
  });
}

const NOT_ENROLLED: Failure = {
  ok: false,
  status: 0,
  code: "forbidden",
  message: "Nothing was signed. This browser's key has to be enrolled with a one-time code first.",
  problem: null,
  retryAfter: null,
};

function InviteForm({ send, end }: { send: Send; end: (answer: Answer<unknown>) => void }) {
  const text = useSignal("");
  const trouble = useSignal("");
  const isSending = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  const submit = async () => {
    if (isSending.peek()) return;
    const invite = readInvite(text.peek());
    if (!invite) {
      trouble.value = "This is not a whole code. It has 16 characters, a dot, and 22 more.";
      field.current?.focus();
      return;
    }
    isSending.value = true;
    const answer = await send(invite);
    isSending.value = false;
    // What concerns the key itself is said where the person acted, with what to do about it.
    if (answer.ok || isAbout(answer, "publicKey")) return end(answer);
    trouble.value = answer.message;
    field.current?.select();
  };
  return (
    <form
      class="dialog-body"
      data-testid="invite-dialog"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h2 id="invite-title">Enrol this browser</h2>
      <p>
        Approvals are signed with a key that stays in this browser. To let it in, paste the one-time code you
        were given. Until then nothing is signed.
      </p>
      <label class="dialog-field">
        <span>One-time code</span>
        <input
          ref={field}
          class="mono"
          data-testid="invite-code"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxLength={100}
          aria-describedby="invite-hint"
          aria-invalid={trouble.value !== ""}
          value={text.value}
          onInput={(event) => text.value = event.currentTarget.value}
        />
      </label>
      {trouble.value !== "" && <Strip tone="red" alert>{trouble.value}</Strip>}
      <p id="invite-hint" class="muted">
        Whoever runs the database service makes one with{" "}
        <code>deno task invite</code>. It works once and for 15 minutes, and is not sent from here: only a
        proof is.
      </p>
      <div class="dialog-buttons">
        <button
          type="submit"
          class="button primary"
          data-testid="invite-send"
          aria-disabled={isSending.value}
        >
          Enrol
        </button>
        <button type="button" class="button" onClick={() => end(NOT_ENROLLED)}>Cancel</button>
      </div>
    </form>
  );
}
