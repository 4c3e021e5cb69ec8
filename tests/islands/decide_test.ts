/** A decision is on what was drawn when it was made, and on nothing that came in its place. */
import assert from "node:assert/strict";
import { approve, reject } from "@/islands/lib/decide.ts";
import { createState } from "@/islands/lib/state.ts";
import { actionOf, upgrades, view } from "./fixtures.ts";

Deno.test("an action that changed since it was drawn is not approved, and says so", async () => {
  const { state, sent } = await opened(async (state) => {
    const drawn = state.selected.peek();
    state.selected.value = { ...await actionOf(upgrades(2)), id: 1 };
    await approve(state, drawn?.digest ?? null);
  });
  assert.deepEqual(sent, []);
  assert.equal(state.trouble.peek()?.id, 1);
  assert.match(state.trouble.peek()?.message ?? "", /^Not signed\. This changed while you decided\./);
});

Deno.test("a rejection of another action than the one that is open is none", async () => {
  const { sent } = await opened((state) => reject(state, 2, "no"));
  assert.deepEqual(sent, []);
});

/** Runs `act` with an action of three rows open; gives what was sent to the app. */
async function opened(act: (state: ReturnType<typeof createState>) => Promise<void>) {
  const sent: string[] = [];
  const real = globalThis.fetch;
  globalThis.fetch = (input) => {
    sent.push(String(input));
    return Promise.resolve(new Response("{}", { status: 500 }));
  };
  try {
    const state = createState({ ...view([]), selected: await actionOf(upgrades(3)) });
    await act(state);
    return { state, sent };
  } finally {
    globalThis.fetch = real;
  }
}
