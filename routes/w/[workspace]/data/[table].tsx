import { page } from "fresh";
import { nameAfter } from "../../../(_web)/body.ts";
import { define } from "../../../(_web)/define.ts";
import { workspaceView } from "../../../(_web)/workspace_view.ts";
import { WorkspacePage } from "../../../(_web)/WorkspacePage.tsx";

export const handler = define.handlers({
  GET: async (ctx) =>
    page({ view: await workspaceView(ctx, { panel: "data", table: nameAfter("data", ctx.url) }) }),
});

export default define.page<typeof handler>(({ data }) => <WorkspacePage view={data.view} />);
