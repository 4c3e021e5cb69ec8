/** Changes from outside: a silent preview that fails keeps nothing from being marked, and our own are none (SPEC Q4). */
import assert from "node:assert/strict";
import { lookOutside } from "@/agent/live/outside.ts";
import { propose } from "@/agent/queue/propose.ts";
import { getAction, updateAction } from "@/agent/queue/store.ts";
import { useSettings } from "@/agent/settings.ts";
import { readFeed } from "@/agent/store/feed.ts";
import { openStore } from "@/agent/store/kv.ts";
import { ensureMain } from "@/agent/workspaces.ts";
import { problemOf } from "@/db-service/contract/problem.ts";
import { startDatabase } from "@/tests/fakes/database.ts";
import { until } from "@/tests/system/start.ts";
import { ANN, WHERE } from "./conversation.ts";
import { localSettings, withStore } from "./store.ts";

const CHANGE = {
  title: "Gold for all",
  description: "",
  statements: [{ sql: "UPDATE customers SET tier = 'gold'" }],
};

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
      const { id } = await propose({ ...WHERE, by: ANN, messageId: null }, CHANGE);
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

Deno.test("what moved while a decision of our own is under way is not from outside", async () => {
  await withStore(async () => {
    const database = startDatabase();
    let version = "v1";
    let looks = 0;
    const front = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      const { pathname } = new URL(request.url);
      if (!pathname.endsWith("/version")) return fetch(database.url + pathname, request);
      looks++;
      return Response.json({ version });
    });
    const outside = async () =>
      (await readFeed(await openStore(), WHERE.ws, "")).flatMap(({ events }) => events)
        .filter((event) => event.t === "data" && event.outside);
    const look = (times: number) => {
      const enough = looks + times;
      return until("a few looks", async () => (await lookOutside(WHERE.ws), looks >= enough));
    };
    try {
      useSettings(localSettings(`http://127.0.0.1:${front.addr.port}`));
      await ensureMain();
      const { id } = await propose({ ...WHERE, by: ANN, messageId: null }, CHANGE);
      await look(1);
      await updateAction(WHERE.ws, id, () => ({ summary: { state: "executing" } }));
      version = "v2";
      await look(3);
      assert.deepEqual(await outside(), []);
      const events = [{ t: "data" as const, tables: ["customers"], version }];
      await updateAction(WHERE.ws, id, () => ({ summary: { state: "approved" }, events }));
      await look(2);
      assert.deepEqual(await outside(), []);
      // After this one the db-service could not say where the data stands.
      const unknown = [{ t: "data" as const, tables: ["customers"], version: "" }];
      await updateAction(WHERE.ws, id, () => ({ events: unknown }));
      version = "v3";
      await look(3);
      assert.deepEqual(await outside(), []);
      version = "v4";
      await until("the change from outside", async () => {
        await lookOutside(WHERE.ws);
        return (await outside()).length === 1;
      });
    } finally {
      await front.shutdown();
      await database.close();
    }
  });
});
