/** One tab on the live feed: hello, then everything from its cursor on. */
import type { LiveFrame } from "../types.ts";
import { runningAnswer } from "../chat/run.ts";
import { logUnexpected } from "../errors.ts";
import { health } from "../life.ts";
import { countStates } from "../queue/list.ts";
import { settings } from "../settings.ts";
import type { Workspace } from "../workspaces.ts";
import { hubOf } from "./hubs.ts";

/** A tab that lets this many bytes pile up does not read: it is let go, and comes back with its cursor. */
const MAX_BUFFERED = 8_000_000;

/** Feeds a WebSocket until it closes. */
export function serveLive(socket: WebSocket, workspace: Workspace, cursor: string): void {
  let leave: (() => void) | null = null;
  let closed = false;
  const send = (frame: string) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > MAX_BUFFERED) socket.close(1013, "too slow");
    else socket.send(frame);
  };
  socket.onopen = async () => {
    try {
      leave = await join(workspace, cursor, send);
      if (closed) leave();
    } catch (error) {
      socket.close(1011, logUnexpected(error, "live"));
    }
  };
  socket.onclose = () => {
    closed = true;
    leave?.();
  };
  // The closing that follows says all there is to know.
  socket.onerror = () => {};
}

async function join(
  { id, database }: Workspace,
  cursor: string,
  send: (frame: string) => void,
): Promise<() => void> {
  const hub = await hubOf(id);
  // Before the counts: what is decided while they are read comes with the feed.
  const from = cursor || hub.startCursor;
  const say = (frame: LiveFrame) => send(JSON.stringify(frame));
  const [counts, run] = await Promise.all([countStates(id), runningAnswer(id)]);
  const { build } = settings();
  const data = { now: new Date().toISOString(), database: health(database), counts, run, build };
  say({ type: "hello", cursor: from, data });
  const leave = await hub.subscribe(from, send);
  if (leave) return leave;
  const afresh = hub.startCursor;
  say({ type: "reset", cursor: afresh, data: {} });
  return await hub.subscribe(afresh, send) ?? (() => {});
}
