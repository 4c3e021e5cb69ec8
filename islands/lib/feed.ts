/** What a frame of the live feed does to the page's state. The socket itself lives in `live.ts`. */
import { batch } from "@preact/signals";
import type { ActionSummary, ChatEvent, LiveFrame } from "@/agent/types.ts";
import { refreshSelected } from "./queue.ts";
import { heard } from "./search.ts";
import { type AppState, withMessage } from "./state.ts";
import { type Fold, receive, shown, snapshot, startFold } from "./stream.ts";
import { refreshTables } from "./tables.ts";

/** Answers being read, by run; and the runs that ended, so that a late answer to a POST can't revive one. */
const folds = new Map<string, Fold>();
const ended = new Set<string>();
let painting = false;
/** How often a tab that gets no animation frames draws what arrives, in milliseconds. */
const UNSEEN_MS = 100;

/** Applies one frame. `"resync"`: something is missing, everything has to be fetched anew. */
export function applyFrame(state: AppState, frame: LiveFrame): "ok" | "resync" {
  if (frame.cursor) state.cursor.value = frame.cursor;
  switch (frame.type) {
    case "hello": {
      const { now, database, counts, run, build } = frame.data;
      batch(() => {
        state.clockOffset.value = Date.parse(now) - Date.now();
        state.counts.value = counts;
        setDatabase(state, database);
        if (build !== state.build) state.outdated.value = true;
        if (run) beginRun(state, run.id);
        else if (state.run.peek()) endRun(state, state.run.peek());
      });
      return "ok";
    }
    case "action":
      return applyAction(state, frame.data);
    case "counts":
      state.counts.value = frame.data;
      return "ok";
    case "chat":
      return applyChat(state, frame.data);
    case "data":
      if (!frame.data.outside) markBehind(state, frame.data.tables);
      refreshTables(state, frame.data.tables.length ? frame.data.tables : null);
      return "ok";
    case "database":
      setDatabase(state, frame.data);
      return "ok";
    case "settings":
      state.chatOn.value = frame.data.features.chat;
      return "ok";
    case "reset":
      return "resync";
    case "ping":
      return "ok";
  }
}

/** Pending actions on tables that just changed may show what is no longer so: the server says the same when asked. */
function markBehind(state: AppState, tables: readonly string[]): void {
  const isBehind = (entry: ActionSummary) =>
    entry.state === "pending" && !entry.maybeStale &&
    (entry.affected.length === 0 || entry.affectedTotal.tables > entry.affected.length ||
      entry.affected.some(({ table }) => tables.includes(table)));
  batch(() => {
    if (state.entries.peek().some(isBehind)) {
      state.entries.value = state.entries.peek().map((entry) =>
        isBehind(entry) ? { ...entry, maybeStale: true } : entry
      );
    }
    const selected = state.selected.peek();
    if (selected && isBehind(selected)) state.selected.value = { ...selected, maybeStale: true };
  });
}

/** Marks a run as under way, unless it is known to have ended. */
export function beginRun(state: AppState, run: string): void {
  if (!ended.has(run)) state.run.value = run;
}

/** Drops half-read answers, before the conversation is fetched anew. */
export function forgetFolds(): void {
  folds.clear();
}

function endRun(state: AppState, run: string | null): void {
  if (run === null) return;
  ended.add(run);
  folds.delete(run);
  if (state.run.peek() === run) state.run.value = null;
}

function setDatabase(state: AppState, health: AppState["database"]["value"]): void {
  const recovered = health.ok && !state.database.peek().ok;
  state.database.value = health;
  if (recovered) refreshTables(state, null);
}

function applyAction(state: AppState, entry: ActionSummary): "ok" {
  batch(() => {
    if (entry.id > state.newest.peek()) state.newest.value = entry.id;
    heard(state, entry);
    const selected = state.selected.peek();
    if (selected?.id !== entry.id) return;
    // The SQL and counts on show belong to the preview on show: they change together, when the whole is fetched.
    const { sql: _sql, digest: _digest, affected: _affected, affectedTotal: _total, ...rest } = entry;
    state.selected.value = { ...selected, ...rest };
    refreshSelected(state);
  });
  return "ok";
}

function applyChat(state: AppState, event: ChatEvent): "ok" | "resync" {
  if ("cleared" in event) {
    folds.clear();
    batch(() => {
      state.messages.value = [];
      state.before.value = null;
      state.writing.value = null;
      state.run.value = null;
    });
    return "ok";
  }
  if ("message" in event) {
    const message = shown(event.message);
    batch(() => {
      state.messages.value = withMessage(state.messages.peek(), message);
      const { kind, status } = message.metadata;
      // What a command answers ends no run: it may have been asked while one goes on.
      const isAnswer = message.role === "assistant" && !!status && kind !== "outcome" && kind !== "command";
      if (state.writing.peek()?.id === message.id) state.writing.value = null;
      if (event.run === null || isAnswer) finishAnswer(state, message.id);
    });
    return "ok";
  }
  if (ended.has(event.run)) return "ok";
  const fold = folds.get(event.run) ?? startFold(event.run);
  folds.set(event.run, fold);
  const result = receive(fold, event.seq, event.chunks);
  if (result === "gap") return "resync";
  beginRun(state, event.run);
  if (result === "applied") paintSoon(state, event.run);
  return "ok";
}

/** The stored message of an answer is here: what was being written is over. */
function finishAnswer(state: AppState, messageId: string): void {
  for (const [run, fold] of folds) if (fold.message.id === messageId || fold.done) endRun(state, run);
  const run = state.run.peek();
  // Without a fold it may be the next run, just begun: it shows again with its first chunk.
  if (run && !folds.has(run)) state.run.value = null;
  if (folds.size === 0) state.writing.value = null;
}

/** Many chunks arrive between two frames of the screen; they are drawn once. */
function paintSoon(state: AppState, run: string): void {
  if (painting) return;
  painting = true;
  // A tab out of sight gets no animation frames, whether it knows that it is hidden or not; it still wants the text.
  const frame = requestAnimationFrame(() => paint());
  const timer = setTimeout(() => paint(), UNSEEN_MS);
  const paint = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    painting = false;
    const fold = folds.get(run);
    if (!fold) return;
    batch(() => {
      const message = snapshot(fold);
      const isStored = state.messages.peek().some(({ id, metadata }) => id === message.id && metadata.status);
      state.writing.value = isStored ? null : message;
      if (fold.done && state.run.peek() === run) state.run.value = null;
    });
  };
}
