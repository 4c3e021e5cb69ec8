import { RowsQuery } from "@/db-service/contract/schemas.ts";
import { database } from "@/agent/database.ts";
import { enter } from "@/agent/people.ts";
import { nameAfter, readQuery } from "../../../../../(_web)/body.ts";
import { define } from "../../../../../(_web)/define.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "viewer");
    const table = nameAfter("tables", ctx.url);
    return ctx.json(await database(workspace.database).rows(table, readQuery(ctx.url, RowsQuery)));
  },
});
