import { z } from "zod";
import { openHistory } from "@/agent/history/collect.ts";
import { historyCsv } from "@/agent/history/csv.ts";
import { historyJson } from "@/agent/history/json.ts";
import { enter } from "@/agent/people.ts";
import { readQuery } from "../../../(_web)/body.ts";
import { define } from "../../../(_web)/define.ts";

const Query = z.object({ format: z.enum(["json", "csv"]).default("json") });

/** The history as a file, sent as it is read: what fails in the middle breaks the connection, and never looks whole. */
export const handler = define.handlers({
  async GET(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "viewer");
    const { format } = readQuery(ctx.url, Query);
    const at = new Date().toISOString();
    const history = await openHistory(workspace.id, workspace.database);
    const text = format === "json" ? historyJson(history, workspace, at) : historyCsv(history);
    return new Response(ReadableStream.from(text).pipeThrough(new TextEncoderStream()), {
      headers: {
        "content-type": format === "json" ? "application/json" : "text/csv; charset=utf-8; header=present",
        // A workspace's id has no character that a file's name could not have.
        "content-disposition": `attachment; filename="gatekeeper-${workspace.id}-${
          at.slice(0, 10)
        }.${format}"`,
        "cache-control": "no-store",
      },
    });
  },
});
