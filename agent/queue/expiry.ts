/** Proposals that nobody decides end by themselves (SPEC Q8), whether anyone looks or not. */
import { logUnexpected } from "../errors.ts";
import { keys } from "../store/keys.ts";
import { openStore } from "../store/kv.ts";
import { close } from "./settle.ts";
import { updateAction } from "./store.ts";

/** More than this are left to the next round. */
const ROUND = 200;

/** Ends what is over in any workspace. Open proposals stand in the index by their time: what is not over is not read. */
export async function expireDue(now = Date.now()): Promise<void> {
  const kv = await openStore();
  const due: { ws: string; id: number }[] = [];
  const past = { start: keys.expiries(), end: [...keys.expiries(), now] };
  for await (const { key: [, , ws, id] } of kv.list(past, { limit: ROUND })) {
    if (typeof ws === "string" && typeof id === "number") due.push({ ws, id });
  }
  for (const { ws, id } of due) {
    const ended = updateAction(ws, id, ({ summary: { state, expiresAt } }) => {
      const isOver = expiresAt !== null && Date.parse(expiresAt) < now;
      return isOver && (state === "pending" || state === "stale") ? close({ state: "expired" }) : null;
    });
    // One that can't be ended keeps no other waiting, of this workspace or another.
    await ended.catch((error) => logUnexpected(error, "expiry"));
  }
}
