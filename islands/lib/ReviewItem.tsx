import type { ComponentChildren } from "preact";
import { Icon } from "@/components/Icon.tsx";
import { StateWord } from "@/components/StateWord.tsx";
import { Strip } from "@/components/Strip.tsx";
import { PAGE_SIZE } from "@/db-service/contract/page_size.ts";
import { Badges } from "./Badges.tsx";
import { DiffTable } from "./DiffTable.tsx";
import { countsOf, entrySentence, sentence, STATE_WORDS, totalRows } from "./format.ts";
import { MoreRows } from "./MoreRows.tsx";
import { fetchChanges } from "./queue.ts";
import { type Item, load, type Outcome, type Standing } from "./review.ts";
import { Shown } from "./Shown.tsx";
import { SqlBlock } from "./SqlBlock.tsx";
import type { AppState } from "./state.ts";

interface Props {
  state: AppState;
  item: Item;
  standing: Standing;
  /** One line, without its rows. */
  isShort: boolean;
  /** What is being done with it now. */
  progress: string | null;
  replace(item: Item): void;
  /** Leaves the review for this action. */
  open(): void;
}

/** One action of a review: what it does, its rows, its SQL; afterwards what became of it. */
export function ReviewItem({ state, item, standing, isShort, progress, replace, open }: Props) {
  const { id, action, outcome } = item;
  const entry = state.entries.value.find((one) => one.id === id);
  const title = action?.title ?? entry?.title ?? "";
  return (
    <li
      class="review-item"
      data-testid={`review-item-${id}`}
      data-standing={standing}
      data-outcome={outcome?.kind}
    >
      <div class="review-item-head">
        <h3>
          <span class="mono">#{id}</span> <Shown text={effectOf(item, entry)} kind="sentence" />
        </h3>
        {progress
          ? <StateWord state="executing" word={progress} />
          : outcome
          ? <StateWord state={LOOKS[outcome.kind][0]} word={LOOKS[outcome.kind][1]} />
          : null}
      </div>
      <p class="review-item-title">
        <q class="words" title="In the proposer's words">
          <Shown text={title} />
        </q>
      </p>
      {outcome && <What outcome={outcome} open={open} />}
      {!isShort && (action ? <Whole state={state} item={item} replace={replace} /> : <Coming item={item} />)}
      {!outcome && !progress && !isShort && (
        <Moved state={state} item={item} standing={standing} replace={replace} />
      )}
    </li>
  );
}

const LOOKS: Record<Outcome["kind"], [state: string, word: string]> = {
  approved: ["approved", STATE_WORDS.approved],
  rejected: ["rejected", STATE_WORDS.rejected],
  withdrawn: ["withdrawn", STATE_WORDS.withdrawn],
  reverted: ["reverted", STATE_WORDS.reverted],
  drift: ["stale", STATE_WORDS.stale],
  changed: ["stale", STATE_WORDS.stale],
  failed: ["failed", STATE_WORDS.failed],
  refused: ["failed", "Refused"],
  unknown: ["executing", "Not confirmed yet"],
  unsent: ["expired", "Not sent"],
};

function What({ outcome: { kind, detail }, open }: { outcome: Outcome; open: () => void }) {
  const isBad = kind === "failed" || kind === "refused";
  const wantsLook = kind === "drift" || kind === "changed";
  if (!detail) return null;
  return (
    <Strip tone={isBad ? "red" : "amber"} alert>
      <Shown text={detail} kind="sentence" />
      {(wantsLook || isBad) && (
        <button type="button" class="link" data-testid="review-open" onClick={open}>
          {wantsLook ? "Look again" : "Open it"}
        </button>
      )}
    </Strip>
  );
}

function Coming({ item: { id, trouble } }: { item: Item }) {
  return trouble
    ? (
      <Strip tone="red" alert>
        <Shown text={trouble} kind="sentence" />
      </Strip>
    )
    : <p class="muted">Loading #{id}…</p>;
}

function Whole({ state, item, replace }: Pick<Props, "state" | "item" | "replace">) {
  const { action, more } = item;
  if (!action?.preview) return null;
  const { preview } = action;
  const shown = [...preview.changes, ...more];
  const left = totalRows(countsOf(action)) - shown.length;
  const showMore = async () => {
    const next = await fetchChanges(state, action.id, Math.floor(shown.length / PAGE_SIZE));
    if (next) replace({ ...item, more: [...more, ...next] });
    else {replace({
        ...item,
        action: null,
        trouble: "More rows could not be loaded. Close this and try again.",
      });}
  };
  return (
    <>
      <Badges badges={action.badges} />
      <DiffTable key={action.digest} changes={shown} columns={preview.columns} />
      {left > 0 && <MoreRows left={left} action={action} show={() => void showMore()} />}
      <details class="tool">
        <summary>
          <Icon name="open" />SQL
        </summary>
        <SqlBlock action={action} />
      </details>
    </>
  );
}

/** What is shown may no longer be so: until it is looked at again, or for the person to know. */
function Moved({ state, item, standing, replace }: Pick<Props, "state" | "item" | "standing" | "replace">) {
  const entry = state.entries.value.find(({ id }) => id === item.id);
  const again = async (anew: boolean) => replace(await load(state, item.id, anew));
  if (standing === "over") {
    return (
      <Note>
        {entry?.state === "approved" && !entry.canRevert
          ? "It is not part of this: it can't be reverted any more."
          : `It is not part of this: ${STATE_WORDS[entry?.state ?? "approved"].toLowerCase()} already.`}
      </Note>
    );
  }
  if (standing === "changed") {
    return (
      <Note look={() => void again(false)} label="Show it">
        It was previewed again since: it will not be signed as it is here.
      </Note>
    );
  }
  if (standing === "stale") {
    return (
      <Note look={() => void again(true)} label="Look again">
        The data moved since this preview: it will not be signed.
      </Note>
    );
  }
  if (standing !== "ready" || !entry?.maybeStale) return null;
  return (
    <Note look={() => void again(true)} label="Look again">
      Its table changed since this preview. It is executed only if it still does exactly this.
    </Note>
  );
}

function Note(
  { look, label, children }: { look?: () => void; label?: string; children: ComponentChildren },
) {
  return (
    <Strip tone="amber">
      <span>{children}</span>
      {look && <button type="button" class="button small" onClick={look}>{label}</button>}
    </Strip>
  );
}

function effectOf({ action, outcome }: Item, entry: Parameters<typeof entrySentence>[0] | undefined): string {
  const isDone = outcome?.kind === "approved" || (action ?? entry)?.state === "approved";
  const tense = isDone ? "done" : "will";
  if (action) return sentence(countsOf(action), tense, action.preview?.changes, action.preview?.columns);
  return entry ? entrySentence(entry, tense) : "…";
}
