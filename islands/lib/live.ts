/**
 * The WebSocket that keeps the page current. It reconnects by itself from where it was; what it can't continue it
 * fetches anew. The connection state it shows is what it knows, not what it hopes.
 */
import { batch } from "@preact/signals";
import type { ActionList, ChatTail, LiveFrame } from "@/agent/types.ts";
import { call, query } from "./api.ts";
import { applyFrame, forgetFolds } from "./feed.ts";
import { ensureWaiting, refreshSelected } from "./queue.ts";
import { refill } from "./search.ts";
import { apiBase, type AppState } from "./state.ts";
import { shown } from "./stream.ts";
import { refreshTables } from "./tables.ts";

/** The server pings more often than this; silence for longer means that the connection is dead. */
const SILENCE_MS = 50_000;
const MAX_BACKOFF_MS = 8_000;
/** How long the server gets to show that it is there, when the browser says that the network is gone. */
const PATIENCE_MS = 3_000;

/** Opens the feed and keeps it open. Returns how to close it for good. */
export function connect(state: AppState): () => void {
  let socket: WebSocket | null = null;
  let attempts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  function open(): void {
    clearTimeout(timer);
    if (closed || socket) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const url = `${scheme}//${location.host}${apiBase(state)}/live${query({ cursor: state.cursor.peek() })}`;
    const opened = new WebSocket(url);
    socket = opened;
    listen();
    opened.onmessage = ({ data }) => {
      if (socket !== opened) return;
      listen();
      const frame: LiveFrame = JSON.parse(data);
      if (frame.type === "hello") {
        attempts = 0;
        state.connection.value = "live";
      }
      if (applyFrame(state, frame) === "resync") void restart();
    };
    opened.onclose = () => {
      if (socket === opened) retry();
    };
  }

  function listen(): void {
    clearTimeout(silence);
    silence = setTimeout(retry, SILENCE_MS);
  }

  function drop(): void {
    clearTimeout(silence);
    const old = socket;
    socket = null;
    old?.close();
  }

  function retry(): void {
    drop();
    if (closed) return;
    state.connection.value = navigator.onLine ? "reconnecting" : "offline";
    const wait = Math.min(MAX_BACKOFF_MS, 250 * 2 ** attempts++);
    timer = setTimeout(open, wait * (0.75 + Math.random() / 2));
  }

  async function restart(): Promise<void> {
    drop();
    if (await resync(state)) open();
    else retry();
  }

  const wake = () => {
    if (document.hidden || socket) return;
    attempts = 0;
    open();
  };
  // The network going away ends no socket by itself, and an app on this machine may be there all the same: ask it.
  const offline = async () => {
    const asked = socket;
    const isThere = await fetch("/healthz", { signal: AbortSignal.timeout(PATIENCE_MS) }).then(
      () => true,
      () => false,
    );
    if (!isThere && socket === asked) retry();
  };
  addEventListener("online", wake);
  addEventListener("offline", offline);
  document.addEventListener("visibilitychange", wake);
  open();
  return () => {
    closed = true;
    clearTimeout(timer);
    drop();
    removeEventListener("online", wake);
    removeEventListener("offline", offline);
    document.removeEventListener("visibilitychange", wake);
  };
}

/**
 * Fetches everything anew. The conversation comes first: its cursor is where the feed goes on from, so whatever is
 * fetched after it is at least as new.
 */
async function resync(state: AppState): Promise<boolean> {
  const chat = await call<ChatTail>(`${apiBase(state)}/chat`);
  if (!chat.ok) return false;
  const queue = await call<ActionList>(`${apiBase(state)}/actions`);
  if (!queue.ok) return false;
  forgetFolds();
  batch(() => {
    state.cursor.value = chat.data.cursor;
    state.messages.value = chat.data.messages.map(shown);
    state.before.value = chat.data.before;
    state.run.value = chat.data.run?.id ?? null;
    state.writing.value = null;
    // What was missed may have changed any of the others: they are fetched where they are drawn.
    state.entries.value = queue.data.actions;
    state.newest.value = queue.data.newest;
    state.counts.value = queue.data.counts;
  });
  refreshSelected(state);
  refill(state);
  void ensureWaiting(state);
  refreshTables(state, null);
  return true;
}
