/** A preview's rows are for the person who decides: the model gets counts, so what READ_DENY hides stays hidden. */
import assert from "node:assert/strict";
import { reject } from "@/agent/queue/decide.ts";
import { getAction } from "@/agent/queue/store.ts";
import { ANN, WHERE, withConversation } from "./conversation.ts";

Deno.test("no row of a preview reaches the model: not by proposing, not by listing, not by the outcome", async () => {
  await withConversation(
    (_request, n) =>
      [
        {
          toolCalls: [{
            name: "mutateDatabase",
            args: { title: "Gold", sql: "UPDATE customers SET tier = 'gold' WHERE id = 2" },
          }],
        },
        { toolCalls: [{ name: "listActions", args: {} }] },
        { toolCalls: [{ name: "describeSchema", args: {} }] },
      ][n] ?? { text: "It waits." },
    async ({ openai, ask, ended }) => {
      await ended(await ask("Make number two gold"));
      // The person sees the row …
      const action = await getAction(WHERE.ws, 1);
      assert.match(JSON.stringify(action.preview), /Grace/);
      await reject(WHERE.ws, 1, ANN, "no");
      await ended(await ask("And now?"));
      // … and the model is told how many there are.
      assert(openai.requests.length >= 5);
      const heard = JSON.stringify(openai.requests.map(({ body }) => body));
      assert.match(heard, /1 row updated in customers|updated\\*":1/);
      assert.doesNotMatch(heard, /Grace|silver/);
    },
  );
});
