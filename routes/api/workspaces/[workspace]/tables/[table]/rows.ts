import { RowsQuery } from "@/db-service/contract/schemas.ts";
import { database } from "@/agent/database.ts";
import { enter } from "@/agent/people.ts";
import { nameAfter, readQuery } from "../../../../../(_web)/body.ts";
import { define } from "../../../../../(_web)/define.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "viewer");
    const table = nameAfter("tables", ctx.url);
    const { rows } = database(workspace.database);
    return ctx.json(await rows(table, await queryOf(ctx.url, () => rows(table, { limit: 1 }))));
  },
});

/** The query; when it is malformed, that there is no such table is said first. */
async function queryOf(url: URL, look: () => Promise<unknown>): Promise<RowsQuery> {
  try {
    return readQuery(url, RowsQuery);
  } catch (error) {
    await look();
    throw error;
  }
}
