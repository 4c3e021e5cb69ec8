/** The silent previews after a change from outside: one that fails keeps nothing from being marked (SPEC Q4). */
import assert from "node:assert/strict";
import { lookOutside } from "@/agent/live/outside.ts";
import { propose } from "@/agent/queue/propose.ts";
import { getAction } from "@/agent/queue/store.ts";
import { useSettings } from "@/agent/settings.ts";
import { ensureMain } from "@/agent/workspaces.ts";
import { problemOf } from "@/db-service/contract/problem.ts";
import { startDatabase } from "@/tests/fakes/database.ts";
import { until } from "@/tests/system/start.ts";
import { ANN, WHERE } from "./conversation.ts";
import { localSettings, withStore } from "./store.ts";

Deno.test("a round of silent previews that the database had no time for is made up for", async () => {
  await withStore(async () => {
    const database = startDatabase();
    /** What previews are answered with, one after the other. */
    const refusals = [
      problemOf("busy", "The database is busy."),
      problemOf("refused_sql", "There is no such table any more."),
    ];
    let isMoved = false;
    const front = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const { pathname } = new URL(request.url);
      const refusal = isMoved && pathname.endsWith("/preview")
        ? refusals.length > 1 ? refusals.shift() : refusals[0]
        : undefined;
      if (!refusal) return await fetch(database.url + pathname, request);
      await request.body?.cancel();
      return Response.json(refusal, { status: refusal.status });
    });
    try {
      useSettings(localSettings(`http://127.0.0.1:${front.addr.port}`));
      await ensureMain();
      const { id } = await propose({ ...WHERE, by: ANN, messageId: null }, {
        title: "Gold for all",
        description: "",
        statements: [{ sql: "UPDATE customers SET tier = 'gold'" }],
      });
      isMoved = true;
      await until("the mark", async () => {
        await lookOutside(WHERE.ws);
        return (await getAction(WHERE.ws, id)).maybeStale || null;
      });
      assert.equal(refusals.length, 1, "the first round was refused");
      assert.equal((await getAction(WHERE.ws, id)).state, "pending");
    } finally {
      await front.shutdown();
      await database.close();
    }
  });
});
